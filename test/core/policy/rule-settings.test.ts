import { expect, test } from "vitest";
import type { PolicyLayer } from "../../../src/core/policy/layers.ts";
import { parsePolicy } from "../../../src/core/policy/parse.ts";
import { ownRules, ruleSettings } from "../../../src/core/policy/rule-settings.ts";
import type { RuleSeverity } from "../../../src/core/policy/schema.ts";

const RULES = [
	{ id: "secret-in-env", defaultSeverity: "warning" },
	{ id: "wide-path", defaultSeverity: "warning" },
	{ id: "unversioned-runner", defaultSeverity: "info" },
] as const;

function layer(source: PolicyLayer["source"], rules: Readonly<Record<string, RuleSeverity>>): PolicyLayer {
	return { source, file: `${source}.jsonc`, policy: { version: 1, servers: [], rules } };
}

/** All that the person's own files say is accepted, unless it is said otherwise. */
function settings(layers: readonly PolicyLayer[], named: readonly [string, RuleSeverity][] = [], accepted = ownRules(layers)) {
	const { severities, notes } = ruleSettings(layers, new Map(named), RULES, accepted);
	return { severities: Object.fromEntries(severities), notes };
}

test("nobody says anything: every rule as it is", () => {
	expect(settings([])).toEqual({ severities: {}, notes: [] });
});

test("a person may lower, switch off and raise; the stricter of two files holds, the command line before both", () => {
	const own = [layer("user", { "secret-in-env": "off", "wide-path": "info" }), layer("user", { "wide-path": "error" })];
	expect(settings(own)).toEqual({ severities: { "secret-in-env": "off", "wide-path": "error" }, notes: [] });
	expect(settings(own, [["wide-path", "off"]]).severities).toMatchObject({ "wide-path": "off" });
});

test.each(["workspace", "managed", "argument"] as const)("a %s may raise, and what it would lower stays, and is told", (source) => {
	expect(settings([layer(source, { "unversioned-runner": "error" })]).severities).toEqual({ "unversioned-runner": "error" });
	const { severities, notes } = settings([layer(source, { "secret-in-env": "off", "wide-path": "info" })]);
	expect(severities).toEqual({});
	expect(notes).toEqual([
		`${source}.jsonc: "off" for secret-in-env has no effect: this file can only raise a rule, and secret-in-env is "warning".`,
		`${source}.jsonc: "info" for wide-path has no effect: this file can only raise a rule, and wide-path is "warning".`,
	]);
});

test("what others raise nobody lowers, in whatever order the layers come", () => {
	const layers = [
		layer("workspace", { "wide-path": "error" }),
		layer("managed", { "wide-path": "warning" }),
		layer("user", { "wide-path": "off" }),
	];
	expect(settings(layers).severities).toEqual({ "wide-path": "error" });
	expect(settings([...layers].reverse(), [["wide-path", "off"]]).severities).toEqual({ "wide-path": "error" });
});

test("what somebody else's policy forbids is an error, whatever the person says of the rule that tells it; their own they may lower", () => {
	const rules = [...RULES, { id: "forbidden-server", defaultSeverity: "error" }] as const;
	const forbidding = (source: PolicyLayer["source"], more: Readonly<Record<string, RuleSeverity>> = {}): PolicyLayer => ({
		source,
		file: "p",
		policy: { version: 1, servers: [], rules: more, forbid: [{ name: "x" }] },
	});
	const off: readonly [string, RuleSeverity][] = [["forbidden-server", "off"]];
	for (const more of [{}, { "forbidden-server": "off" } as const]) {
		const layers = [forbidding("managed", more), layer("user", { "forbidden-server": "off" })];
		const { severities, forbids } = ruleSettings(layers, new Map(off), rules, ownRules(layers));
		expect([severities.get("forbidden-server"), forbids]).toEqual(["error", [layers[0]]]);
	}
	expect(ruleSettings([forbidding("user")], new Map(off), rules, {}).severities.get("forbidden-server")).toBe("off");
	expect(ruleSettings([layer("managed", {})], new Map(off), rules, {})).toMatchObject({ forbids: [] });
});

test("a rule that there is not is named, with the one that was meant", () => {
	expect(settings([layer("workspace", { "secret-in-envs": "error" })])).toEqual({
		severities: {},
		notes: ["workspace.jsonc: there is no rule secret-in-envs; did you mean secret-in-env?"],
	});
});

test("a policy with rules parses, and one with anything else in them says where", () => {
	const policy = (rules: string) => parsePolicy(`{ "version": 1, "servers": [], "rules": ${rules} }`, "p.jsonc");
	expect(policy('{ "wide-path": "error" }')).toMatchObject({ ok: true, value: { rules: { "wide-path": "error" } } });
	expect(policy('{ "wide-path": "hint" }')).toMatchObject({
		ok: false,
		problem: { message: 'p.jsonc:1:56: rules.wide-path must be "off" or "info" or "warning" or "error"' },
	});
	expect(policy('{ "Wide Path": "error" }')).toMatchObject({ ok: false, problem: { message: expect.stringContaining("p.jsonc:1:") } });
});
