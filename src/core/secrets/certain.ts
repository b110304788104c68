import { decodeBase64 } from "./base64.ts";
import { isDocumented } from "./documented.ts";
import { judgeTokens } from "./judge.ts";
import { decodeJwt } from "./jwt.ts";
import { isPlaceholder } from "./placeholders.ts";
import { matchProviders, type ProviderMatch } from "./providers/match.ts";
import { PRIVATE_KEY, privateKeys } from "./providers/private-key.ts";
import { disorder, isRandom } from "./randomness.ts";

/**
 * Secrets of which nobody has to guess what they are: whole private keys, tokens whose checksum is right, and tokens with a beginning that
 * nothing else has and a body that is drawn at random. Made for what must not be stopped by mistake: it misses much that
 * {@link detectInText} finds.
 */

/** Beginnings of tokens with a checksum, which must be right. */
const CHECKED = "ghp_ gho_ ghu_ ghr_ ghs_ npm_ vcp_ vci_ vca_ vcr_ vck_ glsa_";

/** Beginnings, as the tables of formats have them, that stand for one provider's secrets alone. None for a sandbox, none that may be public. */
const BEGINNINGS = [
	"sk-proj- sk-svcacct- sk-admin- sk-ant- sk-or- gsk_ xai- pplx- pcsk_ nvapi- hf_ tvly- lsv2_pt_ lsv2_sk_ apify_api_",
	"github_pat_ glpat- gldt- glrt- glptt- glcbt- glagent- glsoat- pypi- rubygems_ dckr_pat_ dckr_oat_ figd_ PMAK- sktsec_ snyk_uat. ops_eyJ",
	"GOCSPX- ya29. dop_v1_ doo_v1_ hvs. hvb. AGE-SECRET-KEY-1 tskey- sbp_ sb_secret_ pscale_tkn_ pscale_pw_ dp.pt. dp.st. dp.sa. pul- HRKU-",
	"nfp_ fo1_ fm2_ vercel_blob_rw_ glc_ sntrys_ sntryu_ NRAK- dt0c01. phx_",
	"sk_live_ rk_live_ sq0atp- sq0csp- shpat_ shpca_ shppa_ shpss_ xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xapp- SG. mlsn. xkeysib- xsmtpsib-",
	"lin_api_ lin_oauth_ ntn_ ATATT3x",
].flatMap((line) => line.split(" "));

/** What stands in the middle of Azure's keys, and nowhere else. */
const MIDDLES: ReadonlyMap<string, string> = new Map([
	["+ASt", "azure-storage-key"],
	["AzFu", "azure-function-key"],
	["AzSe", "azure-search-key"],
	["ACDb", "azure-cosmos-key"],
	["JQQJ99", "azure-api-key"],
]);

/** `-----BEGIN `, and `"service_role`, in base64 at each of the three places that a byte can have there; as far as it is the same whatever is around. */
const ENCODED_KEY = ["LS0tLS1CRUdJTi", "0tLS0tQkVHSU4g", "tLS0tLUJFR0lOI"] as const;
const ENCODED_ROLE = ["InNlcnZpY2Vfcm9sZS", "JzZXJ2aWNlX3JvbGUi", "ic2VydmljZV9yb2xl"] as const;

const AWS_SECRET = "aws_secret_access_key";

const MARKS = [...CHECKED.split(" "), ...BEGINNINGS, ...MIDDLES.keys(), "-----BEGIN ", ...ENCODED_KEY, ...ENCODED_ROLE, AWS_SECRET];

/** Plain texts side by side: there is nothing to go back to. */
const HAS_MARK = new RegExp(MARKS.map((mark) => mark.replace(/[.+]/g, "\\$&")).join("|"));

/** False for a text that holds nothing of what {@link certainSecretIn} finds. Reads some hundred megabytes a second. */
export function mayHoldCertainSecret(text: string): boolean {
	return HAS_MARK.test(text);
}

/** Tokens, and keys in base64, of one text that are looked at closely; what comes behind so many is let go. */
const MOST_JUDGED = 500;

/**
 * What kind of secret is in a text, for people: `private key`, `GitHub token`. Null: none for certain. Time is linear in the text.
 *
 * @param isKnown asked of each secret that was found: true passes it over
 */
export function certainSecretIn(text: string, isKnown: (secret: string) => boolean): string | null {
	if (!mayHoldCertainSecret(text)) return null;
	let left = MOST_JUDGED;
	for (const match of matchProviders(text)) {
		const token = text.slice(match.start, match.end);
		if (!isCandidate(match, token)) continue;
		if (left-- === 0) break;
		if (isCertain(match, token) && !isKnown(token)) return match.format.title;
	}
	return awsSecret(text, isKnown) ?? encodedKey(text, isKnown);
}

const BEGINS: ReadonlySet<string> = new Set(BEGINNINGS);
const KINDS: ReadonlySet<string> = new Set(MIDDLES.values());

