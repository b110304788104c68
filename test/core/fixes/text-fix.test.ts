// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { describe, expect, test } from "vitest";
import { matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { isTextFix, TEXT_FIXES } from "../../../src/core/fixes/text-fix.ts";
import { examine } from "../../../src/core/rules/analyze.ts";
import { applyEdits } from "../../../src/core/text.ts";
import { ruleFixtures } from "../rules/rule-fixtures.ts";

/** The file after every fix of these rules, one after the other, as a person would take them. */
function mended(raw: string, file: string, ...rules: readonly string[]): string {
	const host = matchHost(file);
	if (host === null) throw new Error(`no host has a file ${file}`);
	let text = raw;
	for (let i = 0; i < 20; i++) {
		const document = parseConfig(text, host, file);
		const finding = examine(document, { home: null }).findings.find(({ ruleId, fixes }) => rules.includes(ruleId) && fixes.some(isTextFix));
		const fix = finding?.fixes.find(isTextFix);
		if (finding === undefined || fix === undefined) return text;
		const edits = TEXT_FIXES[fix].edits(document, finding);
		if (!edits.ok) throw new Error(edits.problem.message);
		text = applyEdits(document.text, edits.value);
	}
	throw new Error("a fix leaves what it mends");
}

describe("a key that the host does not read gets the name that it reads, and nothing else changes", () => {
	test("the root", () => {
		const raw = '{\r\n\t// mine\r\n\t"mcpServers": { "a": { "command": "srv" }, },\r\n}';
		expect(mended(raw, ".vscode/mcp.json", "wrong-root-key")).toBe(raw.replace("mcpServers", "servers"));
		expect(mended('{"servers":{"mcpServers":{"url":"https://x.example"}}}', ".cursor/mcp.json", "wrong-root-key")).toBe(
			'{"mcpServers":{"mcpServers":{"url":"https://x.example"}}}',
		);
	});

	test("fields, also of an entry that no host can start because of it", () => {
		const raw = '{ "servers": { "a": { "commmand": "srv", "arg": ["😀"], "env_file": ".env" }, "b": { "command": "x", "Env": {} } } }';
		expect(mended(raw, ".vscode/mcp.json", "misspelt-field")).toBe(
			'{ "servers": { "a": { "command": "srv", "args": ["😀"], "envFile": ".env" }, "b": { "command": "x", "env": {} } } }',
		);
	});

	test("a table of TOML", () => {
		const raw = '[mcpServers.a]\ncommand = "srv"\n';
		expect(mended(raw, ".codex/config.toml", "wrong-root-key")).toBe(raw.replace("mcpServers", "mcp_servers"));
		const twice = `${raw}\n[mcpServers.b]\ncommand = "srv"\n`;
		expect(mended(twice, ".codex/config.toml", "wrong-root-key")).toBe(twice);
	});

	test("not where the right one stands beside it", () => {
		for (const raw of [
			'{ "servers": { "a": { "command": "srv", "args": [], "arg": ["x"] } } }',
			'{ "servers": {}, "mcpServers": { "a": { "command": "srv" } } }',
		])
			expect(mended(raw, ".vscode/mcp.json", "misspelt-field", "wrong-root-key")).toBe(raw);
	});
});

test("of two keys that mean the same, one alone gets the name: both would be one lost", () => {
	const roots = '{"mcpservers":{"s":{"command":"x"}},"McpServers":{"t":{"command":"y"}}}';
	const fields = '{"servers":{"a":{"command":"x","arg":["1"],"argss":["2"]}}}';
	for (const [raw, file, rule] of [
		[roots, ".cursor/mcp.json", "wrong-root-key"],
		[fields, ".vscode/mcp.json", "misspelt-field"],
	] as const) {
		const host = matchHost(file) ?? "cursor";
		const told = examine(parseConfig(raw, host, file), { home: null }).findings.filter(({ ruleId }) => ruleId === rule);
		expect(told.map(({ fixes }) => fixes)).toEqual([["rename-key"], []]);
	}
});

describe("a reference is written as the host reads it", () => {
	const entry = (value: string): string => JSON.stringify({ mcpServers: { a: { command: "srv", env: { T: value } } } });

	test.each([
		[".cursor/mcp.json", "${TOKEN}", "${env:TOKEN}"],
		[".cursor/mcp.json", "/opt/bin:${PATH}", "/opt/bin:${env:PATH}"],
		[".cursor/mcp.json", "$TOKEN", "${env:TOKEN}"],
		[".cursor/mcp.json", "%TOKEN%", "${env:TOKEN}"],
		[".cursor/mcp.json", "{env:A_B}-${C}", "${env:A_B}-${env:C}"],
		[".mcp.json", "${env:TOKEN}", "${TOKEN}"],
		[".mcp.json", "Bearer $TOKEN", "Bearer ${TOKEN}"],
	])("%s: %s", (file, value, expected) => {
		expect(mended(entry(value), file, "unexpanded-reference")).toBe(entry(expected));
	});

	test.each([
		[".cursor/mcp.json", "${TOKEN:-none}"],
		[".mcp.json", "${input:token}"],
		["claude_desktop_config.json", "${TOKEN}"],
	])("%s: %s is left to a person", (file, value) => {
		expect(mended(entry(value), file, "unexpanded-reference")).toBe(entry(value));
	});
});

test("an input is hidden: in place of what it says, else before its id, in the lines of the file", () => {
	const inputs = (text: string): string => `{ "servers": {}, "inputs": [${text}] }`;
	for (const [before, after] of [
		['{ "id": "token", "type": "promptString", "password": false }', '{ "id": "token", "type": "promptString", "password": true }'],
		['{ "id": "token", "type": "promptString" }', '{ "password": true, "id": "token", "type": "promptString" }'],
		[
			'{\r\n    "type": "promptString",\r\n    "id": "token",\r\n}',
			'{\r\n    "type": "promptString",\r\n    "password": true,\r\n    "id": "token",\r\n}',
		],
	] as const)
		expect(mended(inputs(before), ".vscode/mcp.json", "plain-input")).toBe(inputs(after));
});

test("every fix that changes the text alone takes its own finding away, leaves all bytes around it, and never the secret of another", () => {
	for (const { rule, name, document, context } of ruleFixtures()) {
		const { findings } = examine(document, context);
		for (const finding of findings) {
			for (const fix of finding.fixes.filter(isTextFix)) {
				const edits = TEXT_FIXES[fix].edits(document, finding);
				if (!edits.ok) throw new Error(`${rule}/${name}: ${edits.problem.message}`);
				const text = applyEdits(document.text, edits.value);
				const after = examine(parseConfig(document.bom ? `\ufeff${text}` : text, document.host, document.file), context).findings;
				const place = `${finding.ruleId} ${finding.keyPath.join("\0")}`;
				const count = (all: typeof findings): number =>
					all.filter(({ ruleId, keyPath }) => `${ruleId} ${keyPath.join("\0")}` === place).length;
				expect(count(after), `${rule}/${name} ${finding.ruleId}`).toBeLessThan(count(findings));
			}
		}
	}
});
