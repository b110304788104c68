import type { Finding } from "../rules/finding.ts";
import { applyEdits, type TextEdit } from "../text.ts";

/** The text with every plaintext credential that was found in it replaced by dots, of one length for all: for a diff. */
export function maskSecrets(text: string, findings: readonly Finding[]): string {
	const edits: TextEdit[] = [];
	let end = 0;
	for (const { span, ruleId } of [...findings].sort((a, b) => a.span.offset - b.span.offset)) {
		if (!ruleId.startsWith("secret-") || span.length === 0) continue;
		const offset = Math.max(span.offset, end);
		const length = span.offset + span.length - offset;
		if (length <= 0) continue;
		edits.push({ span: { offset, length }, text: span.offset < end ? "" : "••••••••" });
		end = offset + length;
	}
	return applyEdits(text, edits);
}
