import type { Span } from "../text.ts";

/** Longer ones are no credentials. */
const LONGEST = 4000;

/** Shorter ones are none either. */
const SHORTEST = 8;

/** Comments, YAML and single quotes have values that stand in no double quotes. */
const WORD = /[^\s"'`,;]{8,4000}/g;

/** What of a line may be a value: what stands in double quotes, and every word outside of them. Linear in the line's length. */
export function* stringsAndWords(line: string): Iterable<Span> {
	let at = 0;
	while (at < line.length) {
		const open = line.indexOf('"', at);
		yield* words(line, at, open < 0 ? line.length : open);
		if (open < 0) return;
		const close = closeOf(line, open);
		const length = close - open - 1;
		if (close === line.length || length > LONGEST) yield* words(line, open + 1, close);
		else if (length >= SHORTEST) yield { offset: open + 1, length };
		at = close + 1;
	}
}

/** Where the string ends that begins with the quote at `open`; the line's length: nowhere. */
function closeOf(line: string, open: number): number {
	for (let i = open + 1; i < line.length; i++) {
		const c = line.charCodeAt(i);
		if (c === 0x5c) i++;
		else if (c === 0x22) return i;
	}
	return line.length;
}

function* words(line: string, from: number, to: number): Iterable<Span> {
	for (const match of line.slice(from, to).matchAll(WORD)) yield { offset: from + match.index, length: match[0].length };
}
