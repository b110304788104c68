import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installHosts } from "../harness/published-programs.ts";
import { World } from "../harness/world.ts";

const world = new World();
let packages: string;
let config: string;

/** A per-user file of Claude Code, wrapped by our own command, with one tool ticked. */
beforeAll(async () => {
	packages = await installHosts();
	await world.init();
	config = path.join(world.home, ".claude.json");
	fs.writeFileSync(
		config,
		JSON.stringify({ numStartups: 3, mcpServers: { mini: { type: "stdio", command: process.execPath, args: [world.server], env: {} } } }),
	);
	const wrapped = await world.sallyport(["wrap", "--user", "--all"]);
	expect(wrapped.code, wrapped.stderr).toBe(0);
	const allowed = await world.sallyport(["tools", "allow", "mini", "echo", "--file", config, "--yes"]);
	expect(allowed.code, allowed.stderr).toBe(0);
}, 300_000);
afterAll(() => world.remove());

describe("a wrapped server in a real host", () => {
	it("is connected by Claude Code (claude mcp list)", async () => {
		const claude = path.join(packages, "@anthropic-ai", "claude-code", "cli-wrapper.cjs");
		const outcome = await world.run(process.execPath, [claude, "mcp", "list"], {
			env: { DISABLE_TELEMETRY: "1", CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1" },
		});
		expect(outcome.stdout).toMatch(/mini: .*sallyport run --name mini .*Connected/);
	});

	it("lists what was ticked and answers a call in the MCP Inspector", async () => {
		const inspector = path.join(packages, "@modelcontextprotocol", "inspector", "clients", "launcher", "build", "index.js");
		const inspect = (...args: string[]) =>
			world.run(process.execPath, [inspector, "--cli", "--config", config, "--server", "mini", ...args], {
				env: { MCP_INSPECTOR_SECRET_STORE: "memory" },
			});
		const listed = await inspect("--method", "tools/list");
		expect(JSON.parse(listed.stdout.slice(listed.stdout.indexOf("{"))).tools.map((tool: { name: string }) => tool.name)).toEqual(["echo"]);
		const called = await inspect("--method", "tools/call", "--tool-name", "echo", "--tool-arg", "text=through the door");
		expect(called.stdout).toContain("through the door");
		const refused = await inspect("--method", "tools/call", "--tool-name", "env");
		expect(`${refused.stdout}${refused.stderr}`).toContain("Tool 'env' not found");
	});
});
