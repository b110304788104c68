import { isAlgorithm } from "./algorithms.ts";
import { classifyKey } from "./keys.ts";
import { isRandom } from "./randomness.ts";
import {
	hasDigit,
	isBracket,
	isNamePart,
	isSecretName,
	LONGEST_NAME,
	type Reading,
	runBefore,
	SHORTEST_RANDOM,
	SHORTEST_VALUE,
	skipQuote,
	valueEnd,
} from "./reading.ts";
import { DICTIONARY } from "./words.ts";

/** `login sam / value`, `sam@example.com / value`. */
export function afterUser(text: string, at: number): Reading | null {
	if (text[at - 1] !== " " || text[at + 1] !== " " || !isNamePart(text.charCodeAt(at - 2))) return null;
	const before = text.slice(Math.max(0, at - 80), at - 1);
	if (
		!/(?:^|\s)(?:[\w.+-]{1,60}@[\w.-]{3,60}|admin|administrator|root|superuser|sysadmin|sysdba|postgres)$|\b(?:login|log in|user(?:name)?|account|acct|creds?|credentials|konto|benutzer|usuario|compte|zugang|zugangsdaten|anmeldung|inlog|inloggning|logowanie|acceso|acc[eè]s|accesso|acesso|toegang|identifiants?)\b[\s:=]{1,3}[\w.+@-]{1,60}$/i.test(
			before,
		)
	)
		return null;
	const end = valueEnd(text, at + 2);
	const value = text.slice(at + 2, end);
	return {
		candidate: isTold(value, "password") || chosenWord(value) !== null ? { name: "password", start: at + 2, end } : null,
		end: at + 1,
	};
}

/** `the password is value`, `password 'value'`, `requirepass value`: a word for a secret, and what is told to be one. */
export function told(text: string, at: number): Reading | null {
	const start = skipQuote(text, at + 1, 1);
	const end = valueEnd(text, start);
	// First, for most words are no value: what the one before means takes longer to tell.
	if (end - start < SHORTEST_RANDOM && !hasDigit(text, start, end)) return null;
	const isVerb = VERB_ENDS.has(text.charCodeAt(at - 1) | 0x20) && VERB.test(text.slice(Math.max(0, at - 7), at));
	const nameEnd = isVerb ? text.lastIndexOf(" ", at - 1) : at;
	const isQuoted = start !== at + 1;
	const value = text.slice(start, end);
	const nameStart = runBefore(text, nameEnd);
	if (nameEnd <= nameStart || nameEnd - nameStart > LONGEST_NAME) return null;
	const own = text.slice(nameStart, nameEnd);
	const name = isSecretName(own) ? own : phrased(text, nameStart, nameEnd, isVerb);
	if (name === null) return null;
	// Names that nobody would say: `requirepass`, `remote_password`.
	const isSetting =
		/[_-]|^(?:requirepass|masterauth|apikey|authtoken)$/i.test(own) || (nameStart === 0 ? "\n" : text[nameStart - 1]) === "\n";
	const isOne =
		isVerb || isQuoted || isSetting
			? isNumberOf(name, value) ||
				(value.length >= SHORTEST_VALUE && /\d/.test(value) && /[A-Za-z]/.test(value)) ||
				isRandom(value, SHORTEST_RANDOM)
			: isTold(value, name) || (classifyKey(name) === "password" && isWholeLine(text, nameStart, start, end));
	return { candidate: isOne && !isBracket(text.charCodeAt(end)) ? { name, start, end } : null, end: start };
}

const VERB = /(?:^|\s)(?:is|was|ist|lautet|est|es|é|è|är|er|jest|to|=>|->)$/i;
/** The last characters of these, in lower case: most words end otherwise. */
const VERB_ENDS: ReadonlySet<number> = new Set([..."stéèro>"].map((c) => c.charCodeAt(0) | 0x20));

