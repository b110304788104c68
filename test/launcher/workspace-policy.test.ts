import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { World } from "../harness/world.ts";

const world = new World();
let below = "";

beforeAll(async () => {
	await world.init();
	// A server of the person's own, for every workspace, and another one of this workspace.
	const own = path.join(world.home, ".cursor", "mcp.json");
	fs.mkdirSync(path.dirname(own));
	fs.writeFileSync(own, JSON.stringify({ mcpServers: { mini: { command: process.execPath, args: [world.server] } } }));
	expect(await world.sallyport(["tools", "allow", "mini", "echo", "write", "--file", own, "--yes"])).toMatchObject({ code: 0 });
	world.entry("other", ["more"]);
	await world.allowTools("other", "echo");
	world.write(".sallyport/policy.jsonc", {
		version: 1,
		servers: [{ name: "mini", tools: { "*": {}, write: { decision: "deny" } } }],
	});
	below = path.join(world.workspace, "below");
	fs.mkdirSync(below);
});
afterAll(() => world.remove());

async function offered(): Promise<readonly string[]> {
	const { client } = await world.connect("mini", [], { cwd: below });
	try {
		return (await client.listTools()).tools.map(({ name }) => name);
	} finally {
		await client.close();
	}
}

it("a workspace's policy holds in its folders, also after another program took away the grant that names the workspace", async () => {
	expect(await offered()).toEqual(["echo"]);
	const folder = path.join(world.sallyportHome, "policy");
	for (const name of fs.readdirSync(folder).filter((each) => each.startsWith("other-"))) fs.rmSync(path.join(folder, name));
	expect(fs.readdirSync(folder)).toHaveLength(1);
	expect(await offered()).toEqual(["echo"]);
});
