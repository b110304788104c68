import type { Span } from "../../text.ts";
import { decodeText } from "../escapes.ts";
import type { Tree, TreeNode } from "../tree.ts";

/**
 * Reads the YAML that people write into config files (maps and lists by indentation, scalars and lists in brackets on one line), several
 * times as fast as a library that knows all of the language. Null: there is something else in it, or a mistake, which the library tells.
 */
export function readQuickly(text: string): Tree | null {
	if (text.length > MAX_LENGTH || NOT_READ.test(text)) return null;
	const reader = new QuickReader(text);
	try {
		return reader.tree();
	} catch (error) {
		if (error === OTHER) return null;
		throw error;
	}
}

/** UTF-16 units. What is longer is measured first, as the library needs long for it. */
const MAX_LENGTH = 16_384;
const MAX_DEPTH = 30;
/** Tabs and other control characters, several documents, directives. */
const NOT_READ = /[^\P{Cc}\n\r]|[\u2028\u2029\ufeff]|\r(?!\n)|^(?:---|\.\.\.|%)/mu;

/** Thrown and caught in here alone: it unwinds the recursion. */
const OTHER = Symbol("other");

/** A line with something on it. */
interface Line {
	/** How many blanks it begins with. */
	readonly indent: number;
	/** Where what stands on it begins and ends, without blanks and a comment behind it. */
	readonly start: number;
	readonly end: number;
	/** True: a comment stands between it and the line before. */
	readonly afterComment: boolean;
}

class QuickReader {
	readonly #text: string;
	readonly #lines: Line[] = [];
	readonly #comments: Span[] = [];
	#line = 0;
	/** Where the next sign of a comment stands, as far as it is known. */
	#hash = -1;

	constructor(text: string) {
		this.#text = text;
	}

