import { type Element, stringEnd } from "./json-text.ts";

/** A number, as JSON writes it. */
const NUMBER = /-?\d[\d.eE+-]*/g;

export interface Rewrites {
	/** What a string is to say; the very same where nothing changes. */
	readonly string: (value: string, isKey: boolean) => string;
	/** What stands in a number's place, as JSON; null: nothing. Left out: no number is looked at. */
	readonly number?: (digits: string) => string | null;
}

/** The same JSON with other strings in it, escaped only where they are other ones; no key comes to stand twice. `envelope` stays as it is. */
export function rewriteStrings(text: string, envelope: readonly Element[], rewrites: Rewrites): string {
	return new Rewriter(text, envelope, rewrites).run();
}

class Rewriter {
	readonly #text: string;
	readonly #envelope: readonly Element[];
	readonly #rewrites: Rewrites;
	/** How often a new key was made. */
	readonly #made = new Map<string, number>();
	#taken: ReadonlySet<string> | null = null;

	constructor(text: string, envelope: readonly Element[], rewrites: Rewrites) {
		this.#text = text;
		this.#envelope = envelope;
		this.#rewrites = rewrites;
	}

	run(): string {
		const parts: string[] = [];
		let at = 0;
		for (const { start, end } of stringsOf(this.#text)) {
			parts.push(this.#between(at, start), this.#string(start, end));
			at = end;
		}
		return [...parts, this.#between(at, this.#text.length)].join("");
	}

	#string(start: number, end: number): string {
		const literal = this.#text.slice(start, end);
		if (this.#isEnvelope(start)) return literal;
		const value = decode(literal);
		const key = isKey(this.#text, end);
		const changed = this.#rewrites.string(value, key);
		if (changed === value) return literal;
		return JSON.stringify(key ? this.#newKey(changed) : changed);
	}

	/** Two keys that are alike are two messages to two readers. */
	#newKey(key: string): string {
		this.#taken ??= keysOf(this.#text);
		let count = this.#made.get(key) ?? 0;
		let made: string;
		do made = ++count === 1 ? key : `${key} ${count}`;
		while (this.#taken.has(made));
		this.#made.set(key, count);
		return made;
	}

	#between(start: number, end: number): string {
		const text = this.#text.slice(start, end);
		const { number } = this.#rewrites;
		if (number === undefined) return text;
		return text.replace(NUMBER, (digits, at: number) => (this.#isEnvelope(start + at) ? digits : (number(digits) ?? digits)));
	}

	#isEnvelope(at: number): boolean {
		return this.#envelope.some(({ start, end }) => at >= start && at < end);
	}
}

/** Where the strings of a JSON text stand, keys among them. */
export function* stringsOf(text: string): Generator<Element> {
	for (let start = text.indexOf('"'); start !== -1; ) {
		const end = stringEnd(text, start);
		yield { start, end };
		start = text.indexOf('"', end);
	}
}

/** What a string's literal says. */
export function decode(literal: string): string {
	return literal.includes("\\") ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

function keysOf(text: string): ReadonlySet<string> {
	const keys = new Set<string>();
	for (const { start, end } of stringsOf(text)) if (isKey(text, end)) keys.add(decode(text.slice(start, end)));
	return keys;
}

function isKey(text: string, end: number): boolean {
	for (let at = end; at < text.length; at++) {
		const c = text.charCodeAt(at);
		if (c !== 32 && c !== 9 && c !== 10 && c !== 13) return text[at] === ":";
	}
	return false;
}
