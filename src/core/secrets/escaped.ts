import { HEX } from "./coding.ts";
import type { FormSearch, Place } from "./form-search.ts";

/** Text with its escapes undone, and where each of its bytes, and its end, stood before. */
interface Unescaped {
	readonly bytes: Uint8Array;
	readonly places: Uint32Array;
}

const PERCENT = 0x25;
const AND = 0x26;
const HASH = 0x23;
const PLUS = 0x2b;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;
const BLANK = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const [SMALL_U, SMALL_X, CAPITAL_X] = [0x75, 0x78, 0x58];
const LAST_CODE = 0x10ffff;

/** By two bytes, read as one number of 16 bits in whatever order the machine has: 1, where either may begin an escape. Most text is passed over in pairs. */
const BEGINS = new Uint8Array(0x1_0000);
for (const begin of [PERCENT, AND, BACKSLASH])
	for (let other = 0; other < 256; other++) {
		BEGINS[begin | (other << 8)] = 1;
		BEGINS[(begin << 8) | other] = 1;
	}

/** Those that HTML has for what XML keeps for itself. */
const ENTITIES: readonly (readonly [name: string, code: number])[] = [
	["amp;", 0x26],
	["lt;", 0x3c],
	["gt;", 0x3e],
	["quot;", 0x22],
	["apos;", 0x27],
];
/** Bytes of an escape's digits, at most. */
const MOST_DIGITS = 8;

/**
 * Where forms stand when the escapes around their characters are undone: percent signs (a blank may be a plus sign), HTML's entities, and
 * `\x`, `\u` and octal codes behind however many backslashes; any of their characters, or all. In order; of the bytes as they are. The work is
 * linear in the bytes.
 *
 * @param hasBlanks a form has a blank in it
 */
export function escapedPlaces(bytes: Uint8Array, search: FormSearch, hasBlanks: boolean): readonly Place[] {
	const isEscaped = hasEscape(bytes);
	const found = isEscaped ? placesIn(unescaped(bytes, false), search) : [];
	if (!hasBlanks || !bytes.includes(PLUS)) return found;
	const more = placesIn(unescaped(bytes, true), search);
	return more.length === 0 ? found : [...found, ...more].sort((a, b) => a.start - b.start);
}

function placesIn({ bytes, places }: Unescaped, search: FormSearch): Place[] {
	const found: Place[] = [];
	for (let place = search.first(bytes); place !== null; place = search.first(bytes, place.end))
		found.push({ start: places[place.start] ?? 0, end: places[place.end] ?? 0 });
	return found;
}

function hasEscape(bytes: Uint8Array): boolean {
	for (let at = nextBegin(bytes, 0); at < bytes.length; at = nextBegin(bytes, afterNoEscape(bytes, at)))
		if (escapeAt(bytes, at).length > 0) return true;
	return false;
}

/** Where an escape may begin at or after `from`; the length of the bytes: nowhere. */
function nextBegin(bytes: Uint8Array, from: number): number {
	let at = from;
	// Pairs are read where a pair can begin.
	if (((bytes.byteOffset + at) & 1) !== 0) {
		if (at >= bytes.length || isBegin(bytes[at])) return Math.min(at, bytes.length);
		at++;
	}
	const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset + at, (bytes.length - at) >> 1);
	at += 2 * nextPair(pairs, BEGINS);
	while (at < bytes.length && !isBegin(bytes[at])) at++;
	return Math.min(at, bytes.length);
}

/** By itself, so that nothing but numbers is known to what the engine makes of it. */
function nextPair(pairs: Uint16Array, begins: Uint8Array): number {
	let at = 0;
	while (at < pairs.length && begins[pairs[at] ?? 0] === 0) at++;
	return at;
}

function isBegin(byte: number | undefined): boolean {
	return byte === PERCENT || byte === AND || byte === BACKSLASH;
}

/** The character at `at`, and the bytes that it is written in. Length 0: no escape. `isByte`: it is one of those that a character has in UTF-8. */
interface Escape {
	readonly code: number;
	readonly length: number;
	readonly isByte: boolean;
}

const NO_ESCAPE: Escape = { code: 0, length: 0, isByte: false };

function escapeAt(bytes: Uint8Array, at: number): Escape {
	const byte = bytes[at];
	if (byte === PERCENT) return digits(bytes, at, 1, 2, 2, true);
	if (byte === AND) return entityAt(bytes, at);
	return byte === BACKSLASH ? codeAt(bytes, at) : NO_ESCAPE;
}

