import type { ConfigDocument } from "../config/server.ts";
import { credentialsIn } from "./credentials.ts";
import type { AnalysisContext, Finding } from "./finding.ts";
import { applyIgnores } from "./ignores.ts";
import { RULES } from "./index.ts";
import { runRule, withoutRepeats } from "./run.ts";
import { withLifetime } from "./secrets/token-lifetime.ts";

/** What is unsafe in a file, and what of it the file says to ignore; both in the order of the text. */
export interface Examination {
	readonly findings: readonly Finding[];
	readonly silenced: readonly Finding[];
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
	for (const rule of OTHER_RULES) for (const finding of withoutRepeats(runRule(rule, document, known))) found.push(finding);
	// Before the severities: an ignore for a rule that is switched off is still good.
	const { kept, silenced } = applyIgnores(document, found, context);
	if (context.obeyIgnores === false) return { findings: inOrder(asSet([...kept, ...silenced], context)), silenced: [] };
	return { findings: inOrder(asSet(kept, context)), silenced: inOrder(silenced) };
}

/** Those that somebody could use, and that the file does not put aside with a reason: what is said of a fake one is no help. */
function openAmong(credentials: readonly Finding[], document: ConfigDocument, context: AnalysisContext): readonly Finding[] {
	const { kept } = context.obeyIgnores === false ? { kept: credentials } : applyIgnores(document, credentials, context);
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
