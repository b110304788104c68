import type { TextEdit } from "../text.ts";

/**
 * Places in a JSON text, so that a message can be changed without being written anew: numbers keep their digits,
 * strings their escapes. Every function takes a text that `JSON.parse` accepts; given another, it may throw.
 */
export interface Member {
	readonly key: string;
	readonly keyStart: number;
	readonly start: number;
	readonly end: number;
}

export interface Element {
	readonly start: number;
	readonly end: number;
}

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;

/** The offset after the string whose opening quote is at `at`. */
export function stringEnd(text: string, at: number): number {
	for (let quote = text.indexOf('"', at + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
		let before = quote - 1;
		while (text.charCodeAt(before) === BACKSLASH) before--;
		if ((quote - before) % 2 === 1) return quote + 1;
	}
	throw new Error("not a JSON text");
}

export interface Shape {
	/** Members of all objects, at every level, as written. */
	readonly members: number;
	readonly depth: number;
	/** Where the value of the outermost object's member written as `"id"` begins; -1: there is none. */
	readonly idStart: number;
}

/** One pass over the whole text. Stops early, with the depth it met, once that is over `maxDepth`. */
export function shapeOf(text: string, maxDepth: number): Shape {
	let members = 0;
	let depth = 0;
	let deepest = 0;
	let idStart = -1;
	let keyStart = 0;
	for (let i = 0; i < text.length; i++) {
		switch (text.charCodeAt(i)) {
			case QUOTE: {
				const end = stringEnd(text, i);
				if (depth === 1) keyStart = end - i === 4 ? i : -1;
				i = end - 1;
				break;
			}
			case COLON:
				members++;
				if (depth === 1 && keyStart !== -1 && text.startsWith('"id"', keyStart)) idStart = i + 1;
				break;
			case 0x7b:
			case 0x5b:
				depth++;
				if (depth > deepest) deepest = depth;
				if (depth > maxDepth) return { members, depth: deepest, idStart };
				break;
			case 0x7d:
			case 0x5d:
				depth--;
				break;
		}
	}
	return { members, depth: deepest, idStart };
}

/** The members of the object whose brace is at `at`, in order. */
export function membersOf(text: string, at: number): readonly Member[] {
	const members: Member[] = [];
	let i = skipSpace(text, at + 1);
	while (text.charCodeAt(i) === QUOTE) {
		const keyStart = i;
		const keyEnd = stringEnd(text, i);
		const key: unknown = JSON.parse(text.slice(keyStart, keyEnd));
		const start = skipSpace(text, skipSpace(text, keyEnd) + 1);
		const end = valueEnd(text, start);
		members.push({ key: String(key), keyStart, start, end });
		i = skipSpace(text, end);
		if (text.charCodeAt(i) === COMMA) i = skipSpace(text, i + 1);
	}
	return members;
}

/** The elements of the array whose bracket is at `at`, in order. */
export function elementsOf(text: string, at: number): readonly Element[] {
	const elements: Element[] = [];
	let i = skipSpace(text, at + 1);
	while (text[i] !== "]") {
		const end = valueEnd(text, i);
		elements.push({ start: i, end });
		i = skipSpace(text, end);
		if (text.charCodeAt(i) === COMMA) i = skipSpace(text, i + 1);
	}
	return elements;
}

/** The value at a path of keys from the outermost object; null when it is not there. */
export function find(text: string, ...path: readonly string[]): Element | null {
	let start = skipSpace(text, 0);
	let end = text.length;
	for (const key of path) {
		if (text[start] !== "{") return null;
		const member = membersOf(text, start).find((candidate) => candidate.key === key);
		if (member === undefined) return null;
		({ start, end } = member);
	}
	return { start, end };
}

/** Sets one member of the object at `object`, which may or may not have it. */
export function setMember(text: string, object: Element, key: string, value: string): TextEdit {
	const members = membersOf(text, object.start);
	const member = members.find((candidate) => candidate.key === key);
	if (member !== undefined) return { span: { offset: member.start, length: member.end - member.start }, text: value };
	const rest = members.length > 0 ? "," : "";
	return { span: { offset: object.start + 1, length: 0 }, text: `${JSON.stringify(key)}:${value}${rest}` };
}

/** The object at `object` without the members that `drop` names: its new text. */
export function without(text: string, object: Element, drop: ReadonlySet<string>): string {
	const kept = membersOf(text, object.start).filter((member) => !drop.has(member.key));
	return `{${kept.map((member) => text.slice(member.keyStart, member.end)).join(",")}}`;
}

export function replace(place: Element, text: string): TextEdit {
	return { span: { offset: place.start, length: place.end - place.start }, text };
}

function skipSpace(text: string, at: number): number {
	let i = at;
	for (let c = text.charCodeAt(i); c === 32 || c === 9 || c === 10 || c === 13; c = text.charCodeAt(i)) i++;
	return i;
}

function valueEnd(text: string, at: number): number {
	const first = text[at];
	if (first === '"') return stringEnd(text, at);
	if (first !== "{" && first !== "[") {
		let i = at;
		while (i < text.length && !/[\s,\]}]/.test(text[i] ?? "")) i++;
		return i;
	}
	let depth = 0;
	for (let i = at; i < text.length; i++) {
		const c = text[i];
		if (c === '"') i = stringEnd(text, i) - 1;
		else if (c === "{" || c === "[") depth++;
		else if ((c === "}" || c === "]") && --depth === 0) return i + 1;
	}
	throw new Error("not a JSON text");
}
