import { type Piece, subPiece } from "./piece.ts";
import { hasAny, SIGN } from "./signs.ts";

/** No command that a person allows or writes down is longer. */
export const LONGEST_COMMAND = 8_192;

/** What a tool may be called with, in a permission: `Bash(curl -u …:*)`. Null: the text is no permission. */
export function calledWith(piece: Piece): Piece | null {
	const { text } = piece;
	if (text.length > LONGEST_COMMAND || !hasAny(text, SIGN.round)) return null;
	const call = /^\s*[A-Z][a-z][A-Za-z]{0,30}\((?=\S)/.exec(text);
	const close = /(?::\*)?\)\s{0,4}$/.exec(text.slice(-10));
	return call === null || close === null ? null : subPiece(piece, call[0].length, text.length - close[0].length);
}
