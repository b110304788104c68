import { classifyKey } from "../keys.ts";
import { type Piece, subPiece } from "../piece.ts";
import { isRandom } from "../randomness.ts";
import { hasAny, SIGN } from "../signs.ts";
import { isStrongName, nameWithin, type Part, type TakeApart } from "./part.ts";

/** `A=b;C=d`, `a=b&c=d`, `host=x password=y`, one `K=V`, lines of them. */
export function assignments(key: string | null, piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	const { text } = piece;
	if (!hasAny(text, SIGN.equals | SIGN.colon) || text.startsWith("<")) return null;
	const newLine = /\r|\n/.test(text) ? /\r\n|\r|\n/ : ESCAPED_LINES.test(text) ? /(?:\\r)?\\n/ : null;
	if (newLine !== null) {
		const lines = split(piece, newLine);
		if (lines.length > MOST_LINES || lines.every(({ text: line }) => !LINE.test(line))) return null;
		return lines.flatMap((line) => {
			const colon = YAML_LINE.exec(line.text);
			return colon === null
				? takeApart(null, stripExport(line))
				: takeApart(nameWithin(key, colon[1] ?? null), subPiece(line, colon[0].length, line.text.length));
		});
	}
	if (!text.includes("=")) return null;
	// What a site keeps in a cookie has any name, and what is random in it logs one in.
	const isCookie = key !== null && /cookie/i.test(key);
	if (isCookie) return pairsOf(piece, /;/, takeApart, key, true);
	if (classifyKey(key) === "password" && !hasStrongName(text)) return null;
	for (const separator of [/;/, /&/, /\|/]) {
		// A query has no blanks: there the sign is part of a password.
		if (separator.source === "&" && /\s/.test(text)) continue;
		const pairs = separator.test(text) ? pairsOf(piece, separator, takeApart, key) : null;
		if (pairs !== null) return pairs;
	}
	const one = /^(?:export\s+|set\s+|\$env:|\/\/[\w./-]+:)?([A-Za-z_][\w.-]{0,80})\s*=\s*(?=[^=\s,;&|])/i.exec(text);
	// A sign of equality within a key parts nothing.
	if (one !== null && isStrongName(key) && !isStrongName(one[1] ?? null) && isRandom(one[1] ?? "", 8) && isRandom(text)) return null;
	if (one !== null && !/[\s,][A-Za-z_][\w.-]*=/.test(text.slice(one[0].length)))
		return takeApart(nameWithin(key, one[1] ?? null), subPiece(piece, one[0].length, text.length));
	return (
		(text.includes(",") ? pairsOf(piece, /,/, takeApart, key) : null) ?? (/\s/.test(text) ? pairsOf(piece, /\s+/, takeApart, key) : null)
	);
}