	tree(): Tree {
		this.#readLines();
		const [first] = this.#lines;
		if (first === undefined || first.indent > 0 || this.#isItem(first.start)) throw OTHER;
		const root = this.#map(0, first.start, 0);
		if (this.#line < this.#lines.length) throw OTHER;
		return { roots: [root], errors: [], comments: this.#comments, multiline: [] };
	}

	#readLines(): void {
		const text = this.#text;
		let afterComment = false;
		for (let from = 0; from < text.length; ) {
			const feed = text.indexOf("\n", from);
			const until = feed < 0 ? text.length : feed;
			const last = text.charCodeAt(until - 1) === CARRIAGE_RETURN ? until - 1 : until;
			let start = from;
			while (start < last && text.charCodeAt(start) === BLANK) start++;
			const hash = start < last ? this.#commentIn(start, last) : -1;
			if (hash >= 0) {
				if (last !== until) throw OTHER;
				this.#comments.push({ offset: hash, length: last - hash });
			}
			let end = hash < 0 ? last : hash;
			while (end > start && text.charCodeAt(end - 1) === BLANK) end--;
			if (end > start) this.#lines.push({ indent: start - from, start, end, afterComment });
			afterComment = end > start ? hash >= 0 : afterComment || hash >= 0;
			from = until + 1;
		}
	}

	/** Where a comment begins on a line; -1: there is none. A sign in quotes is looked at by the library. */
	#commentIn(start: number, end: number): number {
		const text = this.#text;
		// Looked for once for all the lines before it.
		if (this.#hash < start) this.#hash = signAt(text, start);
		for (let at = this.#hash; at < end; at = this.#hash = signAt(text, at + 1)) {
			if (at > start && text.charCodeAt(at - 1) !== BLANK) continue;
			if (/["']/.test(text.slice(start, at))) throw OTHER;
			return at;
		}
		return -1;
	}

	/** A map whose keys stand at a column; the first one at an offset, on the line that is read. */
	#map(column: number, from: number, depth: number): TreeNode {
		if (depth > MAX_DEPTH) throw OTHER;
		const children: TreeNode[] = [];
		for (let start = from; ; ) {
			const key = this.#key(start);
			if (key === null) throw OTHER;
			const value = this.#value(key.offset + key.length + 1, column, true, depth);
			children.push({ type: "property", offset: start, length: endOf(value) - start, children: [key, value] });
			const next = this.#lines[this.#line];
			if (next === undefined || next.indent < column || (next.indent === column && this.#isItem(next.start))) break;
			if (next.indent > column) throw OTHER;
			start = next.start;
		}
		return collection("object", from, children);
	}

	#list(column: number, from: number, depth: number): TreeNode {
		if (depth > MAX_DEPTH) throw OTHER;
		const children: TreeNode[] = [];
		for (let start = from; ; ) {
			children.push(this.#value(start + 1, column, false, depth));
			const next = this.#lines[this.#line];
			if (next === undefined || next.indent < column || (next.indent === column && !this.#isItem(next.start))) break;
			if (next.indent > column) throw OTHER;
			start = next.start;
		}
		return collection("array", from, children);
	}

	/** What stands behind a colon, or behind a hyphen: on the line that is read, or on those below that are indented further than a column. */
	#value(from: number, column: number, isOfKey: boolean, depth: number): TreeNode {
		const line = this.#lines[this.#line];
		if (line === undefined) throw OTHER;
		let start = from;
		while (start < line.end && this.#text.charCodeAt(start) === BLANK) start++;
		if (start < line.end) {
			// `- name: value`
			if (!isOfKey && this.#key(start) !== null) return this.#map(line.indent + start - line.start, start, depth + 1);
			const scalar = this.#text.charCodeAt(start) === 0x5b ? this.#inBrackets(start, line.end) : this.#scalar(start, line.end);
			const next = this.#lines[++this.#line];
			if (next !== undefined && next.indent > column) throw OTHER;
			return scalar;
		}
		const next = this.#lines[++this.#line];
		if (!isOfKey || next === undefined || next.afterComment) throw OTHER;
		if (this.#isItem(next.start)) {
			if (next.indent < column) throw OTHER;
			return this.#list(next.indent, next.start, depth + 1);
		}
		if (next.indent <= column) throw OTHER;
		return this.#map(next.indent, next.start, depth + 1);
	}

	#isItem(at: number): boolean {
		const behind = this.#text.charCodeAt(at + 1);
		return this.#text.charCodeAt(at) === HYPHEN && (behind === BLANK || behind === LINE_FEED || behind === CARRIAGE_RETURN);
	}

	/** A key with its colon behind it; null: none stands there. */
	#key(start: number): TreeNode | null {
		const text = this.#text;
		const quote = text.charAt(start);
		if (quote === '"' || quote === "'") {
			const close = text.indexOf(quote, start + 1);
			const content = close < 0 || close - start > LONGEST_KEY ? "" : text.slice(start + 1, close);
			if (!/^[\w ./@-]+$/.test(content) || !this.#isColon(close + 1)) return null;
			return quoted(start, close + 1, content);
		}
		KEY.lastIndex = start;
		const name = KEY.exec(text)?.[0];
		if (name === undefined || name.length > LONGEST_KEY || !this.#isColon(start + name.length)) return null;
		return plain(start, name);
	}

	/** True for one that ends a key. */
	#isColon(at: number): boolean {
		const behind = this.#text.charCodeAt(at + 1);
		return (
			this.#text.charCodeAt(at) === COLON &&
			(behind === BLANK || behind === LINE_FEED || behind === CARRIAGE_RETURN || at + 1 === this.#text.length)
		);
	}

	#scalar(start: number, end: number): TreeNode {
		const text = this.#text;
		const quote = text.charAt(start);
		if (quote === '"' || quote === "'") {
			const close = this.#closing(start, end);
			if (close !== end - 1) throw OTHER;
			return this.#quoted(start, end);
		}
		const raw = text.slice(start, end);
		if (!PLAIN_START.test(raw) || /:(?: |$)/.test(raw)) throw OTHER;
		return plainValue(start, raw);
	}

	/** Where a string in quotes ends on its line; -1: it does not. */
	#closing(start: number, end: number): number {
		const text = this.#text;
		const quote = text.charCodeAt(start);
		for (let at = start + 1; at < end; at++) {
			const code = text.charCodeAt(at);
			if (code === 0x5c && quote === 0x22) at++;
			else if (code === quote) {
				if (quote === 0x27 && text.charCodeAt(at + 1) === quote) at++;
				else return at;
			}
		}
		return -1;
	}

	#quoted(start: number, end: number): TreeNode {
		const inside = this.#text.slice(start + 1, end - 1);
		const isDouble = this.#text.charAt(start) === '"';
		if (isDouble ? !inside.includes("\\") : !inside.includes("'")) return quoted(start, end, inside);
		if (isDouble && !/^(?:[^\\]|\\["\\/nrt])*$/.test(inside)) throw OTHER;
		const writing = isDouble ? "yaml-double" : "yaml-single";
		const { decoded } = decodeText(inside, writing);
		return { ...quoted(start, end, decoded), writing };
	}

	/** `[a, "b"]` on one line. */
	#inBrackets(start: number, end: number): TreeNode {
		const text = this.#text;
		const children: TreeNode[] = [];
		let at = start + 1;
		const skip = (): void => {
			while (at < end && text.charCodeAt(at) === BLANK) at++;
		};
		skip();
		while (text.charCodeAt(at) !== 0x5d) {
			const quote = text.charCodeAt(at);
			if (quote === 0x22 || quote === 0x27) {
				const close = this.#closing(at, end);
				if (close < 0) throw OTHER;
				children.push(this.#quoted(at, close + 1));
				at = close + 1;
			} else {
				IN_BRACKETS.lastIndex = at;
				const raw = IN_BRACKETS.exec(text)?.[0];
				if (raw === undefined) throw OTHER;
				children.push(plainValue(at, raw));
				at += raw.length;
			}
			skip();
			const next = text.charCodeAt(at);
			if (at >= end || (next !== 0x2c && next !== 0x5d)) throw OTHER;
			if (next === 0x5d) break;
			at++;
			skip();
			if (at >= end || text.charCodeAt(at) === 0x5d) throw OTHER;
		}
		if (at !== end - 1) throw OTHER;
		return { type: "array", offset: start, length: end - start, children };
	}
}

/** Behind the text: there is none. */
function signAt(text: string, from: number): number {
	const at = text.indexOf("#", from);
	return at < 0 ? text.length : at;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
const HYPHEN = 0x2d;
const COLON = 0x3a;

const LONGEST_KEY = 200;
const KEY = /[A-Za-z0-9_$/.][\w./@$-]*/y;
/** No sign that means something at the beginning of a scalar. */
const PLAIN_START = /^(?:[A-Za-z0-9_/.$~+(<=^;\\\u00a1-\u1fff]|-[^ -])/;
/** Words without signs that mean something between brackets. */
const IN_BRACKETS = /(?:[A-Za-z0-9_/.$~+@]|-(?=[\w-]))(?:[\w/.$~+@=-]|:(?=[\w/]))*/y;

function collection(type: "object" | "array", start: number, children: readonly TreeNode[]): TreeNode {
	const last = children.at(-1);
	return { type, offset: start, length: (last === undefined ? start : endOf(last)) - start, children };
}

function endOf({ offset, length }: TreeNode): number {
	return offset + length;
}

function plain(offset: number, value: string): TreeNode {
	const { length } = value;
	return { type: "string", offset, length, value, content: { offset, length }, writing: "raw" };
}

function quoted(start: number, end: number, value: string): TreeNode {
	const length = end - start;
	return { type: "string", offset: start, length, value, content: { offset: start + 1, length: length - 2 }, writing: "raw" };
}

/** As YAML 1.2's core schema reads it; what is no string keeps its raw text. */
function plainValue(offset: number, raw: string): TreeNode {
	const type = OTHER_START.test(raw) ? typeOf(raw) : "string";
	return type === "string" ? plain(offset, raw) : { type, offset, length: raw.length, value: raw };
}

const OTHER_START = /^[0-9+.~NnTtFf-]/;

function typeOf(raw: string): "string" | "null" | "boolean" | "number" {
	if (/^(?:~|[Nn]ull|NULL)$/.test(raw)) return "null";
	if (/^(?:[Tt]rue|TRUE|[Ff]alse|FALSE)$/.test(raw)) return "boolean";
	return /^(?:0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(
		raw,
	)
		? "number"
		: "string";
}
