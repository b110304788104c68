import {
	type Alias,
	type Document,
	isAlias,
	isMap,
	isPair,
	isScalar,
	isSeq,
	type Node,
	type Pair,
	type Scalar,
	type YAMLMap,
	type YAMLSeq,
} from "yaml";
import { type Span, slice } from "../../text.ts";
import { decodeText } from "../escapes.ts";
import { MAX_DEPTH, type SyntaxProblem, type TreeNode } from "../tree.ts";
import type { Writing, YamlBlock } from "../writing.ts";

interface Converted {
	/** Null: the document is empty. */
	readonly root: TreeNode | null;
	readonly errors: readonly SyntaxProblem[];
	readonly multiline: readonly Span[];
}

/** The tree of one document, with aliases that lead to what they stand for. */
export function convertDocument(text: string, document: Document.Parsed): Converted | { readonly tooDeep: Span } {
	const converter = new Converter(text);
	const root = document.contents === null ? null : converter.convert(document.contents, 0);
	const { tooDeep, errors, multiline } = converter;
	return tooDeep === null ? { root, errors, multiline } : { tooDeep };
}

/** What an alias may lead to. */
type Anchored = Omit<TreeNode, "shared"> & { shared?: true };

class Converter {
	readonly errors: SyntaxProblem[] = [];
	readonly multiline: Span[] = [];
	tooDeep: Span | null = null;
	readonly #text: string;
	readonly #anchors = new Map<string, Anchored>();

	constructor(text: string) {
		this.#text = text;
	}

	/** Null: nothing is there, or too much. */
	convert(node: Node, depth: number): TreeNode | null {
		const range = node.range ?? null;
		if (range === null) return null;
		if (depth > MAX_DEPTH) {
			this.tooDeep ??= { offset: range[0], length: 1 };
			return null;
		}
		if (isAlias(node)) return this.#alias(node, range[0], range[1]);
		const made = isMap(node)
			? this.#map(node, range[0], range[1], depth)
			: isSeq(node)
				? this.#list(node, range[0], range[1], depth)
				: isScalar(node)
					? this.#scalar(node, range[0], range[1])
					: null;
		// Only now: what an anchor stands for cannot be in itself.
		if (made !== null && "anchor" in node && typeof node.anchor === "string") this.#anchors.set(node.anchor, made);
		return made;
	}

