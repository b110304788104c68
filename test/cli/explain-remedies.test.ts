import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";

const world = new World();
const asks = path.resolve(import.meta.dirname, "../fixtures/servers/asks.mjs");
const policy = path.join(world.workspace, ".sallyport", "policy.jsonc");

beforeAll(async () => {
	await world.init();
	world.write(".mcp.json", {
		mcpServers: { mini: { command: process.execPath, args: [world.server] }, asks: { command: process.execPath, args: [asks] } },
	});
	await world.allowTools("mini", "echo", "env");
	await world.allowTools("asks", "deploy");
});
afterEach(() => fs.rmSync(policy, { force: true }));
afterAll(() => world.remove());

/** Calls these tools of the small server in one session; what was said on stderr. */
async function session(...tools: readonly string[]): Promise<string> {
	const { client, stderr } = await world.connect("mini");
	for (const tool of tools) await callTool(client, tool, { text: "x" });
	await client.close();
	return stderr();
}

describe("sallyport explain", () => {
	it("names twice the limit that decided, as stderr does", async () => {
		expect((await world.sallyport(["allow", "mini", "--limit", "callsPerMinute=3", "--yes"])).code).toBe(0);
		const raise = "sallyport allow mini --limit callsPerMinute=6";
		expect(await session("echo", "echo", "echo", "echo")).toContain(`${raise}\n`);
		const { stdout } = await world.sallyport(["explain", "mini"]);
		expect(stdout).toContain(`${raise}\n`);
		const { withheld } = JSON.parse((await world.sallyport(["explain", "mini", "--json"])).stdout);
		expect(withheld[0].remedy.command).toBe(raise);
		expect((await world.sallyport(["allow", "mini", "--limit", "callsPerMinute=none", "--yes"])).code).toBe(0);
	});

	it("says which other file took a tool away, and how to see it, in the place of a grant that would change nothing", async () => {
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", tools: { echo: {} } }] });
		const stderr = await session("env");
		expect(stderr).toContain(`${policy} takes it away. To see it: sallyport policy explain mini env\n`);
		const { stdout } = await world.sallyport(["explain", "mini"]);
		expect(stdout).toContain(`${policy} takes it away. To see it: sallyport policy explain mini env\n`);
		for (const said of [stderr, stdout]) expect(said).not.toContain("sallyport tools allow mini env");
	});

	it("names the config file where nobody would find the server by its name", async () => {
		await session("read");
		const here = await world.sallyport(["explain", "mini"]);
		expect(here.stdout).toContain("sallyport tools allow mini read\n");
		const elsewhere = await world.sallyport(["explain", "mini"], { cwd: world.home });
		expect(elsewhere.stdout).toContain(`sallyport tools allow mini read --file ${path.join(world.workspace, ".mcp.json")}\n`);
	});
});

describe("sallyport tools deny", () => {
	it("takes a tool away by the server's name, also where no file here has the server", async () => {
		const denied = await world.sallyport(["tools", "deny", "mini", "env"], { cwd: world.home });
		expect(denied).toMatchObject({ code: 0, stdout: expect.stringContaining("Denied: env") });
		expect((await world.sallyport(["grants", "mini"])).stdout).not.toContain("env");
		expect((await world.sallyport(["tools", "deny", "mini", "env"], { cwd: world.home })).code).toBe(1);
		expect((await world.sallyport(["tools", "deny", "nobody", "env"], { cwd: world.home })).code).toBe(2);
	});
});
