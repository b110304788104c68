import type { ConfigDocument } from "../config/server.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Finding } from "../rules/finding.ts";
import { onThisMachine } from "../rules/transport/listens-everywhere.ts";
import { slice, type TextEdit } from "../text.ts";
import { isEditable } from "./editable.ts";

/** Lets the server of a `listens-everywhere` finding listen on this machine alone, and changes nothing but the address. */
export function listenLocallyEdits(document: ConfigDocument, { ruleId, span }: Finding): Result<TextEdit[]> {
	const text = ruleId === "listens-everywhere" && isEditable(document, span) ? onThisMachine(slice(document.text, span)) : null;
	return text === null
		? fail(
				"finding-moved",
				"No address stands there that another could take the place of, or the file has a syntax error.",
				"Write 127.0.0.1 by hand.",
			)
		: ok([{ span, text }]);
}
