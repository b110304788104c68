import { classifyKey } from "./keys.ts";
import { chosenWord, isTold } from "./prose.ts";
import { isRandom } from "./randomness.ts";
import { hasDigit, isNamePart, type Reading, runBefore, SHORTEST_VALUE, valueEnd } from "./reading.ts";

const LONGEST_PASSWORD = 64;
const LONGEST_USER = 60;
const LONGEST_LEAD = 40;

/**
 * `login kai value`, `creds kai:value`, at the blank or the colon before the value: a word for what one logs in with, a user, and a password.
 * Only as a line of its own, for prose has the same words: `user guide for v2`.
 */
export function loginNoted(text: string, at: number): Reading | null {
	const isColon = text[at] === ":";
	const userEnd = isColon && text[at - 1] === " " ? at - 1 : at;
	// Most colons and blanks have no user before them; that is sooner seen than where a value ends.
	if (userEnd === 0 || !isNamePart(text.charCodeAt(userEnd - 1))) return null;
	const start = isColon && text[at + 1] === " " ? at + 2 : at + 1;
	const end = start + valueEnd(text.slice(start, start + LONGEST_PASSWORD), 0);
	if (end - start < SHORTEST_VALUE || end - start === LONGEST_PASSWORD || !hasDigit(text, start, end)) return null;
	if (!isNotedPassword(text, start, end)) return null;
	const userStart = mailStart(text, userEnd) ?? runBefore(text, userEnd);
	if (userStart >= userEnd || userEnd - userStart > LONGEST_USER) return null;
	const lead = LEAD.exec(text.slice(Math.max(0, userStart - LONGEST_LEAD), userStart));
	if (lead === null || NO_USER.test(text.slice(userStart, userEnd))) return null;
	return { candidate: { name: "password", start, end }, end };
}

/**
 * `password for the demo box: value`, at the colon: a word for a password, what it is for in a few words, and one at the end of the line.
 */
export function passwordDescribed(text: string, at: number): Reading | null {
	if (!endsWithWord(text, at)) return null;
	const start = text[at + 1] === " " ? at + 2 : at + 1;
	const end = start + valueEnd(text.slice(start, start + LONGEST_PASSWORD), 0);
	if (end - start < SHORTEST_VALUE || end - start === LONGEST_PASSWORD || !hasDigit(text, start, end)) return null;
	if (!isNotedPassword(text, start, end)) return null;
	const name = DESCRIBED.exec(text.slice(Math.max(0, at - LONGEST_DESCRIPTION), at))?.[1];
	if (name === undefined || classifyKey(name) !== "password") return null;
	return { candidate: { name, start, end }, end };
}

/** True where a word of no more than some twenty characters ends at `at`, with a blank before it: a quick look before `DESCRIBED`. */
function endsWithWord(text: string, at: number): boolean {
	let start = at;
	while (start > 0 && at - start <= LONGEST_WORD && !" :\n".includes(text[start - 1] ?? "")) start--;
	return start > 0 && start < at && text[start - 1] === " ";
}

const LONGEST_WORD = 21;
const LONGEST_DESCRIPTION = 70;
/** A word, one for belonging, and up to four more. */
const DESCRIBED =
	/(?:^|[^\p{L}\p{N}_-])([\p{L}\p{M}]{2,20}) (?:of|for|on|to|in|at|von|vom|f[uü]r|zum|zur|im|am|de|du|des|del|della|do|da|pour|para|per|di|van|voor|til|f[oö]r|dla|do|na|pro)(?: [\p{L}\p{N}\p{M}.'-]{1,20}){1,4}$/u;

/** A password at the end of a line behind the user that it belongs to: what a sentence goes on with looks otherwise. */
function isNotedPassword(text: string, start: number, end: number): boolean {
	const value = text.slice(start, end);
	if (!ENDS_LINE.test(text.slice(end, end + 12)) || !/[A-Za-z]/.test(value)) return false;
	return (
		chosenWord(value) !== null ||
		(/[!#$%&*@^?~]/.test(value) && isTold(`${value}.`, "password")) ||
		(/[a-z]/.test(value) && /[A-Z]/.test(value) && isTold(value, "password")) ||
		isRandom(value, 10)
	);
}

/** Where an address of mail begins that ends here; null: none does. */
function mailStart(text: string, end: number): number | null {
	const host = runBefore(text, end);
	if (text[host - 1] !== "@") return null;
	let start = host - 1;
	while (start > 0 && end - start <= LONGEST_USER && (isNamePart(text.charCodeAt(start - 1)) || text[start - 1] === "+")) start--;
	return start === host - 1 ? null : start;
}

/** The end of a line, or of the comment. */
const ENDS_LINE = /^[\t ]*(?:[\r\n,(#]|\*\/|-->|$)/;
/** The sign of a comment, a word or two, and one for what one logs in with. */
const LEAD =
	/(?:^|[\n#*]|\/\/|--|;)[\t ]*(?:\p{L}{1,14}[ :]{1,2}){0,2}(?:log-?in|log in|sign in|logon|credentials?|creds|access|account|acct|zugang|zugangsdaten|anmeldung|benutzer|konto|acceso|acc[eè]s|accesso|acesso|compte|cuenta|conta|utente|usuario|usu[aá]rio|identifiants?|inloggen|inlog|toegang|logowanie|dost[eę]p|inloggning|giri[sş]|логин|вход|доступ|ログイン|登录|登入)(?: (?:as|with|is|for|mit|als|con|avec|com|met|som))?[ :=]{1,3}$/iu;
/** Words that go on with a sentence. */
const NO_USER =
	/^(?:is|was|for|with|via|to|at|in|on|of|by|from|and|or|as|the|a|an|page|flow|screen|form|url|uses?|using|needs?|required|requires|token|key|id|ids|version|since|until|after|before|mit|als|und|f[uü]r|con|por|para|avec|pour|com|per|met|voor)$/i;
