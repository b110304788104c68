import { decodeBase64, decodeHex } from "./base64.ts";
import { isDocumented } from "./documented.ts";
import { type KeyClass, keyWords } from "./keys.ts";
import type { Part } from "./parts/part.ts";
import { isPlaceholder } from "./placeholders.ts";
import { disorder, entropy, isRandom, surprise } from "./randomness.ts";
import { isOrdinary, isOrdinaryPassword, isUuid } from "./shapes.ts";
import { hasAny, hasOnly, SIGN } from "./signs.ts";

/** What a text is worth for where it stands: a warning, a hint, nothing. */
export type Worth = "secret" | "hint" | "none";

export function worth(part: Part, text: string, kind: KeyClass): Worth {
	if (isRecoveryPhrase(part.key, text)) return "secret";
	if (part.role === "user") return isRandom(text, 16) && !isUuid(text) ? "secret" : "none";
	if (part.role === "path") return pathWorth(part, text);
	if (part.role === "credential" && part.key === "password") return passwordWorth(text, part);
	if (part.role === "credential" && part.key === "basic") return basicWorth(text);
	if (part.role === "credential") return tokenWorth(text);
	switch (kind) {
		case "password":
			return passwordWorth(text, part);
		case "secret":
			return part.key !== null && /gpg|pgp|signing_?key/i.test(part.key) && KEY_OF_GNUPG.test(text) ? "none" : tokenWorth(text, part.key);
		case "key":
			return keyWorth(text);
		case "public":
			// Of Vault's AppRole; elsewhere the name of a secret.
			return part.key !== null && isSecretAfterAll(part.key, text) ? "secret" : "none";
		default:
			return part.key !== null && OF_WALLET.test(part.key) && isWalletKey(text) ? "secret" : neutralWorth(text, part.key);
	}
}

/** Vault's AppRole has a secret with an id; and a variable for a header may hold the header's name, or what is sent in it. */
function isSecretAfterAll(key: string, text: string): boolean {
	if (/secret[_-]?id$/i.test(key)) return isUuid(text) || (isRandom(text, 12) && !isOrdinary(text));
	if (!/(?:auth|authorization|token|key|secret)[_-]?headers?$/i.test(key)) return false;
	return text.length >= 20 && /\d/.test(text) && isRandom(text, 20) && !isOrdinary(text) && disorder(text) >= 0.6;
}

/** People choose passwords: words count, as long as they are not the ones that everybody writes there. */
function passwordWorth(text: string, { key, user }: Pick<Part, "key" | "user">): Worth {
	if (text === user || text.length < 4) return "none";
	const isNumber = /^\d{6,}$/.test(text) || (/^\d{4,5}$/.test(text) && key !== null && NUMBER_NAME.test(key));
	if (!isNumber && isOrdinaryPassword(text)) return "none";
	if (/^(?:\S+\s+){6,}/.test(text) || OF_MANUALS.test(text)) return "none";
	return "secret";
}

/** Defaults of programs, and what stands in examples. */
const OF_MANUALS =
	/^(?:minio(?:admin)?|foo|bar|baz|foobar)\d{0,4}$|^db[-_]?(?:pass|password|passwd|pw)\d?$|^(?:пароль|密码|密碼|パスワード|비밀번호|암호)(?:1|123|1234|12345|123456)$/i;

/** Names of what is a number by design. */
const NUMBER_NAME = /(?:^|[_-])(?:pin|puk)(?:[_-]?(?:code|\d+))?$/i;

/** Codes that people type into a lock. */
const NUMBER_CODE = /(?:unlock|alarm|door|gate|entry|recovery|activation)[_-]?code$/i;

function basicWorth(text: string): Worth {
	const decoded = decodeBase64(text);
	const colon = decoded?.indexOf(":") ?? -1;
	if (decoded === null || colon < 0) return tokenWorth(text);
	const password = decoded.slice(colon + 1) || decoded.slice(0, colon);
	return isPlaceholder(password, null, "password") ? "none" : passwordWorth(password, { key: null, user: decoded.slice(0, colon) });
}

