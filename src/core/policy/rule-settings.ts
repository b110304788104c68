import { own } from "../own.ts";
import type { Severity } from "../rules/finding.ts";
import type { PolicyLayer } from "./layers.ts";
import { nearest } from "./parse.ts";
import type { RuleSeverity } from "./schema.ts";

/** A rule as far as its severity goes. */
export interface SettableRule {
	readonly id: string;
	readonly defaultSeverity: Severity;
}

export interface RuleSettings {
	/** What `AnalysisContext.severities` takes. Empty: every rule as it is. */
	readonly severities: ReadonlyMap<string, Severity | "off">;
	/** The policies that forbid servers. Empty: none does. */
	readonly forbids: readonly PolicyLayer[];
	/** A sentence for each setting that has no effect, and why. */
	readonly notes: readonly string[];
}

const STRENGTH: Readonly<Record<Severity | "off", number>> = { off: 0, hint: 1, info: 2, warning: 3, error: 4 };

/**
 * How serious each rule is. The person's own word, in the policy of the home or on the command line, may raise, lower or switch off; where two of
 * their files differ the stricter holds, and what those files lower counts once the person has accepted it. Every other layer narrows: an administrator, a workspace (whose files come from anyone) and
 * `--policy` may raise a rule, and what they raise nobody lowers.
 *
 * @param named on the command line; it replaces what the home says
 * @param accepted what a person accepted of their own files' settings. Empty: every rule as it is
 */
export function ruleSettings(
	layers: readonly PolicyLayer[],
	named: ReadonlyMap<string, RuleSeverity>,
	rules: readonly SettableRule[],
	accepted: Readonly<Record<string, RuleSeverity>>,
): RuleSettings {
	const defaults = new Map(rules.map(({ id, defaultSeverity }) => [id, defaultSeverity]));
	const notes: string[] = [];
	const severities = new Map<string, Severity | "off">();
	const settingsOf = function* (layer: PolicyLayer): Iterable<[string, RuleSeverity, Severity]> {
		for (const [id, severity] of Object.entries({ ...layer.policy.rules, ...impliedBy(layer, defaults) })) {
			const byItself = defaults.get(id);
			if (byItself === undefined) notes.push(`${layer.file}: ${unknownRule(id, [...defaults.keys()])}`);
			else yield [id, severity, byItself];
		}
	};
	for (const layer of layers.filter(({ source }) => source === "user"))
		for (const [id, severity] of settingsOf(layer)) severities.set(id, stricter(severity, severities.get(id) ?? severity));
	for (const { id, from, to } of loweredRules(Object.fromEntries(severities), accepted, rules)) {
		severities.set(id, from);
		notes.push(`Your policy files make ${id} "${to}" from "${from}", which waits for you to accept it: sallyport policy accept`);
	}
	for (const [id, severity] of named) severities.set(id, severity);
	const byPerson = new Map(severities);
	for (const layer of layers.filter(({ source }) => source !== "user"))
		for (const [id, severity, byItself] of settingsOf(layer)) {
			const before = byPerson.get(id) ?? byItself;
			if (STRENGTH[severity] < STRENGTH[before])
				notes.push(`${layer.file}: "${severity}" for ${id} has no effect: this file can only raise a rule, and ${id} is "${before}".`);
			else severities.set(id, stricter(severity, severities.get(id) ?? before));
		}
	return { severities, forbids: layers.filter(forbids), notes };
}

/** A rule that a person's own files make less serious than they accepted. */
export interface LoweredRule {
	readonly id: string;
	readonly from: Severity | "off";
	readonly to: Severity | "off";
}

/**
 * @param asked by the person's own files together; a rule that they do not name is as it is by itself
 * @param accepted the same, as it was accepted
 */
export function loweredRules(
	asked: Readonly<Record<string, Severity | "off">>,
	accepted: Readonly<Record<string, RuleSeverity>>,
	rules: readonly SettableRule[],
): readonly LoweredRule[] {
	return rules.flatMap(({ id, defaultSeverity }) => {
		const from = own(accepted, id) ?? defaultSeverity;
		const to = own(asked, id) ?? defaultSeverity;
		return STRENGTH[to] < STRENGTH[from] ? [{ id, from, to }] : [];
	});
}

/** Of several of a person's own files the strictest word for each rule. */
export function ownRules(layers: readonly PolicyLayer[]): Readonly<Record<string, RuleSeverity>> {
	const rules = new Map<string, RuleSeverity>();
	for (const { policy } of layers.filter(({ source }) => source === "user"))
		for (const [id, severity] of Object.entries(policy.rules ?? {})) {
			const before = rules.get(id);
			if (before === undefined || STRENGTH[severity] > STRENGTH[before]) rules.set(id, severity);
		}
	return Object.fromEntries(rules);
}

/** True for a policy that forbids servers. */
function forbids({ policy }: PolicyLayer): boolean {
	return policy.forbid !== undefined && policy.forbid.length > 0;
}

/** Tells of servers that a policy forbids. */
const FORBIDDEN = "forbidden-server";

/** What somebody else's policy forbids is an error, whatever the person says of the rule that tells it. */
function impliedBy(layer: PolicyLayer, known: ReadonlyMap<string, Severity>): Readonly<Record<string, RuleSeverity>> {
	return layer.source !== "user" && forbids(layer) && known.has(FORBIDDEN) ? { [FORBIDDEN]: "error" } : {};
}

/** What to say of a rule that there is not. */
export function unknownRule(id: string, known: readonly string[]): string {
	const near = nearest(id, known);
	return `there is no rule ${id.slice(0, 80)}${near === null ? "" : `; did you mean ${near}?`}`;
}

function stricter(a: Severity | "off", b: Severity | "off"): Severity | "off" {
	return STRENGTH[a] >= STRENGTH[b] ? a : b;
}
