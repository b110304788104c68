import { classifyKey, keyWords } from "../keys.ts";
import type { Piece } from "../piece.ts";
import { isRandom } from "../randomness.ts";
import { hasAny, SIGN } from "../signs.ts";
import { credential, type Part } from "./part.ts";

/** Passwords that stand at a known place: `user:pass@host`, `user/pass@//host`, `host:port:user:pass`. */
export function connectionString(key: string | null, piece: Piece): readonly Part[] | null {
	const { text } = piece;
	// Each of these forms has one of the signs.
	if (!hasAny(text, SIGN.colon | SIGN.slash | SIGN.blank | SIGN.foreign)) return null;
	const hasColon = hasAny(text, SIGN.colon);
	// Every line has one, or is a list of words.
	const lines = hasColon || hasAny(text, SIGN.blank | SIGN.foreign) ? passwordLines(piece) : null;
	if (lines !== null) return lines;
	const thin = /^jdbc:oracle:\w+:([\w$#]{1,64})\/("?)([^@/\s]{1,128})\2@/.exec(text);
	if (thin !== null) {
		const [, user = "", quote = "", password = ""] = thin;
		const start = text.indexOf("/") + 1 + quote.length;
		return [credential("password", piece, start, start + password.length, user)];
	}
	if (text.length > 2048 || (hasColon && /^[a-z][a-z0-9+._-]*:\/\//i.test(text))) return null;
	if (hasAny(text, SIGN.blank | SIGN.foreign) && /\s/.test(text)) return null;
	const isAtHost = hasAny(text, SIGN.at);
	const userAt =
		isAtHost && hasColon
			? /^([A-Za-z_][\w.+%$-]{0,63}):(?!\/\/)([^\s]{1,256})@(?:(?:tcp|udp|unix)\([^)]*\)|\[?[\w.-]+\]?(?::\d+)?)(?:[/?][^\s]*)?$/.exec(text)
			: null;
	// `npm:package@1.2.3` names a version.
	if (
		userAt !== null &&
		!/@\d+$/.test(text) &&
		!OF_PRINCIPAL.test(text) &&
		!/^(?:npm|jsr|workspace|docker|git|github|file|link|patch|catalog|urn|pkg|mailto|sips?|xmpp|acct|im|tel)$/.test(userAt[1] ?? "")
	) {
		const [, user = "", password = ""] = userAt;
		return [credential("password", piece, user.length + 1, user.length + 1 + password.length, user)];
	}
	const oracle = !isAtHost ? null : /^([\w$#]{1,64})\/("?)([^@/\s]{1,128})\2@(?:\/\/)?[\w.-]+(?::\d+)?(?:\/[\w.-]+)?$/.exec(text);
	if (oracle !== null && !/^@|\.\w{1,4}$/.test(text)) {
		const [, user = "", quote = "", password = ""] = oracle;
		const start = user.length + 1 + quote.length;
		return [credential("password", piece, start, start + password.length, user)];
	}
	const proxy = !hasColon ? null : /^[\w-]+(?:\.[\w-]+)+:\d{2,5}:([^:\s]+):([^:\s]+)$/.exec(text);
	if (proxy !== null) return [credential("password", piece, text.length - (proxy[2] ?? "").length, text.length, proxy[1])];
	const slash = /^(neo4j|admin|root)\/(\S{6,})$/.exec(text);
	if (slash !== null && key !== null && /auth$/i.test(key))
		return [credential("password", piece, text.length - (slash[2] ?? "").length, text.length, slash[1])];
	if (!hasColon) return null;
	const kind = classifyKey(key);
	const loginPair = /^([\w.@+-]{2,64}):(\S{6,})$/.exec(text);
	if (
		loginPair !== null &&
		key !== null &&
		/^(?:user|u|userpwd|basic|basicauth|credentials?|login|auth|proxyuser|proxyauth|creds|account|userpass)$/.test(
			keyWords(key).at(-1) ?? "",
		) &&
		kind !== "password" &&
		!isNumberedId(key, text) &&
		(/\d|[^\w-]/.test(loginPair[2] ?? "") || key === "userpwd" || isRandom(loginPair[2] ?? "", 8)) &&
		/[A-Za-z]/.test(loginPair[2] ?? "")
	)
		return [credential("password", piece, (loginPair[1] ?? "").length + 1, text.length, loginPair[1])];
	return null;
}

/** `app:`, which program of which tenant it is: two ids. */
const OF_PRINCIPAL = /^\w{1,12}:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `557058:` and a UUID, or a UUID in a name of users: no password, but which of them it is. */
export function isNumberedId(key: string, text: string): boolean {
	if (/^\d{3,12}:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return true;
	return (
		/^(?:users?|members?|accounts?)$/.test(keyWords(key).at(-1) ?? "") &&
		/[:/][0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|:[0-9a-f]{24}$|:(?:user|role|group)\//i.test(text)
	);
}

/** Lines of `.netrc` and `.pgpass`. */
function passwordLines(piece: Piece): readonly Part[] | null {
	const { text } = piece;
	const found: Part[] = [];
	if (/^\s*(?:machine\s|default\s+login\s)/.test(text))
		for (const match of text.matchAll(/\spassword\s+(\S+)/g)) {
			const end = match.index + match[0].length;
			found.push(credential("password", piece, end - (match[1] ?? "").length, end));
		}
	else if (text.length <= 8192 && /^user \S{1,64} /m.test(text))
		// Redis' list of users.
		for (const match of text.matchAll(/^user \S{1,64} (?:[^\s>]{1,100} ){0,20}>(\S{6,128})/gm)) {
			const end = match.index + match[0].length;
			found.push(credential("password", piece, end - (match[1] ?? "").length, end));
		}
	else if (text.length <= 8192 && /^\[?[\w.-]{1,255}\]?:\d{2,5}\s/m.test(text))
		// Postfix' logins.
		for (const match of text.matchAll(/^\[?[\w.-]{1,255}\]?:\d{2,5}[ \t]{1,8}([\w.@+-]{1,128}):(\S{6,128})$/gm)) {
			const end = match.index + match[0].length;
			found.push(credential("password", piece, end - (match[2] ?? "").length, end, match[1]));
		}
	else if (text.length <= 8192 && /^[\w.*-]+:(?:\d{2,5}|\*):/.test(text))
		for (const match of text.matchAll(/^[\w.*-]{1,255}:(?:\d{2,5}|\*):[^\s:]{1,63}:([^\s:]{1,63}):((?:[^\s:\\]|\\.){4,128})$/gm)) {
			const end = match.index + match[0].length;
			found.push(credential("password", piece, end - (match[2] ?? "").length, end, match[1]));
		}
	return found.length === 0 ? null : found;
}
