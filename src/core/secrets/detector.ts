import { decodeBase64 } from "./base64.ts";
import { decompose, type Part } from "./decompose.ts";
import { isReferenceText } from "./foreign-references.ts";
import { classifyKey, type KeyClass } from "./keys.ts";
import { type Piece, trimPiece, unquotePiece, wholePiece } from "./piece.ts";
import { isPlaceholder } from "./placeholders.ts";
import { matchProviders, type ProviderMatch } from "./provider-match.ts";
import { isPublicByDesign } from "./public-values.ts";
import { disorder, entropy, isRandom, splitTokens } from "./randomness.ts";
import { isOrdinary, isUuid } from "./shapes.ts";

/** A secret in a value. Offsets count in the value as decoded; the secret itself is not in here. */
export interface Detection {
	readonly start: number;
	readonly end: number;
	/** What it is, for people: "GitHub token", "password". */
	readonly title: string;
	/** False for a random text that nothing else gives away: worth a hint, no more. */
	readonly confident: boolean;
	/** The kind of credential, as `rotationPage` knows it: `github-pat`; null: no format that is known. */
	readonly credential: string | null;
}

/** Secrets in one value. `key` is the name beside it: a variable, a header, a flag without its dashes; null when there is none. */
export function detectSecrets(key: string | null, value: string): readonly Detection[] {
	return judgeAll(decompose(key, wholePiece(value)), value);
}

