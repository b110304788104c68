import { normalized } from "../normalized.ts";
import { decodeBase64 } from "./base64.ts";
import { withoutAccents } from "./disguise.ts";
import { isDocumented } from "./documented.ts";
import { isHollowToken } from "./hollow-tokens.ts";
import { isInstruction } from "./instructions.ts";
import { fold, PASSWORD, SECRET } from "./key-words.ts";
import { type KeyClass, keyWords } from "./keys.ts";
import { FILLER_STEMS, NOUN_ANYWHERE, NOUN_WORDS, UNSPACED_MARKERS } from "./languages.ts";
import { isRandom, splitTokens, surprise, wordLikeness } from "./randomness.ts";
import { hasAny, hasOnly, SIGN } from "./signs.ts";
import { DICTIONARY, MARKERS, VOCABULARY } from "./words.ts";

/**
 * True for a text that stands where a secret will stand one day: `YOUR_TOKEN`, `<token>`, `ghp_xxx…`, `1234567890`, a value from
 * a provider's documentation. The longer the text, the more of it must say so: a real key may hold a word by chance.
 */
export function isPlaceholder(text: string, key: string | null, kind: KeyClass): boolean {
	return (
		isWrapped(text) ||
		isElided(text) ||
		isPatterned(text, kind) ||
		isWorded(text, key, kind) ||
		(kind !== "password" && isSpelled(text)) ||
		isHollowToken(text) ||
		hasFilledIn(text) ||
		(kind !== "password" && LEET.test(text)) ||
		isEncoded(text, kind) ||
		isDocumented(text)
	);
}

/** True for a placeholder for a password that only its words, or a row of letters in front of a number, make one: people choose such, too. */
export function mayBeChosen(text: string): boolean {
	return (
		!isWrapped(text) &&
		!isElided(text) &&
		(!isPatterned(text, "password") || /^\p{L}{3,}[-_.]?\d{3,}$/u.test(text)) &&
		!isSaid(text, "password") &&
		!isHollowToken(text) &&
		!isEncoded(text, "password") &&
		!isDocumented(text)
	);
}

/** The word itself, which people choose for a password, and no machine for a token. */
const LEET = /^p[a@4][s$5]{2}w[o0]rd\W{0,2}\d{0,4}\W{0,2}$/i;

/** `MTIz….YourTokenHere.abc`: a token of several parts, one of which says that it will stand there. */
function hasFilledIn(text: string): boolean {
	if (!hasAny(text, SIGN.stop) || text.length > 400) return false;
	const parts = text.split(".");
	return (
		parts.length <= 6 &&
		parts.length > 1 &&
		parts.some((part) => FILLED_IN.test(part) && cover(part, NO_WORDS).uncovered * 4 <= part.length)
	);
}

const FILLED_IN = /^(?:[Yy]our|YOUR|[Mm]y|MY|[Rr]eplace|REPLACE|[Ii]nsert|INSERT|[Pp]aste|PASTE|[Ee]xample|EXAMPLE)[A-Za-z_-]{3,40}$/;
const NO_WORDS: ReadonlySet<string> = new Set();

function isWrapped(text: string): boolean {
	if (
		"<[{(_%*#@«|".includes(text.charAt(0)) &&
		/^(?:<[^<>]*>|\[[^[\]]*\]|\{[^{}]*\}|\{\{[^{}]*\}\}|\(\([^()]*\)\)|__[^_].*__|%[^%\s]+%|\*[^*]+\*|#\{[^{}]*\}#?|@@?[A-Z_]+@@?|@@?[a-z]+(?:[._][a-z]+)+@@?|«[^»]*»|\|[^|]+\|)$/.test(
			text,
		)
	)
		return true;
	if (!hasAny(text, SIGN.angle | SIGN.bracket | SIGN.round) || !/[<{[(][\p{L}][^<>{}[\]()]{2,60}[>}\])]/u.test(text)) return false;
	// `sk-ant-api03-<your-key>`: what stands around it is no key.
	const rest = text.replace(/[<{[(][^<>{}[\]()]{0,62}[>}\])]/g, "");
	return rest.length <= 24 && !isRandom(rest, 10);
}

