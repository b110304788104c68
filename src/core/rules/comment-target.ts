import { createScanner } from "jsonc-parser";
import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import { type LineIndex, type Span, spanLookup } from "../text.ts";

/** A server's whole entry, its name included, wherever that stands. */
export function extentOf({ name, span }: Pick<ServerEntry, "name" | "span">): Span {
	const offset = Math.min(name.outer.offset, span.offset);
	const end = Math.max(endOf(name.outer), endOf(span));
	return { offset, length: end - offset };
}

/**
 * Tells the server that begins where somebody reads its beginning: in JSON at its name; in TOML and YAML on the line of its header, its
 * key, or the dash of its item.
 */
export function entryFinder(document: ConfigDocument, lines: LineIndex): (offset: number) => ServerEntry | undefined {
	const { text, servers, format } = document;
	if (format === "json") {
		const byName = new Map(servers.map((server) => [server.name.outer.offset, server]));
		return (offset) => byName.get(offset);
	}
	const byLine = new Map<number, ServerEntry>();
	for (const server of servers) {
		const { offset } = extentOf(server);
		const line = lines.lineSpan(offset).offset;
		if (/^[\s-]*$/.test(text.slice(line, Math.min(offset, line + MAX_LEAD))) && !byLine.has(line)) byLine.set(line, server);
	}
	return (offset) => byLine.get(lines.lineSpan(offset).offset);
}

/** No line is indented further than this. */
const MAX_LEAD = 1000;

/** A line as far as what begins on it goes: a string may reach over further ones. */
export function withMultiline(line: Span, multiline: readonly Span[]): Span {
	let low = 0;
	let high = multiline.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((multiline[mid]?.offset ?? 0) < endOf(line)) low = mid + 1;
		else high = mid;
	}
	const last = multiline[low - 1];
	const end = last !== undefined && last.offset >= line.offset ? Math.max(endOf(line), endOf(last)) : endOf(line);
	return { offset: line.offset, length: end - line.offset };
}

/** What stands around the comments of a document: to tell what a comment speaks of. */
export class Landscape {
	readonly serverAt: (offset: number) => ServerEntry | null;
	readonly #text: string;
	readonly #lines: LineIndex;
	/** By their first offset, in order. */
	readonly #comments: ReadonlyMap<number, Span>;
	readonly #commentAt: (offset: number) => { readonly span: Span } | null;
	readonly #entryAt: (offset: number) => ServerEntry | undefined;
	readonly #multiline: readonly Span[];
	readonly #isPassedOver: (comment: Span) => boolean;
	#closes: ReadonlyMap<number, number> | null = null;
	readonly #next = new Map<number, number>();
	/** By where a line begins: its first place that is neither blank nor a comment. */
	readonly #firsts = new Map<number, number>();

	/** `isPassedOver`: comments that stand together with others, for the same thing. */
	constructor(document: ConfigDocument, lines: LineIndex, isPassedOver: (comment: Span) => boolean) {
		this.#text = document.text;
		this.#lines = lines;
		this.#isPassedOver = isPassedOver;
		this.#comments = new Map(document.comments.map((span) => [span.offset, span]));
		this.#commentAt = spanLookup(document.comments.map((span) => ({ span })));
		this.#entryAt = entryFinder(document, lines);
		this.#multiline = document.multiline;
		this.serverAt = spanLookup(document.servers);
	}

