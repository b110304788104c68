import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { credentialsIn } from "../../../src/core/rules/credentials.ts";
import { slice } from "../../../src/core/text.ts";
import { Dice, githubToken, WORD } from "../secrets/samples.ts";

function related(raw: string, ruleId: string): readonly { readonly at: number; readonly to: readonly (readonly [number, string])[] }[] {
	const document = parseConfig(raw, "cursor", "mcp.json");
	return analyze(document, { home: null })
		.filter((finding) => finding.ruleId === ruleId)
		.map((finding) => ({
			at: finding.span.offset,
			to: finding.related.map(({ span }) => [span.offset, slice(document.text, span)] as const),
		}));
}

test("a server or a key that stands twice leads to the first, and the first to the next", () => {
	const raw = '{"mcpServers": {\r\n"😀": {"command": "a"},\r\n"\\ud83d\\ude00": {"command": "b"},\r\n"😀": {"command": "c"}}}';
	const [first, second, third] = [raw.indexOf('"😀"'), raw.indexOf('"\\ud'), raw.lastIndexOf('"😀"')];
	expect(related(raw, "invalid-config")).toEqual([
		{
			at: first,
			to: [
				[second, '"\\ud83d\\ude00"'],
				[third, '"😀"'],
			],
		},
		{ at: second, to: [[first, '"😀"']] },
		{ at: third, to: [[first, '"😀"']] },
	]);
	const inside = '{"mcpServers": {"a": {"command": "x", "env": {"K": "1", "K": "2"}}}}';
	expect(related(inside, "invalid-config")).toEqual([
		{
			at: inside.indexOf('"a"'),
			to: [
				[inside.indexOf('"K"'), '"K"'],
				[inside.lastIndexOf('"K"'), '"K"'],
			],
		},
	]);
});

test("a credential leads to the other places that hold the very same value, escaped or not, found or not", () => {
	const token = githubToken(new Dice(8), "ghp");
	const escaped = `\\u0067${token.slice(1)}`;
	const raw = `{"mcpServers": {"a": {"command": "x", "env": {"T": "${token}"}}, "b": {"command": "x", "args": ["--header", "Authorization: Bearer ${escaped}"]}}} // ${token}`;
	const places = [raw.indexOf(token), raw.indexOf(escaped), raw.lastIndexOf(token)];
	const to = (...indexes: readonly number[]): unknown => indexes.map((i) => [places[i], i === 1 ? escaped : token]);
	expect(related(raw, "secret-in-env")).toEqual([{ at: places[0], to: to(1, 2) }]);
	expect(related(raw, "secret-in-argument")).toEqual([{ at: places[1], to: to(0, 2) }]);
	expect(related(raw, "secret-in-config")).toEqual([{ at: places[2], to: to(0, 1) }]);

	const word = "Tr0ub4dor-and-3";
	const quiet = JSON.stringify({ mcpServers: { a: { command: "x", args: [word], env: { DB_PASSWORD: word } } } });
	expect(related(quiet, "secret-in-env")).toEqual([{ at: quiet.lastIndexOf(word), to: [[quiet.indexOf(word), word]] }]);
});

test("in each format the value counts, not how it is written", () => {
	const dice = new Dice(10);
	const [start, end] = [dice.text(12, WORD), dice.text(12, WORD)];
	const backslash = `${start}\\n${end}`;
	const escaped = `${start}\\\\n${end}`;
	// Between single quotes TOML and YAML have no escapes: `\n` there is two characters, and `'` is written twice in YAML.
	const toml = `[mcp_servers.a]\ncommand = "x"\nenv = { DB_PASSWORD = '${backslash}' }\n[mcp_servers.b]\ncommand = "x"\nenv = { DB_PASSWORD = "${escaped}" }\n`;
	expect(twins(parseConfig(toml, "codex", "config.toml"))).toEqual([[escaped], [backslash]]);
	const different = toml.replace(escaped, backslash);
	expect(twins(parseConfig(different, "codex", "config.toml"))).toEqual([[], []]);
	const quoted = `${start}''${end}`;
	const yaml = `mcpServers:\n  - name: a\n    command: x\n    env:\n      DB_PASSWORD: '${quoted}'\n  - name: b\n    command: x\n    env:\n      DB_PASSWORD: "${start}'${end}"\n`;
	expect(twins(parseConfig(yaml, "continue", "config.yaml"))).toEqual([[`${start}'${end}`], [quoted]]);
});

function twins(document: ConfigDocument): readonly (readonly string[])[] {
	return credentialsIn(document).map(({ related: others }) => others.map(({ span }) => slice(document.text, span)));
}

test("a message about another place never says the value", () => {
	const token = githubToken(new Dice(9), "ghp");
	const document = parseConfig(`{"mcpServers": {"a": {"command": "x", "env": {"T": "${token}", "U": "${token}"}}}}`, "cursor", "mcp.json");
	expect(JSON.stringify(analyze(document, { home: null }))).not.toContain(token.slice(4));
});

test("a value that stands a thousand times names a few of its places", () => {
	const token = githubToken(new Dice(10), "ghp");
	const env = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`T${i}`, token]));
	const found = related(JSON.stringify({ mcpServers: { a: { command: "x", env } } }), "secret-in-env");
	expect(found).toHaveLength(1000);
	expect(new Set(found.map(({ to }) => to.length))).toEqual(new Set([10]));
});
