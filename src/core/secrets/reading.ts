import { classifyKey } from "./keys.ts";

/** A stretch of running text that may be a secret, and the name it is given to; null for an address, which has its own parts. */
export interface Candidate {
	readonly name: string | null;
	readonly start: number;
	readonly end: number;
}

/** Characters of a name, and of a value: what is longer is neither. */
export const LONGEST_NAME = 60;
export const LONGEST_VALUE = 2_000;
/** What is shorter is no secret that running text would give away. */
export const SHORTEST_VALUE = 6;
/** Of text without a digit that still looks drawn at random. */
export const SHORTEST_RANDOM = 12;

/** What was read around one sign: the candidate, if it is one, and how far nothing else is to be looked for. */
export interface Reading {
	readonly candidate: Candidate | null;
	readonly end: number;
}

/** True for a name of a password, a token or a key. */
export function isSecretName(name: string): boolean {
	const kind = classifyKey(name);
	return kind === "secret" || kind === "password" || kind === "key";
}

/** Past at most so many blanks, forwards or backwards. */
export function skipBlanks(text: string, at: number, step: 1 | -1, most: number): number {
	let to = at;
	for (let i = 0; i < most && (step === 1 ? isBlank(text.charCodeAt(to)) : isBlank(text.charCodeAt(to - 1))); i++) to += step;
	return to;
}

function isBlank(code: number): boolean {
	return code === 32 || code === 9 || code === 10 || code === 13;
}

/** Past a quote, or an escaped one; `at` itself where none stands. */
export function skipQuote(text: string, at: number, step: 1 | -1): number {
	if (step === 1) {
		const escaped = text[at] === "\\" ? at + 1 : at;
		return isQuote(text[escaped]) ? escaped + 1 : at;
	}
	if (!isQuote(text[at - 1])) return at;
	return text[at - 2] === "\\" ? at - 2 : at - 1;
}

/** True for the quotes of code. */
export function isQuote(character: string | undefined): boolean {
	return character === '"' || character === "'" || character === "`";
}

/** Letters of every script, digits, `_`. */
export function isNameCode(code: number): boolean {
	return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code > 127;
}

/** Where the name that ends at `end` begins; `end` itself when none does. */
export function runBefore(text: string, end: number): number {
	let start = end;
	while (start > 0 && end - start <= LONGEST_NAME && isNamePart(text.charCodeAt(start - 1))) start--;
	while (start < end && (text.charCodeAt(start) === 45 || text.charCodeAt(start) === 46)) start++;
	return start;
}

/** Where the name that begins at `start` ends. */
export function runAfter(text: string, start: number): number {
	let end = start;
	while (end < text.length && end - start <= LONGEST_NAME && isNamePart(text.charCodeAt(end))) end++;
	return end;
}

/** The same, `.` and `-`. */
export function isNamePart(code: number): boolean {
	return code < 128 ? KINDS[code] === NAMED : code > 127;
}

/** Where a value that begins at `start` ends: at a blank, a quote, an escape, a bracket (then it is code) or a sign that parts values. */
export function valueEnd(text: string, start: number, isEscaped = false): number {
	const last = Math.min(text.length, start + LONGEST_VALUE);
	let end = start;
	for (; end < last; end++) {
		const code = text.charCodeAt(end);
		if (code > 127) continue;
		const kind = KINDS[code] ?? 0;
		if ((kind & (ENDING | BRACKET)) !== 0) break;
		if (code === PERCENT && isEscaped && /^%(?:26|2c|3b|22|27|20|7d|0a)/i.test(text.slice(end, end + 3))) break;
		// The next pair of a query.
		if (code === AMPERSAND && (text.charCodeAt(end + 1) === AMPERSAND || /^&[\w.-]{1,40}=/.test(text.slice(end, end + 42)))) break;
	}
	return Math.max(start, end);
}

const PERCENT = 0x25;
const AMPERSAND = 0x26;

/** A value that ends at one of these is a call or a type. */
export function isBracket(code: number): boolean {
	return code < 128 && ((KINDS[code] ?? 0) & BRACKET) !== 0;
}

/** True for a text with a digit between two offsets. */
export function hasDigit(text: string, start: number, end: number): boolean {
	for (let i = start; i < end; i++) {
		const code = text.charCodeAt(i);
		if (code >= 48 && code <= 57) return true;
	}
	return false;
}

const BRACKET = 1;
/** What no value goes on behind. */
const ENDING = 2;
/** Letters, digits, `_`, `.`, `-`. */
const NAMED = 4;
/** By the codes of ASCII: every character of running text is looked up. */
const KINDS = new Uint8Array(128);
for (const [kind, characters] of [
	[BRACKET, "()[]{}<>"],
	[ENDING, " \t\r\n\"'`,;\\"],
	[NAMED, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_.-"],
] as const)
	for (const c of characters) KINDS[c.charCodeAt(0)] = kind;
