import { createScanner } from "jsonc-parser";
import type { ConfigDocument, Located, StdioServer } from "../config/server.ts";
import type { Launch } from "../config/wrapped.ts";
import { fail, ok, type Result } from "../result.ts";
import { type Span, slice, type TextEdit } from "../text.ts";
import { quote } from "./quote.ts";

/**
 * Puts words in front of an entry's arguments, and its command's own text behind them, in the way in which the file is written there.
 * What stands in the file already keeps every byte.
 */
export function addWords(document: ConfigDocument, entry: StdioServer, words: readonly string[]): Result<TextEdit[]> {
	const { text, format } = document;
	const quoted = words.map((word) => quote(format, word));
	const command = slice(text, entry.command.outer);
	if (/[\r\n]/.test(command) && format !== "json") return unclear(document, "its command is written over several lines");
	if (entry.commandForm === "list") {
		const line = lineStart(text, entry.command.outer.offset);
		return ok([{ span: at(entry.command.outer.offset), text: `${quoted.join(", ")},${line ?? " "}` }]);
	}
	const dashes = dashList(document, entry.argsArray);
	if (dashes !== null) return addItems(document, entry, dashes, [...quoted, command]);
	const [first] = entry.args;
	if (!standsInBrackets(document, command)) {
		if (entry.argsArray !== null || isInline(document, entry)) return unclear(document, "its command cannot stand in brackets as it is");
		const { head, lead } = newDashes(document, entry);
		return ok([{ span: at(end(entry.commandProperty)), text: head + [...quoted, command].map((token) => `${lead}- ${token}`).join("") }]);
	}
	const tokens = [...quoted, command].join(", ");
	if (first !== undefined) {
		const line = lineStart(text, first.outer.offset);
		return ok([{ span: at(first.outer.offset), text: `${tokens},${line ?? " "}` }]);
	}
	// No space after the bracket: so `removeWords` knows that the array was there before.
	if (entry.argsArray !== null) return ok([{ span: at(entry.argsArray.offset + 1), text: tokens }]);
	return ok([{ span: at(end(entry.commandProperty)), text: `${newMember(document, entry)}${tokens} ]` }]);
}

/** Takes the words of the launcher away again, and the command behind them: byte for byte where nobody edited them since. */
export function removeWords(document: ConfigDocument, entry: StdioServer, launch: Launch): Result<TextEdit[]> {
	const ours = entry.args.slice(0, entry.args.length - launch.args.length);
	const rest = launch.args.slice(0, 1);
	const outer = (word: Located<string>): Span => word.outer;
	if (entry.commandForm === "list") return ok(removals(document, [entry.command, ...ours].map(outer), true));
	const created = createdArgs(document, entry, launch.args.length);
	if (created !== null) return ok([{ span: created, text: "" }]);
	const dashes = dashList(document, entry.argsArray);
	return dashes === null ? ok(removals(document, [...ours, ...rest].map(outer), rest.length > 0)) : removeItems(document, ours, rest);
}

function unclear(document: ConfigDocument, why: string): Result<never> {
	return fail("entry-form", `This entry of ${document.file} cannot be edited safely: ${why}.`, "Edit it by hand.");
}

