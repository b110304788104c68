import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";

const world = new World();
afterAll(() => world.remove());

const folder = (): string => path.join(world.sallyportHome, "policy");
const fileOf = (config: string): string =>
	fs
		.readdirSync(folder())
		.map((name) => path.join(folder(), name))
		.find((file) => {
			const text = fs.readFileSync(file, "utf8");
			return text.includes(JSON.stringify(config)) && text.includes('"mini"');
		}) ?? "";

/** The tools that a host gets. */
async function offered(): Promise<readonly string[]> {
	const { client } = await world.connect("mini");
	try {
		return (await client.listTools()).tools.map(({ name }) => name).sort();
	} finally {
		await client.close();
	}
}

let code = "";
let cursor = "";
beforeEach(async () => {
	if (!fs.existsSync(world.sallyportHome)) await world.init();
	code = world.entry("mini");
	cursor = world.write(path.join(".cursor", "mcp.json"), fs.readFileSync(code, "utf8"));
	await world.sallyport(["revoke", "mini"]);
	for (const [file, tools] of [
		[code, ["echo", "read"]],
		[cursor, ["echo", "write"]],
	] as const)
		expect(await world.sallyport(["tools", "allow", "mini", ...tools, "--file", file, "--yes"])).toMatchObject({ code: 0 });
	expect(await offered()).toEqual(["echo"]);
});

describe("one of two grants of a command", () => {
	it("gives the other one nothing when it is revoked, and a person is told", async () => {
		const outcome = await world.sallyport(["revoke", "mini", "--file", code]);
		expect(outcome.stdout).toContain("still granted for");
		expect(outcome.stdout).toContain("sallyport policy accept mini");
		expect(await offered()).toEqual(["echo"]);
		expect((await world.sallyport(["policy", "explain", "mini", "write", "--file", cursor])).stdout).toMatch(
			/✗ .*\.mcp\.json \(what was granted for it is gone\)[\s\S]*sallyport policy accept mini/,
		);
		expect((await world.sallyport(["doctor", "--json"])).stdout).toContain("sallyport policy accept mini");
	});

	it("gives the other one nothing when its file is taken away, or is for another command", async () => {
		const file = fileOf(code);
		const text = fs.readFileSync(file, "utf8");
		fs.rmSync(file);
		expect(await offered()).toEqual(["echo"]);
		fs.writeFileSync(file, text.replace('"args": [', '"args": ["more",'));
		expect(await offered()).toEqual(["echo"]);
	});

	it("gives it what a person accepts, shown exactly, and nothing of the other", async () => {
		await world.sallyport(["revoke", "mini", "--file", code]);
		const outcome = await world.sallyport(["policy", "accept", "mini", "--yes"]);
		expect(outcome.stdout).toMatch(/\+ tool {4}write/);
		expect(outcome.stdout).not.toMatch(/[+-] tool {4}read/);
		expect(outcome).toMatchObject({ code: 0, stdout: expect.stringContaining("Accepted.") });
		expect(await offered()).toEqual(["echo", "write"]);
		expect(await world.sallyport(["policy", "accept"])).toMatchObject({ code: 0, stdout: "Nothing waits.\n" });
	});

	it("goes on to hold the other one after what was taken away by hand is struck out", async () => {
		const servers = JSON.parse(fs.readFileSync(code, "utf8")).mcpServers;
		world.write(".mcp.json", { mcpServers: { ...servers, other: servers.mini } });
		await world.allowTools("other", "echo");
		fs.rmSync(fileOf(code));
		expect(await world.sallyport(["policy", "accept", "other"])).toMatchObject({
			code: 0,
			stdout: expect.stringContaining("struck out"),
		});
		expect(await offered()).toEqual(["echo"]);
	});

	it("is counted as it stood when it was revoked, also where its file had less than was accepted", async () => {
		const file = fileOf(code);
		const policy = JSON.parse(fs.readFileSync(file, "utf8"));
		delete policy.servers[0].tools.echo;
		fs.writeFileSync(file, JSON.stringify(policy));
		expect(await offered()).toEqual([]);
		await world.sallyport(["revoke", "mini", "--file", code]);
		expect(await offered()).toEqual([]);
	});

	it("holds nothing any more once it is granted again, and once nothing of its command is left", async () => {
		await world.sallyport(["revoke", "mini", "--file", code]);
		await world.sallyport(["tools", "allow", "mini", "echo", "read", "write", "--file", code, "--yes"]);
		expect(await offered()).toEqual(["echo", "write"]);
		await world.sallyport(["revoke", "mini"]);
		await world.sallyport(["tools", "allow", "mini", "write", "--file", cursor, "--yes"]);
		expect(await offered()).toEqual(["write"]);
	});

	it("says so to a running server's person, and takes nothing more from it", async () => {
		const { client, stderr } = await world.connect("mini");
		await world.sallyport(["revoke", "mini", "--file", code]);
		while (!/sallyport policy accept mini/.test(stderr())) await new Promise((resolve) => setTimeout(resolve, 5));
		expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(["echo"]);
		await client.close();
	});
});
