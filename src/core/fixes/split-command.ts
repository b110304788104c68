import type { ConfigDocument } from "../config/server.ts";
import { launchOf } from "../config/wrapped.ts";
import { fail, ok, type Result } from "../result.ts";
import type { Finding } from "../rules/finding.ts";
import { wordsToSplit } from "../rules/supply/command-with-arguments.ts";
import type { TextEdit } from "../text.ts";
import { wordAt } from "./word-at.ts";

/** Leaves the program alone in the `command` of a `command-with-arguments` finding, and puts its arguments before those in `args`. */
export function splitCommandEdits(document: ConfigDocument, finding: Finding): Result<TextEdit[]> {
	const at = wordAt(document, finding);
	if (!at.ok) return at;
	const { server, word } = at.value;
	const isMeant = finding.ruleId === "command-with-arguments" && server.kind === "stdio" && launchOf(server).command === word;
	const [program, ...words] = (isMeant ? wordsToSplit(server, document) : null) ?? [];
	if (server.kind !== "stdio" || program === undefined)
		return fail("not-splittable", "This command cannot be split safely.", "Put its arguments into args by hand.");
	const quoted = words.map((each) => JSON.stringify(each)).join(", ");
	const command: TextEdit = { span: word.span, text: JSON.stringify(program).slice(1, -1) };
	const insert = (offset: number, text: string): Result<TextEdit[]> => ok([command, { span: { offset, length: 0 }, text }]);
	const [first] = server.args;
	if (word !== server.command) return insert(word.outer.offset + word.outer.length, `, ${quoted}`);
	if (first !== undefined) return insert(first.outer.offset, `${quoted}, `);
	if (server.argsArray !== null) return insert(server.argsArray.offset + 1, quoted);
	return insert(server.commandProperty.offset + server.commandProperty.length, `, "args": [${quoted}]`);
}
