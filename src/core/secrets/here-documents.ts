import { type Piece, subPiece, trimPiece } from "./piece.ts";
import { readFromPipe } from "./programs.ts";

/** What a script says to a program line by line: `docker login --password-stdin <<EOF`. */
export interface HereDocument {
	/** What its reader takes it for: `password`, `token`; null when nobody says so: a file that is written, another program. */
	readonly name: string | null;
	/** Its lines, without the one that ends it. */
	readonly body: Piece;
}

/** No script has more. */
const MOST = 20;
const LONGEST_LINE = 1_000;
const OPENING = /<<-?[ \t]{0,4}(["']?)([A-Za-z_]\w{0,40})\1/g;

/** The here-documents of a script, in order. One that nothing ends goes on to the end, as a shell has it. Linear in time. */
export function hereDocuments(piece: Piece): readonly HereDocument[] {
	const { text } = piece;
	if (!text.includes("<<") || !text.includes("\n")) return [];
	const found: HereDocument[] = [];
	let from = 0;
	for (const { index, 0: opening, 2: word = "" } of text.matchAll(OPENING)) {
		// In the body of another one.
		if (index < from) continue;
		const start = text.indexOf("\n", index) + 1;
		if (start === 0 || found.length === MOST) break;
		const lineStart = Math.max(text.lastIndexOf("\n", index) + 1, index - LONGEST_LINE);
		const line = `${text.slice(lineStart, index)} ${text.slice(index + opening.length, Math.min(start, index + LONGEST_LINE))}`;
		const end = bodyEnd(text, start, word);
		found.push({ name: readerOf(line), body: trimPiece(subPiece(piece, start, end)) });
		from = end;
	}
	return found;
}

/** Where the line begins that is nothing but the word, after tabs at most. */
function bodyEnd(text: string, start: number, word: string): number {
	for (let at = start; at < text.length; ) {
		const next = text.indexOf("\n", at);
		const end = next < 0 ? text.length : next;
		if (end - at < LONGEST_LINE && text.slice(at, end).trim() === word) return at;
		at = end + 1;
	}
	return text.length;
}

function readerOf(line: string): string | null {
	const names = line.split(/[\s|;&]+/).map(readFromPipe);
	return names.includes("password") ? "password" : (names.find((name) => name !== null) ?? null);
}
