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
	// Most rules find nothing in a file.
	const byRule = new Array<Finding[]>(rules.length).fill(NOTHING);
	const add = (index: number, finding: Finding): void => {
		const found = byRule[index];
		if (found === undefined || found === NOTHING) byRule[index] = [finding];
		else found.push(finding);
	};
	const { memory } = context;
	let left = most;
	/** False: there are more than may still be found. */
	const take = (index: number, findings: Iterable<Finding>): boolean => {
		for (const finding of findings) {
			if (left-- <= 0) return false;
			add(index, finding);
		}
		return true;
	};
	const { ofFiles, ofEntries } = sorted(rules);
	for (const { rule, check, index } of ofFiles) {
		if (rule.mayConcernFile?.(document, context) === false) continue;
		if (!take(index, check.call(rule, document, context))) return { byRule, complete: false };
	}
	if (memory !== undefined) {
		// One by one: a large file has more of them than a call can have arguments.
		for (const [index, rule] of rules.entries()) for (const finding of memory.of(rule, document)) add(index, finding);
		return { byRule, complete: memory.complete };
	}
	for (const server of document.servers) {
		const texts = entryTexts(server);
		for (const { rule, check, index } of ofEntries[server.kind]) {
			if (rule.mayConcern?.(texts, server, document) === false) continue;
			if (!take(index, check.call(rule, server, document, context))) return { byRule, complete: false };
		}
	}
	return { byRule, complete: true };
}

/** One for all; nothing is ever put into it. */
const NOTHING: Finding[] = [];

interface RuleWith<Check> {
	readonly rule: Rule;
	readonly check: Check;
	/** Its place among all of them. */
	readonly index: number;
}

interface SortedRules {
	readonly ofFiles: readonly RuleWith<NonNullable<Rule["checkDocument"]>>[];
	/** By the kind of the entries that they look at. */
	readonly ofEntries: Readonly<Record<ServerEntry["kind"], readonly RuleWith<NonNullable<Rule["checkServer"]>>[]>>;
}

/** By the list of rules, which is made once. */
const SORTED = new WeakMap<readonly Rule[], SortedRules>();

/** The rules by what they look at. */
function sorted(rules: readonly Rule[]): SortedRules {
	const known = SORTED.get(rules);
	if (known !== undefined) return known;
	const ofFiles = rules.flatMap((rule, index) => (rule.checkDocument === undefined ? [] : [{ rule, check: rule.checkDocument, index }]));
	const all = rules.flatMap((rule, index) => (rule.checkServer === undefined ? [] : [{ rule, check: rule.checkServer, index }]));
	const of = (kind: ServerEntry["kind"]): typeof all => all.filter(({ rule: { only } }) => only === undefined || only === kind);
	const found = { ofFiles, ofEntries: { stdio: of("stdio"), http: of("http") } };
	SORTED.set(rules, found);
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
	const texts = entryTexts(server);
	for (const { rule, check } of sorted(rules).ofEntries[server.kind]) {
		if (rule.mayConcern?.(texts, server, document) === false) continue;
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
