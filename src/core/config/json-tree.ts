import { createScanner, type Node, type ParseError, parseTree } from "jsonc-parser";
import type { Span } from "../text.ts";

/** The parser recurses; deeper text than this could exhaust the stack, and no host's file comes near it. */
export const MAX_DEPTH = 100;

export interface JsonTree {
	/** Undefined: there is nothing but comments and blanks. */
	readonly root: Node | undefined;
	readonly errors: readonly ParseError[];
	readonly comments: readonly Span[];
}

/** Parses JSON with comments and trailing commas as far as it goes; `tooDeep` is where the nesting passes `MAX_DEPTH`. Never throws. */
export function parseJsonTree(text: string): JsonTree | { readonly tooDeep: Span } {
	const tokens = scan(text);
	if (tokens.tooDeep !== null) return { tooDeep: tokens.tooDeep };
	const errors: ParseError[] = [];
	return { root: parseTree(text, errors, { allowTrailingComma: true, allowEmptyContent: true }), errors, comments: tokens.comments };
}

/** Measures depth before anything recurses; comments are collected on the way. */
function scan(text: string): { readonly tooDeep: Span | null; readonly comments: readonly Span[] } {
	const scanner = createScanner(text, false);
	const comments: Span[] = [];
	let depth = 0;
	for (let token = scanner.scan(); token !== SYNTAX.end; token = scanner.scan()) {
		const span = { offset: scanner.getTokenOffset(), length: scanner.getTokenLength() };
		if (token === SYNTAX.openBrace || token === SYNTAX.openBracket) depth++;
		else if (token === SYNTAX.closeBrace || token === SYNTAX.closeBracket) depth = Math.max(0, depth - 1);
		else if (token === SYNTAX.lineComment || token === SYNTAX.blockComment) comments.push(span);
		if (depth > MAX_DEPTH) return { tooDeep: span, comments };
	}
	return { tooDeep: null, comments };
}

// The library declares these as a `const enum`, which does not exist at run time under isolated modules.
const SYNTAX = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, lineComment: 12, blockComment: 13, end: 17 } as const;
