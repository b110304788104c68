import { spanWithin } from "../config/escapes.ts";
import type { ConfigDocument } from "../config/server.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Finding } from "../rules/finding.ts";
import { securableScheme } from "../rules/transport/insecure-url.ts";
import type { TextEdit } from "../text.ts";
import { wordAt } from "./word-at.ts";

/** Makes the `http:` or `ws:` of an `insecure-url` finding secure, and touches nothing else of the URL. Whether the server speaks TLS is not known here. */
export function useHttpsEdits(document: ConfigDocument, finding: Finding): Result<TextEdit[]> {
	const at = wordAt(document, finding);
	if (!at.ok) return at;
	const { word } = at.value;
	const scheme = finding.ruleId === "insecure-url" ? securableScheme(word.value) : null;
	if (scheme === null)
		return fail(
			"not-securable",
			"This address has no scheme that a secure one could replace.",
			"Write the server's https address by hand.",
		);
	// In the case of the letter before: `HTTP` becomes `HTTPS`.
	const s = /[A-Z]/.test(word.value.charAt(scheme - 1)) ? "S" : "s";
	const { offset } = spanWithin(document.text, word, scheme, scheme);
	return ok([{ span: { offset, length: 0 }, text: s }]);
}
