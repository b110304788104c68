import { normalized } from "../normalized.ts";
import { isAlgorithm } from "./algorithms.ts";
import { decodeBase64, decodeHex } from "./base64.ts";
import { withoutBrackets } from "./brackets.ts";
import { awsAccount } from "./checksums.ts";
import { chosenAnyway } from "./chosen.ts";
import { decompose } from "./decompose.ts";
import { undisguised, undisguisedText } from "./disguise.ts";
import { isReferenceText } from "./foreign-references.ts";
import { Harmless } from "./harmless.ts";
import { type JwtFacts, jwtFacts } from "./jwt.ts";
import { keyBytesWorth } from "./key-bytes.ts";
import { classifyKey, isForBrowsers, type KeyClass, keyWords } from "./keys.ts";
import type { Part } from "./parts/part.ts";
import { type Piece, trimPiece, unquotePiece, wholePiece } from "./piece.ts";
import { isPlaceholder } from "./placeholders.ts";
import { matchProviders, type ProviderMatch } from "./providers/match.ts";
import { namedProvider } from "./providers/named.ts";
import { PRIVATE_KEY } from "./providers/private-key.ts";
import { isPublicByDesign } from "./public-values.ts";
import { disorder, isRandom } from "./randomness.ts";
import { isShortcut } from "./shortcuts.ts";
import { hasAny, hasOnly, SIGN } from "./signs.ts";
import { isRecoveryPhrase, SHORTEST_NEUTRAL, type Worth, worth } from "./worth.ts";

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
	/** What a JSON web token says of itself; null for anything else. */
	readonly jwt: JwtFacts | null;
	/** The account that an AWS access key id belongs to, twelve digits; null when it does not tell. */
	readonly account: string | null;
}

const PLAIN = { credential: null, jwt: null, account: null } as const;

/** Judges parts and keeps, for every place, one detection. */
export function judgeAll(parts: readonly Part[], value: string): readonly Detection[] {
	if (parts.length === 0 && value.length > 65_536) return judgeTokens(value);
	return withoutOverlaps(parts.flatMap(judgeOnce));
}

/** The same few words stand in thousands of command lines, each time with others. */
function judgeOnce(part: Part): readonly Detection[] {
	const { key, role, user, piece } = part;
	return role === "value" && user === undefined ? harmless.search(key, piece.text, () => judge(part)) : judge(part);
}

const harmless = new Harmless();

/** Tokens of a known form, wherever they stand in a text. */
export function judgeTokens(text: string): readonly Detection[] {
	const piece = undisguisedText(wholePiece(text));
	return matchProviders(piece.text).flatMap(
		(match, i) => (i < MOST_JUDGED ? providerDetection(match, piece, null) : unjudged(match, piece)) ?? [],
	);
}

/** How many tokens of one text are looked at closely. Who writes more has no examples in mind: each of the others counts. */
const MOST_JUDGED = 2_000;

function unjudged({ start, end, format }: ProviderMatch, piece: Piece): Detection {
	return { ...PLAIN, start: piece.at(start), end: piece.at(end), title: format.title, confident: true, credential: format.credential };
}

