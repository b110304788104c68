import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze, examine } from "../../../src/core/rules/analyze.ts";
import type { Severity } from "../../../src/core/rules/finding.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { Dice, WORD } from "../secrets/samples.ts";
import { fixtureNames, readFixture } from "./fixture.ts";

const random = new Dice(3).text(32, WORD);
const document = parseConfig(
	JSON.stringify({ mcpServers: { a: { command: "npx", args: ["-y", "pkg"], env: { API_TOKEN: random, SETTING: random } } } }),
	"cursor",
	"mcp.json",
);
const told = (severities?: ReadonlyMap<string, Severity | "off">): readonly string[] =>
	analyze(document, { home: null, ...(severities === undefined ? {} : { severities }) }).map(
		({ severity, ruleId }) => `${severity} ${ruleId}`,
	);

test("a rule has its own severity until somebody sets another, or switches it off", () => {
	expect(told()).toEqual(["info not-launched-through-sallyport", "info unversioned-runner", "warning secret-in-env", "hint secret-in-env"]);
	expect(
		told(
			new Map([
				["unversioned-runner", "error"],
				["not-launched-through-sallyport", "off"],
			]),
		),
	).toEqual(["error unversioned-runner", "warning secret-in-env", "hint secret-in-env"]);
});

test("a guess stays a hint, however much the rule matters, and goes when the rule is off", () => {
	expect(told(new Map([["secret-in-env", "error"]])).slice(2)).toEqual(["error secret-in-env", "hint secret-in-env"]);
	expect(told(new Map([["secret-in-env", "off"]]))).toHaveLength(2);
});

test("no rule gives more than the severity that it says is its own", () => {
	const order: readonly Severity[] = ["error", "warning", "info", "hint"];
	const own = new Map(RULES.map(({ id, defaultSeverity }) => [id, defaultSeverity]));
	for (const name of fixtureNames()) {
		for (const { ruleId, severity } of analyze(readFixture(name).document, { home: null }))
			expect(order.indexOf(severity), ruleId).toBeGreaterThanOrEqual(order.indexOf(own.get(ruleId) ?? "hint"));
	}
});

test("what somebody raised to an error cannot be ignored by the file, and the ignore says so", () => {
	const text = `{ "mcpServers": { "a": { "command": "npx", "args": ["-y", "pkg"], "sallyport-ignore": { "unversioned-runner": "why not" } } } }`;
	const examined = (severities: ReadonlyMap<string, Severity | "off">) => {
		const { findings, silenced } = examine(parseConfig(text, "cursor", "mcp.json"), { home: null, severities });
		return [
			...findings.map(({ severity, ruleId }) => `${severity} ${ruleId}`),
			...silenced.map(({ ruleId }) => `silenced ${ruleId}`),
		].sort();
	};
	const always = "info not-launched-through-sallyport";
	expect(examined(new Map())).toEqual([always, "silenced unversioned-runner"]);
	expect(examined(new Map([["unversioned-runner", "warning"]]))).toEqual([always, "silenced unversioned-runner"]);
	expect(examined(new Map([["unversioned-runner", "error"]]))).toEqual(["error unversioned-runner", always, "warning invalid-ignore"]);
});
