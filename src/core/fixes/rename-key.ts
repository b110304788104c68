import type { ConfigDocument } from "../config/server.ts";
import { fail, ok, type Result } from "../result.ts";
import { betterField } from "../rules/config/better-field.ts";
import { rightRootKey } from "../rules/config/wrong-root-key.ts";
import type { Finding } from "../rules/finding.ts";
import type { Span, TextEdit } from "../text.ts";
import { isEditable } from "./editable.ts";

/** Gives the key of a `misspelt-field` or `wrong-root-key` finding the name that the host reads, and touches nothing else. */
export function renameKeyEdits(document: ConfigDocument, { ruleId, span }: Finding): Result<TextEdit[]> {
	const written = isEditable(document, span) ? keyAt(document, span) : null;
	const name =
		written === null
			? null
			: ruleId === "misspelt-field"
				? betterField(document.host, written)
				: ruleId === "wrong-root-key"
					? rightRootKey(document)
					: null;
	return name === null
		? fail("not-renameable", "This key cannot be renamed safely.", "Write the name by hand.")
		: ok([{ span, text: name }]);
}

/** The key that stands there, without its escapes; null: none does. */
function keyAt({ rootKeys, servers, settings }: ConfigDocument, { offset, length }: Span): string | null {
	const keys = [...rootKeys, ...servers.flatMap((server) => server.keys), ...settings.flatMap(({ key }) => key ?? [])];
	return keys.find(({ span }) => span.offset === offset && span.length === length)?.value ?? null;
}
