import { describe, expect, test } from "vitest";
import { Random } from "../../../bench/detection/random.ts";
import { type HostId, matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { parseAgain } from "../../../src/core/config/parse-again.ts";
import { fixtureSources, makeSource } from "../../fuzz/sources.ts";

const TWO = `{ "mcpServers": {
	"a": { "command": "npx", "args": ["-y", "one"] }, // first
	"b": { "command": "npx", "args": ["-y", "two"], "env": { "LOG_LEVEL": "info" }, "trust": true }
}, "inputs": [{ "id": "x" }] }
`;

function again(before: string, after: string, host: HostId = "cursor") {
	return parseAgain(parseConfig(before, host, "mcp.json"), after);
}

describe("the next version of a file", () => {
	test("is read as on a first look, however it differs", () => {
		const corpus = fixtureSources();
		for (let seed = 0; seed < 400; seed++) {
			const random = new Random(`versions ${seed}`);
			const { path, text } = makeSource(random, corpus);
			const host = matchHost(path);
			if (host === null) continue;
			let version = text;
			let document = parseConfig(version, host, path);
			for (let i = 0; i < 12; i++) {
				// Whole again from time to time: most edits break the file.
				version = i % 4 === 3 ? text : edited(random, version);
				document = parseAgain(document, version);
				expect(document, `seed ${seed}, edit ${i}`).toEqual(parseConfig(version, host, path));
			}
		}
	});

	test("keeps what stands before the entry that changed as it is", () => {
		const before = parseConfig(TWO, "cursor", "mcp.json");
		const after = parseAgain(before, TWO.replace('"two"', '"three"'));
		expect(after.servers[0]).toBe(before.servers[0]);
		expect(after).toEqual(parseConfig(TWO.replace('"two"', '"three"'), "cursor", "mcp.json"));
	});

	test("reads the whole file where a change in one entry ends it, opens a comment, or says its name anew", () => {
		for (const [from, to] of [
			['"one"', '"one"] }, "c": { "url": "https://a.example", "args": ["x"'],
			['"one"', '"one" /* '],
			['"two"', '"two'],
			['"b"', '"a"'],
			["true", 'true, "trust": false'],
			['{ "LOG_LEVEL"', '{ "LOG_LEVEL": "x", "LOG_LEVEL"'],
		] as const) {
			const after = TWO.replace(from, to);
			expect(again(TWO, after)).toEqual(parseConfig(after, "cursor", "mcp.json"));
			expect(again(after, TWO)).toEqual(parseConfig(TWO, "cursor", "mcp.json"));
		}
	});

	test("where an entry is the whole file, or another one is laid over it", () => {
		const one = '{ "name": "x", "command": "npx", "args": ["one"], "other": { "a": 1 } }';
		const file = ".continue/mcpServers/one.json";
		const longer = one.replace('"one"', '"one", "two"');
		expect(parseAgain(parseConfig(one, "continue", file), longer)).toEqual(parseConfig(longer, "continue", file));
		const bundle = '{ "server": { "mcp_config": { "command": "a", "platform_overrides": { "win32": { "args": ["b"] } } } } }';
		for (const after of [bundle.replace('"a"', '"another"'), bundle.replace('"b"', '"another"')])
			expect(again(bundle, after, "mcpb")).toEqual(parseConfig(after, "mcpb", "mcp.json"));
	});

	test("where a part of an entry stands over the whole of it", () => {
		const before = JSON.stringify({
			manifest_version: "0.2",
			server: { mcp_config: { command: "a", args: ["x"], platform_overrides: { win32: { args: ["y"] }, linux: { command: "b" } } } },
		});
		for (const after of [before.replace("win32", "darwin"), before.replace('"x"', '"z"'), before.replace("platform_overrides", "other")])
			expect(parseAgain(parseConfig(before, "mcpb", "manifest.json"), after)).toEqual(parseConfig(after, "mcpb", "manifest.json"));
	});

	test("has its byte order mark, or none", () => {
		for (const after of [`\uFEFF${TWO}`, TWO.replace("one", "two")])
			for (const before of [TWO, `\uFEFF${TWO}`]) expect(again(before, after)).toEqual(parseConfig(after, "cursor", "mcp.json"));
	});
});

/** As a person edits: something typed, something taken out. */
function edited(random: Random, text: string): string {
	const at = random.below(text.length + 1);
	const removed = random.pick([0, 0, 1, 5, 30]);
	const typed = random.pick([
		"",
		"x",
		'"',
		" ",
		"\n",
		"{",
		"}",
		",",
		'"type": "stdio",',
		'"a": [1, {}],',
		"// a\n",
		"/* b */",
		"🔑",
		'", "',
	]);
	return text.slice(0, at) + typed + text.slice(at + removed);
}
