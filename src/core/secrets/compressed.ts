import { BASE64, type Coding, decodeAround, HEX } from "./coding.ts";

/**
 * Undoes gzip and zlib as far as the bytes go, and no further than some megabyte: what is longer is given in part. Null: it is neither.
 */
export type Inflate = (compressed: Uint8Array) => Uint8Array | null;

/** Bytes that are inflated at once, at most. */
const MOST_COMPRESSED = 1 << 20;

export interface Inflated {
	readonly bytes: Uint8Array;
	/** The first byte after the characters. */
	readonly end: number;
}

/** What was compressed and then written in Base64 or hexadecimal digits from `at` on. Null: nothing. */
export function compressedAt(source: Uint8Array, at: number, inflate: Inflate): Inflated | null {
	for (const coding of [BASE64, HEX]) {
		if (!isMarked(source, at, coding)) continue;
		const { bytes, end } = decodeAround(source.subarray(0, at + MOST_COMPRESSED * 2), at, at, coding, null, 1);
		const plain = inflate(bytes.subarray(0, MOST_COMPRESSED));
		if (plain !== null) return { bytes: plain, end };
	}
	return null;
}

/** Whether characters at `at` say what gzip or zlib begin with. */
export function isMarked(source: Uint8Array, at: number, { bits, values }: Coding): boolean {
	let buffer = 0;
	for (let i = 0; i < 24 / bits; i++) {
		const value = values[source[at + i] ?? 0] ?? -1;
		if (value < 0) return false;
		buffer = (buffer << bits) | value;
	}
	if (buffer === 0x1f8b08) return true;
	// Zlib: deflate, a window that there is, no dictionary, and a sum that is right.
	const header = buffer >> 8;
	return (header & 0x0f00) === 0x0800 && header < 0x8000 && (header & 0x20) === 0 && header % 31 === 0;
}
