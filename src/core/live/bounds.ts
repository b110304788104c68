import { brief } from "../plain-text.ts";

/** Bytes of one line of the live channel, its newline counted. */
export const LONGEST_LINE = 64 * 1024;

/** Characters of a name from outside. */
export const LONGEST_NAME = 128;

/**
 * A name from outside as every message carries it: safe to show, and cut. To find the tool or server that a message is
 * about, compare with what this makes of the full name.
 */
export function messageName(text: string): string {
	// A cut may have left the first half of a pair.
	return brief(text, LONGEST_NAME).replace(/[\ud800-\udbff](?=…$)/, "");
}
