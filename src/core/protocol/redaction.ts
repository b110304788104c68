import { utf8ToBytes } from "@noble/hashes/utils.js";
import { type KnownValues, REDACTED } from "../secrets/known-values.ts";
import { changed, type Source } from "./exchange.ts";
import { type Element, find, stringEnd } from "./json-text.ts";

/** A number, as JSON writes it. */
const NUMBER = /-?\d[\d.eE+-]*/g;
/** Names of the protocol are of letters. A key of letters alone is a name, whatever somebody took for a password. */
const NAME = /^[A-Za-z]*$/;

/**
 * Takes known values out of what a server sends: out of strings however they are escaped, out of keys, out of numbers. What comes out is
 * the same JSON with other strings in it; the message's own id and method stay. A message without any is given back as it is.
 */
export function redactMessage(source: Source, known: KnownValues): Source {
	if (known.isEmpty || !holds(source, known)) return source;
	const { text } = source;
	const envelope = ["id", "method", "jsonrpc"].map((key) => find(text, key)).filter((place) => place !== null);
	return changed(source, new Rewriter(text, known, envelope).run());
}

/** May say yes for what is in no value, and then costs the time of looking closer. */
function holds({ text, bytes }: Source, known: KnownValues): boolean {
	if (known.first(bytes) !== null) return true;
	// Plain characters can be written as escapes. Others (a quote, a newline) are part of the forms that are looked for.
	if (!text.includes("\\u") && !text.includes("\\/")) return false;
	for (let at = text.indexOf('"'); at !== -1; ) {
		const end = stringEnd(text, at);
		const literal = text.slice(at, end);
		if (isEscaped(literal) && known.first(utf8ToBytes(decode(literal))) !== null) return true;
		at = text.indexOf('"', end);
	}
	return false;
}

class Rewriter {
	readonly #text: string;
	readonly #known: KnownValues;
	/** Left as they are. */
	readonly #envelope: readonly Element[];
	readonly #keys = new Map<string, number>();

	constructor(text: string, known: KnownValues, envelope: readonly Element[]) {
		this.#text = text;
		this.#known = known;
		this.#envelope = envelope;
	}

	run(): string {
		const parts: string[] = [];
		let at = 0;
		for (let quote = this.#text.indexOf('"'); quote !== -1; quote = this.#text.indexOf('"', at)) {
			const end = stringEnd(this.#text, quote);
			parts.push(this.#between(at, quote), this.#string(quote, end));
			at = end;
		}
		return [...parts, this.#between(at, this.#text.length)].join("");
	}

	#string(start: number, end: number): string {
		const literal = this.#text.slice(start, end);
		if (this.#isEnvelope(start)) return literal;
		const value = decode(literal);
		const redacted = this.#known.redact(value);
		if (redacted === value) return literal;
		if (!isKey(this.#text, end)) return JSON.stringify(redacted);
		if (NAME.test(value)) return literal;
		// Two keys that are alike are two messages to two readers.
		const count = (this.#keys.get(redacted) ?? 0) + 1;
		this.#keys.set(redacted, count);
		return JSON.stringify(count === 1 ? redacted : `${redacted} ${count}`);
	}

	#between(start: number, end: number): string {
		const text = this.#text.slice(start, end);
		return text.replace(NUMBER, (digits, at: number) =>
			this.#isEnvelope(start + at) || this.#known.redact(digits) === digits ? digits : JSON.stringify(REDACTED),
		);
	}

	#isEnvelope(at: number): boolean {
		return this.#envelope.some(({ start, end }) => at >= start && at < end);
	}
}

function isEscaped(literal: string): boolean {
	return literal.includes("\\u") || literal.includes("\\/");
}

function decode(literal: string): string {
	return literal.includes("\\") ? String(JSON.parse(literal)) : literal.slice(1, -1);
}

function isKey(text: string, end: number): boolean {
	for (let at = end; at < text.length; at++) {
		const c = text.charCodeAt(at);
		if (c !== 32 && c !== 9 && c !== 10 && c !== 13) return text[at] === ":";
	}
	return false;
}
