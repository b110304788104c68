import type { Finding } from "../rules/finding.ts";
import { LineIndex } from "../text.ts";
import { jsonForLogs } from "./for-logs.ts";
import { type AnalyzedFile, compareText, type Digest, fingerprintOf, shownName } from "./report.ts";

/** The report for programs; its shape is a contract. Sorted by file, place and rule. */
export function formatJson(files: readonly AnalyzedFile[], digest?: Digest): string {
	const findings: string[] = [];
	const silenced: string[] = [];
	for (const analyzed of [...files].sort((a, b) => compareText(a.file, b.file))) {
		const write = writer(analyzed, digest);
		// One by one: there may be more than a call can have arguments.
		for (const finding of [...analyzed.findings].sort(byPlace)) findings.push(`${write(finding)}\n    }`);
		const aside = [...analyzed.silenced].sort((a, b) => byPlace(a.finding, b.finding));
		for (const { finding, by, reason } of aside)
			silenced.push(`${write(finding)},\n      "by": "${by}",\n      "reason": ${JSON.stringify(shownName(reason))}\n    }`);
	}
	const count = files.filter(({ isBaseline }) => isBaseline !== true).length;
	const json = `{\n  "version": 1,\n  "files": ${count},\n  "findings": ${list(findings)},\n  "silenced": ${list(silenced)}\n}`;
	return `${jsonForLogs(json)}\n`;
}

function list(items: readonly string[]): string {
	return items.length === 0 ? "[]" : `[\n    ${items.join(",\n    ")}\n  ]`;
}

/** An object as far as its last brace, as `JSON.stringify` would write it: of tens of thousands that takes a tenth of a second longer. */
function writer({ file, document }: AnalyzedFile, digest: Digest | undefined): (finding: Finding) => string {
	const lines = new LineIndex(document.text);
	const name = JSON.stringify(file);
	return (finding) => {
		const { line, column } = lines.position(finding.span.offset);
		return `{
      "ruleId": ${JSON.stringify(finding.ruleId)},
      "severity": "${finding.severity}",
      "file": ${name},
      "server": ${JSON.stringify(shownName(finding.server))},
      "offset": ${finding.span.offset},
      "length": ${finding.span.length},
      "line": ${line},
      "column": ${column},
      "message": ${JSON.stringify(finding.message)},
      "fingerprint": "${fingerprintOf(file, finding, digest)}",
      "fixable": ${finding.fixable}`;
	};
}

function byPlace(a: Finding, b: Finding): number {
	return a.span.offset - b.span.offset || a.span.length - b.span.length || compareText(a.ruleId, b.ruleId);
}
