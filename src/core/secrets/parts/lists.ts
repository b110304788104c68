import { classifyKey, keyWords } from "../keys.ts";
import { type Piece, subPiece, trimPiece, unquotePiece } from "../piece.ts";
import { isRandom } from "../randomness.ts";
import { startsAsPath } from "../shapes.ts";
import { hasAny, SIGN } from "../signs.ts";
import { isUrl } from "../url.ts";
import { split } from "./assignments.ts";
import { isNumberedId } from "./connection-string.ts";
import { credential, type Part, type TakeApart } from "./part.ts";

const SHORTEST_ENTRY = 12;
const MOST_ENTRIES = 500;
const SEPARATORS: readonly RegExp[] = [/,/, /;/, /\|/, /\s+/];

/** `API_KEYS=one,two`, `[one, two]`, `prod:one|dev:two`; the words of a name for a secret that look drawn at random: `one # since May`. */
export function list(key: string | null, piece: Piece): readonly Part[] | null {
	const kind = classifyKey(key);
	if ((kind !== "secret" && kind !== "key") || !hasAny(piece.text, SIGN.separator | SIGN.blank | SIGN.foreign)) return null;
	if (startsAsPath(piece.text)) return null;
	const bracketed = /^\[[^[\]]*\]$/.test(piece.text) ? subPiece(piece, 1, piece.text.length - 1) : piece;
	for (const separator of SEPARATORS) {
		if (!separator.test(bracketed.text)) continue;
		const entries = split(bracketed, separator)
			.map((entry) => withoutLabel(unquotePiece(trimPiece(entry))))
			.filter(({ text }) => text !== "" && text !== '"');
		// Names of coins and the like.
		if (separator.source === "," && entries.length >= 2 && entries.every(({ text }) => /^[A-Za-z]{2,8}$/.test(text))) return [];
		if (
			entries.length >= 2 &&
			entries.length <= MOST_ENTRIES &&
			entries.every(({ text }) => text.length >= SHORTEST_ENTRY && !/\s/.test(text))
		)
			return entries.map((entry) => ({ key, piece: entry, role: "value" }));
	}
	if (!/\s/.test(piece.text)) return null;
	const words = split(piece, /\s+/);
	if (words.length > MOST_ENTRIES) return null;
	const random = words.map(unquotePiece).filter(({ text }) => isRandom(text));
	return random.length === 0 ? null : random.map((entry) => ({ key, piece: entry, role: "value" }));
}

/** Addresses, each with what is secret in it. */
export function addresses(key: string | null, piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	if (!hasAny(piece.text, SIGN.colon) || !/[,\s]/.test(piece.text) || !piece.text.includes("://")) return null;
	const entries = split(piece, /[,\s]+/).filter(({ text }) => text !== "");
	return entries.length >= 2 &&
		entries.length <= MOST_ENTRIES &&
		entries.every(({ text }) => isUrl(unquotePiece({ text, at: (i) => i }).text))
		? entries.flatMap((entry) => takeApart(key, entry))
		: null;
}

/** `prod:` before an entry. */
function withoutLabel(entry: Piece): Piece {
	const label = /^[A-Za-z][\w.-]{0,20}[:=](?=\S)/.exec(entry.text);
	const from = label?.[0].length ?? 0;
	return entry.text.length - from >= SHORTEST_ENTRY && !isRandom(entry.text.slice(0, from), 8)
		? subPiece(entry, from, entry.text.length)
		: entry;
}

/** `alice:password,bob:password` under a name of users. */
export function logins(key: string | null, piece: Piece): readonly Part[] | null {
	const names = key === null ? [] : keyWords(key);
	if (!names.some((word) => NAMES_OF_LOGINS.has(word)) || names.at(-1) === "agent") return null;
	// `sam----password----mail`
	const dashed = /^([\w.@+-]{2,64}?)-{3,4}([^\s-]{6,128})(?:-{3,4}\S*)?$/.exec(piece.text);
	if (dashed !== null) {
		const start = piece.text.indexOf(dashed[2] ?? "", (dashed[1] ?? "").length + 3);
		return [credential("password", piece, start, start + (dashed[2] ?? "").length, dashed[1])];
	}
	// `sam / password`
	const slashed = /^[\w.@+-]{2,64}(?: [/|] |\|)(?=\S{6,128}$)/.exec(piece.text);
	if (slashed !== null && isToldPassword(piece.text.slice(slashed[0].length)))
		return [credential("password", piece, slashed[0].length, piece.text.length)];
	if (!/[,;\s]/.test(piece.text)) return null;
	const entries = split(piece, /[,;\s]+/).filter(({ text }) => text !== "");
	const pairs = entries.map((entry) => ({ entry, match: /^([\w.@+-]{2,64})[:|](?=\S{6,}$)/.exec(entry.text) }));
	if (key !== null && entries.every(({ text }) => isNumberedId(key, text))) return [];
	if (pairs.length < 2 || pairs.some(({ match, entry }) => match === null || !isToldPassword(entry.text.slice(match[0].length))))
		return null;
	return pairs.map(({ entry, match }) => credential("password", entry, match?.[0].length ?? 0, entry.text.length, match?.[1]));
}

function isToldPassword(text: string): boolean {
	return /\d|[^\w]/.test(text) || isRandom(text, 10);
}

const NAMES_OF_LOGINS: ReadonlySet<string> = new Set([
	"user",
	"users",
	"auth",
	"basic",
	"login",
	"logins",
	"credentials",
	"creds",
	"accounts",
	"account",
	"htpasswd",
]);