function isCandidate({ format, verified }: ProviderMatch, token: string): boolean {
	if (format === PRIVATE_KEY || verified || KINDS.has(format.credential)) return true;
	if (format.credential === "json-web-token") return ENCODED_ROLE.some((mark) => token.includes(mark));
	const [first] = format.segments;
	return typeof first === "string" && format.checksum === null && BEGINS.has(first);
}

function isCertain({ format, verified }: ProviderMatch, token: string): boolean {
	if (format === PRIVATE_KEY) return isWholeKey(token);
	if (verified) return true;
	if (format.credential === "json-web-token") return isServiceRole(token);
	return isRandom(token.slice(format.prefixLength)) && judgeTokens(token).some(({ confident }) => confident);
}

/** The fewest characters that a private key has in base64: those of Ed25519. */
const SHORTEST_KEY = 56;

/** With its first line and its last, base64 between them, and no words in that. */
function isWholeKey(token: string): boolean {
	const lines = token.replace(/\\[nr]/g, "\n").split(/[\r\n]+/);
	if (!/-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----$/.test(lines.length === 1 ? token : (lines.at(-1) ?? "").trim())) return false;
	const body = (
		lines.length === 1
			? token.replace(/-----[^-]{0,60}-----/g, "")
			: lines
					.slice(1, -1)
					.filter((line) => !/^[\w-]+: /.test(line))
					.join("")
	).replace(/\s/g, "");
	return (
		body.length >= SHORTEST_KEY &&
		/^[A-Za-z0-9+/]+={0,2}(?:=[A-Za-z0-9+/]{4})?$/.test(body) &&
		disorder(body.slice(0, LOOKED_AT)) >= 0.6 &&
		isRandom(body.slice(-64)) &&
		!isPlaceholder(body.slice(0, LOOKED_AT), null, "secret") &&
		!isDocumented(body)
	);
}

/** Characters of a key that are looked at for words. */
const LOOKED_AT = 400;

/** Supabase's key that may do everything. The one of its local demonstration is everybody's. */
function isServiceRole(token: string): boolean {
	const payload = decodeJwt(token)?.payload;
	if (payload?.role !== "service_role" || payload.iss === "supabase-demo") return false;
	return isRandom(token.slice(token.lastIndexOf(".") + 1), 30) && judgeTokens(token).some(({ confident }) => confident);
}

const AWS_PAIR = /aws_secret_access_key["']?\s{0,3}[:=]\s{0,3}["']?([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/gi;

/** As the files of its command line have it. */
function awsSecret(text: string, isKnown: (secret: string) => boolean): string | null {
	let left = MOST_JUDGED;
	for (const [, secret = ""] of text.matchAll(AWS_PAIR)) {
		if (left-- === 0) break;
		if (
			isRandom(secret, 30) &&
			disorder(secret) >= 0.6 &&
			!isPlaceholder(secret, AWS_SECRET, "secret") &&
			!isDocumented(secret) &&
			!isKnown(secret)
		)
			return "AWS secret access key";
	}
	return null;
}

const OF_ENCODED_KEY = new RegExp(ENCODED_KEY.join("|"), "g");
/** Characters of base64 that a private key and what stands around it have, at most. */
const LONGEST_ENCODED = 24_000;

/** A private key in base64, or in a larger file in base64. */
function encodedKey(text: string, isKnown: (secret: string) => boolean): string | null {
	let left = MOST_JUDGED / 10;
	for (const { 0: mark, index } of text.matchAll(OF_ENCODED_KEY)) {
		// The dashes before are no part of the mark at the other two places: what is decoded begins with the mark's own first byte.
		const start = mark === ENCODED_KEY[0] ? index : mark === ENCODED_KEY[1] ? index - 2 : index - 3;
		if (start < 0 || !isPrivate(text.slice(start, start + 80))) continue;
		if (left-- <= 0) break;
		const run = /^[A-Za-z0-9+/_-]+/.exec(text.slice(start, start + LONGEST_ENCODED).replace(/\\[nr]|[\r\n]/g, ""))?.[0] ?? "";
		const decoded = decodedAscii(run);
		if (privateKeys(decoded).some((key) => isWholeKey(decoded.slice(key.start, key.end))) && !isKnown(run)) return PRIVATE_KEY.title;
	}
	return null;
}

/** Whether what base64 says at its very beginning is the first line of a private key. */
function isPrivate(encoded: string): boolean {
	return /PRIVATE KEY/.test(decodedAscii(/^[A-Za-z0-9+/_-]+/.exec(encoded)?.[0] ?? ""));
}

/** As far as it is text. */
function decodedAscii(base64: string): string {
	// One character of a group says nothing.
	return decodeBase64(base64.length % 4 === 1 ? base64.slice(0, -1) : base64) ?? "";
}
