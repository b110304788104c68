import { createTwoFilesPatch } from "diff";
import { plain } from "../core/plain-text.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import { fewBlanks, linesOf } from "../core/wrapped-text.ts";
import { sayBarred } from "./barred.ts";
import type { Io } from "./io.ts";

/** Blanks at the beginning of a line that stay: they are how JSON is read. */
const INDENT = 8;

/** A text from outside, whole, in lines that begin with a bar. */
export function showBarred(io: Io, text: string): void {
	for (const line of linesOf(text, INDENT)) sayBarred(io, plain(line));
}

/** What of one text is not as in the other, in lines that begin with a bar. */
export function showPatch(io: Io, before: string, after: string): void {
	showPatchLines(io, patchLines(before, after));
}

/** Lines of `patchLines`. Where one takes several lines of the screen, each has its mark. */
export function showPatchLines(io: Io, lines: readonly string[]): void {
	for (const line of lines) sayBarred(io, fewBlanks(line.slice(1), INDENT), line.slice(0, 1));
}

/** What of one text is not as in the other, as lines of plain text. Credentials are masked, and nothing in it drives a terminal. Empty: they are the same. */
export function patchLines(before: string, after: string): readonly string[] {
	if (before === after) return [];
	return createTwoFilesPatch("approved", "now", before, after, "", "", { context: 2 })
		.split("\n")
		.slice(3)
		.filter((line) => line !== "")
		.map((line) => plain(maskDetected(line)));
}
