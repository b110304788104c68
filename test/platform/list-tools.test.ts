import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { listTools } from "../../src/platform/launch/list-tools.ts";

/** What a person is told of a program that ends before it answers. */
async function told(program: string): Promise<string> {
	const child = spawn(process.execPath, ["-e", program], { stdio: "pipe", shell: false });
	try {
		const tools = await listTools(child, { timeoutMs: 20_000, redact: (text) => text.replaceAll("hidden", "[redacted]") });
		return tools.ok ? "" : tools.problem.message;
	} finally {
		child.kill("SIGKILL");
	}
}

describe("a server that ends before it lists its tools", () => {
	it.each([
		["an error among its stack", "null.config", /Its last words: TypeError: Cannot read properties of null/],
		[
			"an error in front of its usage",
			'console.error("Error: no database\\n" + "  --flag  a flag\\n".repeat(200)); process.exit(1)',
			/words: Error: no database$/,
		],
		["its last line", 'console.error("Reading\\nNo path was given\\n\\n"); process.exit(1)', /words: No path was given$/],
		["no secret", 'console.error("Error: hidden is not a token"); process.exit(1)', /words: Error: \[redacted\] is not a token$/],
		["nothing where it says nothing", "process.exit(3)", /^The server ended with code 3 before it listed its tools\.$/],
	])("is told of with %s", async (_what, program, message) => {
		expect(await told(program)).toMatch(message);
	});
});

describe("a server that cannot list its tools", () => {
	it("is told of in its own words, without a secret", async () => {
		const answer = { jsonrpc: "2.0", error: { code: -32603, message: "fetch failed for hidden" } };
		const program = `require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
			const { id } = JSON.parse(line);
			if (id !== undefined) console.log(JSON.stringify({ ...${JSON.stringify(answer)}, id }));
		});`;
		expect(await told(program)).toBe("The server answered with error -32603: fetch failed for [redacted].");
	});
});

describe("a server that lists what its host can be asked for", () => {
	const program = `require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
		const { id, method, params } = JSON.parse(line);
		if (method === "initialize") {
			global.can = Object.keys(params.capabilities);
			console.log(JSON.stringify({ jsonrpc: "2.0", id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} } } }));
		}
		if (method === "tools/list")
			console.log(JSON.stringify({ jsonrpc: "2.0", id, result: { tools: can.map((name) => ({ name, inputSchema: { type: "object" } })) } }));
	});`;

	it.each([
		["nothing", {}, []],
		["what was granted, and nothing else", { elicitation: 10, roots: 2 }, ["elicitation", "roots"]],
	])("is told that the host can do %s", async (_what, asks, names) => {
		const child = spawn(process.execPath, ["-e", program], { stdio: "pipe", shell: false });
		try {
			const tools = await listTools(child, { timeoutMs: 20_000, asks, redact: (text) => text });
			expect(tools.ok && tools.value.tools.map(({ name }) => name)).toEqual(names);
		} finally {
			child.kill("SIGKILL");
		}
	});
});
