import { createTwoFilesPatch } from "diff";
import { plain } from "../core/plain-text.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Characters of a line from outside: every line of it begins with a bar, so that none can pass for one of ours. */
const WIDTH = 100;

/** A text from outside, whole, in lines that begin with a bar. */
export function showBarred(io: Io, text: string): void {
	for (const line of text.trimEnd().split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/)) {
		const letters = [...plain(line)];
		for (let at = 0; at === 0 || at < letters.length; at += WIDTH) say(io, `  │ ${letters.slice(at, at + WIDTH).join("")}`);
	}
}

/** What of one text is not as in the other, as lines of plain text. */
export function showPatch(io: Io, before: string, after: string): void {
	for (const line of patchLines(before, after)) say(io, `  ${line}`);
}

/** The same. Credentials are masked, and nothing in it drives a terminal. Empty: they are the same. */
export function patchLines(before: string, after: string): readonly string[] {
	if (before === after) return [];
	return createTwoFilesPatch("approved", "now", before, after, "", "", { context: 2 })
		.split("\n")
		.slice(3)
		.filter((line) => line !== "")
		.map((line) => plain(maskDetected(line)));
}