/** Where to go on if no escape begins at `at`: of several backslashes none begins one if the first does not. */
function afterNoEscape(bytes: Uint8Array, at: number): number {
	return bytes[at] === BACKSLASH ? afterBackslashes(bytes, at) : at + 1;
}

function afterBackslashes(bytes: Uint8Array, at: number): number {
	let end = at;
	while (bytes[end] === BACKSLASH) end++;
	return end;
}

function entityAt(bytes: Uint8Array, at: number): Escape {
	if (bytes[at + 1] !== HASH) {
		for (const [name, code] of ENTITIES) if (stands(bytes, at + 1, name)) return { code, length: name.length + 1, isByte: false };
		return NO_ESCAPE;
	}
	const isHex = bytes[at + 2] === SMALL_X || bytes[at + 2] === CAPITAL_X;
	const code = isHex ? digits(bytes, at, 3, 1, MOST_DIGITS, false) : decimals(bytes, at);
	return code.length > 0 && bytes[at + code.length] === SEMICOLON ? { ...code, length: code.length + 1 } : code;
}

/** Behind backslashes: in JSON each of them is two. */
function codeAt(bytes: Uint8Array, at: number): Escape {
	const letter = afterBackslashes(bytes, at);
	const before = letter - at;
	if (bytes[letter] === SMALL_X) return digits(bytes, at, before + 1, 2, 2, true);
	if (bytes[letter] === SMALL_U && bytes[letter + 1] === OPEN) {
		const code = digits(bytes, at, before + 2, 1, MOST_DIGITS, false);
		return bytes[at + code.length] === CLOSE ? { ...code, length: code.length + 1 } : NO_ESCAPE;
	}
	if (bytes[letter] === SMALL_U) return digits(bytes, at, before + 1, 4, 4, false);
	let code = 0;
	let end = letter;
	while (end < letter + 3 && isOctal(bytes[end])) code = code * 8 + (bytes[end++] ?? 0) - 0x30;
	return end - letter >= 2 && code < 256 ? { code, length: end - at, isByte: true } : NO_ESCAPE;
}

/** So many hexadecimal digits, `before` bytes behind `at`. */
function digits(bytes: Uint8Array, at: number, before: number, least: number, most: number, isByte: boolean): Escape {
	let code = 0;
	let count = 0;
	for (; count < most; count++) {
		const digit = HEX.values[bytes[at + before + count] ?? 0] ?? -1;
		if (digit < 0) break;
		code = code * 16 + digit;
	}
	return count < least || code > LAST_CODE ? NO_ESCAPE : { code, length: before + count, isByte };
}

function decimals(bytes: Uint8Array, at: number): Escape {
	let code = 0;
	let end = at + 2;
	for (; end < at + 2 + MOST_DIGITS; end++) {
		const digit = (bytes[end] ?? 0) - 0x30;
		if (digit < 0 || digit > 9) break;
		code = code * 10 + digit;
	}
	return end === at + 2 || code > LAST_CODE ? NO_ESCAPE : { code, length: end - at, isByte: false };
}

function isOctal(byte = 0): boolean {
	return byte >= 0x30 && byte <= 0x37;
}

function stands(bytes: Uint8Array, at: number, text: string): boolean {
	for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
	return true;
}

/** @param isPlusBlank as in forms and queries, where a plus sign stands for a blank */
function unescaped(source: Uint8Array, isPlusBlank: boolean): Unescaped {
	const bytes = new Uint8Array(source.length);
	const places = new Uint32Array(source.length + 1);
	let length = 0;
	const put = (byte: number, at: number): void => {
		bytes[length] = byte;
		places[length++] = at;
	};
	for (let at = 0; at < source.length; ) {
		const byte = source[at] ?? 0;
		const { code, length: width, isByte } = isBegin(byte) ? escapeAt(source, at) : NO_ESCAPE;
		if (width === 0) {
			put(isPlusBlank && byte === PLUS ? BLANK : byte, at);
			for (const end = afterNoEscape(source, at++); at < end; at++) put(byte, at);
			continue;
		}
		if (isByte || code < 0x80) put(code, at);
		else for (const each of utf8(code)) put(each, at);
		at += width;
	}
	places[length] = source.length;
	return { bytes: bytes.subarray(0, length), places };
}

/** No shorter than an escape of such a character is. */
function utf8(code: number): readonly number[] {
	const last = 0x80 | (code & 0x3f);
	if (code < 0x800) return [0xc0 | (code >> 6), last];
	if (code < 0x1_0000) return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), last];
	return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), last];
}
