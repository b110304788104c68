import { columns, wrap } from "../../core/wrapped-text.ts";

/** Columns of a line from outside. The dialog grows to hold such a line whole: one that the window breaks begins at the left edge, as our own do. */
export const WIDTH = 78;
const INDENT = "  ";

/** One thing in a list of ours; what does not fit on its line goes on further in. */
export function listItem(text: string): string {
	const [first = "", ...more] = wrap(text, WIDTH - 6);
	return [`${INDENT}${first}`, ...more.map((line) => `${INDENT.repeat(3)}${line}`)].join("\n");
}

/**
 * Each line that holds something from outside stays one. The dialog is as wide as what cannot be broken: blanks in such a line cannot, and for its
 * hyphens, where the window breaks too, an empty line is made as wide as the widest of them.
 */
export function unbroken(text: string): string {
	const outside = text.match(OUTSIDE) ?? [];
	const widest = Math.max(0, ...outside.map((line) => columns([...line])));
	const lines = text.replaceAll(OUTSIDE, (line) => line.replaceAll(" ", NO_BREAK));
	// A blank has half the width of a letter, about.
	const ruler = NO_BREAK.repeat(2 * widest);
	if (widest === 0) return lines;
	return lines.includes("\n\n") ? lines.replace("\n\n", `\n${ruler}\n`) : `${lines}\n${ruler}`;
}

const OUTSIDE = /^(?: {2}|│).*$/gm;
const NO_BREAK = "\u00a0";

/** How many lines a text takes, about. */
export function heightOf(text: string): number {
	return text.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(columns([...line]) / WIDTH)), 0);
}

/** The beginning of a text, so many lines of it; the text itself where it takes no more. */
export function topOf(text: string, most: number): string {
	let room = most;
	const lines = text.split("\n").filter((line) => {
		room -= heightOf(line);
		return room >= 0;
	});
	return lines.join("\n");
}

/** A text of one line without its middle, where it is longer than so many characters. What is left out is counted. */
export function cutMiddle(text: string, most: number): string {
	if (text.length <= most) return text;
	const tail = Math.floor(most / 3);
	return `${text.slice(0, most - tail)} … (${text.length - most} characters left out) … ${text.slice(-tail)}`;
}
