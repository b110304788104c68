import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { plain } from "../../../src/core/plain-text.ts";
import { formatJson } from "../../../src/core/report/json.ts";
import type { AnalyzedFile } from "../../../src/core/report/report.ts";
import { stringsAndWords } from "../../../src/core/report/strings-and-words.ts";
import { formatText } from "../../../src/core/report/text.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { fixtureNames, readFixture, SECRETS } from "../rules/fixture.ts";
import { Dice, githubToken, WORD } from "../secrets/samples.ts";

const unpainted = (_: string, text: string): string => text;

function analyzed(text: string, file = ".cursor/mcp.json"): AnalyzedFile {
	const document = parseConfig(text, "cursor", file);
	return { file, document, findings: analyze(document, { home: null }), silenced: [] };
}

describe("no report repeats a secret", () => {
	for (const name of fixtureNames()) {
		test(name, () => {
			const { document, file } = readFixture(name);
			const files = [{ file, document, findings: analyze(document, { home: null }), silenced: [] }];
			const reports = formatText(files, unpainted) + formatJson(files);
			for (const secret of Object.values(SECRETS)) expect(reports).not.toContain(secret.slice(-12));
		});
	}

	test("not even one on the line of another finding, in a key, or in the name of a server", () => {
		const dice = new Dice(7);
		const [one, two, three, four] = [githubToken(dice, "ghp"), dice.text(32, WORD), githubToken(dice, "gho"), githubToken(dice, "ghu")];
		const line = `{"mcpServers": {"${three}": {"command": "npx", "args": ["x", "--token", "${two}"], "env": {"A": "${one}", "${four}": "${one}"}}}}`;
		const files = [analyzed(line)];
		const reports = formatText(files, unpainted) + formatJson(files);
		for (const secret of [one, two, three, four]) expect(reports).not.toContain(secret.slice(-12));
		expect(files[0]?.findings.length).toBeGreaterThan(3);
	});

	test("nor one that only the key above gives away, or a flag in a line for a shell, or a name with escapes", () => {
		const name = githubToken(new Dice(12), "ghp");
		const word = `hunter${new Dice(13).text(2, WORD)}Zq`;
		const text = JSON.stringify({
			mcpServers: {
				[name]: {
					command: "sh",
					args: ["-c", `TOKEN=${word} npx x --token ${word}`],
					env: { PASSWORD: { value: word }, API_TOKEN: word },
				},
			},
		}).replace("ghp_", "\\u0067hp_");
		const files = [analyzed(text)];
		const report = formatText(files, unpainted) + formatJson(files);
		expect(report).toContain("--token ••••");
		expect(report).toContain("PASSWORD holds a password");
		for (const secret of [word, name.slice(8)]) expect(report).not.toContain(secret);
	});

	test("nor one in a comment, in single quotes, or behind a gap, on the lines around a finding", () => {
		const [one, two, three] = [1, 2, 3].map((seed) => new Dice(seed + 50).text(32, WORD));
		const line = (comment: string) =>
			`{"mcpServers": {"a": {\n// ${comment}\n"command": "bash", "args": ["-c", "x && y"]\n// it's '${two}'\n}}}`;
		expect(formatText([analyzed(line(`key ${one}`))], unpainted)).toContain("shell-wrapper");
		const reports = formatText([analyzed(line(`key ${one}`)), analyzed(line(`"a"          : "${three}`))], unpainted);
		for (const secret of [one, two, three]) expect(reports).not.toContain(secret?.slice(0, 12));
	});

	test("nor what a host keeps beside its servers on the same line", () => {
		const own = new Dice(8).text(40, WORD);
		const text = JSON.stringify({ primaryApiKey: own, mcpServers: { a: { command: "bash", args: ["-c", "x && y"] } } });
		const document = parseConfig(text, "claude-code", ".claude.json");
		const files = [{ file: ".claude.json", document, findings: analyze(document, { home: null }), silenced: [] }];
		expect(formatText(files, unpainted)).toContain("shell-wrapper");
		expect(formatText(files, unpainted)).not.toContain(own.slice(0, 8));
	});
});

test("a finding is drawn under its place", () => {
	const token = githubToken(new Dice(9), "ghp");
	const text = formatText([analyzed(`{\n  "mcpServers": {\n    "a": { "command": "x", "env": { "T": "${token}" } }\n  }\n}\n`)], unpainted);
	const lines = text.split("\n");
	const at = lines.findIndex((line) => line.includes("> 3 |"));
	expect(lines[at - 2]).toContain(".cursor/mcp.json:3:43 warning secret-in-env a: T holds a GitHub token in plain text.");
	expect(lines[at]).toContain('"T": "ghp_…"');
	const mark = lines[at + 1] ?? "";
	expect((lines[at] ?? "").slice(mark.indexOf("^"), mark.lastIndexOf("^") + 1)).toBe("ghp_…");
	expect(text).toContain("1 warning, 1 info in 1 file.");
	expect(text).toContain("sallyport fix");
});

test("a hostile file cannot drive the terminal", () => {
	const hostile = "\u001b]0;owned\u0007\u202e\u200b\u009b2J\r\n\u2028\u{e0041}";
	const text = JSON.stringify(
		{ mcpServers: { [`x${hostile}`]: { command: "bash", args: ["-c", `a ${hostile} b`], env: { [`PATH${hostile}`]: "1", PATH: "x" } } } },
		null,
		2,
	);
	const raw = text.replaceAll("\\u001b", "\u001b").replaceAll("\\u0007", "\u0007");
	const files = [analyzed(text, `evil${hostile}/.cursor/mcp.json`), analyzed(raw)];
	const reports = [formatText(files, unpainted), formatJson(files)];
	for (const report of reports) expect(report.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\u2028\u2029]/u);
	expect(JSON.parse(reports[1] ?? "").findings[0].file).toBe(".cursor/mcp.json");
	expect(plain("a\tb\u001b[31m\u{e0041}")).toBe("a b\\u001b[31m\\u{e0041}");
});

test("a long line is cut around the mark", () => {
	const text = JSON.stringify({
		pad: "lorem ".repeat(400),
		mcpServers: { a: { url: "http://far.example/mcp" } },
		more: "ipsum ".repeat(400),
	});
	const report = formatText([analyzed(text)], unpainted);
	expect(report).toContain("http://far.example/mcp");
	for (const line of report.split("\n").filter((each) => each.includes("|"))) expect(line.length).toBeLessThan(140);
});

test("a line that is made to take long takes no longer than its length", () => {
	const lines = ['\\\\"'.repeat(300_000), '"'.repeat(500_000), "a".repeat(1_000_000), `"${"b ".repeat(300_000)}`, "'x".repeat(400_000)];
	for (const line of lines) {
		const spans = [...stringsAndWords(line)];
		expect(spans.every(({ offset, length }) => offset + length <= line.length && length >= 8)).toBe(true);
	}
});
