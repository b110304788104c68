import { type Piece, subPiece } from "./piece.ts";
import { disorder, isRandom } from "./randomness.ts";
import { isUuid } from "./shapes.ts";

const CLOSING: ReadonlyMap<string, string> = new Map(["{}", "[]", "<>", "()", "||", "«»"].map((pair) => [pair.charAt(0), pair.charAt(1)]));

/**
 * What stands in a pair of brackets, if that is nothing but drawn at random: `{m2Kx…}`. Names and words there say what is to be filled in,
 * and stay as they are.
 */
export function withoutBrackets(piece: Piece): Piece {
	const { text } = piece;
	const close = CLOSING.get(text.charAt(0));
	if (close === undefined || !text.endsWith(close) || text.length > LONGEST) return piece;
	const inner = text.slice(1, -1);
	return isDrawn(inner) ? subPiece(piece, 1, text.length - 1) : piece;
}

const LONGEST = 66;

function isDrawn(text: string): boolean {
	// Maven and Jenkins put what they encrypted into braces: longer, and in base64.
	if (!/^(?:[A-Za-z0-9_-]{16,40}|[0-9a-f]{16,64})$/.test(text) || !/\d.*\d/.test(text) || isUuid(text)) return false;
	return isRandom(text) && disorder(text) >= 0.6;
}
