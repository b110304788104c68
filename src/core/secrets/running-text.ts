import { classifyKey } from "./keys.ts";
import { isRandom } from "./randomness.ts";

/** A stretch of running text that may be a secret, and the name it is given to; null for an address, which has its own parts. */
export interface Candidate {
	readonly name: string | null;
	readonly start: number;
	readonly end: number;
}

const LONGEST_NAME = 60;
const LONGEST_VALUE = 2_000;
const SHORTEST_VALUE = 6;

/** What was read around one sign: the candidate, if it is one, and how far nothing else is to be looked for. */
interface Reading {
	readonly candidate: Candidate | null;
	readonly end: number;
}

/** `NAME=value`, `"name": "value"`, `--flag value`, `Bearer value` and addresses. Reads every character a bounded number of times. */
export function candidatesIn(text: string): readonly Candidate[] {
	const found: Candidate[] = [];
	for (let at = 0; at < text.length; at++) {
		const reading = readAt(text, at);
		if (reading === null) continue;
		if (reading.candidate !== null) found.push(reading.candidate);
		at = Math.max(at, reading.end - 1);
	}
	return found;
}

function readAt(text: string, at: number): Reading | null {
	switch (text.charCodeAt(at)) {
		case COLON:
			return text.charCodeAt(at + 1) === SLASH && text.charCodeAt(at + 2) === SLASH ? address(text, at) : given(text, at);
		case EQUALS:
			return given(text, at);
		case PERCENT:
			return text.charCodeAt(at + 1) === 0x33 && (text.charCodeAt(at + 2) | 0x20) === 0x64 ? given(text, at, 3) : null;
		case COMMA:
			return isQuote(text[at - 1]) ? argument(text, at) : null;
		case GREATER:
			return element(text, at);
		case HYPHEN:
			return flagged(text, at);
		case SPACE:
			return bearer(text, at) ?? told(text, at);
		default:
			return null;
	}
}

const SPACE = 0x20;
const PERCENT = 0x25;
const COMMA = 0x2c;
const GREATER = 0x3e;
const HYPHEN = 0x2d;
const SLASH = 0x2f;
const COLON = 0x3a;
const EQUALS = 0x3d;

/** What stands around a sign of assignment of so many characters. */
function given(text: string, at: number, width = 1): Reading | null {
	if (isSign(text[at + width]) || isSign(text[at - 1])) return null;
	const beforeBlanks = skipBlanks(text, at, -1, 3);
	// `environ["KEY"] = …`
	const nameEnd = skipQuote(text, text[beforeBlanks - 1] === "]" ? beforeBlanks - 1 : beforeBlanks, -1);
	const nameStart = runBefore(text, nameEnd);
	if (nameStart === nameEnd || nameEnd - nameStart > LONGEST_NAME) return null;
	const own = text.slice(nameStart, nameEnd);
	const name = own === "value" ? (siblingName(text, nameStart) ?? own) : own;
	const valueBlanks = skipBlanks(text, at + width, 1, 3);
	const start = skipQuote(text, valueBlanks, 1);
	const isStrong = isSecretName(name);
	const scheme = /^(?:bearer|basic|token|apikey) +(?=\S)/i.exec(text.slice(start, start + 20));
	if (!isStrong && scheme === null) return null;
	const end = valueEnd(text, start + (scheme?.[0].length ?? 0));
	if (end - start < SHORTEST_VALUE) return null;
	if (isBracket(text.charCodeAt(end))) return { candidate: null, end };
	const value = text.slice(start, end);
	// In code a name gets a value with blanks around the sign; only random text counts there, not a call or another name.
	const isTight = start > valueBlanks || valueBlanks === at + width || text[at] === ":" ? nameEnd === at || start > valueBlanks : false;
	return { candidate: isValue(value, isTight) ? { name, start, end } : null, end };
}

