import type { Inflate } from "../core/secrets/compressed.ts";

/** Bytes that come out, at most. */
const MOST = 1 << 20;
/** Bytes of which no more than that can come. */
const SAFE = 1000;

/** Undoes gzip and zlib, also of what is not whole. Of what would be more than a megabyte, the beginning. */
export const inflate: Inflate = (compressed) => {
	const { unzipSync, constants } = process.getBuiltinModule("node:zlib");
	for (const part of [compressed, compressed.subarray(0, SAFE)])
		try {
			return unzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MOST });
		} catch (error) {
			if (!(error instanceof RangeError)) return null;
		}
	return null;
};
