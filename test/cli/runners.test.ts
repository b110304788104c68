import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callTool, World } from "../harness/world.ts";
import { startRegistry, type TestRegistry } from "../platform/packages/registry.ts";

const MINI = path.resolve(import.meta.dirname, "../fixtures/servers/mini.mjs");
let world: World;
let registry: TestRegistry;

beforeAll(async () => {
	world = new World();
	await world.init();
	registry = await startRegistry([
		{
			manifest: { name: "@acme/mini", version: "1.0.0", bin: { mini: "mini.mjs", other: "other.mjs" } },
			files: { "mini.mjs": `#!/usr/bin/env node\n${fs.readFileSync(MINI, "utf8")}`, "other.mjs": "process.exit(7)\n" },
		},
	]);
	fs.writeFileSync(path.join(world.home, ".npmrc"), `registry=${registry.url}\n`);
});
afterAll(async () => {
	await registry.close();
	world.remove();
});

describe("every tool of the npm family", () => {
	it.each([
		"npx -y @acme/mini",
		"npm exec --yes -- @acme/mini",
		"bunx @acme/mini",
		"bun x -y @acme/mini",
		"pnpm dlx @acme/mini",
		"pnpx @acme/mini",
		"yarn dlx -q @acme/mini",
	])("has its package approved once, and started from the store without asking the registry: %s", async (text) => {
		const [command = "", ...args] = text.split(" ");
		world.write(".mcp.json", { mcpServers: { mini: { command, args } } });
		await world.allowTools("mini", "echo", "read");
		const before = registry.requests.length;
		const { client } = await world.connect("mini", [], { line: [command, ...args] });
		expect((await callTool(client, "echo", { text: "hello" })).text).toBe("hello");
		// It reads its own package, and cannot see that there are others.
		expect((await callTool(client, "read", { path: world.sallyportHome })).ok).toBe(false);
		await client.close();
		expect(registry.requests.length).toBe(before);
	});

	it("installs it once for all of them", () => {
		expect(registry.requests.filter(({ line }) => line.endsWith(".tgz"))).toHaveLength(1);
		expect(fs.readdirSync(path.join(world.sallyportHome, "store", "npm"))).toHaveLength(1);
	});

	it("starts the command of the package that the line names", async () => {
		world.write(".mcp.json", { mcpServers: { mini: { command: "pnpm", args: ["--package=@acme/mini", "dlx", "other"] } } });
		expect((await world.sallyport(["tools", "list", "mini"])).stderr).toContain("ended with code 7");
		world.write(".mcp.json", { mcpServers: { mini: { command: "bunx", args: ["-p", "@acme/mini", "absent"] } } });
		expect((await world.sallyport(["tools", "list", "mini"])).stderr).toContain("it brings no such command");
	});
});