/** Machines make tokens: no blanks, no words, no numbers. */
function tokenWorth(text: string, key: string | null = null): Worth {
	if (text.startsWith("0x") && /^0x(?:[0-9A-F]{8}|[0-9A-F]{16})$/.test(text)) return "none";
	if (key !== null && OF_APP.test(text) && disorder(text) >= 0.5) return "secret";
	if (key !== null && NUMBER_CODE.test(key) && /^\d{6,12}$/.test(text)) return "secret";
	if (hasOnly(text, SIGN.digit) && text.length >= 24) return "secret";
	if (key !== null && isUuid(text) && /(?:^|[_-])session$/i.test(key)) return SESSION_OF_SERVICE.test(key) ? "secret" : "none";
	if (text.length < 8 || (hasAny(text, SIGN.blank | SIGN.foreign | SIGN.rest) && /[^\x21-\x7e]/.test(text)) || isOrdinary(text))
		return "none";
	if (text.length < 20 && /^[A-Za-z]+$/.test(text) && (surprise(text) ?? 0) < 0.1) return "none";
	return isNamelike(text) ? "none" : "secret";
}

/** A password that Google or Apple makes for one app: four groups of four letters. */
const OF_APP = /^[a-z]{4}(?:[ -][a-z]{4}){3}$/;

/** Services that ask for a session, a UUID, in a header of their own; elsewhere a UUID says which session is meant. */
const SESSION_OF_SERVICE = /^x-(?:metabase|looker|superset|redash|tableau|grafana|zabbix|openproject|jasper|qlik|domo)-session$/i;

/** Twelve to twenty-four plain words are a wallet's key. */
export function isRecoveryPhrase(key: string | null, text: string): boolean {
	if (
		key === null ||
		!hasAny(text, SIGN.blank | SIGN.foreign) ||
		!/mnemonic|seed|recovery|phrase/i.test(key) ||
		!/^(?:[a-z]{3,8}\s){11,23}[a-z]{3,8}$/.test(text)
	)
		return false;
	// One word over and over and another at its end, as tools for development and the standard show it.
	return new Set(text.split(/\s/)).size > 3 && !isDocumented(text);
}

/** A key of GnuPG by its fingerprint. */
const KEY_OF_GNUPG = /^(?:0x)?(?:[0-9A-F]{8}|[0-9A-F]{16}|[0-9A-F]{40})$/;

/** `DEPLOYER_PK`, `PRIVATE`: names of a wallet's key, if it looks like one. */
const OF_WALLET = /(?:^|[_-])(?:pk|priv|private)$/i;

function isWalletKey(text: string): boolean {
	return text.length <= 66 && /^(?:0x)?[0-9a-f]{64}$/i.test(text) && !/^(?:0x)?0{16}/.test(text);
}

function keyWorth(text: string): Worth {
	if (KEY_OF_GNUPG.test(text)) return "none";
	if (text.length < 12 || /\s/.test(text) || isOrdinary(text)) return "none";
	return isUuid(text) || isRandom(text, 12) || (/\d/.test(text) && !isNamelike(text) && disorder(text) >= 0.5) ? "secret" : "none";
}

/** Nothing shorter is worth anything where no name tells. */
export const SHORTEST_NEUTRAL = 16;

