import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { Span } from "../text.ts";
import { readQuickly } from "./json-quick.ts";
import { MAX_DEPTH, type Tree } from "./tree.ts";

export interface JsonTree {
	/** Undefined: there is nothing but comments and blanks. */
	readonly root: Node | undefined;
	readonly errors: readonly ParseError[];
	readonly comments: readonly Span[];
}

/** Parses JSON with comments and trailing commas as far as it goes; `tooDeep` is where the nesting passes `MAX_DEPTH`. Never throws. */
export function parseJsonTree(text: string): JsonTree | { readonly tooDeep: Span } {
	const { tooDeep, comments } = scan(text);
	if (tooDeep !== null) return { tooDeep };
	const errors: ParseError[] = [];
	const open = unclosed(text, comments);
	// The library counts what it leaves open past the end of the text.
	const closed = open === null ? text : text.slice(0, open.offset) + " ".repeat(open.length);
	const root = parseTree(closed, errors, { allowTrailingComma: true, allowEmptyContent: true });
	if (open !== null) errors.push({ error: UNEXPECTED_END_OF_COMMENT, ...open });
	return { root, errors, comments };
}

/** The comment that nothing ends; null: there is none. */
function unclosed(text: string, comments: readonly Span[]): Span | null {
	const last = comments.at(-1);
	if (last === undefined || !text.startsWith("/*", last.offset)) return null;
	const isLast = last.offset + last.length === text.length;
	return isLast && !(last.length >= 4 && text.endsWith("*/")) ? last : null;
}

// The library declares it in a `const enum`, which does not exist at run time under isolated modules.
const UNEXPECTED_END_OF_COMMENT = 11;

/** The same, as every format has it. */
export function readJson(text: string): Tree | { readonly tooDeep: Span } {
	const quick = readQuickly(text, MAX_DEPTH);
	if (quick !== null) return { roots: quick.root === undefined ? [] : [quick.root], errors: [], comments: quick.comments, multiline: [] };
	const tree = parseJsonTree(text);
	if ("tooDeep" in tree) return tree;
	const [error] = tree.errors;
	return {
		roots: tree.root === undefined ? [] : [tree.root],
		errors: error === undefined ? [] : [{ span: within(text, error.offset, error.length), message: describe(error) }],
		comments: tree.comments,
		multiline: [],
	};
}

function describe(error: ParseError): string {
	return printParseErrorCode(error.error)
		.replace(/([a-z])([A-Z])/g, "$1 $2")
		.toLowerCase();
}

/** The library counts the end of an unclosed comment past that of the text. */
function within(text: string, offset: number, length: number): Span {
	return { offset, length: Math.min(length, text.length - offset) };
}

/** Measures depth before anything recurses; comments are collected on the way. */
function scan(text: string): { readonly tooDeep: Span | null; readonly comments: readonly Span[] } {
	const scanner = createScanner(text, false);
	const comments: Span[] = [];
	let depth = 0;
	for (let token = scanner.scan(); token !== SYNTAX.end; token = scanner.scan()) {
		const span = within(text, scanner.getTokenOffset(), scanner.getTokenLength());
		if (token === SYNTAX.openBrace || token === SYNTAX.openBracket) depth++;
		else if (token === SYNTAX.closeBrace || token === SYNTAX.closeBracket) depth = Math.max(0, depth - 1);
		else if (token === SYNTAX.lineComment || token === SYNTAX.blockComment) comments.push(span);
		if (depth > MAX_DEPTH) return { tooDeep: span, comments };
	}
	return { tooDeep: null, comments };
}

// The library declares these as a `const enum`, which does not exist at run time under isolated modules.
const SYNTAX = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, lineComment: 12, blockComment: 13, end: 17 } as const;
