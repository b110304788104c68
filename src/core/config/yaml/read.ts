import { Composer, type CST, Lexer, Parser } from "yaml";
import type { Span } from "../../text.ts";
import { MAX_DEPTH, type SyntaxProblem, type Tree, type TreeNode } from "../tree.ts";
import { convertDocument } from "./convert.ts";
import { readQuickly } from "./quick.ts";

/** UTF-16 units. The library needs a second for a megabyte, and no file that names servers comes near this. */
const MAX_LENGTH = 256 * 1024;
const MAX_TOKENS = 100_000;
/** Each level of nesting is two or three of the parser's. */
const MAX_PARSER_DEPTH = MAX_DEPTH * 3;

/**
 * Reads YAML 1.2 as far as it goes, all documents of it. Aliases stay aliases. A quote that nobody closed would take all that follows into
 * one string: then the text is read as if it were not there. Never throws.
 */
export function readYaml(text: string): Tree | { readonly tooDeep: Span } | { readonly tooLarge: true } {
	const quick = readQuickly(text);
	if (quick !== null) return quick;
	const first = readOnce(text, text);
	if (!("roots" in first) || first.errors.length === 0) return first;
	let tree: Tree = first;
	let mended = text;
	for (let round = text.length > LARGE ? MAX_MENDED - 1 : 0; round < MAX_MENDED; round++) {
		const quote = strayQuote(mended, tree.multiline);
		if (quote === null) break;
		mended = `${mended.slice(0, quote)} ${mended.slice(quote + 1)}`;
		const next = readOnce(mended, text);
		if (!("roots" in next)) break;
		tree = { ...next, errors: first.errors };
	}
	return tree;
}

/** Each is a reading of its own: in large files there is one. */
const MAX_MENDED = 4;
const LARGE = 32 * 1024;

/** The quote of the first string that goes on in a line which is not indented further than the one that it began on; null: there is none. */
function strayQuote(text: string, multiline: readonly Span[]): number | null {
	for (const { offset, length } of multiline) {
		if (!/["']/.test(text.charAt(offset))) continue;
		const start = text.lastIndexOf("\n", offset) + 1;
		const indent = indentAt(text, start);
		for (let next = text.indexOf("\n", offset); next >= 0 && next < offset + length; next = text.indexOf("\n", next + 1)) {
			const from = next + 1;
			const lead = indentAt(text, from);
			if (lead <= indent && from + lead < offset + length && !/[\r\n]/.test(text.charAt(from + lead))) return offset;
		}
	}
	return null;
}

function indentAt(text: string, from: number): number {
	let at = from;
	while (text.charAt(at) === " ") at++;
	return at - from;
}

/** The library's reading, slips and all. `original`: what stands in the file, of the same length. */
export function readOnce(text: string, original: string): Tree | { readonly tooDeep: Span } | { readonly tooLarge: true } {
	if (text.length > MAX_LENGTH) return { tooLarge: true };
	const lexed = lex(text);
	if (!("tokens" in lexed)) return lexed;
	const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: "silent" });
	const roots: TreeNode[] = [];
	const errors: SyntaxProblem[] = [];
	const multiline: Span[] = [];
	for (const document of composer.compose(lexed.tokens, false, text.length)) {
		for (const { pos, code } of document.errors.slice(0, MAX_ERRORS)) errors.push(problem(pos, code, text.length));
		const converted = convertDocument(original, document);
		if ("tooDeep" in converted) return converted;
		if (converted.root !== null) roots.push(converted.root);
		for (const error of converted.errors) errors.push(error);
		for (const span of converted.multiline) multiline.push(span);
	}
	return { roots, errors: errors.sort((a, b) => a.span.offset - b.span.offset), comments: lexed.comments, multiline };
}

const MAX_ERRORS = 100;

/** The library may point behind the end of the text. */
function problem([start, end]: readonly [number, number], code: string, most: number): SyntaxProblem {
	const offset = Math.min(start, most);
	return { span: { offset, length: Math.max(0, Math.min(end, most) - offset) }, message: code.toLowerCase().replaceAll("_", " ") };
}

/** Measures size and depth before anything recurses; comments are collected on the way. */
function lex(
	text: string,
):
	| { readonly tokens: readonly CST.Token[]; readonly comments: readonly Span[] }
	| { readonly tooDeep: Span }
	| { readonly tooLarge: true } {
	const parser = new Parser();
	const tokens: CST.Token[] = [];
	const comments: Span[] = [];
	let isScalar = false;
	let weight = 0;
	for (const lexeme of new Lexer().lex(text)) {
		if (isScalar) isScalar = false;
		else if (lexeme === SCALAR) isScalar = true;
		else if (lexeme.startsWith("#")) comments.push({ offset: parser.offset, length: lexeme.length });
		weight += weightOf(lexeme);
		if (weight > MAX_TOKENS) return { tooLarge: true };
		for (const token of parser.next(lexeme)) tokens.push(token);
		if (parser.stack.length > MAX_PARSER_DEPTH) return { tooDeep: { offset: parser.offset, length: 1 } };
	}
	tokens.push(...parser.end());
	return { tokens, comments };
}

/** What the lexer puts before every scalar. */
const SCALAR = "\u001F";

/** Each malformed escape is an error of its own. */
function weightOf(lexeme: string): number {
	return lexeme.length > 1000 && lexeme.startsWith('"') ? lexeme.split("\\").length * 5 : 1;
}