/** Secrets in running text (a comment, a log line): tokens of known formats, and assignments to names of secrets. */
export function detectInText(text: string): readonly Detection[] {
	const found: Detection[] = [];
	for (const match of matchProviders(text)) {
		const detection = providerDetection(match, text, wholePiece(text), null);
		if (detection !== null) found.push(detection);
	}
	for (const match of text.matchAll(ASSIGNMENT)) {
		const [whole, name = "", quote = "", value = ""] = match;
		// In code a name gets a value with blanks around the sign; only random text counts there, not a call or another name.
		const tight = quote !== "" || /^[\w.-]+[=:]/.test(whole);
		if (/[()[\]{}<>\\]/.test(value) || !(tight ? /\d|[^\w.]/.test(value) : isRandom(value))) continue;
		const start = match.index + whole.length - value.length;
		for (const detection of detectSecrets(name, value))
			if (detection.confident) found.push({ ...detection, start: start + detection.start, end: start + detection.end });
	}
	// A command line that was commented out.
	for (const match of text.matchAll(/["'](--?[a-z][\w-]{1,40})["']\s{0,20},\s{0,20}(["'])([^"'\s]{6,2000})\2/gi)) {
		const [whole, flag = "", , value = ""] = match;
		const start = match.index + whole.length - value.length - 1;
		for (const detection of detectSecrets(flag.replace(/^-+/, ""), value))
			if (detection.confident) found.push({ ...detection, start: start + detection.start, end: start + detection.end });
	}
	for (const match of text.matchAll(/(?<![\w:])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s"'<>`()]{8,2000}/gi))
		for (const detection of detectSecrets(null, match[0]))
			if (detection.confident) found.push({ ...detection, start: match.index + detection.start, end: match.index + detection.end });
	return withoutOverlaps(found);
}

/** `NAME = value`, `"name": "value"`: bounded, and started by a name. */
const ASSIGNMENT = /(?<![\w.-])["']?([A-Za-z_][\w.-]{1,60})["']?\s{0,3}(?:=|:)\s{0,3}(["'`]?)((?:bearer |basic )?[^\s"'`,;]{6,2000})/gi;

/** Judges parts and keeps, for every place, one detection. */
export function judgeAll(parts: readonly Part[], value: string): readonly Detection[] {
	const found: Detection[] = [];
	for (const part of parts) found.push(...judge(part));
	if (found.length === 0 && parts.length === 0 && value.length > 65_536) return detectLong(value);
	return withoutOverlaps(found);
}

function detectLong(value: string): readonly Detection[] {
	return matchProviders(value).flatMap((match) => providerDetection(match, value, wholePiece(value), null) ?? []);
}

function judge(part: Part): readonly Detection[] {
	const piece = unquotePiece(trimPiece(part.piece));
	// Characters that nobody sees do not make it another token.
	const text = piece.text.replace(/\p{Cf}/gu, "");
	if (text.length < 4 || isReferenceText(text)) return [];
	const kind = part.role === "credential" && part.key === "password" ? "password" : classifyKey(part.key);
	const byProvider = matchProviders(text).flatMap((match) => {
		const detection = providerDetection(match, text, piece, part.key);
		return detection === null ? [] : [{ match, detection }];
	});
	const [first] = byProvider;
	if (first !== undefined) {
		// A strong name owns the whole value, not the stretch of it that has a known form.
		const whole = text !== piece.text || (kind !== "neutral" && kind !== "public" && byProvider.length === 1 && !/\s/.test(text));
		return whole ? [{ ...first.detection, ...placeOf(piece) }] : byProvider.map(({ detection }) => detection);
	}
	// No credential is that long; what is in here was taken apart before.
	if (text.length > 4096) return [];
	if (isPublicByDesign(text) || isPlaceholder(text, part.key, kind)) return [];
	const title = titleOf(part, kind);
	if (isWrappedSecret(text)) return [{ ...placeOf(piece), title, confident: true, credential: null }];
	const verdict = worth(part, text, kind);
	return verdict === "none" ? [] : [{ ...placeOf(piece), title, confident: verdict === "secret", credential: null }];
}

function placeOf(piece: Piece): { readonly start: number; readonly end: number } {
	return { start: piece.at(0), end: piece.at(piece.text.length) };
}

function providerDetection(match: ProviderMatch, text: string, piece: Piece, key: string | null): Detection | null {
	const token = text.slice(match.start, match.end);
	const body = token.slice(match.prefixLength);
	if (match.title === "private key") {
		const inner = token.replace(/-----[^-]*-----/g, "").replace(/\\n|\s/g, "");
		if (inner.length < 40 || isPlaceholder(inner, null, "secret")) return null;
	} else if (!match.verified && (isPublicByDesign(token) || isPlaceholder(token, null, "secret") || isPlaceholder(body, null, "secret")))
		return null;
	// Short prefixes start ordinary names as well: `sk-learn-tutorial-code-2024`.
	if (!match.verified && match.prefixLength <= 4 && match.prefixLength > 0 && disorder(body) < 0.4) return null;
	const confident = !match.identifier || classifyKey(key) !== "public";
	return { start: piece.at(match.start), end: piece.at(match.end), title: match.title, confident, credential: match.credential };
}

type Worth = "secret" | "hint" | "none";

function worth(part: Part, text: string, kind: KeyClass): Worth {
	if (part.role === "user") return isRandom(text, 16) && !isUuid(text) ? "secret" : "none";
	if (part.role === "path") return pathWorth(part, text);
	if (part.role === "credential" && part.key === "password") return passwordWorth(text, part.user);
	if (part.role === "credential" && part.key === "basic") return basicWorth(text);
	if (part.role === "credential") return tokenWorth(text);
	switch (kind) {
		case "password":
			return passwordWorth(text, undefined);
		case "secret":
			return isRecoveryPhrase(part.key, text) ? "secret" : tokenWorth(text);
		case "key":
			return keyWorth(text);
		case "public":
			return "none";
		default:
			return neutralWorth(text);
	}
}

/** People choose passwords: words count, as long as they are not the ones that everybody writes there. */
function passwordWorth(text: string, user: string | undefined): Worth {
	if (text === user || text.length < 4) return "none";
	if (isOrdinary(text) && !/^\d{6,}$/.test(text)) return "none";
	if (/^(?:\S+\s+){6,}/.test(text)) return "none";
	return "secret";
}

function basicWorth(text: string): Worth {
	const decoded = decodeBase64(text);
	const colon = decoded?.indexOf(":") ?? -1;
	if (decoded === null || colon < 0) return tokenWorth(text);
	const password = decoded.slice(colon + 1) || decoded.slice(0, colon);
	return isPlaceholder(password, null, "password") ? "none" : passwordWorth(password, decoded.slice(0, colon));
}

/** Machines make tokens: no blanks, no words, no numbers. */
function tokenWorth(text: string): Worth {
	if (text.length < 8 || /\s/.test(text) || /[^\x21-\x7e]/.test(text) || isOrdinary(text)) return "none";
	return isNamelike(text) ? "none" : "secret";
}

/** Twelve to twenty-four plain words are a wallet's key. */
function isRecoveryPhrase(key: string | null, text: string): boolean {
	return key !== null && /mnemonic|seed|recovery|phrase/i.test(key) && /^(?:[a-z]{3,8}\s){11,23}[a-z]{3,8}$/.test(text);
}

function keyWorth(text: string): Worth {
	if (text.length < 12 || /\s/.test(text) || isOrdinary(text)) return "none";
	return isUuid(text) || isRandom(text, 12) || (/\d/.test(text) && !isNamelike(text) && disorder(text) >= 0.5) ? "secret" : "none";
}

function neutralWorth(text: string): Worth {
	if (text.length < 20 || text.length > 4096 || /\s/.test(text) || isOrdinary(text) || isUuid(text)) return "none";
	if (!/^[A-Za-z0-9+/=_.~:!@#$%^&*-]+$/.test(text)) return "none";
	if (/[/]/.test(text) && /^[\w-]+(?:\/[\w-]+)+$/.test(text) && disorder(text) < 0.6) return "none";
	return isRandom(text, 20) ? "hint" : "none";
}

/** A segment of a URL: addresses that are credentials (webhooks) say so before it; otherwise it must be long and random. */
function pathWorth(part: Part, segment: string): Worth {
	// `repository@commit`
	const text = segment.replace(/@[0-9a-f]{7,64}$/, "");
	if (isUuid(text) && part.key === null) return "none";
	if (part.key !== null) return isUuid(text) || (isRandom(text, 16) && !FILE_LIKE.test(text)) ? "secret" : "none";
	if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/.test(text) || FILE_LIKE.test(text) || text.length < 24) return "none";
	return isRandom(text, 24) && disorder(text) > 0.7 ? "hint" : "none";
}

const FILE_LIKE = /\.[a-z]{2,5}$/i;

/** Words, perhaps with a small number: `gpt-4o-mini`, `my-local-app`, `production2`. */
function isNamelike(text: string): boolean {
	const tokens = splitTokens(text);
	const digits = tokens.filter((token) => /^[0-9]+$/.test(token)).join("").length;
	const symbols = text.replace(/[A-Za-z0-9\s_./:-]/g, "").length;
	const letters = tokens.join("").length - digits;
	if (letters === 0 || symbols > 0) return false;
	// Letters and digits that alternate are no version: `7f3k9x`.
	if (/[a-z]\d+[a-z]+\d|\d[a-z]+\d+[a-z]/i.test(text.replace(/[a-z]\d+[a-z](?![a-z0-9])/gi, ""))) return false;
	return disorder(text.replace(/[0-9]/g, " ")) < 0.34 && digits <= Math.max(4, letters * 0.35) && entropy(text) < 4.6;
}

/** Base64 of JSON, of `user:password` or of a key: what is inside decides. */
function isWrappedSecret(text: string): boolean {
	if (text.length < 24 || text.length > 16_384 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return false;
	const decoded = decodeBase64(text);
	if (decoded === null || !/^[\s\x20-\x7e]+$/.test(decoded)) return false;
	if (/^\s*[{[]/.test(decoded)) return decompose(null, wholePiece(decoded)).some((part) => judge(part).some(({ confident }) => confident));
	return matchProviders(decoded).some((match) => providerDetection(match, decoded, wholePiece(decoded), null) !== null);
}

function titleOf(part: Part, kind: KeyClass): string {
	if (kind === "password") return "password";
	if (part.role === "path") return "credential in the path";
	return kind === "neutral" && part.role === "value" ? "random text that looks like a credential" : "credential";
}

/** Of detections that overlap, the surest and then the longest stays. */
function withoutOverlaps(found: readonly Detection[]): readonly Detection[] {
	if (found.length < 2) return found;
	const taken = new Uint8Array(found.reduce((end, detection) => Math.max(end, detection.end), 0));
	const ordered = [...found].sort((a, b) => Number(b.confident) - Number(a.confident) || b.end - b.start - (a.end - a.start));
	const kept = ordered.filter(({ start, end }) => {
		if (taken.subarray(start, end).includes(1)) return false;
		taken.fill(1, start, end);
		return true;
	});
	return kept.sort((a, b) => a.start - b.start);
}
