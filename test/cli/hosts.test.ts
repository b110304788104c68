// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables

import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";

const world = new World();
beforeAll(() => world.init());
afterAll(() => world.remove());
beforeEach(() => {
	for (const file of [".mcp.json", ".cursor", ".roo", ".vscode"])
		fs.rmSync(path.join(world.workspace, file), { recursive: true, force: true });
	fs.rmSync(path.join(world.home, ".cursor"), { recursive: true, force: true });
});

const own = (servers: object): void => {
	fs.mkdirSync(path.join(world.home, ".cursor"), { recursive: true });
	fs.writeFileSync(path.join(world.home, ".cursor/mcp.json"), JSON.stringify({ mcpServers: servers }));
};
const wrapped = { command: "${userHome}/.sallyport/bin/sallyport", args: ["run", "--name", "ok", "--", "node", "ok.mjs"] };

describe("sallyport hosts", () => {
	it("lists what would start unguarded, in this folder's files and in the hosts' own", async () => {
		world.write(".vscode/mcp.json", {
			servers: { plain: { command: "node", args: ["a.mjs"] }, ok: wrapped, far: { type: "http", url: "https://mcp.example/mcp" } },
		});
		own({ mine: { command: "docker", args: ["run", "x"] } });
		world.write(".roo/mcp.json", { mcpServers: { off: { command: "node", args: ["b.mjs"], disabled: true } } });
		const outcome = await world.sallyport(["hosts"]);
		expect(outcome.code).toBe(1);
		for (const row of [
			/✗ plain +unguarded +node a\.mjs/,
			/✓ ok +guarded/,
			/· far +remote +https/,
			/✗ mine +unguarded +docker run x {2}\(cannot be guarded yet: /,
			/off +off/,
		])
			expect(outcome.stdout).toMatch(row);
		expect(outcome.stdout).toContain("2 servers start unguarded, with all that you may do: sallyport wrap --all\n");
	});

	it("proposes to wrap only what can be wrapped", async () => {
		world.write(".mcp.json", { mcpServers: { mine: { command: "docker", args: ["run", "x"] } } });
		expect((await world.sallyport(["hosts"])).stdout).toContain(
			"1 server starts unguarded, with all that you may do. None of them can be guarded yet",
		);
		own({ mine: { command: "node", args: ["a.mjs"] } });
		expect((await world.sallyport(["hosts"])).stdout).toContain("sallyport wrap --all --user\n");
	});

	it("says that a policy cannot be read, for then nothing is known to be guarded", async () => {
		world.write(".sallyport/policy.jsonc", "{");
		const { stderr, code } = await world.sallyport(["hosts"]);
		fs.rmSync(path.join(world.workspace, ".sallyport"), { recursive: true });
		expect([code, stderr]).toEqual([2, expect.stringContaining("policy.jsonc:1:")]);
	});

	it("does not call a server guarded that a policy forbids", async () => {
		world.write(".cursor/mcp.json", { mcpServers: { ok: wrapped, plain: { command: "node", args: ["a.mjs"] } } });
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [], forbid: [{ command: "node", reason: "no scripts here" }] });
		const { stdout } = await world.sallyport(["hosts"]);
		const json = JSON.parse((await world.sallyport(["hosts", "--json"])).stdout);
		fs.rmSync(path.join(world.workspace, ".sallyport"), { recursive: true });
		expect(stdout).toMatch(/· ok +forbidden +node ok\.mjs {2}\(The policy .* forbids this server: no scripts here\.\)/);
		expect(stdout).toMatch(/✗ plain +unguarded +node a\.mjs .*forbids this server/);
		expect(json.files[0].servers[0]).toMatchObject({ guard: "forbidden", forbidden: expect.stringContaining("no scripts here") });
	});

	it("says which servers start without a sandbox, and the line that confines them again", async () => {
		const file = world.write(".cursor/mcp.json", {
			mcpServers: { bare: { ...wrapped, args: ["run", "--name", "bare", "--", process.execPath, world.server] } },
		});
		expect((await world.sallyport(["allow", "bare", "--sandbox", "off", "--yes"])).code).toBe(0);
		const { code, stdout } = await world.sallyport(["hosts"]);
		expect(code).toBe(0);
		expect(stdout).toMatch(/! bare +no sandbox {2}/);
		expect(stdout).toContain("sallyport allow bare --sandbox on --file .cursor/mcp.json");
		expect(JSON.parse((await world.sallyport(["hosts", "--json"])).stdout).files[0].servers[0]).toMatchObject({ unconfined: true });
		await world.sallyport(["allow", "bare", "--sandbox", "on", "--file", file]);
		expect((await world.sallyport(["hosts"])).stdout).toMatch(/✓ bare +guarded/);
	});

	it("is content where all are guarded", async () => {
		world.write(".cursor/mcp.json", { mcpServers: { ok: wrapped } });
		expect(await world.sallyport(["hosts"])).toMatchObject({
			code: 0,
			stdout: expect.stringContaining("Nothing that these files name starts unguarded."),
		});
	});

	it("does not take a program for the launcher because it has its name", async () => {
		world.write(".cursor/mcp.json", {
			mcpServers: { sly: { command: "./tools/sallyport", args: ["run", "--name", "sly", "--", "node", "x.mjs"] } },
		});
		const { code, stdout } = await world.sallyport(["hosts", "--json"]);
		expect([code, JSON.parse(stdout).unguarded]).toEqual([1, 1]);
	});

	it.each([
		["a launcher that stands somewhere else", { ...wrapped, command: "/opt/elsewhere/bin/sallyport" }],
		["the launcher with a variable that loads code into it", { ...wrapped, env: { LD_PRELOAD: "/tmp/x.so" } }],
	])("does not call %s guarded", async (_what, entry) => {
		world.write(".cursor/mcp.json", { mcpServers: { sly: entry } });
		expect(JSON.parse((await world.sallyport(["hosts", "--json"])).stdout).unguarded).toBe(1);
	});

	it("does not call off what a host would start all the same", async () => {
		world.write(".mcp.json", { mcpServers: { a: { command: "x", disabled: true } } });
		expect(JSON.parse((await world.sallyport(["hosts", "--json"])).stdout).unguarded).toBe(1);
	});

	it("does not call off what is switched off and on", async () => {
		fs.mkdirSync(path.join(world.workspace, ".cursor"), { recursive: true });
		fs.writeFileSync(
			path.join(world.workspace, ".cursor/mcp.json"),
			'{"mcpServers":{"a":{"command":"x","disabled":true,"disabled":false}}}',
		);
		expect(JSON.parse((await world.sallyport(["hosts", "--json"])).stdout).unguarded).toBe(1);
	});

	it("shows no credential", async () => {
		const secret = `ghp_${"aB3dE5gH7jK9mN1pQ2rS".repeat(2).slice(0, 36)}`;
		world.write(".mcp.json", {
			mcpServers: {
				leaky: { command: "srv", args: ["--token", secret, "--password", "correct-horse-7"] },
				remote: { type: "http", url: `https://x.example/?token=${secret}` },
			},
		});
		for (const format of [[], ["--json"]])
			expect((await world.sallyport(["hosts", ...format])).stdout).not.toMatch(new RegExp(`${secret}|horse`));
	});
});
