import { normalized } from "../normalized.ts";
import { paired, TWIN_LETTERS } from "../twin-letters.ts";
import type { Piece } from "./piece.ts";
import { hasAny, SIGN } from "./signs.ts";

/** Characters that look like those of a token, and those. */
const LATIN_OF: ReadonlyMap<string, string> = new Map([...TWIN_LETTERS, ...paired("‐‑‒–—－＿․", "------_.")]);

/** Letters that no decomposition gives their plain form. */
const PLAIN_OF: ReadonlyMap<string, string> = new Map(
	Object.entries({ ł: "l", ø: "o", æ: "ae", œ: "oe", ı: "i", đ: "d", ð: "d", þ: "th", ß: "ss", ħ: "h", ŧ: "t" }),
);

/** Lower-case text without accents: `ŁÓDŹ` gives `lodz`. Scripts that are not Latin keep their letters. */
export function withoutAccents(text: string): string {
	return normalized(text.toLowerCase(), "NFKD")
		.replace(/[\p{M}\p{Cf}]/gu, "")
		.replace(/[łøæœıđðþßħŧ]/g, (c) => PLAIN_OF.get(c) ?? c);
}

/** A character as it looks: `ａ`, `а` and `𝚊` all give `a`; what nobody sees, and marks upon letters, give nothing. */
export function asItLooks(character: string): string {
	const known = LATIN_OF.get(character) ?? SEEN.get(character);
	if (known !== undefined) return known;
	const shown = normalized(character, "NFKD").replace(/[\p{M}\p{Cf}]/gu, "");
	if (SEEN.size >= MOST_SEEN) SEEN.clear();
	SEEN.set(character, shown);
	return shown;
}

/** A text has few different characters, and many of each. */
const SEEN = new Map<string, string>();
const MOST_SEEN = 4096;

/**
 * A token with characters that nobody sees, or that only look like those of a token, is the same token to whoever copies it by
 * eye. The piece as it looks, where that is Latin throughout or the change only takes away; otherwise the piece itself.
 */
export function undisguised(piece: Piece): Piece {
	if (!hasAny(piece.text, SIGN.foreign)) return piece;
	const plain = mapped(piece, asItLooks);
	return /[^\0-\x7f]/.test(plain.text) ? mapped(piece, (c) => (/\p{Cf}/u.test(c) ? "" : c)) : plain;
}

/** The same for running text, in which one token among words of any script may be disguised. */
export function undisguisedText(piece: Piece): Piece {
	return /[^\0-\x7f]/.test(piece.text) ? mapped(piece, asItLooks) : piece;
}

function mapped(piece: Piece, shownAs: (character: string) => string): Piece {
	const { text } = piece;
	const offsets: number[] = [];
	let plain = "";
	let at = 0;
	for (const character of text) {
		const shown = character < "\u0080" ? character : shownAs(character);
		for (let i = 0; i < shown.length; i++) offsets.push(at);
		plain += shown;
		at += character.length;
	}
	if (plain === text) return piece;
	offsets.push(text.length);
	return { text: plain, at: (index) => piece.at(offsets[index] ?? text.length) };
}
