import { type Piece, subPiece, unquotePiece } from "./piece.ts";

/**
 * Splits a script at blanks and operators, with quotes taken off; an assignment keeps its name: `A='b c'` is one word, and so is the `|` of a
 * pipeline. Linear in time.
 */
export function shellWords(piece: Piece): readonly Piece[] {
	const words: Piece[] = [];
	const { text } = piece;
	let start = -1;
	const finish = (end: number): void => {
		if (start >= 0) words.push(unquotePiece(subPiece(piece, start, end)));
		start = -1;
	};
	let i = 0;
	while (i < text.length) {
		const c = text.charAt(i);
		const isDouble = text.startsWith("&&", i) || text.startsWith("||", i);
		if (isDouble || c === ";" || c === "|" || /\s/.test(c)) {
			finish(i);
			if (c === "|" && !isDouble) words.push(subPiece(piece, i, i + 1));
			i += isDouble ? 2 : 1;
			continue;
		}
		if (start < 0) start = i;
		if (c === "\\") i += 2;
		else if (c === "$" && text[i + 1] === "(") i = substitutionEnd(text, i + 2, "(", ")");
		else if (text[i + 1] === "{" && (c === "$" || c === "{")) i = substitutionEnd(text, i + 2, "{", "}", c === "$" ? 1 : 2);
		else if (c === "`") i = backtickEnd(text, i + 1);
		else if (c === '"' || c === "'") i = quoteEnd(text, i);
		else i++;
	}
	finish(text.length);
	return words;
}

const LONGEST_SUBSTITUTION = 400;

/** After the bracket that closes a `$(…)`, `${…}` or `{{…}}`; right after the opening one when it does not close soon. */
function substitutionEnd(text: string, at: number, open: string, close: string, opened = 1): number {
	let depth = opened;
	const most = Math.min(text.length, at + LONGEST_SUBSTITUTION);
	for (let i = at; i < most; i++) {
		if (text[i] === open) depth++;
		else if (text[i] === close && --depth === 0) return i + 1;
	}
	return at;
}

/** The same for a command between backticks. Before a blank one of them goes on with the line, as PowerShell has it. */
function backtickEnd(text: string, at: number): number {
	if (/\s/.test(text.charAt(at))) return at;
	const end = text.slice(at, at + LONGEST_SUBSTITUTION).indexOf("`");
	return end < 0 ? at : at + end + 1;
}

/** After the closing quote; right after the opening one when there is none. */
function quoteEnd(text: string, at: number): number {
	const quote = text.charAt(at);
	for (let i = at + 1; i < text.length; i++) {
		if (text[i] === "\\" && quote === '"') i++;
		else if (text[i] === quote) return i + 1;
	}
	return Math.max(at + 1, text.length);
}
