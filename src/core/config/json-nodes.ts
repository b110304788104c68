import type { Node } from "jsonc-parser";
import type { Span } from "../text.ts";
import type { Located } from "./server.ts";

export interface Property {
	readonly node: Node;
	readonly key: Node;
	/** Undefined while it is being typed. */
	readonly value: Node | undefined;
	/** True for every one of the properties that share a name. */
	readonly duplicate: boolean;
}

/** The properties of an object in order, repeated ones included; none for any other node. */
export function propertiesOf(node: Node | undefined): readonly Property[] {
	if (node?.type !== "object") return [];
	const firsts = new Map<string, { duplicate: boolean }>();
	const found: Property[] = [];
	for (const property of node.children ?? []) {
		const key = property.children?.[0];
		if (key === undefined) continue;
		const first = firsts.get(keyText(key));
		const own = { node: property, key, value: property.children?.[1], duplicate: first !== undefined };
		if (first === undefined) firsts.set(keyText(key), own);
		else first.duplicate = true;
		found.push(own);
	}
	return found;
}

/** True when an object anywhere below holds a key twice. Prototype-like names are keys as any other. */
export function hasDuplicateKeys(node: Node): boolean {
	const { children = [] } = node;
	if (node.type === "object" && children.length > 1 && propertiesOf(node).some(({ duplicate }) => duplicate)) return true;
	return children.some(hasDuplicateKeys);
}

/** The first `most` keys anywhere below that stand more than once in their object, in order. */
export function duplicateKeys(node: Node, most: number): readonly Span[] {
	const found: Span[] = [];
	const visit = (each: Node): void => {
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
export function twinsOf(properties: readonly Property[]): ReadonlyMap<Node, readonly Span[]> {
	const places = new Map<string, Node[]>();
	for (const { key, duplicate } of properties) {
		if (!duplicate) continue;
		const known = places.get(keyText(key));
		if (known === undefined) places.set(keyText(key), [key]);
		else known.push(key);
	}
	const twins = new Map<Node, readonly Span[]>();
	for (const [first, ...rest] of places.values()) {
		if (first === undefined) continue;
		twins.set(first, rest.slice(0, MAX_TWINS).map(spanOf));
		for (const key of rest) twins.set(key, [spanOf(first)]);
	}
	return twins;
}

const MAX_TWINS = 10;

export function keyText(key: Node): string {
	return typeof key.value === "string" ? key.value : "";
}

export function isStringNode(node: Node): node is Node & { readonly value: string } {
	return node.type === "string" && typeof node.value === "string";
}

export function spanOf(node: Node): Span {
	return { offset: node.offset, length: node.length };
}

/** The text between the quotes; a string that is still being typed has no closing one. */
export function contentSpan(text: string, node: Node): Span {
	const end = node.offset + node.length;
	return { offset: node.offset + 1, length: Math.max(0, (isClosed(text, node) ? end - 1 : end) - (node.offset + 1)) };
}

function isClosed(text: string, node: Node): boolean {
	const last = node.offset + node.length - 1;
	if (last <= node.offset || text.charAt(last) !== '"') return false;
	let backslashes = 0;
	while (text.charAt(last - 1 - backslashes) === "\\") backslashes++;
	return backslashes % 2 === 0;
}

export function locate(text: string, node: Node & { readonly value: string }): Located<string> {
	return { value: node.value, span: contentSpan(text, node), outer: spanOf(node) };
}

/** The names of properties, in order. */
export function keysOf(text: string, properties: readonly Property[]): readonly Located<string>[] {
	return properties.flatMap(({ key }) => (isStringNode(key) ? [locate(text, key)] : []));
}
