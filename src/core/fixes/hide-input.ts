import type { ConfigDocument } from "../config/server.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Finding } from "../rules/finding.ts";
import { inputsOf } from "../rules/secrets/inputs.ts";
import type { TextEdit } from "../text.ts";
import { isEditable } from "./editable.ts";

/** Gives the input of a `plain-input` finding `"password": true`: in place of what it says there, or before its id. */
export function hideInputEdits(document: ConfigDocument, { ruleId, span }: Finding): Result<TextEdit[]> {
	const input = ruleId === "plain-input" ? inputsOf(document).find(({ id }) => id.value.span.offset === span.offset) : undefined;
	const key = input?.id.key;
	if (input === undefined || key === null || key === undefined || !isEditable(document, span))
		return fail("finding-moved", "The input is not there any more, or the file has a syntax error.", "Look again, and set it by hand.");
	const said = input.members.get("password");
	if (said !== undefined) return ok([{ span: said.value.outer, text: "true" }]);
	const { offset } = key.outer;
	return ok([{ span: { offset, length: 0 }, text: `"password": true,${gapBefore(document.text, offset)}` }]);
}

/** What parts the member from the one before it: a line end and the indentation where it begins its line, else a blank. */
function gapBefore(text: string, offset: number): string {
	let start = offset;
	while (text[start - 1] === " " || text[start - 1] === "\t") start--;
	const indent = text.slice(start, offset);
	if (text[start - 1] === "\n") return `${text[start - 2] === "\r" ? "\r\n" : "\n"}${indent}`;
	return text[start - 1] === "\r" ? `\r${indent}` : " ";
}
