import { describe, expect, test } from "vitest";
import { checkCase } from "./invariants.ts";
import { fuzz } from "./run.ts";

/** Enough to meet every kind of file and edit; `npm run fuzz` goes on. */
const CASES = 400;

describe("files that nobody would write", () => {
	test.each(["first", "second", "third"])("break no promise (seed %s)", (seed) => {
		const { failures } = fuzz(seed, (cases) => cases < CASES);
		expect(failures.map(({ message, failing }) => ({ message, failing }))).toEqual([]);
	});
});

/** What fuzzing found, as short as it can be told. */
describe("files that broke a promise once", () => {
	test.each([
		["an unclosed comment before a line break", ".vscode/mcp.json", "/*\r\n"],
		["an unclosed comment", ".cursor/mcp.json", "/*"],
		["an unclosed comment in an array", ".mcp.json", '{"","":[/*\r\n'],
		["a quote that nothing closes", ".continue/config.yaml", '"'],
		["a block that ends with the file", ".continue/config.yaml", ": a\nmcpServers: |\n a"],
		["a block of one line, deeper", ".continue/config.yaml", ": a\nmcpServers:\n  a : a\n     \n    :\n      : \n       |\n       a"],
		["a table without a name", ".codex/config.toml", "a=''\n[mcp_servers.\"\"]\na=''\n[a]\na=''\na=[\"\"]"],
		["a server of one line", ".codex/config.toml", '[mcp_servers.a]\nurl="a"'],
		["a command in a list", "opencode.json", '{"mcp":{"a":{"":"","command":["a"],"a":{"":""}}}}'],
		["a carriage return in a value", ".config/goose/config.yaml", ": a\n \nextensions:\n :\n    : a\n    cmd:\ra"],
		["a carriage return in a comment", ".codex/config.toml", '#\rsallyport-ignoreTOKEN "aaaa1aaN'],
		["a bracket at the end of a command", ".config/goose/config.yaml", "extensions:\n a:\n    : \n    cmd: a]"],
		["an open quote in a command", ".cursor/mcp.json", '{"mcpServers":{"a":{"command":"\\"/python -"}}}'],
	])("%s", (_, path, text) => {
		checkCase({ path, before: text, text, planted: [] });
	});
});
