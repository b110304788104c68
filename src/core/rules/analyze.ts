import type { ConfigDocument } from "../config/server.ts";
import { credentialsIn, knowsAllCredentials } from "./credentials.ts";
import { type AnalysisContext, type Finding, newFinding } from "./finding.ts";
import { applyIgnores } from "./ignores.ts";
import { RULES } from "./index.ts";
import { runRules, withoutRepeats } from "./run.ts";
import { withLifetime } from "./secrets/token-lifetime.ts";

/** What is unsafe in a file, and what of it the file says to ignore; both in the order of the text. */
export interface Examination {
	readonly findings: readonly Finding[];
	readonly silenced: readonly Finding[];
	/** Of those that are silenced, why, in the words of the file. Somebody may have put a token there. */
	readonly reasons: ReadonlyMap<Finding, string>;
}

const OTHER_RULES = RULES.filter(({ id }) => !id.startsWith("secret-"));

/**
 * Everything unsafe in a file, in the order of the text, but for what the file ignores with a reason. For the same text only the
 * first of several findings on a credential is kept.
 */
export function analyze(document: ConfigDocument, context: AnalysisContext): readonly Finding[] {
	return examine(document, context).findings;
}

export function examine(document: ConfigDocument, context: AnalysisContext): Examination {
	context.memory?.turnTo(document, context);
	const found = credentialsIn(document, context.memory).map((finding) => withLifetime(document, finding, context));
	const known = { ...context, openCredentials: openAmong(found, document, context) };
	const others = runRules(OTHER_RULES, document, known);
	for (const ofRule of others.byRule) for (const finding of withoutRepeats(ofRule)) found.push(finding);
	if (!others.complete || !knowsAllCredentials(document)) found.push(unfinished());
	// Before the severities: an ignore for a rule that is switched off is still good.
	const { kept, silenced, reasons } = applyIgnores(document, found, context);
	const { ignoresNote: note } = context;
	if (note !== undefined) {
		const noted = silenced.map((finding) => ({ ...finding, message: `${finding.message} ${note}` }));
		return { findings: inOrder(asSet([...kept, ...noted], context)), silenced: [], reasons };
	}
	return { findings: inOrder(asSet(kept, context)), silenced: inOrder(silenced), reasons };
}

/** Says that not all of a file was looked at. It is of a rule that no file can ignore. */
function unfinished(): Finding {
	const message =
		"There is more to find in this file than anybody would read, and not all of it was looked at. Shorten the file, then look again.";
	return newFinding({ ruleId: "invalid-config", severity: "error", server: null, keyPath: [], span: { offset: 0, length: 0 }, message });
}

/** Those that somebody could use, and that the file does not put aside with a reason: what is said of a fake one is no help. */
function openAmong(credentials: readonly Finding[], document: ConfigDocument, context: AnalysisContext): readonly Finding[] {
	const { kept } = context.ignoresNote !== undefined ? { kept: credentials } : applyIgnores(document, credentials, context);
	return kept.filter(({ ruleId, severity }) => severity === "warning" && ruleId !== "invalid-ignore");
}

function asSet(found: readonly Finding[], { severities }: AnalysisContext): readonly Finding[] {
	if (severities === undefined || severities.size === 0) return found;
	return found.flatMap((finding) => {
		const severity = severities.get(finding.ruleId);
		if (severity === "off") return [];
		return severity === undefined || finding.severity === "hint" ? [finding] : [{ ...finding, severity }];
	});
}

function inOrder(found: readonly Finding[]): readonly Finding[] {
	return [...found].sort((a, b) => a.span.offset - b.span.offset || a.span.length - b.span.length || compare(a.ruleId, b.ruleId));
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
