import { NOUN_ANYWHERE, UNSPACED_MARKERS } from "./languages.ts";
import { cover, mayBeChosen } from "./placeholders.ts";
import { splitTokens } from "./randomness.ts";

const SHORTEST = 5;
const LONGEST = 40;

/**
 * What a text under a name for a password is worth though its words are those of placeholders: people choose `secretIsland4` and
 * `Passwort4512` as well. The number tells: documentation has none, or `1`, or `123`.
 */
export function chosenAnyway(text: string): "secret" | "hint" | "none" {
	if (
		text.length > LONGEST ||
		text.length < SHORTEST ||
		!/\d/.test(text) ||
		!/^[\p{L}\p{N}_.@!#$%^&*?+-]+$/u.test(text) ||
		/^[A-Z0-9_]+$/.test(text)
	)
		return "none";
	if (!mayBeChosen(text)) return "none";
	if (/[^\0-\u024f]/.test(text)) return isOfOtherScript(text) ? "secret" : "none";
	const numbers = text.replace(OF_NAMES, "").match(/\d+/g) ?? [];
	const words = splitTokens(text).filter((token) => !/^\d/.test(token));
	const { marker, filler, tokens, nounLetters } = cover(text, NOTHING);
	if (marker || words.join("").length < 3 || words.some((word) => /^(.)\1{2,}$/i.test(word))) return "none";
	const isForTests = words.some((word) => FOR_TESTS.test(word));
	if (numbers.some(isOdd)) return isForTests ? "hint" : "secret";
	if (numbers.some(isYear)) return !isForTests && (tokens === 1 || nounLetters === 0) ? "hint" : "none";
	if (!filler) return numbers.some((number) => /^(?:[2-9]|12)$/.test(number)) ? "hint" : "none";
	if (numbers.some((number) => /^[4-9]$/.test(number))) return "hint";
	return tokens === 1 && numbers.every((number) => number.length > 2) && !EVERYBODYS.test(words.join("")) ? "hint" : "none";
}

const NOTHING: ReadonlySet<string> = new Set();

/** Names with digits in them. */
const OF_NAMES =
	/(?<![A-Za-z])(?:k8s|s3|ec2|oauth2|x509|base64|utf-?8|ipv[46]|http2|sha\d{1,3}|md5|p12|log4j|neo4j|db2|h2|web3|v\d{1,2})(?!\d)/gi;

/** Two digits and more that are no row of numbers, no year and no port. */
function isOdd(number: string): boolean {
	if (number.length < 2 || number.length > 8 || isYear(number) || PORTS.has(number)) return false;
	return !"01234567890".includes(number) && !"09876543210".includes(number) && !/^(\d)\1{2,}$|^0\d$|^42$/.test(number);
}

function isYear(number: string): boolean {
	return /^(?:19|20)\d\d$/.test(number);
}

const PORTS: ReadonlySet<string> = new Set([
	"80",
	"443",
	"1433",
	"1521",
	"3000",
	"3306",
	"5000",
	"5432",
	"5672",
	"6379",
	"8000",
	"8080",
	"8443",
	"9000",
	"9200",
	"27017",
]);
const FOR_TESTS = /^(?:test|tests|testing|tester|dev|local|localhost|staging|sandbox|guest|demo|sample|dummy|mock|fake)$/i;
/** What stands before `123` in manuals. */
const EVERYBODYS =
	/^(?:the|password|passwd|pass|pwd|pw|passwort|contrasena|senha|motdepasse|wachtwoord|haslo|heslo|parola|sifre|parol|secret|test|testing|admin|administrator|user|username|guest|demo|example|sample|my|db|database|postgres|mysql|mariadb|mongo|redis|key|token|default|abc|foo|login|super)+$/i;

/** Letters that Latin does not have, and no word for a password or for filling in among them. */
function isOfOtherScript(text: string): boolean {
	return /\d{3}/.test(text) && !NOUN_ANYWHERE.test(text.toLowerCase()) && !UNSPACED_MARKERS.test(text) && !/^\p{L}+\d$/u.test(text);
}