/** No setting has more; a longer one is data, in which only known forms and names that tell are looked for. */
const MOST_LINES = 500;
const MOST_PAIRS = 500;
/** Lines that somebody escaped once too often. */
const ESCAPED_LINES = /^(?:\[[\w. -]{1,60}\]|[#;][^\n]{0,200}?|[\w.-]{1,60}\s?[=:][^\n]{0,400}?)\\n\s*(?:export )?[\w.-]{1,60}\s?[=:]/;
const LINE = /^\s*(?:- |export\s+)?["']?[\w.-]+["']?\s*[=:]/;
const YAML_LINE = /^\s*(?:- )?["']?([\w.-]{1,60})["']?:\s+(?=\S)/;

/** A sign of equality in a password parts nothing, unless a name for a password stands before it. */
function hasStrongName(text: string): boolean {
	for (const [, name = ""] of text.matchAll(/(?:^|[;&,\s|])([A-Za-z_][\w .-]{0,60})=/g)) if (isStrongName(name)) return true;
	return false;
}

function stripExport(piece: Piece): Piece {
	const match = /^\s*(?:export\s+)/.exec(piece.text);
	return match === null ? piece : subPiece(piece, match[0].length, piece.text.length);
}

/**
 * Null unless at least half of the parts are `key=value`. A name that says nothing stands for what the name above it says; in a
 * cookie every name does: what a site keeps there may be called anything, and what is random in it logs one in.
 */
export function pairsOf(
	piece: Piece,
	separator: RegExp,
	takeApart: TakeApart,
	above: string | null = null,
	isCookie = false,
): readonly Part[] | null {
	const parts = splitOutside(piece, separator).filter(({ text }) => text.trim() !== "");
	if (parts.length > MOST_PAIRS) return null;
	const pairs = parts.map((part) => ({ part, match: /^\s*["']?([A-Za-z_][\w .-]{0,60}?)["']?\s*=\s*(?=[^=\s])/.exec(part.text) }));
	// Of what is signed only the signature is secret: `sv=…&sp=…&sig=…`.
	const isSigned = pairs.some(({ match }) => /^(?:sig|signature|x-[\w-]{2,10}-signature)$/i.test(match?.[1] ?? ""));
	const matched = pairs.filter(({ match }) => match !== null).length;
	if (matched === 0 || matched * 2 < parts.length) return null;
	return pairs.flatMap(({ part, match }) => {
		if (match === null) return takeApart(null, part);
		const own = match[1] ?? null;
		const name = isCookie && (!isStrongName(own) || /session$/i.test(own ?? "")) ? "key" : nameWithin(isSigned ? null : above, own);
		return takeApart(name, withoutBraces(subPiece(part, match[0].length, part.text.length)));
	});
}

/** `Pwd={pa;ss}`: braces that quote. Around a plain word they mark a place to fill in. */
export function withoutBraces(piece: Piece): Piece {
	const isQuoted = /^\{[^{}]*\}$/.test(piece.text) && (/[^\w{}-]/.test(piece.text) || isRandom(piece.text.slice(1, -1), 10));
	return isQuoted ? subPiece(piece, 1, piece.text.length - 1) : piece;
}

/** The same, but for separators in what is quoted or stands in braces: `Pwd={pa;ss};`, `password='pa ss'`. */
function splitOutside(piece: Piece, separator: RegExp): readonly Piece[] {
	const { text } = piece;
	if (!/=\s?[{"'`]/.test(text)) return split(piece, separator);
	const parts: Piece[] = [];
	// What has no end from some place on has none behind it either.
	const unclosed = new Set<string>();
	let start = 0;
	let i = 0;
	while (i < text.length) {
		const c = text.charAt(i);
		const close = text[i - 1] === "=" ? CLOSING.get(c) : undefined;
		const end = close === undefined || unclosed.has(close) ? -1 : text.indexOf(close, i + 1);
		if (close !== undefined && end < 0) unclosed.add(close);
		if (end > 0) i = end + 1;
		else if (separator.test(c)) {
			parts.push(subPiece(piece, start, i));
			start = ++i;
		} else i++;
	}
	parts.push(subPiece(piece, start, text.length));
	return parts;
}

const CLOSING: ReadonlyMap<string, string> = new Map([
	["{", "}"],
	['"', '"'],
	["'", "'"],
	["`", "`"],
]);

export function split(piece: Piece, separator: RegExp): readonly Piece[] {
	const parts: Piece[] = [];
	const everywhere = EVERYWHERE.get(separator.source) ?? new RegExp(separator.source, "g");
	EVERYWHERE.set(separator.source, everywhere);
	everywhere.lastIndex = 0;
	let at = 0;
	for (let match = everywhere.exec(piece.text); match !== null; match = everywhere.exec(piece.text)) {
		parts.push(subPiece(piece, at, match.index));
		at = match.index + match[0].length;
	}
	parts.push(subPiece(piece, at, piece.text.length));
	return parts;
}

/** The few separators that there are, by their source. */
const EVERYWHERE = new Map<string, RegExp>();
