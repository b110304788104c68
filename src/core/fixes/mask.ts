import type { ConfigDocument } from "../config/server.ts";
import { credentialSpans } from "../rules/credentials.ts";
import type { Finding } from "../rules/finding.ts";
import { detectInText } from "../secrets/detector.ts";
import { secretNames } from "../secrets/secret-names.ts";
import { applyEdits, type TextEdit } from "../text.ts";

/**
 * The text with every plaintext credential in it replaced by dots, of one length for all: for a diff. Names that are credentials
 * too, what the file ignores, and what is no business of ours or could not be read.
 */
export function maskSecrets(document: ConfigDocument, findings: readonly Finding[]): string {
	const edits: TextEdit[] = [];
	let end = 0;
	const found = findings.flatMap(({ ruleId, span }) => (ruleId.startsWith("secret-") ? [span] : []));
	const elsewhere = detectInText(document.text).map(({ start, end: stop }) => ({ offset: start, length: stop - start }));
	for (const span of [...found, ...credentialSpans(document), ...secretNames(document), ...elsewhere].sort((a, b) => a.offset - b.offset)) {
		if (span.length === 0) continue;
		const offset = Math.max(span.offset, end);
		const length = span.offset + span.length - offset;
		if (length <= 0) continue;
		edits.push({ span: { offset, length }, text: span.offset < end ? "" : "••••••••" });
		end = offset + length;
	}
	return applyEdits(document.text, edits);
}
