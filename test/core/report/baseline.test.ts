import { describe, expect, test } from "vitest";
import {
	applyBaseline,
	type Baseline,
	baselineOf,
	formatBaseline,
	parseBaseline,
	staleEntries,
} from "../../../src/core/report/baseline.ts";
import type { AnalyzedFile } from "../../../src/core/report/report.ts";
import { slice } from "../../../src/core/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";
import { analyzed } from "./analyzed.ts";

const token = (seed: number) => githubToken(new Dice(seed), "ghp");
const nameOf = ({ file }: AnalyzedFile): string => file;
const config = (env: object) => JSON.stringify({ mcpServers: { a: { command: "node", args: ["x.js"], env } } }, null, 2);

function baseline(files: readonly AnalyzedFile[]): Baseline {
	return parsed(formatBaseline(baselineOf(files, nameOf, [], () => true)));
}

function parsed(text: string): Baseline {
	const read = parseBaseline(text, "baseline.json");
	if (!read.ok) throw new Error(read.problem.message);
	return read.value;
}

test("what is there today is silent, what comes is told", () => {
	const before = baseline([analyzed(config({ ONE: token(1) }))]);
	expect(applyBaseline(before, [analyzed(config({ ONE: token(1) }))], nameOf)).toMatchObject({ files: [{ findings: [] }], unused: [] });
	const { files } = applyBaseline(before, [analyzed(`\n\n${config({ ONE: token(1), TWO: token(2) })}`)], nameOf);
	expect(files[0]?.findings.map(({ keyPath }) => keyPath.at(-1))).toEqual(["TWO"]);
	expect(files[0]?.silenced.map(({ by }) => by)).toEqual(["baseline", "baseline"]);
});

test("no more in one place than there were", () => {
	const before = baseline([analyzed(config({ A: token(1) }))]);
	const { files } = applyBaseline(before, [analyzed(config({ A: `${token(1)} ${token(2)}` }))], nameOf);
	expect(files[0]?.findings.map(({ ruleId }) => ruleId)).toEqual(["secret-in-env"]);
});

test("another value in the same place stays silent: nothing of the value is kept", () => {
	const text = formatBaseline(baselineOf([analyzed(config({ A: token(1) }))], nameOf, [], () => true));
	expect(applyBaseline(parsed(text), [analyzed(config({ A: token(2) }))], nameOf).files[0]?.findings).toEqual([]);
	expect(text).toBe(formatBaseline(baselineOf([analyzed(config({ A: token(2) }))], nameOf, [], () => true)));
});

test("an error is told, whatever the baseline says", () => {
	const file = analyzed(config({ SALLYPORT_HOME: "/x", A: token(1) }));
	const entries = baselineOf([file], nameOf, [], () => true);
	expect(entries.map(({ rule }) => rule)).not.toContain("launcher-environment");
	const forged = parsed(formatBaseline(file.findings.map(({ ruleId, keyPath }) => ({ rule: ruleId, file: file.file, keyPath, count: 9 }))));
	const { files, unused } = applyBaseline(forged, [file], nameOf);
	expect(files[0]?.findings.map(({ ruleId }) => ruleId)).toEqual(["launcher-environment"]);
	expect(staleEntries(forged, "b.json", unused, undefined)?.findings[0]?.message).toContain("what is an error cannot");
	// One that somebody made an error, too.
	const raised = { ...file, findings: file.findings.map((finding) => ({ ...finding, severity: "error" as const })) };
	const applied = applyBaseline(forged, [raised], nameOf);
	expect(applied.files[0]?.findings).toHaveLength(file.findings.length);
	// It is still there: whoever raises it for one run is not told to take it out of the baseline.
	expect(applied.unused.map(({ rule }) => rule)).toEqual(["launcher-environment"]);
});

test("the text is the same whatever the order, and reasons stay when it is written anew", () => {
	const files = [
		analyzed(config({ A: token(1), B: token(2) }), "b/.cursor/mcp.json"),
		analyzed(config({ A: token(3) }), "a/.cursor/mcp.json"),
	];
	const text = formatBaseline(baselineOf(files, nameOf, [], () => true));
	expect(formatBaseline(baselineOf([...files].reverse(), nameOf, [], () => true))).toBe(text);
	const reasoned = parsed(text).entries.map((entry) => ({ ...entry, reason: "old" }));
	const again = parsed(formatBaseline(baselineOf(files, nameOf, reasoned, () => true)));
	expect(again.entries.map(({ reason }) => reason)).toEqual(reasoned.map(() => "old"));
	expect(applyBaseline(again, files, nameOf).files[0]?.silenced[0]?.reason).toBe("old");
});

test("what the baseline says of files that were not looked at stays", () => {
	const [one, two] = [analyzed(config({ A: token(1) }), "one/.cursor/mcp.json"), analyzed(config({ A: token(2) }), "two/.cursor/mcp.json")];
	const before = baselineOf([one, two], nameOf, [], () => true);
	const entries = baselineOf([analyzed(config({}), "one/.cursor/mcp.json")], nameOf, before, (file) => file.startsWith("one/"));
	expect(entries.filter(({ rule }) => rule === "secret-in-env").map(({ file }) => file)).toEqual(["two/.cursor/mcp.json"]);
});

test("an entry that silences nothing is pointed at", () => {
	const before = baseline([analyzed(config({ A: token(1) }))]);
	const { unused } = applyBaseline(before, [analyzed(config({}))], nameOf);
	const told = staleEntries(before, "b.json", unused, undefined);
	expect(told?.findings).toHaveLength(1);
	expect(told?.findings[0]).toMatchObject({ ruleId: "stale-baseline", severity: "info" });
	expect(JSON.parse(slice(told?.document.text ?? "", told?.findings[0]?.span ?? expect.fail()))).toMatchObject({ rule: "secret-in-env" });
	expect(staleEntries(before, "b.json", unused, new Map([["stale-baseline", "warning"]]))?.findings[0]?.severity).toBe("warning");
	expect(staleEntries(before, "b.json", unused, new Map([["stale-baseline", "off"]]))).toBeNull();
	expect(staleEntries(before, "b.json", [], undefined)).toBeNull();
});

describe("what is no baseline is refused", () => {
	test.each([
		["no JSON", "{"],
		["another JSON", '{"mcpServers": {}}'],
		["another version", '{"version": 2, "findings": []}'],
		["a value in it", '{"version": 1, "findings": [{"rule": "a", "file": "b", "keyPath": [], "count": 1, "value": "x"}]}'],
		["no count", '{"version": 1, "findings": [{"rule": "a", "file": "b", "keyPath": []}]}'],
		["one that nests", `{"version": 1, "findings": [${"[".repeat(100_000)}`],
		["one that nests and closes", `{"version": 1, "findings": ${"[".repeat(100_000)}${"]".repeat(100_000)}}`],
	])("%s", (_, text) => {
		expect(parseBaseline(text, "b.json")).toMatchObject({ ok: false, problem: { code: "baseline-invalid" } });
	});

	test("an empty one is one", () => {
		expect(parsed(formatBaseline([])).entries).toEqual([]);
	});
});
