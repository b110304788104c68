/**
 * The JSON that nearly every message is: ASCII, no line break, no escape but the short ones of string values, few members an object, few
 * levels. Such bytes are read without a parser, and every parser reads them alike: no key stands twice in an object, and there is nothing
 * that two programs decode in two ways. Anything else is merely not plain, and is for the strict reader to judge.
 */

/** Bytes of a line that is looked at here. Beyond it a parser in native code is sooner done. */
const LONGEST = 64 * 1024;
/** Levels of nested arrays and objects that plain JSON has at most. */
export const PLAIN_DEPTH = 32;
/** Members of one object, each of which is compared with all before it. */
const MOST_MEMBERS = 32;

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const OPEN_LIST = 91;
const BACKSLASH = 92;
const CLOSE_LIST = 93;
const OPEN = 123;
const CLOSE = 125;
const NOT_PLAIN = -1;

/** 1: stands for itself in a string. */
const ORDINARY = new Uint8Array(256).map((_, byte) => Number(byte >= 0x20 && byte < 0x7f && byte !== QUOTE && byte !== BACKSLASH));
/**
 * 1: after a backslash, means one character. A slash and a code could be written without it, and the others drive a terminal, so a reader has to
 * look closer.
 */
const SHORT_ESCAPES = new Uint8Array(256).map((_, byte) => Number('"\\nt'.includes(String.fromCharCode(byte))));

const [TRUE, FALSE, NULL] = ["true", "false", "null"].map(ascii) as [Uint8Array, Uint8Array, Uint8Array];

/** Where the keys of the objects that are open begin and end, those of the innermost last. */
const keyStarts = new Int32Array((PLAIN_DEPTH + 1) * MOST_MEMBERS);
const keyEnds = new Int32Array(keyStarts.length);
let keys = 0;

