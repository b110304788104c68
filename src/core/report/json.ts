import { maskDetected } from "../secrets/redact.ts";
import { LineIndex } from "../text.ts";
import { type AnalyzedFile, fingerprintOf } from "./report.ts";

/** The report for programs; its shape is a contract. Sorted by file, place and rule. */
export function formatJson(files: readonly AnalyzedFile[]): string {
	const findings = [...files]
		.sort((a, b) => compare(a.file, b.file))
		.flatMap(({ file, document, findings: found }) => {
			const lines = new LineIndex(document.text);
			return found
				.map((finding) => ({
					ruleId: finding.ruleId,
					severity: finding.severity,
					file,
					// Somebody may have put a token where the name belongs.
					server: finding.server === null ? null : maskDetected(finding.server),
					offset: finding.span.offset,
					length: finding.span.length,
					...lines.position(finding.span.offset),
					message: finding.message,
					fingerprint: fingerprintOf(file, finding),
					fixable: finding.fixable,
				}))
				.sort((a, b) => a.offset - b.offset || a.length - b.length || compare(a.ruleId, b.ruleId));
		});
	return `${escapeInvisible(JSON.stringify({ version: 1, files: files.length, findings }, null, 2))}\n`;
}

/** JSON itself escapes only some of what can drive a terminal; the value that a program reads is the same. */
function escapeInvisible(json: string): string {
	return json.replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, (c) => {
		let escaped = "";
		for (let i = 0; i < c.length; i++) escaped += `\\u${c.charCodeAt(i).toString(16).padStart(4, "0")}`;
		return escaped;
	});
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
