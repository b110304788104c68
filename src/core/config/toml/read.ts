import type { Span } from "../../text.ts";
import { MAX_DEPTH, type SyntaxProblem, type Tree } from "../tree.ts";
import { decodeTomlString } from "./string.ts";
import { type Building, type KeyPath, TomlTree } from "./tree.ts";

/**
 * Reads TOML 1.0 as far as it goes, in one pass: what is wrong in a line ends with that line, and hides nothing after it. Never throws.
 * Own code, since parsers that stop at the first error hide everything behind it.
 */
export function readToml(text: string): Tree | { readonly tooDeep: Span } | { readonly tooLarge: true } {
	const reader = new TomlReader(text);
	return reader.read();
}

const BARE_KEY = /[A-Za-z0-9_-]+/y;
const NUMBER = /^[+-]?(?:0x[0-9A-Fa-f][0-9A-Fa-f_]*|0o[0-7][0-7_]*|0b[01][01_]*|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d[\d_]*)?|inf|nan)$/;
const TIME = /^(?:\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,20})?)?(?:[Zz]|[+-]\d\d:\d\d)?)?|\d\d:\d\d(?::\d\d(?:\.\d{1,20})?)?)$/;
const DATE_BEFORE_TIME = /\d{4}-\d\d-\d\d \d\d:/y;

class TomlReader {
	readonly #text: string;
	readonly #tree: TomlTree;
	readonly #errors: SyntaxProblem[] = [];
	readonly #comments: Span[] = [];
	readonly #multiline: Span[] = [];
	#at = 0;
	/** Where the line began that is being read, unless a string reaches into it. */
	#line = 0;
	/** Whether the last string had an end. */
	#isClosed = true;
	/** The last backslash that was looked for. */
	#slash = -1;
	/** Nothing closes a string of three quotes behind here: so that nobody looks for it time and again. */
	readonly #unclosed = new Map<string, number>();

	constructor(text: string) {
		this.#text = text;
		this.#tree = new TomlTree(text.length);
	}