export function ascii(text: string): Uint8Array {
	return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** True when these bytes, from `at` on, are `expected`. */
export function startsWith(bytes: Uint8Array, at: number, expected: Uint8Array): boolean {
	for (let i = 0; i < expected.length; i++) if (bytes[at + i] !== expected[i]) return false;
	return true;
}

/** True when the key between these offsets is `name`, which is written with its quotes. */
export function isKey(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
	return end - start === name.length && startsWith(bytes, start, name);
}

/**
 * Reads an object that is the whole line. `member` is told of each of its members: where the key begins (its quote) and ends, and where
 * the value begins. It gives the offset after the value, which it may read by `valueEnd`, or -1 to give up. False: not plain.
 */
export function readObject(line: Uint8Array, member: (keyStart: number, keyEnd: number, at: number) => number): boolean {
	if (line.length > LONGEST) return false;
	keys = 0;
	const start = afterSpace(line, 0);
	if (line[start] !== OPEN) return false;
	const end = objectEnd(line, start, 1, member);
	return end !== NOT_PLAIN && afterSpace(line, end) === line.length;
}

/** The offset after the value at `at`, inside so many levels; -1: it is not plain, or deeper than `PLAIN_DEPTH`. */
export function valueEnd(bytes: Uint8Array, at: number, depth: number): number {
	switch (bytes[at]) {
		case QUOTE:
			return stringEnd(bytes, at);
		case OPEN:
			return objectEnd(bytes, at, depth + 1, null);
		case OPEN_LIST:
			return listEnd(bytes, at, depth + 1);
		case TRUE[0]:
			return startsWith(bytes, at, TRUE) ? at + TRUE.length : NOT_PLAIN;
		case FALSE[0]:
			return startsWith(bytes, at, FALSE) ? at + FALSE.length : NOT_PLAIN;
		case NULL[0]:
			return startsWith(bytes, at, NULL) ? at + NULL.length : NOT_PLAIN;
		default:
			return numberEnd(bytes, at);
	}
}

/** As `readObject`, of an object inside another one. */
export function objectEnd(
	bytes: Uint8Array,
	open: number,
	depth: number,
	member: ((keyStart: number, keyEnd: number, at: number) => number) | null,
): number {
	if (depth > PLAIN_DEPTH) return NOT_PLAIN;
	const first = keys;
	let at = afterSpace(bytes, open + 1);
	if (bytes[at] === CLOSE) return at + 1;
	for (;;) {
		const keyEnd = nameEnd(bytes, at);
		if (keyEnd === NOT_PLAIN || !isNewKey(bytes, first, at, keyEnd)) return NOT_PLAIN;
		const keyStart = at;
		at = afterSpace(bytes, keyEnd);
		if (bytes[at] !== COLON) return NOT_PLAIN;
		at = afterSpace(bytes, at + 1);
		const end = member === null ? valueEnd(bytes, at, depth) : member(keyStart, keyEnd, at);
		if (end === NOT_PLAIN) return NOT_PLAIN;
		at = afterSpace(bytes, end);
		const next = bytes[at];
		if (next === CLOSE) {
			keys = first;
			return at + 1;
		}
		if (next !== COMMA) return NOT_PLAIN;
		at = afterSpace(bytes, at + 1);
	}
}

function listEnd(bytes: Uint8Array, open: number, depth: number): number {
	if (depth > PLAIN_DEPTH) return NOT_PLAIN;
	let at = afterSpace(bytes, open + 1);
	if (bytes[at] === CLOSE_LIST) return at + 1;
	for (;;) {
		const end = valueEnd(bytes, at, depth);
		if (end === NOT_PLAIN) return NOT_PLAIN;
		at = afterSpace(bytes, end);
		const next = bytes[at];
		if (next === CLOSE_LIST) return at + 1;
		if (next !== COMMA) return NOT_PLAIN;
		at = afterSpace(bytes, at + 1);
	}
}

/** Keeps the key, unless the object has it, or too many. */
function isNewKey(bytes: Uint8Array, first: number, start: number, end: number): boolean {
	if (keys - first >= MOST_MEMBERS) return false;
	for (let i = first; i < keys; i++) {
		const other = keyStarts[i] ?? 0;
		if ((keyEnds[i] ?? 0) - other === end - start && isAlike(bytes, other, start, end)) return false;
	}
	keyStarts[keys] = start;
	keyEnds[keys++] = end;
	return true;
}

function isAlike(bytes: Uint8Array, other: number, start: number, end: number): boolean {
	for (let i = start, j = other; i < end; i++, j++) if (bytes[i] !== bytes[j]) return false;
	return true;
}

/** Of a string without any escape. */
export function nameEnd(bytes: Uint8Array, quote: number): number {
	if (bytes[quote] !== QUOTE) return NOT_PLAIN;
	let at = quote + 1;
	while (ORDINARY[bytes[at] ?? 0] === 1) at++;
	return bytes[at] === QUOTE ? at + 1 : NOT_PLAIN;
}

function stringEnd(bytes: Uint8Array, quote: number): number {
	for (let at = quote + 1; ; at += 2) {
		while (ORDINARY[bytes[at] ?? 0] === 1) at++;
		if (bytes[at] === QUOTE) return at + 1;
		if (bytes[at] !== BACKSLASH || SHORT_ESCAPES[bytes[at + 1] ?? 0] !== 1) return NOT_PLAIN;
	}
}

function numberEnd(bytes: Uint8Array, start: number): number {
	const whole = bytes[start] === MINUS ? start + 1 : start;
	let at = digitsEnd(bytes, whole);
	if (at === whole || (bytes[whole] === ZERO && at > whole + 1)) return NOT_PLAIN;
	if (bytes[at] === DOT) {
		const fraction = at + 1;
		at = digitsEnd(bytes, fraction);
		if (at === fraction) return NOT_PLAIN;
	}
	const letter = bytes[at];
	if (letter !== 0x65 && letter !== 0x45) return at;
	const sign = bytes[at + 1];
	const exponent = sign === 0x2b || sign === MINUS ? at + 2 : at + 1;
	at = digitsEnd(bytes, exponent);
	return at === exponent ? NOT_PLAIN : at;
}

function digitsEnd(bytes: Uint8Array, start: number): number {
	let at = start;
	for (let c = bytes[at] ?? 0; c >= ZERO && c <= NINE; c = bytes[at] ?? 0) at++;
	return at;
}

function afterSpace(bytes: Uint8Array, start: number): number {
	let at = start;
	while (bytes[at] === 0x20 || bytes[at] === 0x09) at++;
	return at;
}
