import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";

const parse = (servers: unknown): ConfigDocument => parseConfig(JSON.stringify({ servers }), "vscode", ".vscode/mcp.json");
const list = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `v${i}`);

describe("an entry with more values than anybody writes", () => {
	test.each([
		["args", list(10_001)],
		["env", Object.fromEntries(list(10_001).map((name) => [name.toUpperCase(), "x"]))],
	])("has the first of its %s read, says so, and is neither edited nor launched", (field, values) => {
		const { servers, settings, problems } = parse({ a: { command: "srv", [field]: values } });
		const [server] = servers;
		expect(server?.kind === "stdio" && server[field === "args" ? "args" : "env"]).toHaveLength(10_000);
		expect(server?.unambiguous).toBe(false);
		expect(settings).toEqual([]);
		expect(problems).toMatchObject([{ code: "bad-entry", server: "a", message: expect.stringContaining("not looked at") }]);
	});

	test("is read as it is up to there", () => {
		const { servers, problems } = parse({ a: { command: "srv", args: list(10_000) } });
		expect(servers[0]?.unambiguous).toBe(true);
		expect(problems).toEqual([]);
	});
});

test("of more servers than anybody has the first are read, and what is behind them is told", () => {
	const { servers, problems } = parse(Object.fromEntries(list(60_000).map((name) => [name, { command: "a" }])));
	expect(servers.length).toBeGreaterThanOrEqual(5_000);
	expect(servers.length).toBeLessThan(60_000);
	expect(problems).toMatchObject([{ code: "bad-entry", message: expect.stringContaining("not looked at") }]);
});

test("twenty thousand servers as people write them are all read", () => {
	const entry = (name: string): object => ({
		type: "stdio",
		command: "npx",
		args: ["-y", `@example/${name}@1.0.0`, "--root", `/srv/data/${name}`],
	});
	const { servers, problems } = parse(
		Object.fromEntries(list(20_000).map((name) => [`server-${name}`, { ...entry(name), env: { REGION: "eu-west-1" } }])),
	);
	expect(servers).toHaveLength(20_000);
	expect(problems).toEqual([]);
});

test("of more other values than anybody writes the first are read, and what is behind them is told", () => {
	const { settings, problems } = parseConfig(JSON.stringify({ servers: {}, notes: list(30_000) }), "vscode", ".vscode/mcp.json");
	expect(settings.length).toBeGreaterThan(10_000);
	expect(settings.length).toBeLessThan(30_000);
	expect(problems).toMatchObject([{ code: "bad-entry", message: expect.stringContaining("not looked at") }]);
});