/** `the key of the API is`, `IDENTIFIED BY`: what is named by more than one word; null: nothing that is a secret. */
function phrased(text: string, nameStart: number, nameEnd: number, isVerb: boolean): string | null {
	if (!isVerb && (text.charCodeAt(nameEnd - 1) | 0x20) !== 0x79) return null;
	const before = text.slice(Math.max(0, nameStart - 40), nameEnd);
	if (/\bidentified by$/i.test(before)) return "password";
	const of = isVerb
		? /(?<![\p{L}\p{N}_])(\p{L}{2,20}) (?:of|for|de|da|do|du|der|des|del|van|til|dla) (?:(?:the|la|le|el|o|a) )?\p{L}{2,20}$/iu.exec(before)
		: null;
	return of?.[1] !== undefined && isSecretName(of[1]) ? of[1] : null;
}

function isNumberOf(name: string, value: string): boolean {
	return /^(?:pin|puk)$/i.test(name) && /^\d{4,8}$/.test(value);
}

/** What stands behind a word for a secret without a sign between: prose goes on with words, a secret does not look like one. */
export function isTold(value: string, name: string): boolean {
	if (value.length < SHORTEST_VALUE || !/[A-Za-z]/.test(value) || !/\d/.test(value) || isAlgorithm(value)) return false;
	if (classifyKey(name) !== "password") return isRandom(value);
	return (
		isRandom(value, 8) ||
		/[!#$%&*@^?+~]./.test(value) ||
		(/^\p{Lu}?\p{Ll}{3,}\d{2,}[!?.#$%&*@]?$/u.test(value) && !isNumbered(value)) ||
		/[a-z]\d+[a-z]/i.test(value)
	);
}

/**
 * True for a password that people choose, if a line says nothing else: `// senha Biber-38`, `# db password = Biber38`. A word and a number
 * stand in prose as well, but not at the end of a line that begins with "password".
 *
 * @param isGiven true behind a colon, where no sentence goes on
 */
export function isWholeLine(text: string, nameStart: number, start: number, end: number, isGiven = false): boolean {
	const value = text.slice(start, end);
	const word = chosenWord(value);
	if (
		word === null ||
		!/\p{Ll}{2}/u.test(value) ||
		!/^(?:[\t ]*(?:[\r\n,(#]|\*\/|-->|\/\/|$)|["'`][\t ]*[\r\n]?$)/.test(text.slice(end, end + 12))
	)
		return false;
	const before = /(?:(?:^|\n)[\t ]*(?:\/\/+|#+|\/\*+|\*|<!--|--|;)|[,;])[\t ]*((?:\p{L}{1,14} ){0,2})$/u.exec(
		text.slice(Math.max(0, nameStart - 60), nameStart),
	);
	if (before === null || /\b(?:const|let|var|val|def|if|when|my|no|a|an)\b/i.test(before[1] ?? "")) return false;
	return isGiven || /^\p{Lu}/u.test(value) || !DICTIONARY.has(word);
}

/** `Section12`, `Windows11`: a word that has a number anyway. */
function isNumbered(value: string): boolean {
	return NUMBERED.test(value.replace(/\P{L}/gu, "").toLowerCase());
}

/** The word, in lower case, of a word and a number as people choose passwords: `Biber-38`; null: it is none, or one that has numbers anyway. */
export function chosenWord(value: string): string | null {
	const word = CHOSEN.exec(value)?.[1]?.toLowerCase();
	return word === undefined || NUMBERED.test(word) || isAlgorithm(value) ? null : word;
}

/** A word, perhaps a sign, two digits and more, and what rules for passwords ask for. */
const CHOSEN = /^(?:[\p{L}]{2,12}[-._]){0,3}([\p{L}]{3,20})[-._@#*+]?\d{2,6}[\p{L}]{0,2}[!?.#$%&*@]{0,2}$/u;
/** What has numbers. */
const NUMBERED =
	/^(?:section|step|chapter|issue|ticket|bug|page|version|release|build|rule|policy|rotation|level|phase|stage|part|line|node|node.?js|python|java|ruby|ubuntu|debian|windows|macos|ios|android|covid|iso|rfc|utf|sha|md|base|bits?|bytes?|chars?|input|output|arg|argument|param|value|field|var|tmp|temp|test|example|article|clause|paragraph|figure|table|item|note|option|day|week|month|year|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|since|until|after|before|min|max|room|port|pbkdf|bcrypt|scrypt|argon|oauth|saml|tls|ssl|ipv|http|rev|patch|update|sprint|epic|story|team|group|site|server|host|user|account|expected|actual)$/;
