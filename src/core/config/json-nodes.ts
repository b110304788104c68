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
	const counts = new Map<string, number>();
	const found: { node: Node; key: Node; value: Node | undefined }[] = [];
	for (const property of node.children ?? []) {
		const [key, value] = property.children ?? [];
		if (key === undefined) continue;
		counts.set(keyText(key), (counts.get(keyText(key)) ?? 0) + 1);
		found.push({ node: property, key, value });
	}
	return found.map((property) => ({ ...property, duplicate: (counts.get(keyText(property.key)) ?? 0) > 1 }));
}

/** True when an object anywhere below holds a key twice. Prototype-like names are keys as any other. */
export function hasDuplicateKeys(node: Node): boolean {
	return propertiesOf(node).some(({ duplicate }) => duplicate) || (node.children ?? []).some(hasDuplicateKeys);
}

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
