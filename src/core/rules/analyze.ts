import type { ConfigDocument } from "../config/server.ts";
import type { AnalysisContext, Finding } from "./finding.ts";
import { RULES } from "./index.ts";

/** Everything unsafe in a file, in the order of the text. For the same text only the first of several findings on a credential is kept. */
export function analyze(document: ConfigDocument, context: AnalysisContext): readonly Finding[] {
	const found: Finding[] = [];
	for (const rule of RULES) {
		for (const finding of rule.checkDocument?.(document, context) ?? []) found.push(finding);
		if (rule.checkServer === undefined) continue;
		for (const server of document.servers) for (const finding of rule.checkServer(server, document, context)) found.push(finding);
	}
	return withoutRepeats(found).sort(
		(a, b) => a.span.offset - b.span.offset || a.span.length - b.span.length || compare(a.ruleId, b.ruleId),
	);
}

/** Credentials may overlap with no other credential; other rules may share a place. */
function withoutRepeats(found: readonly Finding[]): Finding[] {
	const seen = new Set<string>();
	return found.filter(({ ruleId, span }) => {
		const kind = ruleId.startsWith("secret-") ? "secret" : ruleId;
		const key = `${kind} ${span.offset} ${span.length}`;
		if (seen.has(key)) return false;
		seen.add(key);
		return true;
	});
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