/** `ghp_xxx...`, `sk-…`, `****1234`: somebody took the value out. */
function isElided(text: string): boolean {
	if (text.includes("EXAMPLE") && /(?:^|[^a-z])EXAMPLE|EXAMPLE(?:KEY|TOKEN|SECRET)?$/.test(text)) return true;
	if (text.length <= LONGEST_BEGINNING && (text.endsWith("-") || text.endsWith("_")) && BEGINNING.test(text)) return true;
	if (!text.endsWith("xxx") && !hasAny(text, SIGN.stop | SIGN.asterisk | SIGN.foreign)) return false;
	return /(?:[._-]x{3,}$|\.{3,}|…|\*{3,}|•{2,}|█{2,})/.test(text);
}

/** Characters; a token's own part may look alike, and is longer. */
const LONGEST_BEGINNING = 18;
/** `sk-ant-api03-`: what tokens begin with, and nothing behind it. */
const BEGINNING = /^[A-Za-z]{1,10}(?:[-_][A-Za-z]{1,6}\d{0,2}){0,3}[-_]$/;

/** Runs, repeated chunks, alphabets and number rows. */
function isPatterned(text: string, kind: KeyClass): boolean {
	const core = alphanumerics(text);
	if ((text.charCodeAt(0) > 127 || text[0] === text[1]) && /^(.)\1{2,}$/u.test(text)) return true;
	// `????-????`, `##/##`
	if (core.length === 0 && text.length >= 4 && hasFewCharacters(text, 3)) return true;
	if (core.length < 4) return core.length === 0 && kind !== "password";
	const lower = core.toLowerCase();
	if (lower.includes("xxxx") && (lower.match(/x{3,}/g) ?? []).join("").length * 3 >= core.length) return true;
	if (lower.endsWith("xxx") && /^x{3,}$/.test(lower.replace(/^[a-z]{2,4}(?=x)/, ""))) return true;
	// What a provider begins its tokens with, and then the row of numbers: `sk-ant-api03-1234567890`.
	const isParted = hasAny(text, SIGN.hyphen | SIGN.underscore | SIGN.stop);
	const body = isParted ? text.replace(/^(?:[A-Za-z]{1,10}\d{0,2}[-_.])+/, "") : text;
	if (body.length >= 4 && body.length < text.length && kind !== "password" && isPatterned(body, kind)) return true;
	if (hasFewCharacters(lower, Math.min(3, core.length / 3))) return true;
	if (isInterleaved(lower)) return true;
	return (lower.length >= 6 && standsInRuns(lower)) || isRepeated(lower);
}

function alphanumerics(text: string): string {
	if (hasOnly(text, SIGN.upper | SIGN.lower | SIGN.digit)) return text;
	if (hasAny(text, SIGN.foreign)) return text.replace(/[^\p{L}\p{N}]/gu, "");
	let core = "";
	let start = 0;
	for (let i = 0; i <= text.length; i++) {
		if (i < text.length && isLetterOrDigit(text.charCodeAt(i))) continue;
		if (i > start) core += text.slice(start, i);
		start = i + 1;
	}
	return core;
}

function isLetterOrDigit(code: number): boolean {
	return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** @param most at most 3 */
function hasFewCharacters(text: string, most: number): boolean {
	let [first, second, third, seen] = [-1, -1, -1, 0];
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code === first || code === second || code === third) continue;
		if (++seen > most) return false;
		if (seen === 1) first = code;
		else if (seen === 2) second = code;
		else third = code;
	}
	return true;
}

/** Whether two thirds of the characters stand in runs of three and more: `abc`, `321`, `777`, `qwe`. */
function standsInRuns(text: string): boolean {
	const wanted = text.length * 0.65;
	let inRuns = 0;
	let kind: Step = NONE;
	let length = 1;
	let before = text.charCodeAt(0);
	for (let i = 1; i <= text.length; i++) {
		const code = i < text.length ? text.charCodeAt(i) : -1;
		const step: Step = i < text.length ? stepOf(before, code) : NONE;
		before = code;
		if (step !== NONE && (kind === NONE || step === kind)) {
			kind = step;
			length++;
			continue;
		}
		if (length >= 3) inRuns += length;
		// What is left is not enough. One character may have been counted with each of two runs.
		if (inRuns + 2 * (text.length - i + 1) < wanted) return false;
		// The character before may begin the next run.
		length = step === NONE ? 1 : 2;
		kind = step;
	}
	return Math.min(inRuns, text.length) >= wanted;
}

