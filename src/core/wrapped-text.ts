/** Any run of what looks like nothing, within a line. */
const BLANKS = /[\p{Zs}\t\u2800]{2,}/gu;
const BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

/**
 * The lines of a text from outside. Several blanks are one, and so are several empty lines: neither pushes what follows out of sight.
 *
 * @param indent how many blanks at the beginning of a line stay as they are
 */
export function linesOf(text: string, indent = 0): readonly string[] {
	const lines = text
		.trim()
		.split(BREAK)
		.map((line) => fewBlanks(line, indent));
	return lines.filter((line, i) => line !== "" || lines[i - 1] !== "");
}

/** The same of one line. */
export function fewBlanks(line: string, indent = 0): string {
	let start = 0;
	while (start < indent && line[start] === " ") start++;
	return line.slice(0, start) + line.slice(start).replaceAll(BLANKS, " ").trimEnd();
}

/**
 * Breaks a line at blanks where there are any, else in the middle of a word.
 *
 * @param width columns that a line may take
 */
export function wrap(line: string, width: number): readonly string[] {
	const characters = [...line];
	const lines: string[] = [];
	let start = 0;
	for (;;) {
		const most = fitting(characters, start, width);
		if (start + most >= characters.length) break;
		let end = start + most;
		while (end > start + most / 2 && characters[end] !== " ") end--;
		if (characters[end] !== " " || end <= start + most / 2) end = start + most;
		lines.push(characters.slice(start, end).join(""));
		start = characters[end] === " " ? end + 1 : end;
	}
	return [...lines, characters.slice(start).join("")];
}

/** Columns of a screen that these take: letters of some scripts take the room of two. */
export function columns(characters: readonly string[]): number {
	return characters.reduce((sum, each) => sum + columnsOf(each), 0);
}

function columnsOf(character: string): number {
	return character >= "\u1100" ? 2 : 1;
}

/** How many characters from `start` on fit; one at least. */
function fitting(characters: readonly string[], start: number, width: number): number {
	let room = width;
	for (let at = start; at < characters.length; at++) {
		room -= columnsOf(characters[at] ?? "");
		if (room < 0) return Math.max(1, at - start);
	}
	return characters.length - start;
}