	read(): Tree | { readonly tooDeep: Span } | { readonly tooLarge: true } {
		let statements = 0;
		while (this.#at < this.#text.length) {
			this.#blanks(true);
			if (this.#at >= this.#text.length) break;
			if (++statements > MAX_STATEMENTS) return { tooLarge: true };
			this.#statement();
			if (this.#tree.tooDeep !== null) return { tooDeep: this.#tree.tooDeep };
		}
		this.#tree.finish();
		const { root } = this.#tree;
		const isEmpty = (root.children?.length ?? 0) === 0;
		return { roots: isEmpty ? [] : [root], errors: this.#errors, comments: this.#comments, multiline: this.#multiline };
	}

	#statement(): void {
		const start = this.#at;
		const line = this.#line;
		const done = this.#text.charAt(start) === "[" ? this.#header(start) : this.#assignment();
		if (!done) {
			// A line that another one ran into is read for itself.
			if (this.#line > line) this.#at = this.#line;
			else this.#skipLine();
			return;
		}
		this.#blanks(false);
		if (this.#at >= this.#text.length || this.#isBreak()) return;
		if (this.#line > line && this.#at === this.#line) return;
		this.#error(this.#at, "end of line expected");
		this.#skipLine();
	}

	#header(start: number): boolean {
		const isArray = this.#text.startsWith("[[", start);
		this.#at += isArray ? 2 : 1;
		this.#blanks(false);
		const path = this.#keyPath();
		if (path === null) return false;
		const close = isArray ? "]]" : "]";
		const isClosed = this.#text.startsWith(close, this.#at);
		if (isClosed) this.#at += close.length;
		else this.#error(this.#at, "bracket expected");
		// What is being typed is meant all the same.
		this.#tree.header(path, { offset: start, length: this.#at - start }, isArray);
		return isClosed;
	}

	#assignment(): boolean {
		const path = this.#keyPath();
		if (path === null) return false;
		if (this.#text.charAt(this.#at) !== "=") {
			this.#error(this.#at, "equals sign expected");
			return false;
		}
		this.#at++;
		this.#blanks(false);
		const value = this.#value(this.#at, 1, false);
		this.#tree.assign(path, value.node, this.#at);
		return value.whole;
	}

	/** Null: there is none; an error says so. */
	#keyPath(): KeyPath | null {
		const path: Building[] = [];
		for (;;) {
			const key = this.#key();
			if (key === null) {
				this.#error(this.#at, "key expected");
				return null;
			}
			path.push(key);
			if (path.length > MAX_DEPTH) {
				this.#tree.tooDeep ??= { offset: key.offset, length: 1 };
				return null;
			}
			this.#blanks(false);
			if (this.#text.charAt(this.#at) !== ".") return path;
			this.#at++;
			this.#blanks(false);
		}
	}

	#key(): Building | null {
		const quote = this.#text.charAt(this.#at);
		if (quote === '"' || quote === "'") return this.#shortString(quote);
		BARE_KEY.lastIndex = this.#at;
		const bare = BARE_KEY.exec(this.#text)?.[0];
		if (bare === undefined) return null;
		const span = { offset: this.#at, length: bare.length };
		this.#at += bare.length;
		return { type: "string", ...span, value: bare, content: span, writing: "raw" };
	}

	/** `whole`: false when what follows cannot belong to it any more. A node of null: nothing was there. */
	#value(start: number, depth: number, inList: boolean): { readonly node: Building | null; readonly whole: boolean } {
		const char = this.#text.charAt(start);
		if (depth > MAX_DEPTH) {
			this.#tree.tooDeep ??= { offset: start, length: 1 };
			return { node: null, whole: false };
		}
		if (char === '"' || char === "'") {
			const node = this.#text.startsWith(char.repeat(3), start) ? this.#longString(char) : this.#shortString(char);
			return { node, whole: this.#isClosed };
		}
		if (char === "[") return this.#array(start, depth);
		if (char === "{") return this.#inlineTable(start, depth);
		return this.#word(start, inList);
	}

	#array(start: number, depth: number): { readonly node: Building; readonly whole: boolean } {
		const node: Building = { type: "array", offset: start, length: 1, children: [] };
		this.#at = start + 1;
		for (;;) {
			this.#blanks(true);
			if (this.#text.charAt(this.#at) === "]") {
				this.#at++;
				node.length = this.#at - start;
				return { node, whole: true };
			}
			const item = this.#at < this.#text.length ? this.#value(this.#at, depth + 1, true) : { node: null, whole: false };
			if (item.node !== null) {
				node.children?.push(item.node);
				node.length = Math.max(node.length, item.node.offset + item.node.length - start);
			} else this.#error(this.#at, "value expected");
			if (!item.whole) return { node, whole: false };
			this.#blanks(true);
			if (this.#text.charAt(this.#at) === ",") this.#at++;
			else if (this.#text.charAt(this.#at) !== "]") {
				this.#error(this.#at, "comma or bracket expected");
				return { node, whole: false };
			}
		}
	}

	#inlineTable(start: number, depth: number): { readonly node: Building; readonly whole: boolean } {
		const node = this.#tree.object(start, 1, "open");
		this.#at = start + 1;
		const whole = this.#members(node, depth);
		this.#tree.close(node);
		node.length = Math.max(1, this.#at - start);
		return { node, whole };
	}

	/** TOML 1.1 allows line breaks and a comma at the end in there. */
	#members(node: Building, depth: number): boolean {
		for (;;) {
			this.#blanks(true);
			if (this.#text.charAt(this.#at) === "}") {
				this.#at++;
				return true;
			}
			const path = this.#at < this.#text.length ? this.#keyPath() : null;
			if (path === null) {
				if (this.#at >= this.#text.length) this.#error(this.#at, "brace expected");
				return false;
			}
			if (this.#text.charAt(this.#at) !== "=") {
				this.#error(this.#at, "equals sign expected");
				return false;
			}
			this.#at++;
			this.#blanks(false);
			const value = this.#value(this.#at, depth + path.length, true);
			for (const object of this.#tree.assignIn([node], path, value.node).slice(1)) object.length = this.#at - object.offset;
			if (!value.whole) {
				if (value.node === null) this.#error(this.#at, "value expected");
				return false;
			}
			this.#blanks(true);
			if (this.#text.charAt(this.#at) === ",") this.#at++;
			else if (this.#text.charAt(this.#at) !== "}") {
				this.#error(this.#at, "comma or brace expected");
				return false;
			}
		}
	}

	/** A number, a date, `true`, `false`; text without quotes is an error, and a string all the same. */
	#word(start: number, inList: boolean): { readonly node: Building | null; readonly whole: boolean } {
		DATE_BEFORE_TIME.lastIndex = start;
		let end = DATE_BEFORE_TIME.test(this.#text) ? start + 11 : start;
		while (end < this.#text.length && !/[\s,\]}#]/.test(this.#text.charAt(end))) end++;
		const word = this.#text.slice(start, end);
		const known =
			word === "true" || word === "false" ? "boolean" : word.length < 100 && (NUMBER.test(word) || TIME.test(word)) ? "number" : null;
		if (known !== null) {
			this.#at = end;
			return { node: { type: known, offset: start, length: word.length, value: word }, whole: true };
		}
		this.#error(start, "value expected");
		// In a list it is rather the next line, which the list ran into.
		if (inList || word === "") return { node: null, whole: false };
		const eol = this.#lineEnd(start);
		const rest = this.#text
			.slice(start, eol)
			.replace(/[\t ]#.*$/s, "")
			.trimEnd();
		const span = { offset: start, length: rest.length };
		this.#at = start + rest.length;
		return { node: { type: "string", ...span, value: rest, content: span, writing: "raw" }, whole: false };
	}

	#shortString(quote: string): Building {
		const start = this.#at;
		const text = this.#text;
		let end = start + 1;
		while (end < text.length) {
			const char = text.charAt(end);
			if (char === quote || char === "\n" || (char === "\r" && text.charAt(end + 1) === "\n")) break;
			end += char === "\\" && quote === '"' && !/[\r\n]/.test(text.charAt(end + 1)) ? 2 : 1;
		}
		end = Math.min(end, text.length);
		this.#isClosed = text.charAt(end) === quote;
		this.#at = this.#isClosed ? end + 1 : end;
		if (!this.#isClosed) this.#error(start, "closing quote expected");
		return this.#string(start, { offset: start + 1, length: end - start - 1 }, quote === '"' ? "toml-basic" : "raw");
	}

	#longString(quote: string): Building {
		const start = this.#at;
		const text = this.#text;
		const mark = quote.repeat(3);
		let from = start + 3;
		if (text.startsWith("\r\n", from)) from += 2;
		else if (text.charAt(from) === "\n") from++;
		const found = this.#closing(mark, from);
		this.#isClosed = found >= 0;
		if (found < 0) {
			// Whatever follows is read for itself.
			this.#error(start, "closing quotes expected");
			this.#at = this.#lineEnd(start);
			const offset = Math.min(start + 3, this.#at);
			return this.#string(start, { offset, length: this.#at - offset }, quote === '"' ? "toml-lines" : "raw");
		}
		// Up to two quotes may stand before the closing ones.
		let end = found;
		while (end < found + 2 && text.charAt(end + 3) === quote) end++;
		this.#at = end + 3;
		if (text.slice(start, end).includes("\n")) this.#multiline.push({ offset: start, length: this.#at - start });
		return this.#string(start, { offset: from, length: end - from }, quote === '"' ? "toml-lines" : "raw");
	}

	/** Where three quotes close a string; -1: nowhere. */
	#closing(mark: string, from: number): number {
		if ((this.#unclosed.get(mark) ?? Number.POSITIVE_INFINITY) <= from) return -1;
		let at = this.#text.indexOf(mark, from);
		if (mark === '"""') {
			for (let slash = this.#backslash(from); at >= 0 && slash < at; slash = this.#backslash(slash + 2))
				if (slash + 1 === at) at = this.#text.indexOf(mark, at + 1);
		}
		if (at < 0) this.#unclosed.set(mark, from);
		return at;
	}

	/** Where the next one is; where there is none, behind everything. */
	#backslash(from: number): number {
		if (this.#slash < from) {
			const found = this.#text.indexOf("\\", from);
			this.#slash = found < 0 ? Number.POSITIVE_INFINITY : found;
		}
		return this.#slash;
	}

	#string(start: number, content: Span, writing: "toml-basic" | "toml-lines" | "raw"): Building {
		const raw = this.#text.slice(content.offset, content.offset + content.length);
		const isPlain = writing === "raw" || !raw.includes("\\");
		return {
			type: "string",
			offset: start,
			length: this.#at - start,
			value: isPlain ? raw : decodeTomlString(raw, writing === "toml-lines").decoded,
			content,
			writing: isPlain ? "raw" : writing,
		};
	}

	/** Passes over blanks and comments; `breaks`: and over the ends of lines. */
	#blanks(breaks: boolean): void {
		while (this.#at < this.#text.length) {
			const char = this.#text.charAt(this.#at);
			if (char === "\n") {
				if (!breaks) return;
				this.#at++;
				this.#line = this.#at;
			} else if (char === "\r") {
				if (!breaks && this.#isBreak()) return;
				this.#at++;
			} else if (char === " " || char === "\t" || char === "\uFEFF") this.#at++;
			else if (char === "#") {
				const end = this.#lineEnd(this.#at);
				this.#comments.push({ offset: this.#at, length: end - this.#at });
				this.#at = end;
			} else return;
		}
	}

	#isBreak(): boolean {
		return this.#text.charAt(this.#at) === "\n" || this.#text.startsWith("\r\n", this.#at);
	}

	/** Without its line break. */
	#lineEnd(from: number): number {
		const end = this.#text.indexOf("\n", from);
		if (end < 0) return this.#text.length;
		return end > from && this.#text.charAt(end - 1) === "\r" ? end - 1 : end;
	}

	/** What is wrong in it may be somebody's comment, or hold one. */
	#skipLine(): void {
		const end = this.#lineEnd(this.#at);
		const comment = this.#text.slice(this.#at, end).indexOf("#");
		if (comment >= 0) this.#comments.push({ offset: this.#at + comment, length: end - this.#at - comment });
		this.#at = end;
	}

	#error(offset: number, message: string): void {
		// One is told; a hostile file can hold a million.
		if (this.#errors.length < MAX_ERRORS) this.#errors.push({ span: { offset, length: offset < this.#text.length ? 1 : 0 }, message });
	}
}

const MAX_ERRORS = 100;
/** Some tens of thousands of servers. */
const MAX_STATEMENTS = 150_000;
