import type { Span } from "../text.ts";
import type { Located } from "./server.ts";
import type { Writing } from "./writing.ts";

/** Deeper text than this could exhaust the stack of whoever walks the tree, and no host's file comes near it. */
export const MAX_DEPTH = 100;

/** A value of a file in any format, with its place. A node of `jsonc-parser` is one, too. */
export interface TreeNode {
	/** A `property` has its key and, unless it is still being typed, its value as children. `alias` (YAML) stands for `target`. */
	readonly type: "object" | "array" | "property" | "string" | "number" | "boolean" | "null" | "alias";
	/** With its quotes and brackets. */
	readonly offset: number;
	readonly length: number;
	/** Of a string (and of a key, which is one) the decoded text. */
	readonly value?: unknown;
	readonly children?: readonly TreeNode[] | undefined;
	/** Of a string: the raw text that its value is decoded from. Left out: what is between the quotes of a JSON string. */
	readonly content?: Span;
	/** Of a string. Left out: as JSON has it. */
	readonly writing?: Writing;
	/** Of an alias. */
	readonly target?: TreeNode;
	/** An alias leads here: who changes this changes what stands there, too. */
	readonly shared?: true;
	/** Of an object: parts of it stand apart from the rest (a table of TOML in several places). */
	readonly scattered?: boolean;
}

/** A file as far as it could be read. */
export interface Tree {
	/** Empty: there is nothing but comments and blanks. More than one: the documents of a YAML file. */
	readonly roots: readonly TreeNode[];
	/** In order; one is enough to say that hosts may reject the file. */
	readonly errors: readonly SyntaxProblem[];
	/** With their marks (`//`, `#`), in order. */
	readonly comments: readonly Span[];
	/** Strings that reach over lines, in order. */
	readonly multiline: readonly Span[];
}

export interface SyntaxProblem {
	readonly span: Span;
	/** What is wrong, to stand in brackets: `value expected`. Never a part of the file. */
	readonly message: string;
}

export interface Property {
	readonly node: TreeNode;
	readonly key: TreeNode;
	/** Undefined while it is being typed. */
	readonly value: TreeNode | undefined;
	/** True for every one of the properties that share a name. */
	readonly duplicate: boolean;
}

/** The properties of an object in order, repeated ones included; none for any other node. */
export function propertiesOf(node: TreeNode | undefined): readonly Property[] {
	if (node?.type !== "object") return [];
	const { children = [] } = node;
	const known = children.length < MANY ? undefined : LARGE.get(node);
	if (known !== undefined) return known;
	const found: (Property & { duplicate: boolean })[] = [];
	// Most objects are so small that a map is more work than a look at each.
	const firsts = children.length > FEW ? new Map<string, { duplicate: boolean }>() : null;
	for (const property of children) {
		const key = property.children?.[0];
		if (key === undefined) continue;
		const name = keyText(key);
		const first = firsts === null ? firstNamed(found, name) : firsts.get(name);
		const own = { node: property, key, value: property.children?.[1], duplicate: first !== undefined };
		if (first !== undefined) first.duplicate = true;
		else firsts?.set(name, own);
		found.push(own);
	}
	if (found.length >= MANY) LARGE.set(node, found);
	return found;
}

function firstNamed<T extends Property>(properties: readonly T[], name: string): T | undefined {
	for (const property of properties) if (keyText(property.key) === name) return property;
	return undefined;
}

/** What was found in large objects, which several readers ask for. */
const LARGE = new WeakMap<TreeNode, readonly Property[]>();
const MANY = 100;
const FEW = 8;

/** True when an object anywhere below holds a key twice. Prototype-like names are keys as any other. */
export function hasDuplicateKeys(node: TreeNode): boolean {
	const { children = [] } = node;
	if (node.type === "object" && repeatsKey(node, children)) return true;
	// Most children are plain values, and a property's key is one.
	for (const child of children) if ((child.children?.length ?? 0) > 0 && hasDuplicateKeys(child)) return true;
	return false;
}

function repeatsKey(node: TreeNode, properties: readonly TreeNode[]): boolean {
	if (properties.length > FEW) return propertiesOf(node).some(({ duplicate }) => duplicate);
	for (let i = 1; i < properties.length; i++) {
		const key = properties[i]?.children?.[0];
		if (key === undefined) continue;
		const name = keyText(key);
		for (let j = 0; j < i; j++) {
			const before = properties[j]?.children?.[0];
			if (before !== undefined && keyText(before) === name) return true;
		}
	}
	return false;
}

/** The first `most` keys anywhere below that stand more than once in their object, in order. */
export function duplicateKeys(node: TreeNode, most: number): readonly Span[] {
	const found: Span[] = [];
	const visit = (each: TreeNode): void => {
		if (found.length >= most) return;
		for (const { key, duplicate } of propertiesOf(each)) if (duplicate && found.length < most) found.push(spanOf(key));
		for (const child of each.children ?? []) visit(child);
	};
	visit(node);
	return found;
}

/**
 * For each key that stands more than once in an object, where else it does: every later one leads to the first, the first
 * to the next few.
 */
export function twinsOf(properties: readonly Property[]): ReadonlyMap<TreeNode, readonly Span[]> {
	const places = new Map<string, TreeNode[]>();
	for (const { key, duplicate } of properties) {
		if (!duplicate) continue;
		const known = places.get(keyText(key));
		if (known === undefined) places.set(keyText(key), [key]);
		else known.push(key);
	}
	const twins = new Map<TreeNode, readonly Span[]>();
	for (const [first, ...rest] of places.values()) {
		if (first === undefined) continue;
		twins.set(first, rest.slice(0, MAX_TWINS).map(spanOf));
		for (const key of rest) twins.set(key, [spanOf(first)]);
	}
	return twins;
}

const MAX_TWINS = 10;

/** True when an alias stands anywhere in it, or what an alias leads to. */
export function isTangled(node: TreeNode): boolean {
	if (node.type === "alias" || node.shared === true) return true;
	if (node.children !== undefined) for (const child of node.children) if (isTangled(child)) return true;
	return false;
}

export function keyText(key: TreeNode): string {
	return typeof key.value === "string" ? key.value : "";
}

export function isStringNode(node: TreeNode): node is TreeNode & { readonly value: string } {
	return node.type === "string" && typeof node.value === "string";
}

export function spanOf(node: TreeNode): Span {
	return { offset: node.offset, length: node.length };
}

/** The raw text of a string; one of JSON that is still being typed has no closing quote. */
export function contentSpan(text: string, node: TreeNode): Span {
	if (node.content !== undefined) return node.content;
	const end = node.offset + node.length;
	return { offset: node.offset + 1, length: Math.max(0, (isClosed(text, node) ? end - 1 : end) - (node.offset + 1)) };
}

function isClosed(text: string, node: TreeNode): boolean {
	const last = node.offset + node.length - 1;
	if (last <= node.offset || text.charAt(last) !== '"') return false;
	let backslashes = 0;
	while (text.charAt(last - 1 - backslashes) === "\\") backslashes++;
	return backslashes % 2 === 0;
}

export function locate(text: string, node: TreeNode & { readonly value: string }): Located<string> {
	const { value, writing } = node;
	return { value, span: contentSpan(text, node), outer: spanOf(node), ...(writing === undefined ? {} : { writing }) };
}

/** The names of properties, in order. */
export function keysOf(text: string, properties: readonly Property[]): readonly Located<string>[] {
	const keys: Located<string>[] = [];
	for (const { key } of properties) if (isStringNode(key)) keys.push(locate(text, key));
	return keys;
}
