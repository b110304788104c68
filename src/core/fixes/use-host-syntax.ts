import { spanWithin } from "../config/escapes.ts";
import type { ConfigDocument } from "../config/server.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Finding } from "../rules/finding.ts";
import { foreignReferences, hostVariable } from "../rules/secrets/foreign-syntax.ts";
import { textsOf } from "../rules/texts.ts";
import type { TextEdit } from "../text.ts";
import { isEditable } from "./editable.ts";

/** Writes the reference of an `unexpanded-reference` finding as the file's host reads it. The variable stays the same. */
export function useHostSyntaxEdits(document: ConfigDocument, { ruleId, span }: Finding): Result<TextEdit[]> {
	const variable = ruleId === "unexpanded-reference" && isEditable(document, span) ? variableAt(document, span.offset) : null;
	const instead = variable === null ? null : hostVariable(document.host, variable);
	return instead === null
		? fail("no-host-syntax", "This host has no form of its own for this reference.", "Fill the value in another way.")
		: ok([{ span, text: instead }]);
}

/** What the reference that begins there names; null: none does, or not a variable. */
function variableAt(document: ConfigDocument, offset: number): string | null {
	const server = document.servers.find(({ name, span }) => offset >= name.outer.offset && offset < span.offset + span.length);
	if (server === undefined) return null;
	for (const { text } of textsOf(server, (value) => foreignReferences(document.host, value).length > 0)) {
		const found = foreignReferences(document.host, text.value).find(
			({ start, end }) => spanWithin(document.text, text, start, end).offset === offset,
		);
		if (found !== undefined) return found.variable;
	}
	return null;
}
