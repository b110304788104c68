import type { Finding } from "../rules/finding.ts";
import { LineIndex } from "../text.ts";
import { jsonForLogs } from "./for-logs.ts";
import { type AnalyzedFile, compareText, fingerprintOf, shownName } from "./report.ts";

/** The report for programs; its shape is a contract. Sorted by file, place and rule. */
export function formatJson(files: readonly AnalyzedFile[]): string {
	const findings: object[] = [];
	const silenced: object[] = [];
	for (const analyzed of [...files].sort((a, b) => compareText(a.file, b.file))) {
		const toJson = writer(analyzed);
		// One by one: there may be more than a call can have arguments.
		for (const finding of [...analyzed.findings].sort(byPlace)) findings.push(toJson(finding));
		const aside = [...analyzed.silenced].sort((a, b) => byPlace(a.finding, b.finding));
		for (const { finding, by, reason } of aside) silenced.push({ ...toJson(finding), by, reason: shownName(reason) });
	}
	const count = files.filter(({ isBaseline }) => isBaseline !== true).length;
	return `${jsonForLogs(JSON.stringify({ version: 1, files: count, findings, silenced }, null, 2))}\n`;
}

function writer({ file, document }: AnalyzedFile): (finding: Finding) => object {
	const lines = new LineIndex(document.text);
	return (finding) => ({
		ruleId: finding.ruleId,
		severity: finding.severity,
		file,
		server: shownName(finding.server),
		offset: finding.span.offset,
		length: finding.span.length,
		...lines.position(finding.span.offset),
		message: finding.message,
		fingerprint: fingerprintOf(file, finding),
		fixable: finding.fixable,
	});
}

function byPlace(a: Finding, b: Finding): number {
	return a.span.offset - b.span.offset || a.span.length - b.span.length || compareText(a.ruleId, b.ruleId);
}
