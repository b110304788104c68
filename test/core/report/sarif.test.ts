import * as fs from "node:fs";
import * as path from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { STALE_BASELINE } from "../../../src/core/report/baseline.ts";
import type { AnalyzedFile } from "../../../src/core/report/report.ts";
import { formatSarif } from "../../../src/core/report/sarif.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { applyEdits } from "../../../src/core/text.ts";
import { fixtureNames, readFixture } from "../rules/fixture.ts";
import { Dice, githubToken } from "../secrets/samples.ts";
import { analyzed } from "./analyzed.ts";

const schema = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../../fixtures/sarif/sarif-2.1.0-rtm.5.json"), "utf8"));
// A schema of draft 4, of which the library reads a later draft: the id is the only word in it that changed its name.
const { id: _, $schema: __, ...definitions } = schema;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const isSarif = ajv.compile(definitions);

interface Region {
	readonly startLine: number;
	readonly startColumn: number;
	readonly endLine: number;
	readonly endColumn: number;
}

interface Result {
	readonly ruleId: string;
	readonly ruleIndex: number;
	readonly level: string;
	readonly locations: readonly [{ readonly physicalLocation: { readonly artifactLocation: object; readonly region: Region } }];
	readonly partialFingerprints: Readonly<Record<string, string>>;
	readonly suppressions?: readonly object[];
	readonly fixes?: readonly {
		readonly description: { readonly text: string };
		readonly artifactChanges: readonly [
			{ readonly replacements: readonly { readonly deletedRegion: Region; readonly insertedContent: { readonly text: string } }[] },
		];
	}[];
}

function sarif(files: readonly AnalyzedFile[], unread = { files: 0, folders: 0 }) {
	const log = JSON.parse(formatSarif(files, { version: "1.2.3", rules: [...RULES, STALE_BASELINE], unread }));
	expect(isSarif(log), ajv.errorsText(isSarif.errors)).toBe(true);
	return { run: log.runs[0], results: log.runs[0].results as Result[] };
}

/** The text of a region, as somebody reads it who knows SARIF alone. */
function offsetOf(text: string, line: number, column: number): number {
	return (
		text
			.split("\n")
			.slice(0, line - 1)
			.join("\n").length +
		(line > 1 ? 1 : 0) +
		column -
		1
	);
}

function textOf(text: string, { startLine, startColumn, endLine, endColumn }: Region): string {
	return text.slice(offsetOf(text, startLine, startColumn), offsetOf(text, endLine, endColumn));
}

const token = githubToken(new Dice(5), "ghp");
const config = (more: object) => JSON.stringify({ mcpServers: { "😀": { command: "npx", args: ["-y", "server"], ...more } } }, null, 2);

test("the schema that judges refuses what is no SARIF", () => {
	expect(isSarif({ version: "2.1.0", runs: [{ tool: { driver: {} } }] })).toBe(false);
	expect(isSarif({ version: "2.1.0", runs: [], more: 1 })).toBe(false);
});

describe("a log is valid", () => {
	test("with nothing in it", () => {
		const { run, results } = sarif([]);
		expect(results).toEqual([]);
		expect(run.tool.driver).toMatchObject({ name: "Sallyport", version: "1.2.3" });
		expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual([...RULES.map(({ id }) => id), "stale-baseline"]);
		for (const rule of run.tool.driver.rules) expect(rule.help.markdown).toContain("**What to do.**");
		expect(run.invocations[0].executionSuccessful).toBe(true);
	});

	test.each(fixtureNames())("for %s", (name) => {
		const { document, file } = readFixture(name);
		const file_ = { ...analyzed(document.text, file, document.host), document };
		const { run, results } = sarif([file_]);
		expect(results).toHaveLength(file_.findings.length + file_.silenced.length);
		for (const { ruleId, ruleIndex } of results) expect(run.tool.driver.rules[ruleIndex].id).toBe(ruleId);
	});

	test("when not everything could be read", () => {
		expect(sarif([], { files: 2, folders: 1 }).run.invocations[0]).toMatchObject({ executionSuccessful: false });
	});
});

test("a region is the credential's, in UTF-16 columns, behind emoji and over lines that end in CR LF", () => {
	const text = config({ env: { "😀": token } }).replaceAll("\n", "\r\n");
	const { run, results } = sarif([analyzed(text)]);
	expect(run.columnKind).toBe("utf16CodeUnits");
	const found = results.find(({ ruleId }) => ruleId === "secret-in-env");
	expect(textOf(text, found?.locations[0].physicalLocation.region ?? expect.fail())).toBe(token);
});

