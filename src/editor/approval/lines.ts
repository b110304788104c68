/** Characters of a line from outside. The dialog grows to hold such a line whole: one that the window breaks begins at the left edge, as our own do. */
const WIDTH = 78;
const INDENT = "  ";

/** Any run of what looks like nothing, within a line. */
const BLANKS = /[\p{Zs}\t\u2800]{2,}/gu;
const BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/** The lines of a text from outside. Several blanks are one, and so are several empty lines: neither pushes what follows out of sight. */
export function linesOf(text: string): readonly string[] {
	const lines = text
		.trim()
		.split(BREAK)
		.map((line) => line.replaceAll(BLANKS, " ").trimEnd());
	return lines.filter((line, i) => line !== "" || lines[i - 1] !== "");
}

/** Breaks a line at blanks where there are any, else in the middle of a word. */
export function wrap(line: string, width = WIDTH): readonly string[] {
	const lines: string[] = [];
	let rest = [...line];
	while (columns(rest) > width) {
		const most = fitting(rest, width);
		const blank = rest.lastIndexOf(" ", most);
		const end = blank > most / 2 ? blank : most;
		lines.push(rest.slice(0, end).join(""));
		rest = rest.slice(rest[end] === " " ? end + 1 : end);
	}
	return [...lines, rest.join("")];
}

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

/** Letters of some scripts take the room of two. */
function columns(characters: readonly string[]): number {
	return characters.reduce((sum, each) => sum + (each >= "\u1100" ? 2 : 1), 0);
}

function fitting(characters: readonly string[], width: number): number {
	let room = width;
	const end = characters.findIndex((each) => {
		room -= columns([each]);
		return room < 0;
	});
	return end < 0 ? characters.length : end;
}
