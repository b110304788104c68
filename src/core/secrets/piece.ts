import { decodeJsonString } from "../config/escapes.ts";

/** A part of a value, decoded or not, that knows where each of its characters stands in the whole value. */
export interface Piece {
	readonly text: string;
	/** Offset in the whole value; for `text.length`, the place after its last character. */
	at(index: number): number;
}

export function wholePiece(text: string): Piece {
	return { text, at: (index) => index };
}

export function subPiece(piece: Piece, start: number, end: number): Piece {
	return { text: piece.text.slice(start, end), at: (index) => piece.at(start + index) };
}

/** Without blanks around it. */
export function trimPiece(piece: Piece): Piece {
	const { text } = piece;
	if (isInk(text.charCodeAt(0)) && isInk(text.charCodeAt(text.length - 1))) return piece;
	const start = text.length - text.trimStart().length;
	const end = Math.max(start, text.trimEnd().length);
	return start === 0 && end === text.length ? piece : subPiece(piece, start, end);
}

/** What is no blank for sure. */
function isInk(code: number): boolean {
	return code > 32 && code < 128;
}

/** Without a pair of quotes, or of escaped quotes, around it. */
export function unquotePiece(piece: Piece): Piece {
	// Nearly no text begins like one that is quoted.
	const first = piece.text.charCodeAt(0);
	if (first !== 0x22 && first !== 0x27 && first !== 0x60 && first !== 0x5c) return piece;
	const match = /^(\\?["'`])([\s\S]*)\1$/.exec(piece.text);
	const quote = match?.[1];
	return quote === undefined || piece.text.length < quote.length * 2
		? piece
		: subPiece(piece, quote.length, piece.text.length - quote.length);
}

/** What stands between the quotes of a JSON string inside the piece, decoded. */
export function jsonStringPiece(piece: Piece, start: number, end: number): Piece {
	const { decoded, offsets } = decodeJsonString(piece.text.slice(start, end));
	return { text: decoded, at: (index) => piece.at(start + (offsets[index] ?? end - start)) };
}

/** With `%41` as `A`. A sequence that is no UTF-8 stays as it is, and a piece without any is returned unchanged. */
export function percentDecodedPiece(piece: Piece): Piece {
	if (!piece.text.includes("%")) return piece;
	const offsets: number[] = [];
	let decoded = "";
	for (const match of piece.text.matchAll(/(?:%[0-9a-fA-F]{2})+|[\s\S]/g)) {
		const part = match[0].length > 1 ? decodePercent(match[0]) : match[0];
		for (let i = 0; i < part.length; i++) offsets.push(match.index + Math.min(match[0].length - 1, part === match[0] ? i : i * 3));
		decoded += part;
	}
	offsets.push(piece.text.length);
	return { text: decoded, at: (index) => piece.at(offsets[index] ?? piece.text.length) };
}

function decodePercent(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