function neutralWorth(text: string, key: string | null): Worth {
	// What a chat's bot logs in with.
	if (text.startsWith("oauth:") && /^oauth:(?=[a-z]*\d[a-z]*\d)[a-z0-9]{30}$/.test(text) && (surprise(text.slice(6)) ?? 0) > -0.2)
		return "secret";
	if (key !== null && DIGEST.test(text) && namesDigest(key)) return "none";
	if (text.length < SHORTEST_NEUTRAL || text.length > 4096 || /\s/.test(text) || isOrdinary(text) || isUuid(text) || KNOWN_ID.test(text))
		return "none";
	// Twenty characters without a digit are drawn once in fifty times, and then their case changes; names have that many every day.
	if (!/\d/.test(text) && (text.match(/[a-z][A-Z]/g) ?? []).length * 8 < text.length) return "none";
	if (OF_WORKLOAD.test(text) || isPinned(text) || SLUG.test(text) || DATA.test(text) || isReadable(text)) return "none";
	// Ids are short as well: of those only what has everything that a key has.
	if (text.length < 20 && !(/[a-z]/.test(text) && /[A-Z]/.test(text) && /\d/.test(text) && (surprise(text) ?? 0) > 0.9)) return "none";
	if (!/^[A-Za-z0-9+/=_.~:!@#$%^&*-]+$/.test(text)) return "none";
	if (/[/]/.test(text) && /^[\w-]+(?:\/[\w-]+)+$/.test(text) && disorder(text) < 0.6) return "none";
	return isRandom(text, 16) ? "hint" : "none";
}

/** A pod of Kubernetes: what it is of, its replica set, its own. */
const OF_WORKLOAD = /^(?:pods?\/)?[a-z][a-z0-9]*(?:-[a-z0-9]+){0,8}-[a-z0-9]{8,10}-[a-z0-9]{5}$/;
/** A place, and which state of it. */
const PINNED = /^[\w.:/+~-]*[A-Za-z]{2}[\w.:/+~-]*[#@/](?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})$/;
/** What the lengths of a hash leave in front of it is looked at first. */
function isPinned(text: string): boolean {
	return [32, 40, 64].some((length) => "#@/".includes(text.charAt(text.length - length - 1))) && PINNED.test(text);
}

function namesDigest(key: string): boolean {
	const words = keyWords(key);
	return words.some((word) => OF_DIGEST.test(word) || (words.length > 1 && OF_DIGEST_BESIDE.test(word)));
}

/** Words, and a few letters that make them the only ones: `quiet-river-k3x9ab`. */
const SLUG = /^(?!(?:api|key|sk|pk|tok|token|secret|pass|pwd|auth)-)(?:[a-z]{3,12}-){1,3}[a-z0-9]{4,8}$/;
/** Sums of files, commits, transactions, perhaps one of its outputs, and what says in a name that it is one. */
const DIGEST = /^(?:0x)?[0-9a-fA-F]{20,128}(?::\d{1,5})?(?: [ *][\w./-]{1,80})?$/;
const OF_DIGEST =
	/^(?:f(?:inger)?prints?|fp|tree|parent|upstream|commits?|rev|revision|sha|md|shasum|md5sum|hash(?:es)?|checksums?|crc|blake|digests?|tx|txn|txid|transactions?|utxos?|outpoints?|merkle|genesis|machine|boot|hardware|infohash|torrents?|magnets?|lockfile|pinned|pins?|etag|buster|integrity|signer|thumbprint|guid|uuid|identifiers?)$/;
/** The same only beside another word: `HEAD_BASE`, `STATE_ROOT`. */
const OF_DIGEST_BESIDE =
	/^(?:heads?|bases?|blocks?|roots?|topics?|events?|selectors?|devices?|build|stamp|lock|cache|check|expected|snapshots?|manifests?|layers?|versions?|release|artifacts?|bundles?|state)$/;
/** A numbered UUID; how compressed data, WebAssembly, fonts and sound begin in base64; an account of a bank. */
const DATA =
	/^(?!(?:api|key|sk|pk|tok|token|secret|sdk|mob|rel)-)[\w-]{1,20}[:-][0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$|^(?:H4sIA|AGFzbQ|UEsDB|T2dnUw|d09GM|d09GR|SUQz|AAAAIGZ0)|^[A-Z]{2}\d{2}[A-Z]{4}\d{14,22}$/;

/** Base64 or hex of a text that anybody can read, and that was found to hold nothing. */
function isReadable(text: string): boolean {
	if (text.length < 16 || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return false;
	const decoded = /^(?:[2-7][0-9a-f])+$/i.test(text) ? decodeHex(text) : decodeBase64(text);
	return decoded !== null && isLegible(decoded);
}

/** Printable ASCII, or letters of other scripts in UTF-8, each byte a character here. */
function isLegible(decoded: string): boolean {
	if (/^[\s\x20-\x7e]+$/.test(decoded)) return true;
	const other = decoded.replace(/[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|\xf0[\x80-\xbf]{3}/g, "");
	return decoded.length >= 16 && /^[\s\x20-\x7e]*$/.test(other);
}

/** Ids that name what they are of: a price, a customer, a thread, an assistant. */
const KNOWN_ID =
	/^(?:ca|price|prod|cus|acct|pi|sub|si|txn|evt|we|ch|in|pm|seti|src|card|plan|coupon|promo|asst|thread|msg|run|step|vs|user|usr|org|orgs|proj|prj|project|team|tm|req|call|toolu|resp|batch|wks|ws|workspace|acc|account|app|env|dpl|chan|conv|doc|file|fld|tbl|rec|viw|wsp|inst|sess|session|job|task|flow|wf|agent|model|srv|svc|db|idx|index|col|page|blk|item|ref|id|trace|span|usr|cust|tenant|client|device|dev|node|host)_[A-Za-z0-9]{8,40}$|^(?:file|chatcmpl|cmpl|ft|set|run|asst)-[A-Za-z0-9]{8,40}$|^(?:tbl|rec|fld|viw|app)[A-Za-z0-9]{14}$|^Iv1\.[0-9a-f]{16}$|^Iv23[A-Za-z0-9]{16}$|^(?!SK)[A-Z]{2}[0-9a-f]{32}$/;

/** A segment of a URL: addresses that are credentials (webhooks) say so before it; otherwise it must be long and random. */
function pathWorth(part: Part, segment: string): Worth {
	// `repository@commit`
	const text = segment.replace(/@[0-9a-f]{7,64}$/, "");
	if (isUuid(text) && part.key === null) return "none";
	if (/^AKfycb/.test(text) && isOrdinary(text)) return "none";
	if (part.key === "capability") return /\d/.test(text) || isRandom(text, 10) ? "secret" : "none";
	if (part.key !== null) return isUuid(text) || (isRandom(text, 16) && !FILE_LIKE.test(text)) ? "secret" : "none";
	if (
		/^(?:[\w-]{1,60}-)?(?:0x)?(?:[0-9a-f]{24}|[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?:-\d{1,12})?$/.test(text) ||
		KNOWN_ID.test(text) ||
		FILE_LIKE.test(text) ||
		isReadable(text) ||
		text.length < 24
	)
		return "none";
	return isRandom(text, 24) && disorder(text) > 0.7 ? "hint" : "none";
}

const FILE_LIKE = /\.[a-z]{2,5}$/i;

/** Words, perhaps with a small number: `gpt-4o-mini`, `my-local-app`, `production2`. */
function isNamelike(text: string): boolean {
	if (/[^A-Za-z0-9\s_.,/:-]/.test(text)) return false;
	let digits = 0;
	let letters = 0;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code >= 48 && code <= 57) digits++;
		else if ((code | 0x20) >= 97 ? (code | 0x20) <= 122 || code > 126 : code < 32) letters++;
	}
	if (letters === 0) return false;
	// Letters and digits that alternate are no version: `7f3k9x`.
	if (/[a-z]\d+[a-z]+\d|\d[a-z]+\d+[a-z]/i.test(text.replace(/[a-z]\d+[a-z](?![a-z0-9])/gi, ""))) return false;
	const isNatural = disorder(text.replace(/[0-9]/g, " ")) < 0.34 || (surprise(text) ?? 0) < -0.5;
	return isNatural && digits <= Math.max(4, letters * 0.35) && entropy(text) < 4.6;
}