function judge(part: Part): readonly Detection[] {
	const kind = part.role === "credential" && part.key === "password" ? "password" : classifyKey(part.key);
	const unquoted = unquotePiece(trimPiece(part.piece));
	const whole = kind === "neutral" || kind === "public" ? unquoted : withoutBrackets(unquoted);
	if (whole.text.length < 4) return [];
	const piece = undisguised(whole);
	const { text } = piece;
	if (text.length < 4) return [];
	// Most words of a command line: so short, only a known form could tell.
	const isShort = kind === "neutral" && part.role === "value" && text.length < SHORTEST_NEUTRAL;
	if ((isShort && matchProviders(text).length === 0) || isReferenceText(text)) return [];
	const byProvider = matchProviders(text).flatMap((match) => providerDetection(match, piece, part.key) ?? []);
	const [first] = byProvider;
	if (first !== undefined) {
		// A strong name owns the whole value, not the stretch of it that has a known form.
		const owned = kind !== "neutral" && kind !== "public" && byProvider.length === 1 && !/\s/.test(text);
		return owned ? [{ ...first, ...placeOf(whole) }] : byProvider;
	}
	// Accents are somebody's language: a machine has none.
	if (kind !== "password" && hasAny(whole.text, SIGN.foreign) && /[\u00c0-\u024f\u1e00-\u1eff]/.test(normalized(whole.text, "NFC")))
		return [];
	// No credential is that long; what is in here was taken apart before.
	if (text.length > 4096) return [];
	const wrapped = isWrappedSecret(text);
	const bytes = wrapped ? "none" : keyBytesWorth(text, part.key);
	let verdict = wrapped ? "secret" : bytes !== "none" ? bytes : worth(part, text, kind);
	if (verdict === "none" || isPublicByDesign(text)) return [];
	if (kind !== "password" && (isShortcut(text) || isAlgorithm(text))) return [];
	if (bytes === "none" && !isRecoveryPhrase(part.key, text) && isPlaceholder(text, part.key, kind)) {
		const chosen = kind === "password" ? chosenAnyway(text) : "none";
		if (chosen === "none") return [];
		verdict = chosen;
	}
	const named = wrapped || part.key === null || kind === "password" ? null : namedProvider(keyWords(part.key), text);
	return [
		{
			...PLAIN,
			...placeOf(whole),
			title: named?.title ?? (bytes === "secret" ? "private key" : titleOf(part, kind, verdict)),
			confident:
				part.doubtful !== true &&
				(verdict === "secret" || (named !== null && (kind !== "neutral" || keyWords(part.key ?? "").length === 1))),
			credential: named?.credential ?? null,
		},
	];
}

function placeOf(piece: Piece): { readonly start: number; readonly end: number } {
	return { start: piece.at(0), end: piece.at(piece.text.length) };
}

function providerDetection(match: ProviderMatch, piece: Piece, key: string | null): Detection | null {
	const { format, verified } = match;
	const token = piece.text.slice(match.start, match.end);
	const body = token.slice(format.prefixLength);
	if (format === PRIVATE_KEY) {
		const inner = token.replace(/-----[^-]*-----/g, "").replace(/\\[nr]|\s/g, "");
		if (inner.length < 40 || isPlaceholder(inner.slice(0, 400), null, "secret")) return null;
	} else if (!verified) {
		if (isPublicByDesign(token) || isPlaceholder(token, null, "secret") || isPlaceholder(body, null, "secret")) return null;
		// Prefixes start ordinary names as well: `sk-learn-tutorial-code-2024`.
		if (format.prefixLength > 0 && disorder(body) < 0.4) return null;
	}
	return {
		start: piece.at(match.start),
		end: piece.at(match.end),
		title: format.title,
		confident: !(format.identifier && classifyKey(key) === "public") && !(format.title === "Google API key" && isForBrowsers(key)),
		credential: format.credential,
		jwt: format.credential === "json-web-token" ? jwtFacts(token) : null,
		account: format.credential === "aws-access-key-id" ? awsAccount(token) : null,
	};
}

const BASE64 = SIGN.upper | SIGN.lower | SIGN.digit | SIGN.plus | SIGN.slash | SIGN.underscore | SIGN.hyphen | SIGN.equals;

/** Base64 or hex of JSON, of an assignment or of a key: what is inside decides. */
function isWrappedSecret(text: string): boolean {
	if (text.length < 24 || text.length > 16_384 || !hasOnly(text, BASE64) || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return false;
	const decoded = /^(?:[0-9a-f]{2})+$/i.test(text) ? decodeHex(text) : decodeBase64(text);
	if (decoded === null || !/^[\s\x20-\x7e]+$/.test(decoded)) return false;
	// `user:password`
	const login = /^[\w.@+-]{2,64}:(\S{8,})$/.exec(decoded.trim());
	if (login !== null && isRandom(login[1] ?? "", 8)) return true;
	return decompose(null, wholePiece(decoded)).some((part) => judge(part).some(({ confident }) => confident));
}

function titleOf(part: Part, kind: KeyClass, verdict: Worth): string {
	if (kind === "password") return "password";
	if (part.role === "path") return "credential in the path";
	return kind === "neutral" && part.role === "value" && verdict === "hint" ? "random text that looks like a credential" : "credential";
}

/** Of detections that overlap, the surest and then the longest stays. */
export function withoutOverlaps(found: readonly Detection[]): readonly Detection[] {
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
