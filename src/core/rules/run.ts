import { MAX_CONFIG_LENGTH } from "../config/parse.ts";
import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import { entryTexts } from "./entry-texts.ts";
import type { AnalysisContext, EntryContext, Finding, Rule } from "./finding.ts";

/** What rules find in a file. */
export interface Found {
	/** Rule by rule; of each, first what is the file's, then server by server. */
	readonly byRule: readonly (readonly Finding[])[];
	/** False: there was more than is looked for, and what came behind it was not looked at. */
	readonly complete: boolean;
}

/**
 * How many findings are looked for in one file: many more than a person's file has, and so few that no file takes long to judge,
 * whatever is in it. Whoever looks for fewer than all says so.
 */
export function mostFindings({ text }: ConfigDocument): number {
	return 10_000 + (text.length >> 7);
}

/** The same for credentials, which take the longest. */
export function mostCredentials({ text }: ConfigDocument): number {
	return Math.max(6_000, 2_000 + (text.length >> 7));
}

/**
 * Runs rules on a file, entry by entry: what a rule works out of an entry serves the next one.
 *
 * @param most how many findings are looked for
 */
export function runRules(
	rules: readonly Rule[],
	document: ConfigDocument,
	context: AnalysisContext,
	most: number = mostFindings(document),
): Found {
	const byRule = rules.map((): Finding[] => []);
	const { memory } = context;
	let left = most;
	/** False: there are more than may still be found. */
	const take = (into: Finding[] | undefined, findings: Iterable<Finding>): boolean => {
		for (const finding of findings) {
			if (left-- <= 0) return false;
			into?.push(finding);
		}
		return true;
	};
	for (let i = 0; i < rules.length; i++) {
		const rule = rules[i];
		if (rule?.checkDocument === undefined || rule.mayConcernFile?.(document, context) === false) continue;
		const found = rule.checkDocument(document, context);
		if (!take(byRule[i], found)) return { byRule, complete: false };
	}
	if (memory !== undefined) {
		// One by one: a large file has more of them than a call can have arguments.
		for (const [i, rule] of rules.entries()) for (const finding of memory.of(rule, document)) byRule[i]?.push(finding);
		return { byRule, complete: memory.complete };
	}
	const ofEntries = rulesOfEntries(rules);
	for (const server of document.servers)
		for (const { rule, check, index } of ofEntries[server.kind]) {
			if (rule.mayConcern?.(entryTexts(server), server, document) === false) continue;
			if (!take(byRule[index], check.call(rule, server, document, context))) return { byRule, complete: false };
		}
	return { byRule, complete: true };
}

interface RuleOfEntries {
	readonly rule: Rule;
	readonly check: NonNullable<Rule["checkServer"]>;
	/** Its place among all of them. */
	readonly index: number;
}

type RulesOfEntries = Readonly<Record<ServerEntry["kind"], readonly RuleOfEntries[]>>;

/** By the list of rules, which is made once. */
const OF_ENTRIES = new WeakMap<readonly Rule[], RulesOfEntries>();

/** Those rules that look at single entries, by the kind of these. */
function rulesOfEntries(rules: readonly Rule[]): RulesOfEntries {
	const known = OF_ENTRIES.get(rules);
	if (known !== undefined) return known;
	const all = rules.flatMap((rule, index) => (rule.checkServer === undefined ? [] : [{ rule, check: rule.checkServer, index }]));
	const of = (kind: ServerEntry["kind"]): readonly RuleOfEntries[] =>
		all.filter(({ rule: { only } }) => only === undefined || only === kind);
	const found = { stdio: of("stdio"), http: of("http") };
	OF_ENTRIES.set(rules, found);
	return found;
}

/** What rules find in one entry, rule by rule; at most so many. */
export function findingsIn(
	rules: readonly Rule[],
	server: ServerEntry,
	document: ConfigDocument,
	context: EntryContext,
	most: number,
): readonly Finding[] {
	const found: Finding[] = [];
	for (const { rule, check } of rulesOfEntries(rules)[server.kind]) {
		if (rule.mayConcern?.(entryTexts(server), server, document) === false) continue;
		for (const finding of check.call(rule, server, document, context)) {
			if (found.length >= most) return found;
			found.push(finding);
		}
	}
	return found;
}

/** The first of those that stand at the very same place. */
export function withoutRepeats(found: readonly Finding[]): readonly Finding[] {
	if (found.length < 2) return found;
	const seen = new Set<number>();
	return found.filter(({ span: { offset, length } }) => seen.size < seen.add(offset * MAX_CONFIG_LENGTH * 2 + length).size);
}
