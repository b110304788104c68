import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installRuntimes } from "../harness/published-programs.ts";
import { callTool, World } from "../harness/world.ts";

const MINI = path.resolve(import.meta.dirname, "../fixtures/servers/mini.mjs");

let world: World;
let programs: Readonly<Record<string, string>>;
beforeAll(async () => {
	programs = { node: fs.realpathSync(process.execPath), ...(await installRuntimes()) };
	world = new World();
	await world.init();
}, 300_000);
afterAll(() => world?.remove());

describe.each([
	["node", []],
	["deno", ["run", "-A"]],
	["bun", ["run"]],
])("a TypeScript server of %s", (name, verb) => {
	it("imports what lies beside it, and reaches nothing else whatever its line allows", async () => {
		const program = programs[name] ?? "";
		const folder = path.join(world.folder, `${name}-server`);
		fs.mkdirSync(path.join(folder, "lib"), { recursive: true });
		fs.writeFileSync(path.join(folder, "deno.json"), "{}");
		fs.writeFileSync(
			path.join(folder, "lib", "server.ts"),
			fs
				.readFileSync(MINI, "utf8")
				.replace('"mini"', "NAME as string")
				.replace("import fs", "// @ts-nocheck\nconst NAME: unknown = 'typed';\nimport fs"),
		);
		const script = path.join(folder, "main.ts");
		fs.writeFileSync(script, 'import "./lib/server.ts";\n');
		const planted = path.join(world.workspace, "planted.ts");
		fs.writeFileSync(planted, `import fs from "node:fs"; fs.writeFileSync("/tmp/planted", ""); console.error("PLANTED");\n`);
		fs.writeFileSync(path.join(world.workspace, "bunfig.toml"), 'preload = ["./planted.ts"]\n');
		const line = [program, ...verb, script];
		world.write(".mcp.json", { mcpServers: { typed: { command: line[0], args: line.slice(1) } } });
		const allowed = await world.sallyport(["allow", "typed", "--read", world.workspace, "--yes"]);
		expect(allowed.code, allowed.stderr).toBe(0);
		expect(allowed.stdout).toContain("mutable   your other programs can change this code");
		await world.allowTools("typed", "echo", "read", "connect");

		const { client, stderr } = await world.connect("typed", [], { line });
		expect(client.getServerVersion()?.name).toBe("typed");
		expect((await callTool(client, "echo", { text: "hello" })).text).toBe("hello");
		expect((await callTool(client, "read", { path: planted })).ok).toBe(true);
		expect((await callTool(client, "read", { path: path.join(world.sallyportHome, "home.json") })).ok).toBe(false);
		expect((await callTool(client, "connect", { host: "127.0.0.1", port: 9 })).ok).toBe(false);
		await client.close();
		expect(stderr()).not.toContain("PLANTED");
	});

	it("fetches nothing that it imports", async () => {
		const program = programs[name] ?? "";
		const script = path.join(world.folder, `${name}-remote.ts`);
		fs.writeFileSync(script, `import "${name === "deno" ? "npm:" : ""}sallyport-test-of-a-package-that-is-not-there";\n`);
		world.write(".mcp.json", { mcpServers: { remote: { command: program, args: [...verb, script] } } });
		const { code, stderr } = await world.sallyport(["tools", "list", "remote"]);
		expect(code).toBe(2);
		expect(stderr).toMatch(/ended with code 1 before it listed its tools\. Its last words: .*(?:not found|Failed loading|Cannot find)/i);
	});
});