/** A plain scalar of YAML may hold what means something between brackets. */
function standsInBrackets({ format }: ConfigDocument, raw: string): boolean {
	return format !== "yaml" || /^["']/.test(raw) || !/[,[\]{}]/.test(raw);
}

/** YAML: what opens a list with dashes behind the command, and what stands before each of them. */
function newDashes(
	{ text }: ConfigDocument,
	{ commandProperty: { offset } }: StdioServer,
): { readonly head: string; readonly lead: string } {
	const start = lineBreak(text, offset) + " ".repeat(offset - lineOffset(text, offset));
	return { head: `${start}args:`, lead: `${start}  ` };
}

/** What stands between the command and the first word, where the entry has no arguments yet. */
function newMember(document: ConfigDocument, entry: StdioServer): string {
	const { text, format } = document;
	const { offset } = entry.commandProperty;
	const line = lineStart(text, offset);
	if (format === "json") return `,${line ?? " "}"args": [ `;
	if (isInline(document, entry)) return `,${line ?? " "}args${format === "toml" ? " =" : ":"} [ `;
	const from = lineOffset(text, offset);
	const lead = text.slice(from, offset);
	// TOML: `a.command` wants `a.args`. YAML: what opens the item of a list does so once.
	return format === "toml" ? `${lineBreak(text, offset)}${lead}args = [ ` : `${lineBreak(text, offset)}${" ".repeat(lead.length)}args: [ `;
}

/** TOML and YAML: whether the command stands between braces. */
function isInline({ text, format }: ConfigDocument, { span, commandProperty }: StdioServer): boolean {
	if (text.charAt(span.offset) === "{") return true;
	// Zed's kind of nested command, in a file of YAML.
	return format === "yaml" && /\{[^\n]*$/.test(text.slice(lineOffset(text, commandProperty.offset), commandProperty.offset));
}

/** The `args` that `addWords` made, with what leads to them, if they are still exactly that. */
function createdArgs(document: ConfigDocument, entry: StdioServer, rest: number): Span | null {
	const { text } = document;
	const [first] = entry.args;
	if (rest > 0 || entry.argsArray === null || first === undefined) return null;
	const from = end(entry.commandProperty);
	if (dashList(document, entry.argsArray) !== null) {
		const { head, lead } = newDashes(document, entry);
		const items = entry.args.map(({ outer }) => `${lead}- ${slice(text, outer)}`).join("");
		const length = head.length + items.length;
		return text.startsWith(head + items, from) && from + length === end(entry.argsArray) ? { offset: from, length } : null;
	}
	const before = text.slice(from, first.outer.offset);
	const after = text.slice(end(entry.args.at(-1)?.outer ?? first.outer), end(entry.argsArray));
	const made = document.format === "json" ? /^,\s*"args": \[ $/.test(before) : before === newMember(document, entry);
	return made && after === " ]" ? { offset: from, length: end(entry.argsArray) - from } : null;
}

/** Where the first dash of a list of YAML is, if it has dashes; null: brackets, or another format. */
function dashList({ text, format }: ConfigDocument, array: Span | null): number | null {
	return format === "yaml" && array !== null && text.charAt(array.offset) === "-" ? array.offset : null;
}

function addItems(document: ConfigDocument, entry: StdioServer, dash: number, tokens: readonly string[]): Result<TextEdit[]> {
	const { text } = document;
	const lead = text.slice(lineOffset(text, dash), dash);
	const [first] = entry.args;
	if (!/^ *$/.test(lead) || first === undefined || itemDash(text, first.outer.offset) !== dash)
		return unclear(document, "its arguments are written in an unusual way");
	const items = tokens.map((token) => `- ${token}${lineBreak(text, dash)}${lead}`);
	return ok([{ span: at(dash), text: items.join("") }]);
}

/** From dash to dash, so that comments which somebody put between them go with the item above. */
function removeItems(document: ConfigDocument, ours: readonly Located<string>[], rest: readonly Located<string>[]): Result<TextEdit[]> {
	const { text } = document;
	const dashes = [...ours, ...rest].map(({ outer }) => itemDash(text, outer.offset));
	const [first] = dashes;
	const last = ours.at(-1);
	const to = rest.length > 0 ? dashes.at(-1) : last === undefined ? undefined : end(last.outer);
	if (first === undefined || first === null || to === undefined || to === null || dashes.includes(null))
		return unclear(document, "its arguments are written in an unusual way");
	return document.comments.some(({ offset }) => offset > first && offset < to)
		? unclear(document, "comments stand among the words of the launcher")
		: ok([{ span: { offset: first, length: to - first }, text: "" }]);
}

/** The dash of the item that begins at an offset; null: something else stands between them. */
function itemDash(text: string, offset: number): number | null {
	let from = offset - 1;
	while (text.charAt(from) === " ") from--;
	return text.charAt(from) === "-" && from < offset - 1 ? from : null;
}

/** Takes words out of an array one by one, with the commas and the space between them, but never a comment that somebody put there. */
function removals(document: ConfigDocument, words: readonly Span[], hasRest: boolean): TextEdit[] {
	const { text } = document;
	const edits: TextEdit[] = [];
	words.forEach((word, i) => {
		const next = words[i + 1];
		if (next !== undefined)
			edits.push({
				span: { offset: word.offset, length: next.offset - word.offset },
				text: commentsOf(document, { offset: end(word), length: next.offset - end(word) }),
			});
		else if (!hasRest)
			edits.push({ span: { offset: word.offset, length: word.length + (/^\s*,/.exec(text.slice(end(word)))?.[0].length ?? 0) }, text: "" });
	});
	return edits;
}

function commentsOf({ text, format, comments }: ConfigDocument, gap: Span): string {
	if (format !== "json") {
		const inside = comments.filter(({ offset }) => offset >= gap.offset && offset < end(gap));
		return inside.map((comment) => `${slice(text, comment)}\n`).join("");
	}
	const scanner = createScanner(slice(text, gap), false);
	let found = "";
	for (let token = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
		const word = slice(text, { offset: gap.offset + scanner.getTokenOffset(), length: scanner.getTokenLength() });
		if (token === TOKEN.lineComment) found += `${word}\n`;
		else if (token === TOKEN.blockComment) found += `${word} `;
	}
	return found;
}

// The library declares these as a `const enum`, which does not exist at run time under isolated modules.
const TOKEN = { lineComment: 12, blockComment: 13, end: 17 } as const;

/** The line break and the indentation in front of what stands first on its line; null when something else does. */
function lineStart(text: string, offset: number): string | null {
	let from = offset;
	while (from > 0 && (text.charAt(from - 1) === " " || text.charAt(from - 1) === "\t")) from--;
	if (text.charAt(from - 1) === "\n") return text.slice(text.charAt(from - 2) === "\r" ? from - 2 : from - 1, offset);
	return text.charAt(from - 1) === "\r" ? text.slice(from - 1, offset) : null;
}

/** Where the line of an offset begins. */
function lineOffset(text: string, offset: number): number {
	return offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1;
}

/** What ends the line of an offset, or the file's first one. */
function lineBreak(text: string, offset: number): string {
	const next = text.indexOf("\n", offset);
	const found = next < 0 ? text.indexOf("\n") : next;
	return found > 0 && text.charAt(found - 1) === "\r" ? "\r\n" : "\n";
}

function at(offset: number): Span {
	return { offset, length: 0 };
}

function end(span: Span): number {
	return span.offset + span.length;
}