/** How one character follows another. */
type Step = 0 | 1 | 2 | 3 | 4;
const NONE = 0;
const SAME = 1;
const UP = 2;
const DOWN = 3;
const KEYBOARD = 4;

function stepOf(a: number, b: number): Step {
	if (a === b) return SAME;
	if (b === a + 1 || (a === 57 && (b === 48 || b === 97)) || ((a === 122 || a === 102) && (b === 48 || b === 97))) return UP;
	if (b === a - 1) return DOWN;
	return a < 128 && RIGHT_OF[a] === b ? KEYBOARD : NONE;
}

/** `a1b2c3d4e5f6`: letters and digits in order, each for themselves. */
function isInterleaved(text: string): boolean {
	return text.length <= 64 && isAlphabet(text, 97, 122, 4) && isAlphabet(text, 48, 57, 3);
}

/** Whether the characters between two codes, taken for themselves, are so many at the least and mostly follow one another. */
function isAlphabet(text: string, from: number, to: number, least: number): boolean {
	// Of so many steps at the most, a fifth may be missing.
	const most = text.length * 0.2;
	let before = -1;
	let count = 0;
	let missing = 0;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (code < from || code > to) continue;
		if (count > 0 && !follows(before, code) && ++missing > most) return false;
		count++;
		before = code;
	}
	return count >= least && count - 1 - missing >= (count - 1) * 0.8;
}

/** What stands to the right on a keyboard, by character code. */
const RIGHT_OF = new Uint8Array(128);
for (const row of ["qwertyuiop", "asdfghjkl", "zxcvbnm"])
	for (let i = 1; i < row.length; i++) RIGHT_OF[row.charCodeAt(i - 1)] = row.charCodeAt(i);

function follows(a: number, b: number): boolean {
	return a !== b && stepOf(a, b) !== NONE;
}

/** The same chunk of at most twelve characters over and over. */
function isRepeated(text: string): boolean {
	for (let period = 1; period <= 12 && period * 2 <= text.length; period++) {
		if (period * 2 < 8 && text.length < period * 3) continue;
		let at = period;
		while (at < text.length && text.charCodeAt(at) === text.charCodeAt(at - period)) at++;
		if (at === text.length) return true;
	}
	return false;
}

function isWorded(text: string, key: string | null, kind: KeyClass): boolean {
	return isSaid(text, kind) || isOfWords(text, key, kind);
}

/** Somebody says what will stand there, or where it is. */
function isSaid(text: string, kind: KeyClass): boolean {
	const isForeign = hasAny(text, SIGN.foreign);
	const composed = isForeign ? text.toLowerCase() : "";
	const folded = isForeign ? fold(text) : "";
	// Machine-made tokens are ASCII: other letters are somebody explaining.
	if (
		isForeign &&
		kind === "password" &&
		/[^\0-\u024f]/.test(text) &&
		!/\d/.test(text) &&
		(/[\s_-]/.test(text) || NOUN_ANYWHERE.test(composed) || NOUN_ANYWHERE.test(folded))
	)
		return true;
	if (
		hasAny(text, SIGN.foreign | SIGN.blank | SIGN.rest) &&
		/[^\x20-\x7e]/.test(text) &&
		(kind !== "password" || /^\p{L}+(?:[_\s]+\p{L}+)+$/u.test(text))
	)
		return /\p{L}/u.test(text.replace(/[\x20-\x7e]/g, ""));
	// Somebody says where it is: "ask the admin".
	if (
		(hasAny(text, SIGN.blank | SIGN.hyphen) && SAYING.test(text)) ||
		// With a digit in them, they have blanks as well.
		((hasAny(text, SIGN.blank) || !hasAny(text, SIGN.digit)) && REMARK.test(text)) ||
		(hasAny(text, SIGN.blank) && FOREIGN_REMARK.test(text)) ||
		(hasOnly(text, SIGN.upper | SIGN.underscore) && /^[A-Z]{2,}(?:_[A-Z]{2,})+$/.test(text)) ||
		isVariableName(text) ||
		isInstruction(text) ||
		isShown(text)
	)
		return true;
	return isForeign && /[^\0-\x7f]/.test(composed) && (UNSPACED_MARKERS.test(composed) || UNSPACED_MARKERS.test(folded));
}

