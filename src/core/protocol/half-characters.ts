import { utf8ToBytes } from "@noble/hashes/utils.js";
import { rewriteStrings } from "./string-rewrite.ts";

/** Half of a character beyond the first plane, without its other half. */
const HALF = /\p{Surrogate}/gu;

/**
 * JSON with each half of a character shown as its code, `\u{d83d}`. A program that cuts a text at so many units of UTF-16 makes them, and writes them
 * as escapes; readers put one thing or another in their place, or refuse the message. `bytes` is JSON in UTF-8.
 */
export function withHalvesShown(bytes: Uint8Array): Uint8Array {
	const text = new TextDecoder().decode(bytes);
	const shown = (value: string): string => value.replace(HALF, (half) => `\\u{${half.charCodeAt(0).toString(16)}}`);
	return utf8ToBytes(rewriteStrings(text, [], { string: shown }));
}
