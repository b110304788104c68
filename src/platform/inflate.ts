import type { Inflate } from "../core/secrets/compressed.ts";

/** Bytes that come out, at most. */
const MOST = 1 << 20;
/** Bytes of which no more than that can come. */
const SAFE = 1000;

/**
 * Undoes gzip and zlib, also of what is not whole, has a wrong sum or is followed by something else. Of what would be more than a megabyte,
 * the beginning.
 */
export const inflate: Inflate = (compressed) => {
	const { unzipSync, inflateRawSync, constants } = process.getBuiltinModule("node:zlib");
	const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST };
	const ways = [
		(part: Uint8Array): Uint8Array => unzipSync(part, options),
		// The first stream alone, without what is around it.
		(part: Uint8Array): Uint8Array => inflateRawSync(part.subarray(part[0] === GZIP ? gzipHeader(part) : ZLIB_HEADER), options),
	];
	for (const part of [compressed, compressed.subarray(0, SAFE)]) {
		let isTooMuch = false;
		for (const way of ways)
			try {
				return way(part);
			} catch (error) {
				isTooMuch = error instanceof RangeError;
				if (isTooMuch) break;
			}
		if (!isTooMuch) return null;
	}
	return null;
};

const GZIP = 0x1f;
const ZLIB_HEADER = 2;

/** Its bytes: RFC 1952. */
function gzipHeader(bytes: Uint8Array): number {
	const flags = bytes[3] ?? 0;
	let end = 10;
	if ((flags & 4) !== 0) end += 2 + (bytes[end] ?? 0) + 256 * (bytes[end + 1] ?? 0);
	// A name, then a comment, each with a zero behind it.
	for (const flag of [8, 16]) if ((flags & flag) !== 0) end = bytes.indexOf(0, end) + 1 || bytes.length;
	return (flags & 2) === 0 ? end : end + 2;
}