/** Nothing but words that say which secret it is, or that it is one. */
function isOfWords(text: string, key: string | null, kind: KeyClass): boolean {
	const isForeign = hasAny(text, SIGN.foreign);
	const plain = isForeign
		? normalized(text, "NFKD")
				.replace(/\p{M}/gu, "")
				.replace(/[łøæœıđðþßħŧŁØÆŒĐÐÞ]/g, plainLetter)
		: text;
	// No words are in there: most keys end here.
	if (text.length >= 16 && plain === text && (surprise(text) ?? 0) > 1) return false;
	const echoed = new Set(key === null ? [] : keyWords(key));
	const coverage = cover(plain, echoed);
	if (coverage.letters === 0) return false;
	if (kind === "password") {
		const tells = coverage.marker && coverage.markerCount + coverage.fillerCount >= 2;
		if (tells && coverage.markerLetters >= 4 && coverage.uncovered <= 7 && coverage.digits <= 5) return true;
		// A quarter of it says "password" or "key", and the rest is words as well.
		if (coverage.tokens >= 2 && coverage.digits <= 3 && coverage.marks === 0 && coverage.nounLetters >= coverage.letters * 0.25)
			return (surprise(plain) ?? 0) < 0;
		if (coverage.uncovered > 0 || coverage.digits > 4 || coverage.marks > coverage.tokens) return false;
		// What a rule for passwords asks for, around a word that everybody has: `Admin@123`.
		if (coverage.nounLetters === 0 && !coverage.marker && /[A-Z]/.test(text) && /[a-z]/.test(text) && /\d/.test(text) && coverage.marks > 0)
			return false;
		// Four words are a password unless they say that one will stand here.
		return coverage.filler || tells;
	}
	const size = coverage.letters + coverage.digits;
	if (coverage.marker) return coverage.uncovered + coverage.oddDigits <= Math.max(3, size * 0.34) || coverage.markerLetters >= size * 0.25;
	return coverage.filler && coverage.uncovered === 0 && coverage.oddDigits <= 3;
}

function plainLetter(letter: string): string {
	const plain = withoutAccents(letter);
	return letter === letter.toLowerCase() ? plain : plain.toUpperCase();
}

/** Words of whatever language, in one case and parted by signs: no machine makes tokens of letters alone that read like words. */
function isSpelled(text: string): boolean {
	const isParted = hasAny(text, SIGN.blank | SIGN.foreign | SIGN.underscore | SIGN.stop | SIGN.hyphen);
	if (!isParted || hasAny(text, SIGN.digit) || !/^[A-Za-z]{1,14}(?:[\s_.-]+[A-Za-z]{1,14}){1,7}$/.test(text)) return false;
	return (text === text.toLowerCase() || text === text.toUpperCase()) && (surprise(text) ?? 0) < 0;
}

/** `K8S_TOKEN_V2`: the name of a variable that holds one. */
function isVariableName(text: string): boolean {
	return (
		hasOnly(text, SIGN.upper | SIGN.digit | SIGN.underscore) &&
		/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(text) &&
		/(?:^|_)(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|PASS|PWD|PAT|AUTH|CREDENTIALS?)(?:_|$)/.test(text) &&
		(surprise(text) ?? 0) < 0.3
	);
}

const SAYING =
	/^(?:ask|see|stored|saved|provided|managed|contact|refer|obtain|get|generated|sent|kept|injected|inherited|same|loaded|use|read|comes|taken|check|in|from|via|the|this|no|not|never|will|is|as|your|enter|set|paste|put|add|fill|leave|keep|do|create|generate|copy|found|available|required|needed|comes) \S+|^(?:from|see|use|managed|not|stored|ask|no|via)-[a-z-]+$/i;

