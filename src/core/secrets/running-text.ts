import { classifyKey } from "./keys.ts";
import { element, escapedElement } from "./markup.ts";
import { loginNoted, passwordDescribed } from "./noted-logins.ts";
import { afterUser, isTold, isWholeLine, told } from "./prose.ts";
import { isRandom } from "./randomness.ts";
import {
	type Candidate,
	isBracket,
	isNameCode,
	isNamePart,
	isQuote,
	isSecretName,
	LONGEST_NAME,
	LONGEST_VALUE,
	type Reading,
	runAfter,
	runBefore,
	SHORTEST_RANDOM,
	SHORTEST_VALUE,
	skipBlanks,
	skipQuote,
	valueEnd,
} from "./reading.ts";

/** `NAME=value`, `"name": "value"`, `--flag value`, `Bearer value` and addresses. Reads every character a bounded number of times. */
export function candidatesIn(text: string): readonly Candidate[] {
	const found: Candidate[] = [];
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (code < 128 ? SIGNS[code] === 0 : code !== WIDE_COLON) continue;
		const next = code === SPACE ? plainWordAfter(text, at) : at;
		if (next > at) {
			at = next - 1;
			continue;
		}
		const reading = readAt(text, at);
		if (reading === null) continue;
		if (reading.candidate !== null) found.push(reading.candidate);
		at = Math.max(at, reading.end - 1);
	}
	return found;
}

/** Where the next blank stands, if all between is a short word of plain letters, which is no value of anything; `at` itself otherwise. */
function plainWordAfter(text: string, at: number): number {
	if (mayEndScheme(text.charCodeAt(at - 1))) return at;
	const most = at + SHORTEST_RANDOM;
	for (let i = at + 1; i <= most; i++) {
		const code = text.charCodeAt(i) | 0x20;
		if (code >= 0x61 && code <= 0x7a) continue;
		return code === SPACE && i > at + 1 && text.charCodeAt(i) === SPACE ? i : at;
	}
	return at;
}

/** The last letters of `bearer` and `basic`. */
function mayEndScheme(code: number): boolean {
	return (code | 0x20) === 0x72 || (code | 0x20) === 0x63;
}

