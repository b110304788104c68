import { decodeBase64 } from "./base64.ts";
import { isRandom } from "./randomness.ts";

const LONGEST = 2_000;
/** Members of a key, which JSON of the same beginning may hold. */
const OF_KEYS = /"(?:d|k|p|q|oth)"\s*:/;

/**
 * True for a JSON web token without what makes it one: its header alone, or with words where the signature belongs, as documentation
 * shows it: `eyJhbGciOiJIUzI1NiJ9.{payload}.{signature}`.
 */
export function isHollowToken(text: string): boolean {
	if (!text.startsWith("eyJ") || text.length > LONGEST) return false;
	const header = /^[\w-]+/.exec(text)?.[0] ?? "";
	if (!isHeader(header)) return false;
	const rest = text.slice(header.length);
	if (/^\.?$/.test(rest)) return true;
	const parts = rest.replace(/^[^\w\s]/, "").split(".");
	const hasPayload = /^eyJ[\w-]{8,}$/.test(parts[0] ?? "");
	if (!hasPayload) return parts.every(isFilledIn);
	// One that says that nobody signed it is whole without a signature.
	return parts.slice(1).some((part) => part !== "") ? parts.slice(1).every(isFilledIn) : !isUnsigned(header);
}

function isHeader(text: string): boolean {
	const decoded = text.length < 12 ? null : decodeBase64(text);
	return decoded !== null && /^\{.*"(?:alg|typ)"\s*:.*\}$/.test(decoded) && !OF_KEYS.test(decoded);
}

function isUnsigned(header: string): boolean {
	return /"alg"\s*:\s*"none"/i.test(decodeBase64(header) ?? "");
}

/** A word for what is to stand there, or nothing. */
function isFilledIn(part: string): boolean {
	return part.length <= 60 && !isRandom(part, 10) && !/[A-Za-z]\d[A-Za-z]+\d/.test(part);
}