/** The same in other languages: a few words, of which the first says that it stands elsewhere, or who knows it. */
const FOREIGN_REMARK =
	/^(?:siehe|frage?n?|wird|nicht|noch|bitte|voir|demande[rz]?|non|ne pas|à|pedir|ver|vea|pregunt\w{1,3}|da|chied\w{1,3}|vedi|vraag|zie|nog|niet|do|zapytaj|patrz|zeptej|viz|doplnit|fråga|fraga|fyll|spør|spørg|kysy|katso|спросит\p{L}{1,3}|спитат\p{L}{1,3}|см|hỏi|hoi|xem|tanya|lihat|bkz)\.?(?: [\p{L}\p{M}'’]{1,16}){1,3}$|^[\p{L}'’]{1,16} (?:sor|bak)$/iu;

/** What people say in the place of a secret, as a whole. */
const REMARK =
	/^(?:nothing|nope|none|n\.a\.|injected|(?:auto[ -]?)?generated|deleted|confidential|classified|expired|revoked|mandatory|something|anything|ignored?|anonymous|kerberos|peer|trust|gssapi|pending|internal|external|(?:it(?:'|’)?s )?a? ?secret|not_?a_?secret|you wish|nice try|pick (?:an?|one|some\w*)\b.*|choose (?:a|one|your|wisely).*|run (?:openssl|npx|npm|the|this|pwgen|uuidgen)\b.*|(?:min(?:imum)?|at least|max(?:imum)?) \d+\b.*|replace (?:before|this|me|with)\b.*|rotated?(?: (?:me|on|in|by|soon|\d{4}))\b.*|(?:expired|revoked|deleted|disabled),? .*|old one\b.*|any (?:value|string|text|password)\b.*|doesn(?:'|’)?t matter.*|insecure|invalid|bogus|no ?pass(?:word|wd)?|passwordless|prompt (?:user|me)\b.*|uses? (?:ssh|the|your|my|env|an?|oauth|sso|iam)\b.*|(?:integrated|windows|peer|cert(?:ificate)?) (?:security|auth\w*)|none (?:yet|needed|required|set)|nothing (?:here|yet|set)|secret, .*|handled (?:by|in)\b.*|(?:waiting|available|apply|contact|requested) (?:for|on|sales|us)\b.*|(?:same|kept|stays?) (?:as|in|on)\b.*)$/i;

/** Base64 of what stands for a credential; a login in it is judged by its password. */
function isEncoded(text: string, kind: KeyClass): boolean {
	if (text.length < 12 || text.length > 200 || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
	const decoded = decodeBase64(text);
	return decoded !== null && /^[\x20-\x39\x3b-\x7e]{8,}$/.test(decoded) && isWorded(decoded, null, kind);
}

/** `tk-SAMPLE`, `my-postmark-key`: what a token begins with and a word for an example, or whose it is and a word for a secret. */
function isShown(text: string): boolean {
	if (!/^[A-Za-z]{1,8}\d?(?:[-_ ][A-Za-z]{1,16}){1,4}$/.test(text)) return false;
	const words = text.toLowerCase().split(/[-_ ]/);
	const last = words.at(-1) ?? "";
	if (words.length <= 3 && EXEMPLARY.test(last)) return true;
	return OWNING.test(words[0] ?? "") && (isNoun(last) || (words[0] !== "the" && words.slice(1, 3).some(isNoun)));
}

const EXEMPLARY =
	/^(?:examples?|samples?|placeholder|dummy|redacted|removed|hidden|masked|replaceme|changeme|fake|mock|todo|tbd|xxx+|beispiel|exemple|ejemplo|exemplo|esempio|voorbeeld|przyklad|priklad|exempel|eksempel|esimerkki|pelda|exemplu|ornek|contoh)$/;
const OWNING =
	/^(?:my|our|your|the|mein|meine|unser|unsere|mi|nuestra|nuestro|mon|ma|notre|minha|meu|nossa|nosso|la|il|mia|mio|mijn|onze|moj|moja|moje|min|mitt|vores|meidan)$/;

const NOUNS: ReadonlySet<string> = new Set([...PASSWORD, ...SECRET, ...NOUN_WORDS]);

interface Coverage {
	letters: number;
	digits: number;
	tokens: number;
	/** Punctuation other than separators of words. */
	marks: number;
	/** Letters that no word explains. */
	uncovered: number;
	/** Digits but for number rows such as 123. */
	oddDigits: number;
	marker: boolean;
	markerLetters: number;
	markerCount: number;
	fillerCount: number;
	/** Letters of words that mean a secret. */
	nounLetters: number;
	/** Nothing but words that carry no information, or words of the key's own name. */
	filler: boolean;
}

/** How much of a text words explain, and of which kind these are. @param echoed words of the name beside it */
export function cover(text: string, echoed: ReadonlySet<string>): Coverage {
	const result: Coverage = {
		letters: 0,
		digits: 0,
		tokens: 0,
		marks: (text.match(/[^A-Za-z0-9\s_.-]/g) ?? []).length,
		uncovered: 0,
		oddDigits: 0,
		marker: false,
		markerLetters: 0,
		markerCount: 0,
		fillerCount: 0,
		nounLetters: 0,
		filler: true,
	};
	// Plain words parted by separators, in one case: a name that no dictionary has may stand among them.
	const worded = /^(?:[A-Z]?[a-z]+|[A-Z]+)(?:[\s_.,:!'-]+(?:[A-Z]?[a-z]+|[A-Z]+))+[\s_.!-]*$/.test(text);
	for (const token of splitTokens(text)) {
		if (/^[0-9]+$/.test(token)) {
			result.digits += token.length;
			if (!"01234567890".includes(token) && !/^(?:19|20)\d\d$/.test(token)) result.oddDigits += token.length;
			continue;
		}
		result.tokens++;
		result.letters += token.length;
		const whole = segment(token.toLowerCase(), echoed);
		// Half a word says nothing: `har` in `harbor`.
		const pieces = worded && whole.join("").length < token.length ? whole.filter((piece) => piece.length >= 5) : whole;
		const covered = pieces.reduce((sum, piece) => sum + piece.length, 0);
		for (const piece of pieces) {
			if ((piece.length >= 5 || piece.length === token.length) && isNoun(piece)) result.nounLetters += piece.length;
			// Short ones come by chance in random text.
			if ((MARKERS.has(piece) && (worded || piece.length >= 4)) || /^x{3,}$/.test(piece)) {
				result.marker = true;
				result.markerLetters += piece.length;
				result.markerCount++;
			} else if (VOCABULARY.has(piece) || echoed.has(piece) || isNoun(piece)) result.fillerCount++;
			else result.filler = false;
		}
		const missed = token.length - covered;
		if (missed > 0) result.filler = false;
		if (missed > 0 && !(worded && token.length <= 16 && wordLikeness(token.toLowerCase()) > -0.9)) result.uncovered += missed;
	}
	return result;
}

function isNoun(word: string): boolean {
	return word.length >= 3 && (NOUNS.has(word) || FILLER_STEMS.test(word));
}

const PRONOUNS: ReadonlySet<string> = new Set(["my", "mi", "tu", "no", "id"]);

/** The words that cover most of a run of letters; short ones only where they are the whole run. */
function segment(run: string, echoed: ReadonlySet<string>): readonly string[] {
	if (known(run, echoed) || /^x{3,}$/.test(run)) return [run];
	if (run.length > 64) return [];
	const best: { readonly covered: number; readonly words: readonly string[] }[] = [{ covered: 0, words: [] }];
	for (let end = 1; end <= run.length; end++) {
		let choice = best[end - 1] ?? { covered: 0, words: [] };
		for (let length = Math.min(16, end); length >= 2; length--) {
			const word = run.slice(end - length, end);
			if (length === 2 && !PRONOUNS.has(word)) continue;
			const before = best[end - length];
			if (before !== undefined && before.covered + length > choice.covered && known(word, echoed))
				choice = { covered: before.covered + length, words: [...before.words, word] };
		}
		best.push(choice);
	}
	return best.at(-1)?.words ?? [];
}

function known(word: string, echoed: ReadonlySet<string>): boolean {
	return DICTIONARY.has(word) || echoed.has(word) || NOUNS.has(word) || (word.length >= 5 && FILLER_STEMS.test(word));
}
