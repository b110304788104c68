import { BASE64, type Coding, decodeAround, HEX } from "./coding.ts";

/**
 * Undoes gzip and zlib as far as the bytes go, and no further than some megabyte: what is longer is given in part. Null: it is neither.
 */
export type Inflate = (compressed: Uint8Array) => Uint8Array | null;

/** Bytes that are inflated at once, at most. */
const MOST_COMPRESSED = 1 << 20;

/** Characters that are decoded at first: what is no archive seldom goes on as one for so long. */
const PEEK = 96;
/** What inflating takes of what there is for it: one for each try, and one for each so many characters and bytes. */
const CHARACTERS = 1 << 14;
const BYTES = 1 << 16;
/** No byte becomes more of them. */
const LARGEST_RATIO = 1032;

export interface Inflated {
	readonly bytes: Uint8Array;
	/** The first byte after the characters. */
	readonly end: number;
}

/** What there is for inflating in one message, with what is in it. */
export interface Allowance {
	/** For the length of archives, and of what is in them. */
	left: number;
	/** For what begins as archives do. */
	tries: number;
}

/** An honest message has no more archives than that, however small they are, and no more of what begins like them by chance. */
export function allowanceFor(bytes: number): Allowance {
	return { left: 64 + Math.floor(bytes / 2048), tries: 256 + Math.floor(bytes / 1024) };
}

/** What was compressed and then written in Base64 or hexadecimal digits from `at` on. Null: nothing, or no allowance is left. */
export function compressedAt(source: Uint8Array, at: number, inflate: Inflate, allowance: Allowance): Inflated | null {
	for (const coding of [BASE64, HEX]) {
		if (!isMarked(source, at, coding)) continue;
		const peek = inflated(source, at, PEEK, coding, inflate, allowance);
		if (peek === null || peek.end < at + PEEK) {
			if (peek !== null) return peek;
			continue;
		}
		const plain = inflated(source, at, MOST_COMPRESSED * 2, coding, inflate, allowance);
		if (plain !== null) return plain;
	}
	return null;
}

function inflated(source: Uint8Array, at: number, most: number, coding: Coding, inflate: Inflate, allowance: Allowance): Inflated | null {
	if (allowance.left <= 0 || allowance.tries <= 0) return null;
	const { bytes, end } = decodeAround(source.subarray(0, at + most), at, at, coding, null, 1);
	const plain = inflate(bytes.subarray(0, MOST_COMPRESSED));
	allowance.tries--;
	const made = plain?.length ?? Math.min(bytes.length * LARGEST_RATIO, MOST_COMPRESSED);
	// What is short takes no more than a try.
	if (bytes.length > PEEK || made > BYTES) allowance.left -= 1 + Math.floor((end - at) / CHARACTERS) + Math.floor(made / BYTES);
	return plain === null ? null : { bytes: plain, end };
}

const GZIP = 0x1f8b08;
/** What zlib itself begins with, at each of its levels. */
const ZLIB: ReadonlySet<number> = new Set([0x7801, 0x785e, 0x789c, 0x78da]);

/** Whether characters at `at` say what gzip begins with, or zlib as it is used: what hardly ever stands there by chance. */
export function isMarkedPlainly(source: Uint8Array, at: number, coding: Coding): boolean {
	const start = startAt(source, at, coding);
	return start === GZIP || ZLIB.has(start >> 8);
}

/** The first three bytes that are written at `at`. Negative: there are none. */
function startAt(source: Uint8Array, at: number, { bits, values }: Coding): number {
	let buffer = 0;
	for (let i = 0; i < 24 / bits; i++) {
		const value = values[source[at + i] ?? 0] ?? -1;
		if (value < 0) return -1;
		buffer = (buffer << bits) | value;
	}
	return buffer;
}

/** Whether characters at `at` say what gzip or zlib begin with. */
export function isMarked(source: Uint8Array, at: number, coding: Coding): boolean {
	const start = startAt(source, at, coding);
	if (start < 0) return false;
	if (start === GZIP) return true;
	// Zlib: deflate, a window that there is, no dictionary, and a sum that is right.
	const header = start >> 8;
	return (header & 0x0f00) === 0x0800 && header < 0x8000 && (header & 0x20) === 0 && header % 31 === 0;
}
