import { isReferenceText } from "../foreign-references.ts";
import { classifyKey } from "../keys.ts";
import { type Piece, subPiece, unquotePiece } from "../piece.ts";
import { isRandom } from "../randomness.ts";
import { hasAny, SIGN } from "../signs.ts";
import { pairsOf } from "./assignments.ts";
import { credential, type Part, type TakeApart } from "./part.ts";

const SCHEME =
	/^(bearer|basic|token|apikey|api-key|key|bot|geniekey|ssws|klaviyo-api-key|deepl-auth-key|splunk|digest|jwt|oauth|pat|hmac|secret|private-token|x-api-key)(?:\s+|:\s*)(?=\S)/i;

/** `Bearer xyz`, `Token token="xyz"`. */
export function authorization(key: string | null, piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	// What parts a scheme from its token.
	if (!hasAny(piece.text, SIGN.blank | SIGN.colon | SIGN.foreign)) return null;
	const match = SCHEME.exec(piece.text) ?? ownScheme(key, piece.text);
	if (match === null) return null;
	const scheme = (match[1] ?? "").toLowerCase();
	const rest = subPiece(piece, match[0].length, piece.text.length);
	if (isReferenceText(rest.text)) return [];
	// A digest is made anew for each request.
	if (scheme === "digest" && /\bnonce=/.test(rest.text)) return [];
	const alwaysCredential = scheme === "bearer" || scheme === "basic";
	if (!alwaysCredential && /\s/.test(rest.text) && !rest.text.includes("=")) return null;
	if (!alwaysCredential && classifyKey(key) !== "secret" && classifyKey(key) !== "password") return null;
	// Prose: "Bearer token for the API".
	if (/^\S+\s+\S+\s/.test(rest.text)) return null;
	const pairs = pairsOf(rest, /[,\s]+/, takeApart, "key");
	if (pairs !== null) return pairs;
	// What base64 was forgotten for: `basic:user:password`.
	const plain = scheme === "basic" ? /^([\w.@+-]{1,64}):(?=[^\s()<>{}[\]]{4,256}$)(?=\S*\d)/.exec(rest.text) : null;
	if (plain !== null) return [credential("password", rest, plain[0].length, rest.text.length, plain[1])];
	// `hmac user:token`, `user:token` for a scheme of its own.
	const login = /^[A-Za-z][\w.@-]{0,40}:(?=\S{16,}$)/.exec(rest.text);
	if (scheme !== "basic" && login !== null && isRandom(rest.text.slice(login[0].length)))
		return [credential("token", rest, login[0].length, rest.text.length)];
	return [{ key: scheme === "basic" ? "basic" : "token", piece: unquotePiece(rest), role: "credential" }];
}

/** A word before the token that no list knows: `Authorization: AcmeKey xyz`. */
function ownScheme(key: string | null, text: string): RegExpExecArray | null {
	if (key === null || classifyKey(key) !== "secret") return null;
	const match = /^([A-Za-z][A-Za-z-]{1,30})\s+(?=\S{8,}$)/.exec(text);
	return match !== null && !isRandom(match[1] ?? "", 12) && isRandom(text.slice(match[0].length), 8) ? match : null;
}

/** `Authorization: Bearer xyz`, `X-Api-Key:xyz`, `Cookie: a=b; c=d`. */
export function headerLine(piece: Piece, takeApart: TakeApart): readonly Part[] | null {
	if (!hasAny(piece.text, SIGN.colon | SIGN.separator)) return null;
	const match = /^([A-Za-z][A-Za-z0-9_-]{1,60})\s*(?::\s*(?!\/\/)|\|)(?=\S)/.exec(piece.text);
	// `secret-token:` begins a token itself (RFC 8959), `auth0|` the id of a user.
	if (match === null || /^(?:secret-token:|auth0[:|])/i.test(piece.text) || /[\r\n]/.test(piece.text)) return null;
	const name = match[1] ?? "";
	const kind = classifyKey(name);
	if (kind !== "secret" && kind !== "password" && !(kind === "key" && /\s/.test(match[0])) && !/^x-/i.test(name)) return null;
	return takeApart(name, subPiece(piece, match[0].length, piece.text.length));
}
