import type { Span } from "../text.ts";
import type { TreeNode } from "./tree.ts";

interface QuickTree {
	/** Undefined: there is nothing but comments and blanks. */
	readonly root: TreeNode | undefined;
	readonly comments: readonly Span[];
}

/**
 * Reads JSON with comments and trailing commas in one pass, several times as fast as a parser that knows what to do with every mistake.
 * Null: it is not well formed, or nests deeper than `maxDepth`; that parser tells more.
 */
export function readQuickly(text: string, maxDepth: number): QuickTree | null {
	const reader = new QuickReader(text, maxDepth);
	try {
		return { root: reader.root(), comments: reader.comments };
	} catch (error) {
		if (error === IRREGULAR) return null;
		throw error;
	}
}

/** Thrown and caught in here alone: it unwinds the recursion. */
const IRREGULAR = Symbol("irregular");

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const END = { brace: 0x7d, bracket: 0x5d } as const;

class QuickReader {
	readonly comments: Span[] = [];
	readonly #text: string;
	readonly #maxDepth: number;
	#at = 0;
	#depth = 0;
	/** The children of what is still open, up to `#pending`. */
	readonly #stack: TreeNode[] = [];
	#pending = 0;

	constructor(text: string, maxDepth: number) {
		this.#text = text;
		this.#maxDepth = maxDepth;
	}

	root(): TreeNode | undefined {
		this.#skip();
		if (this.#at >= this.#text.length) return undefined;
		const value = this.#value();
		this.#skip();
		if (this.#at < this.#text.length) throw IRREGULAR;
		return value;
	}

	#value(): TreeNode {
		switch (this.#text.charCodeAt(this.#at)) {
			case 0x22:
				return this.#string();
			case 0x7b:
				return this.#children("object", END.brace);
			case 0x5b:
				return this.#children("array", END.bracket);
			case 0x74:
				return this.#word("true", "boolean", true);
			case 0x66:
				return this.#word("false", "boolean", false);
			case 0x6e:
				return this.#word("null", "null", null);
			default:
				return this.#number();
		}
	}

	#children(type: "object" | "array", end: number): TreeNode {
		if (++this.#depth > this.#maxDepth) throw IRREGULAR;
		const offset = this.#at++;
		const from = this.#pending;
		this.#skip();
		while (this.#text.charCodeAt(this.#at) !== end) {
			const child = type === "object" ? this.#property() : this.#value();
			this.#stack[this.#pending++] = child;
			this.#skip();
			const next = this.#text.charCodeAt(this.#at);
			if (next === end) break;
			if (next !== 0x2c) throw IRREGULAR;
			this.#at++;
			this.#skip();
		}
		this.#at++;
		this.#depth--;
		// As large as it has to be: one that grew item by item has room for many more.
		const children = this.#stack.slice(from, this.#pending);
		this.#pending = from;
		return { type, offset, length: this.#at - offset, children };
	}

	#property(): TreeNode {
		const offset = this.#at;
		if (this.#text.charCodeAt(offset) !== 0x22) throw IRREGULAR;
		const key = this.#string();
		this.#skip();
		if (this.#text.charCodeAt(this.#at) !== 0x3a) throw IRREGULAR;
		this.#at++;
		this.#skip();
		const value = this.#value();
		return { type: "property", offset, length: this.#at - offset, children: [key, value] };
	}

	#string(): TreeNode {
		const text = this.#text;
		const offset = this.#at;
		let at = offset + 1;
		let isPlain = true;
		for (;;) {
			const c = text.charCodeAt(at);
			if (c === 0x22) break;
			if (c === 0x5c) {
				isPlain = false;
				at += 2;
			} else if (c >= 0x20) at++;
			// A line break, another control character, or the end of the text.
			else throw IRREGULAR;
		}
		this.#at = at + 1;
		return {
			type: "string",
			offset,
			length: at + 1 - offset,
			value: isPlain ? text.slice(offset + 1, at) : decoded(text.slice(offset, at + 1)),
		};
	}

	#number(): TreeNode {
		NUMBER.lastIndex = this.#at;
		const raw = NUMBER.exec(this.#text)?.[0] ?? "";
		if (raw === "") throw IRREGULAR;
		return this.#word(raw, "number", Number(raw));
	}

	#word(word: string, type: "boolean" | "null" | "number", value: unknown): TreeNode {
		const offset = this.#at;
		const end = offset + word.length;
		if (!this.#text.startsWith(word, offset) || !isDelimiter(this.#text.charCodeAt(end))) throw IRREGULAR;
		this.#at = end;
		return { type, offset, length: word.length, value };
	}

	/** Over blanks and comments. */
	#skip(): void {
		const text = this.#text;
		for (;;) {
			const c = text.charCodeAt(this.#at);
			if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) this.#at++;
			else if (c === 0x2f) this.#comment();
			else return;
		}
	}

	#comment(): void {
		const text = this.#text;
		const offset = this.#at;
		const second = text.charCodeAt(offset + 1);
		if (second === 0x2a) {
			const end = text.indexOf("*/", offset + 2);
			if (end < 0) throw IRREGULAR;
			this.#at = end + 2;
		} else if (second === 0x2f) {
			let at = offset + 2;
			while (at < text.length && text.charCodeAt(at) !== 0x0a && text.charCodeAt(at) !== 0x0d) at++;
			this.#at = at;
		} else throw IRREGULAR;
		this.comments.push({ offset, length: this.#at - offset });
	}
}

/** What may stand behind a number or a word; NaN: the text ends there. */
function isDelimiter(c: number): boolean {
	return (
		Number.isNaN(c) ||
		c === 0x2c ||
		c === END.brace ||
		c === END.bracket ||
		c === 0x20 ||
		c === 0x0a ||
		c === 0x0d ||
		c === 0x09 ||
		c === 0x2f
	);
}

function decoded(quoted: string): string {
	try {
		const value: unknown = JSON.parse(quoted);
		if (typeof value === "string") return value;
	} catch {
		// An escape that there is not.
	}
	throw IRREGULAR;
}