test("a file of the repository is named from its root, any other by its absolute URI", () => {
	const place = (file: string) => sarif([analyzed(config({}), file)]).results[0]?.locations[0].physicalLocation.artifactLocation;
	expect(place("a b/#ä%/.mcp.json")).toEqual({ uri: "a%20b/%23%C3%A4%25/.mcp.json", uriBaseId: "SRCROOT" });
	expect(place("/home/me/.cursor/mcp.json")).toEqual({ uri: "file:///home/me/.cursor/mcp.json" });
	expect(place("C:/Users/me/.cursor/mcp.json")).toEqual({ uri: "file:///C:/Users/me/.cursor/mcp.json" });
	expect(place("broken \ud800/.mcp.json")).toEqual({ uri: "broken%20%EF%BF%BD/.mcp.json", uriBaseId: "SRCROOT" });
});

test("what a message quotes from the file is no link in it", () => {
	const file = analyzed(
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		JSON.stringify({ servers: { a: { command: "x", env: { A: "${input:[Fix it](command:do.it)}" } } } }),
		".vscode/mcp.json",
	);
	const messages = (
		JSON.parse(formatSarif([file], { version: "1", rules: RULES, unread: { files: 0, folders: 0 } })) as {
			runs: [{ results: { message: { text: string } }[] }];
		}
	).runs[0].results.map(({ message }) => message.text);
	expect(messages.filter((text) => text.includes("Fix it"))).toEqual([expect.stringContaining("\\[Fix it\\](command:do.it)")]);
	expect(messages.join("\n")).not.toMatch(/(?<!\\)\](?=\()/);
});

test("fingerprints stay when lines move and values change, and tell equal places apart", () => {
	const prints = (text: string) =>
		sarif([analyzed(text)]).results.map(({ partialFingerprints }) => partialFingerprints["sallyportPlace/v1"]);
	const text = config({ env: { TOKEN: token, URL: `${token} ${githubToken(new Dice(6), "ghp")}` } });
	const before = prints(text);
	expect(before).toHaveLength(new Set(before).size);
	expect(prints(`\n\n${text.replaceAll(token, githubToken(new Dice(7), "gho"))}`)).toEqual(before);
});

test("what was put aside is there, and suppressed, and nothing else is", () => {
	const file = analyzed(config({ env: { TOKEN: token }, "sallyport-ignore": { "secret-in-env": "a test" } }));
	const [finding, ...rest] = file.findings;
	const baselined = { finding: finding ?? expect.fail(), by: "baseline" as const, reason: "known since May" };
	const { results } = sarif([{ ...file, findings: rest, silenced: [...file.silenced, baselined] }]);
	expect(results.filter(({ ruleId }) => ruleId === "secret-in-env").map(({ suppressions }) => suppressions)).toEqual([
		[{ kind: "inSource" }],
	]);
	expect(results.flatMap(({ suppressions }) => suppressions ?? [])).toEqual([
		{ kind: "inSource" },
		{ kind: "external", justification: "known since May" },
	]);
});

describe("a fix that is text alone", () => {
	const fixesOf = (text: string, file?: string) =>
		sarif([analyzed(text, file)]).results.flatMap(({ fixes = [] }) =>
			fixes.map(({ description, artifactChanges: [{ replacements }] }) => ({
				title: description.text,
				result: applyEdits(
					text,
					replacements.map(({ deletedRegion: at, insertedContent }) => ({
						span: { offset: offsetOf(text, at.startLine, at.startColumn), length: textOf(text, at).length },
						text: insertedContent.text,
					})),
				),
			})),
		);

	test("is in the log: https, and the launcher where the file can name it for everybody", () => {
		const url = '{\n"mcpServers": {"a": {"url": "http://mcp.example.com/mcp"}}}';
		expect(fixesOf(url)).toEqual([{ title: "Use https", result: url.replace("http:", "https:") }]);
		const [wrap] = fixesOf('{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}}}');
		expect(wrap?.title).toBe("Launch through Sallyport");
		expect(JSON.parse(wrap?.result ?? "").mcpServers.a.args.slice(-4)).toEqual(["--", "npx", "-y", "server@1.0.0"]);
		expect(fixesOf('{"mcpServers": {"a": {"command": "npx", "args": ["-y", "server@1.0.0"]}}}', "claude_desktop_config.json")).toEqual([]);
	});

	test("is left out where it would repeat a credential", () => {
		const named = `{"mcpServers": {"${token}": {"command": "node", "args": ["x.js"]}}}`;
		expect(fixesOf(named)).toEqual([]);
	});
});