	#alias(node: Alias, start: number, end: number): TreeNode {
		const target = this.#anchors.get(node.source);
		if (target !== undefined) target.shared = true;
		const span = { offset: start, length: end - start };
		if (target === undefined) this.errors.push({ span, message: "unknown alias" });
		return { type: "alias", ...span, ...(target === undefined ? {} : { target }) };
	}

	#map(node: YAMLMap, start: number, end: number, depth: number): TreeNode {
		const children: TreeNode[] = [];
		for (const pair of node.items) {
			const property = this.#property(pair, depth);
			if (property !== null) children.push(property);
		}
		return this.#collection("object", node.flow === true, start, end, children);
	}

	#list(node: YAMLSeq, start: number, end: number, depth: number): TreeNode {
		const children: TreeNode[] = [];
		for (const item of node.items) {
			// `[a: b]` holds an object of one property.
			const property = isPair(item) ? this.#property(item, depth + 1) : null;
			const child = isPair(item)
				? property === null
					? null
					: { type: "object" as const, offset: property.offset, length: property.length, children: [property] }
				: this.convert(item as Node, depth + 1);
			if (child !== null) children.push(child);
		}
		return this.#collection("array", node.flow === true, start, end, children);
	}

	/** One without brackets ends with the last thing in it, not with the blanks after that. */
	#collection(type: "object" | "array", flow: boolean, start: number, end: number, children: readonly TreeNode[]): TreeNode {
		const last = children.at(-1);
		const until = flow || last === undefined ? end : Math.max(start, last.offset + last.length);
		return { type, offset: start, length: until - start, children };
	}

	#property(pair: Pair, depth: number): TreeNode | null {
		if (isAlias(pair.key) && pair.key.range) return this.#aliasedProperty(pair.key.source, pair.key.range, pair.value, depth);
		if (!isScalar(pair.key) || !pair.key.range) {
			// A list or an object as a key: no host has one, but what it leads to may hold anything.
			if (pair.value !== null && pair.value !== undefined) this.convert(pair.value as Node, depth + 1);
			return null;
		}
		const [from, to] = pair.key.range;
		const [start, end] = from === to ? this.#colonAfter(from) : [from, to];
		const key = this.#string(pair.key, start, end);
		if (typeof pair.key.anchor === "string") this.#anchors.set(pair.key.anchor, key);
		const value = pair.value === null || pair.value === undefined ? null : this.convert(pair.value as Node, depth + 1);
		const last = value ?? key;
		const children = value === null ? [key] : [key, value];
		return { type: "property", offset: start, length: Math.max(end, last.offset + last.length) - start, children };
	}

	/** A key of which nothing is written stands at its colon; the library has it at the end of what was before, comments between them or not. */
	#colonAfter(offset: number): readonly [number, number] {
		COLON.lastIndex = offset;
		const at = COLON.test(this.#text) ? COLON.lastIndex - 1 : offset;
		return [at, at];
	}

	/** `*name : value`. Hosts differ on it, but what it holds is told. */
	#aliasedProperty(source: string, [start, end]: readonly [number, number, number], node: unknown, depth: number): TreeNode | null {
		this.errors.push({ span: { offset: start, length: end - start }, message: "an alias as a key" });
		const value = node === null || node === undefined ? null : this.convert(node as Node, depth + 1);
		const key = this.#anchors.get(source);
		if (key?.type !== "string") return null;
		const until = value === null ? end : Math.max(end, value.offset + value.length);
		return { type: "property", offset: start, length: until - start, children: value === null ? [key] : [key, value] };
	}

	#scalar(node: Scalar, start: number, end: number): TreeNode {
		const span = { offset: start, length: end - start };
		const { value } = node;
		if (typeof value === "string") return this.#string(node, start, end);
		const raw = this.#text.slice(start, end);
		if (typeof value === "boolean") return { type: "boolean", ...span, value: raw };
		return { type: value === null || value === undefined ? "null" : "number", ...span, value: raw };
	}

	/** Of a key that is no string the text. */
	#string(node: Scalar, start: number, end: number): TreeNode {
		const outer = { offset: start, length: end - start };
		const raw = this.#text.slice(start, end);
		const value = typeof node.value === "string" ? node.value : raw;
		if (raw.includes("\n")) this.multiline.push(outer);
		const { content, writing } = this.#written(node, start, end, value);
		const inside = slice(this.#text, content);
		if (inside === value) return { type: "string", ...outer, value, content, writing: "raw" };
		// What is malformed, or has no end yet, is what its own text says.
		const { decoded } = decodeText(inside, writing);
		return { type: "string", ...outer, value: decoded, content, writing: decoded === inside ? "raw" : writing };
	}

	#written(node: Scalar, start: number, end: number, value: string): { readonly content: Span; readonly writing: Writing } {
		const inside = { offset: start + 1, length: Math.max(0, end - start - 2) };
		switch (node.type) {
			case "QUOTE_DOUBLE":
				return { content: this.#inQuotes(start, end, '"') ?? inside, writing: "yaml-double" };
			case "QUOTE_SINGLE":
				return { content: this.#inQuotes(start, end, "'") ?? inside, writing: "yaml-single" };
			case "BLOCK_LITERAL":
			case "BLOCK_FOLDED":
				return this.#block(node.type === "BLOCK_LITERAL" ? "literal" : "folded", start, end, value);
			default:
				return { content: { offset: start, length: end - start }, writing: "yaml-plain" };
		}
	}

	/** What is being typed has no closing quote. */
	#inQuotes(start: number, end: number, quote: string): Span | null {
		const isClosed = end - start >= 2 && this.#text.charAt(end - 1) === quote;
		return isClosed ? null : { offset: start + 1, length: Math.max(0, end - start - 1) };
	}

	#block(block: YamlBlock["block"], start: number, end: number, value: string): { readonly content: Span; readonly writing: Writing } {
		const headerEnd = this.#text.indexOf("\n", start);
		const offset = headerEnd < 0 || headerEnd >= end ? end : headerEnd + 1;
		const content = { offset, length: end - offset };
		const header = this.#text.slice(start + 1, start + 3);
		const chomp = header.includes("-") ? "strip" : header.includes("+") ? "keep" : "clip";
		return { content, writing: { block, indent: indentOf(slice(this.#text, content), value), chomp } };
	}
}

/** Blanks and comments as far as a colon. */
const COLON = /\s*(?:#[^\n]*\n\s*)*:/y;

/** What every line of a block begins with: what its first line with text has in front, more than the value has there. */
function indentOf(raw: string, value: string): number {
	const lead = (text: string): number => /^(?: *\r?\n)*( *)/.exec(text)?.[1]?.length ?? 0;
	return Math.max(0, lead(raw) - lead(value));
}