	/** Findings that begin in there are what the comment speaks of; of length 0 at the end of the text, where nothing follows. */
	covers(comment: Span): Span {
		const end = comment.offset + comment.length;
		const next = this.#nextAfter(end);
		if (next < this.#text.length && this.#line(next) === this.#line(Math.max(comment.offset, end - 1)))
			return /[,}\]]/.test(this.#text.charAt(next)) ? this.#lineUpTo(comment) : this.#following(next);
		if (this.#isBehindSomething(comment)) return this.#lines.lineSpan(comment.offset);
		if (next >= this.#text.length) return { offset: this.#text.length, length: 0 };
		const entry = this.#entryAt(next);
		const line = this.#lines.lineSpan(next);
		const from = Math.max(line.offset, end);
		const until = Math.max(
			endOf(withMultiline(line, this.#multiline)),
			this.#comments.has(next) ? endOf(this.#comments.get(next)) : 0,
			entry === undefined ? 0 : endOf(extentOf(entry)),
		);
		return { offset: from, length: until - from };
	}

	/** What comes next on the comment's own line: another comment, an entry, or a value with its key, as far as the line goes. */
	#following(next: number): Span {
		const comment = this.#comments.get(next);
		if (comment !== undefined) return comment;
		const entry = this.#entryAt(next);
		if (entry !== undefined) return extentOf(entry);
		const line = this.#lines.lineSpan(next);
		const end = Math.min(
			nodeEnd(this.#text, next, (open) => this.#closeOf(open)),
			line.offset + line.length,
		);
		return { offset: next, length: end - next };
	}

	/** Where the object or array ends that begins at an offset. */
	#closeOf(open: number): number {
		this.#closes ??= closesOf(this.#text);
		return this.#closes.get(open) ?? this.#text.length;
	}

	/** Where the first thing after an offset begins that is neither blank nor a comment to be passed over. */
	#nextAfter(offset: number): number {
		const passed: number[] = [];
		let at = offset;
		for (;;) {
			const known = this.#next.get(at);
			if (known !== undefined) {
				at = known;
				break;
			}
			passed.push(at);
			while (at < this.#text.length && /[\s\uFEFF]/.test(this.#text.charAt(at))) at++;
			const comment = this.#comments.get(at);
			if (comment === undefined || !this.#isPassedOver(comment)) break;
			at = endOf(comment);
		}
		for (const each of passed) this.#next.set(each, at);
		return at;
	}

	#isBehindSomething(comment: Span): boolean {
		const { offset, length } = this.#lines.lineSpan(comment.offset);
		let first = this.#firsts.get(offset);
		if (first === undefined) {
			first = offset;
			while (first < offset + length) {
				const inside = this.#commentAt(first);
				if (inside !== null) first = endOf(inside.span);
				else if (/\s/.test(this.#text.charAt(first))) first++;
				else break;
			}
			this.#firsts.set(offset, first);
		}
		return first < comment.offset;
	}

	#lineUpTo(comment: Span): Span {
		const { offset } = this.#lines.lineSpan(comment.offset);
		return { offset, length: comment.offset - offset };
	}

	#line(offset: number): number {
		return this.#lines.position(offset).line;
	}
}

/** Where a value, or a key with its value, ends. */
function nodeEnd(text: string, offset: number, closeOf: (open: number) => number): number {
	const scanner = createScanner(text, true);
	scanner.setPosition(offset);
	let token = scanner.scan();
	let end = offset + scanner.getTokenLength();
	// A key when a colon follows.
	if (token === TOKEN.string && scanner.scan() === TOKEN.colon) {
		token = scanner.scan();
		end = scanner.getTokenOffset() + scanner.getTokenLength();
	}
	return token === TOKEN.openBrace || token === TOKEN.openBracket ? closeOf(end - 1) : end;
}

/** By where objects and arrays begin: where they end. What is left open ends with the text. */
function closesOf(text: string): ReadonlyMap<number, number> {
	const closes = new Map<number, number>();
	const open: number[] = [];
	const scanner = createScanner(text, true);
	for (let token = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
		if (token === TOKEN.openBrace || token === TOKEN.openBracket) open.push(scanner.getTokenOffset());
		else if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) {
			const start = open.pop();
			if (start !== undefined) closes.set(start, scanner.getTokenOffset() + 1);
		}
	}
	return closes;
}

// The library declares these as a `const enum`, which does not exist at run time under isolated modules.
const TOKEN = { openBrace: 1, closeBrace: 2, openBracket: 3, closeBracket: 4, colon: 6, string: 10, end: 17 } as const;

function endOf(span: Span | undefined): number {
	return span === undefined ? 0 : span.offset + span.length;
}
