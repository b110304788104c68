import type { ConfigDocument } from "../config/server.ts";
import type { AnalysisContext, Finding, Rule } from "./finding.ts";

/** What one rule finds in a file: first what is the file's, then server by server. */
export function runRule(rule: Rule, document: ConfigDocument, context: AnalysisContext): readonly Finding[] {
	// One by one: a hostile file has more of them than a call can have arguments.
	const found: Finding[] = [];
	if (rule.checkDocument !== undefined) for (const finding of rule.checkDocument(document, context)) found.push(finding);
	if (rule.checkServer === undefined) return found;
	if (context.memory !== undefined) for (const finding of context.memory.of(rule, document)) found.push(finding);
	else for (const server of document.servers) for (const finding of rule.checkServer(server, document, context)) found.push(finding);
	return found;
}

/** The first of those that stand at the very same place. */
export function withoutRepeats(found: readonly Finding[]): readonly Finding[] {
	if (found.length < 2) return found;
	const seen = new Set<string>();
	return found.filter(({ span: { offset, length } }) => {
		const key = `${offset} ${length}`;
		return seen.size < seen.add(key).size;
	});
}