function readAt(text: string, at: number): Reading | null {
	switch (text.charCodeAt(at)) {
		case COLON:
			return text.charCodeAt(at + 1) === SLASH && text.charCodeAt(at + 2) === SLASH
				? address(text, at)
				: (given(text, at) ?? loginNoted(text, at) ?? passwordDescribed(text, at));
		case EQUALS:
			return given(text, at);
		case PERCENT:
			return text.charCodeAt(at + 1) === 0x33 && (text.charCodeAt(at + 2) | 0x20) === 0x64 ? given(text, at, 3) : null;
		case COMMA:
			return isQuote(text[at - 1]) ? argument(text, at) : null;
		case GREATER:
			return element(text, at);
		case SEMICOLON:
			return escapedElement(text, at);
		case SLASH:
			return afterUser(text, at);
		case WIDE_COLON:
			return given(text, at);
		case HYPHEN:
			return flagged(text, at);
		case SPACE:
			return bearer(text, at) ?? told(text, at) ?? loginNoted(text, at);
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
const SEMICOLON = 0x3b;
/** Of Chinese and Japanese. */
const WIDE_COLON = 0xff1a;

/** What `readAt` looks at, of ASCII: most characters are none of these. */
const SIGNS = new Uint8Array(128);
for (const code of [SPACE, PERCENT, COMMA, GREATER, HYPHEN, SLASH, COLON, EQUALS, SEMICOLON]) SIGNS[code] = 1;

/** What stands around a sign of assignment of so many characters. */
function given(text: string, at: number, width = 1): Reading | null {
	if (isSign(text.charCodeAt(at + width)) || isSign(text.charCodeAt(at - 1))) return null;
	const beforeBlanks = skipBlanks(text, at, -1, 3);
	// `environ["KEY"] = …`, `$ENV{KEY} = …`
	const nameEnd = skipQuote(text, text[beforeBlanks - 1] === "]" || text[beforeBlanks - 1] === "}" ? beforeBlanks - 1 : beforeBlanks, -1);
	const nameStart = runBefore(text, nameEnd);
	if (nameStart === nameEnd || nameEnd - nameStart > LONGEST_NAME) return null;
	const own = text.slice(nameStart, nameEnd);
	const name = own === "value" ? (siblingName(text, nameStart) ?? own) : own;
	const valueBlanks = skipBlanks(text, at + width, 1, 3);
	const start = skipQuote(text, valueBlanks, 1);
	const isStrong = isSecretName(name) || LOGIN_NAME.test(name);
	const scheme = SCHEME_STARTS.has(text.charCodeAt(start) | 0x20)
		? /^(?:bearer|basic|token|apikey) +(?=\S)/i.exec(text.slice(start, start + 20))
		: null;
	if ((!isStrong && scheme === null) || OF_ARN.test(text.slice(Math.max(0, nameStart - 120), nameStart))) return null;
	const end = valueEnd(text, start + (scheme?.[0].length ?? 0), width === 3);
	if (end - start < SHORTEST_VALUE) return null;
	// The first word of a command in backticks is none either.
	if (isBracket(text.charCodeAt(end)) || (text[start - 1] === "`" && text[end] === " ")) return { candidate: null, end };
	const value = text.slice(start, end);
	// In code a name gets a value with blanks around the sign; only random text counts there, not a call or another name.
	const isTight = start > valueBlanks || valueBlanks === at + width || text[at] === ":" ? nameEnd === at || start > valueBlanks : false;
	// French puts a blank before a colon.
	const isOne =
		isValue(value, isTight) ||
		(text[at] === ":" && isTold(value, name)) ||
		(!isTight && classifyKey(name) === "password" && isWholeLine(text, nameStart, start, end, text[at] === ":"));
	return { candidate: isOne ? { name, start, end } : null, end };
}

/** The first letters of these, in lower case. */
const SCHEME_STARTS: ReadonlySet<number> = new Set([..."bta"].map((c) => c.charCodeAt(0)));

/** What stands in front of `secret:` in the name of a place where secrets are. */
const OF_ARN = /(?:^|[^\w])arn:[\w-]{2,12}:[\w:/-]*$/;

/** Names of a user and a password in one. */
const LOGIN_NAME = /^(?:login|userpwd|proxyauth|proxyuserpwd|creds)$/i;

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
	if (!mayEndScheme(text.charCodeAt(at - 1)) || !/(?:^|[^A-Za-z])(?:bearer|basic)$/i.test(text.slice(Math.max(0, at - 7), at))) return null;
	const end = valueEnd(text, at + 1);
	const value = text.slice(at + 1, end);
	const isToken = value.length >= 16 && /^[\w.~+/=-]+$/.test(value) && isRandom(value);
	return { candidate: isToken ? { name: "authorization", start: at + 1, end } : null, end };
}

function isValue(value: string, isTight: boolean): boolean {
	return isRandom(value, 12) || (isTight && /\d|[^\w.]/.test(value));
}

function address(text: string, colon: number): Reading | null {
	let start = colon;
	while (start > 0 && colon - start < 20 && isOfScheme(text.charCodeAt(start - 1))) start--;
	if (start === colon) return null;
	let end = colon + 3;
	while (end < text.length && end - colon < LONGEST_VALUE && !endsAddress(text.charCodeAt(end))) end++;
	// Most have nothing in them that could be one.
	const isTelling = end - colon > 8 && /[@?#;=]|\/[^/]{8}/.test(text.slice(colon + 3, end));
	return { candidate: isTelling ? { name: null, start, end } : null, end };
}

function isOfScheme(code: number): boolean {
	return isNamePart(code) && code !== UNDERSCORE ? code < 128 : code === PLUS;
}

/** Blanks of every script, quotes and brackets. */
function endsAddress(code: number): boolean {
	return code < 128 ? ADDRESS_ENDS[code] === 1 : /\s/.test(String.fromCharCode(code));
}

const ADDRESS_ENDS = new Uint8Array(128);
for (const c of " \t\n\v\f\r\"'<>`()") ADDRESS_ENDS[c.charCodeAt(0)] = 1;
const UNDERSCORE = 0x5f;
const PLUS = 0x2b;

function isSign(code: number): boolean {
	return code < 128 && OPERATORS[code] === 1;
}

const OPERATORS = new Uint8Array(128);
for (const c of "=:<>!+~|") OPERATORS[c.charCodeAt(0)] = 1;
