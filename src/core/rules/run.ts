import type { ConfigDocument } from "../config/server.ts";
import type { AnalysisContext, Finding, Rule } from "./finding.ts";

/** What one rule finds in a file: first what is the file's, then server by server. */
export function* runRule(rule: Rule, document: ConfigDocument, context: AnalysisContext): Iterable<Finding> {
	if (rule.checkDocument !== undefined) yield* rule.checkDocument(document, context);
	if (rule.checkServer === undefined) return;
	for (const server of document.servers) yield* context.memory?.of(rule, server) ?? rule.checkServer(server, document, context);
}
