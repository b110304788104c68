import { utf8ToBytes } from "@noble/hashes/utils.js";
import { formsOf, SHORTEST_FORM } from "./known-forms.ts";

/** What stands in the place of a secret. */
export const REDACTED = "[redacted]";

/** A place in bytes: `end` is the first byte after it. */
export interface Place {
	readonly start: number;
	readonly end: number;
}

/** Bytes of a form that have to be there. A longer one (a private key) is taken out as far as it goes, whole or in part. */
const ENOUGH = 64;
/** Bytes at the beginning of a form by which it is looked for, at most: the more, the faster. */
const LONGEST_WINDOW = 24;
const BLOCK = 3;
/** Places in the table: so many for each block, that two blocks seldom meet, within these bounds. */
const PLACES = 16;
const SMALLEST_TABLE = 1 << 12;
const LARGEST_TABLE = 1 << 17;

const decoder = new TextDecoder();
const encoder = new TextEncoder();
/** Where short texts become bytes. */
const scratch = new Uint8Array(3 * 1024);
/** Bytes that a character of a text becomes, at most. */
const BYTES = 3;

/**
 * Finds known values in bytes, in every form in which a program writes them. As Wu and Manber do: the last three bytes of a window
 * say how far it can be moved on, so most bytes are never looked at. What a match costs is paid with the bytes that it covers, so the
 * work is linear in the bytes.
 */
export class KnownValues {
	readonly #window: number;
	/** By the hash of a block: how far on. 0: forms may end their window here. */
	readonly #shift: Uint8Array;
	readonly #mask: number;
	readonly #forms = new Map<number, Uint8Array[]>();

	/** Values with fewer than six characters are not looked for: they stand everywhere by chance. */
	constructor(values: readonly string[]) {
		const long = values.filter((value) => value.length >= SHORTEST_FORM);
		const forms = [...new Set(long.flatMap(formsOf))]
			.map((form) => utf8ToBytes(wellFormed(form)))
			.filter((form) => form.length >= SHORTEST_FORM);
		this.#window = forms.reduce((least, form) => Math.min(least, form.length), forms.length === 0 ? 0 : LONGEST_WINDOW);
		const table = tableFor(forms.length * this.#window);
		this.#mask = table - 1;
		this.#shift = new Uint8Array(forms.length === 0 ? 0 : table).fill(this.#window - BLOCK + 1);
		for (const form of forms)
			for (let end = BLOCK - 1; end < this.#window; end++) {
				const block = hash(form, end, this.#mask);
				const left = this.#window - 1 - end;
				if (left < (this.#shift[block] ?? 0)) this.#shift[block] = left;
				if (left === 0) this.#forms.set(block, [...(this.#forms.get(block) ?? []), form]);
			}
	}

	/** True: there is nothing to look for. */
	get isEmpty(): boolean {
		return this.#window === 0;
	}

	/** The first place at or after `from`; null: there is none. */
	first(bytes: Uint8Array, from = 0): Place | null {
		const window = this.#window;
		const shifts = this.#shift;
		const mask = this.#mask;
		if (window === 0) return null;
		for (let i = from + window - 1; i < bytes.length; ) {
			const shift = shifts[hash(bytes, i, mask)] ?? 1;
			if (shift > 0) i += shift;
			else {
				const start = i - window + 1;
				const end = this.#extent(bytes, start, hash(bytes, i, mask));
				if (end > start) return { start, end };
				i++;
			}
		}
		return null;
	}

	/** The text with a marker in each place. The very text when there is none. */
	redact(text: string): string {
		if (this.isEmpty || text.length * BYTES < this.#window) return text;
		const isShort = text.length * BYTES <= scratch.length;
		const bytes = isShort ? scratch.subarray(0, encoder.encodeInto(text, scratch).written) : encoder.encode(text);
		let place = this.first(bytes);
		if (place === null) return text;
		let result = "";
		let at = 0;
		for (; place !== null; place = this.first(bytes, at)) {
			result += decoder.decode(bytes.subarray(at, place.start)) + REDACTED;
			at = place.end;
		}
		return result + decoder.decode(bytes.subarray(at));
	}

	/** Where the longest form ends that begins at `start`; `start` when none does. */
	#extent(bytes: Uint8Array, start: number, block: number): number {
		let longest = start;
		for (const form of this.#forms.get(block) ?? []) {
			const length = commonLength(form, bytes, start);
			if (length >= Math.min(form.length, ENOUGH)) longest = Math.max(longest, start + length);
		}
		return longest;
	}
}

function commonLength(form: Uint8Array, bytes: Uint8Array, start: number): number {
	const most = Math.min(form.length, bytes.length - start);
	let length = 0;
	while (length < most && form[length] === bytes[start + length]) length++;
	return length;
}

/** A power of two. */
function tableFor(blocks: number): number {
	let size = SMALLEST_TABLE;
	while (size < blocks * PLACES && size < LARGEST_TABLE) size *= 2;
	return size;
}

/** Of the three bytes that end at `end`. */
function hash(bytes: Uint8Array, end: number, mask: number): number {
	return (((bytes[end - 2] ?? 0) << 10) ^ ((bytes[end - 1] ?? 0) << 5) ^ (bytes[end] ?? 0)) & mask;
}

function wellFormed(text: string): string {
	return text.replace(/\p{Surrogate}/gu, "\ufffd");
}
