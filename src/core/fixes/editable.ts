import type { ConfigDocument } from "../config/server.ts";
import type { Span } from "../text.ts";

/** False where two parsers could read the file, or the entry at that place, differently: a change there is a guess. */
export function isEditable(document: ConfigDocument, { offset }: Span): boolean {
	if (document.problems.some(({ code }) => code === "syntax" || code === "too-deep")) return false;
	return document.servers.every(
		({ name, span, unambiguous }) => unambiguous || offset < name.outer.offset || offset >= span.offset + span.length,
	);
}