/** `<add key="ApiKey" value="…"`: what the value is called. */
function siblingName(text: string, at: number): string | null {
	return /(?:key|name)\s?=\s?["']([\w.:-]{1,60})["']\s{1,4}$/i.exec(text.slice(Math.max(0, at - 80), at))?.[1] ?? null;
}

/** `set("KEY", "value")`: only text that looks drawn at random. */
function argument(text: string, at: number): Reading | null {
	const nameEnd = skipQuote(text, at, -1);
	const nameStart = runBefore(text, nameEnd);
	const start = skipQuote(text, skipBlanks(text, at + 1, 1, 3), 1);
	if (nameStart === nameEnd || !isQuote(text[start - 1]) || !isQuote(text[nameStart - 1]) || !isSecretName(text.slice(nameStart, nameEnd)))
		return null;
	const end = valueEnd(text, start);
	return { candidate: isRandom(text.slice(start, end)) ? { name: text.slice(nameStart, nameEnd), start, end } : null, end };
}

/** `<password>value</password>` */
function element(text: string, at: number): Reading | null {
	const nameStart = runBefore(text, at);
	const name = text.slice(nameStart, at);
	if (nameStart === at || text[nameStart - 1] !== "<" || !isSecretName(name)) return null;
	const end = valueEnd(text, at + 1);
	const isClosed = text.startsWith(`</${name}`, end) && end - at > 4;
	return { candidate: isClosed ? { name, start: at + 1, end } : null, end };
}

/** `the password is value`, `password 'value'`: a word for a secret, and a value with a digit in it. */
function told(text: string, at: number): Reading | null {
	const isVerb = /(?:^|\s)(?:is|was|ist|est|es)$/i.test(text.slice(Math.max(0, at - 4), at));
	const nameEnd = isVerb ? text.lastIndexOf(" ", at - 1) : at;
	const start = skipQuote(text, at + 1, 1);
	if (!isVerb && start === at + 1) return null;
	const nameStart = runBefore(text, nameEnd);
	const name = text.slice(nameStart, nameEnd);
	if (nameEnd <= nameStart || nameEnd - nameStart > LONGEST_NAME || !isSecretName(name)) return null;
	const end = valueEnd(text, start);
	const value = text.slice(start, end);
	const isOne = value.length >= SHORTEST_VALUE && /\d/.test(value) && /[A-Za-z]/.test(value);
	return { candidate: isOne ? { name, start, end } : null, end: start };
}

/** `--token value`, `"--token", "value"`; with `=` the sign is what is looked at. */
function flagged(text: string, at: number): Reading | null {
	const before = text.charCodeAt(at - 1);
	if (before === HYPHEN || isNameCode(before)) return null;
	const nameStart = text.charCodeAt(at + 1) === HYPHEN ? at + 2 : at + 1;
	const nameEnd = runAfter(text, nameStart);
	if (nameEnd - nameStart < 2 || nameEnd - nameStart > LONGEST_NAME) return null;
	const isQuoted = text[nameEnd] === '"' || text[nameEnd] === "'";
	let start = skipQuote(text, nameEnd, 1);
	if (isQuoted) {
		start = skipBlanks(text, start, 1, 20);
		if (text[start] !== ",") return null;
		start = skipBlanks(text, start + 1, 1, 20);
	} else if (text[start] !== " ") return null;
	else start = skipBlanks(text, start, 1, 3);
	start = skipQuote(text, start, 1);
	const name = text.slice(nameStart, nameEnd);
	if (text[start] === "-" || !isSecretName(name)) return null;
	const end = valueEnd(text, start);
	return { candidate: end - start >= SHORTEST_VALUE && isValue(text.slice(start, end), true) ? { name, start, end } : null, end };
}

/** `Bearer value` that no name stands before. */
function bearer(text: string, at: number): Reading | null {
	const last = text.charCodeAt(at - 1) | 0x20;
	if ((last !== 0x72 && last !== 0x63) || !/(?:^|[^A-Za-z])(?:bearer|basic)$/i.test(text.slice(Math.max(0, at - 7), at))) return null;
	const end = valueEnd(text, at + 1);
	const value = text.slice(at + 1, end);
	const isToken = value.length >= 16 && /^[\w.~+/=-]+$/.test(value) && isRandom(value);
	return { candidate: isToken ? { name: "authorization", start: at + 1, end } : null, end };
}

function isValue(value: string, isTight: boolean): boolean {
	return isRandom(value, 12) || (isTight && /\d|[^\w.]/.test(value));
}

function isSecretName(name: string): boolean {
	const kind = classifyKey(name);
	return kind === "secret" || kind === "password" || kind === "key";
}

function address(text: string, colon: number): Reading | null {
	let start = colon;
	while (start > 0 && colon - start < 20 && /[a-z0-9+.-]/i.test(text.charAt(start - 1))) start--;
	if (start === colon) return null;
	let end = colon + 3;
	while (end < text.length && end - colon < LONGEST_VALUE && !/[\s"'<>`()]/.test(text.charAt(end))) end++;
	// Most have nothing in them that could be one.
	const isTelling = end - colon > 8 && /[@?#;=]|\/[^/]{8}/.test(text.slice(colon + 3, end));
	return { candidate: isTelling ? { name: null, start, end } : null, end };
}

function isSign(character: string | undefined): boolean {
	return character !== undefined && "=:<>!+~|".includes(character);
}

function skipBlanks(text: string, at: number, step: 1 | -1, most: number): number {
	let to = at;
	for (let i = 0; i < most && (step === 1 ? isBlank(text.charCodeAt(to)) : isBlank(text.charCodeAt(to - 1))); i++) to += step;
	return to;
}

function isBlank(code: number): boolean {
	return code === SPACE || code === 9 || code === 10 || code === 13;
}

/** Past a quote, or an escaped one; `at` itself where none stands. */
function skipQuote(text: string, at: number, step: 1 | -1): number {
	if (step === 1) {
		const escaped = text[at] === "\\" ? at + 1 : at;
		return isQuote(text[escaped]) ? escaped + 1 : at;
	}
	if (!isQuote(text[at - 1])) return at;
	return text[at - 2] === "\\" ? at - 2 : at - 1;
}

function isQuote(character: string | undefined): boolean {
	return character === '"' || character === "'" || character === "`";
}

/** Letters of every script, digits, `_` `.` `-`. */
function isNameCode(code: number): boolean {
	return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code > 127;
}

function runBefore(text: string, end: number): number {
	let start = end;
	while (start > 0 && end - start <= LONGEST_NAME && isNamePart(text.charCodeAt(start - 1))) start--;
	while (start < end && (text.charCodeAt(start) === HYPHEN || text.charCodeAt(start) === 46)) start++;
	return start;
}

function runAfter(text: string, start: number): number {
	let end = start;
	while (end < text.length && end - start <= LONGEST_NAME && isNamePart(text.charCodeAt(end))) end++;
	return end;
}

function isNamePart(code: number): boolean {
	return isNameCode(code) || code === HYPHEN || code === 46;
}

/** Where a value that begins at `start` ends: at a blank, a quote, an escape, a bracket (then it is code) or a sign that parts values. */
function valueEnd(text: string, start: number): number {
	let end = start;
	while (end < text.length && end - start < LONGEST_VALUE && !ENDS.has(text.charCodeAt(end)) && !isBracket(text.charCodeAt(end))) {
		// The next pair of a query.
		if (text[end] === "&" && text[end + 1] === "&") break;
		if (text[end] === "&" && /^&[\w.-]{1,40}=/.test(text.slice(end, end + 42))) break;
		end++;
	}
	return end;
}

function isBracket(code: number): boolean {
	return BRACKETS.has(code);
}

const BRACKETS: ReadonlySet<number> = new Set([..."()[]{}<>"].map((c) => c.charCodeAt(0)));
const ENDS: ReadonlySet<number> = new Set([..." \t\r\n\"'`,;\\"].map((c) => c.charCodeAt(0)));
