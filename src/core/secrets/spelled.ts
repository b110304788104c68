import { ALNUM, isEscapeLetter } from "./block-tables.ts";
import { HEX } from "./coding.ts";

/** Characters that are parted from one another by the same few bytes, put together. */
export interface Spelled {
	readonly bytes: Uint8Array;
	/** The first one of them that is not the end of a word, and the first one after them that begins a word. */
	readonly from: number;
	readonly to: number;
	/** Where the character with this index stands. */
	readonly starts: (index: number) => number;
	/** Bytes that the last one takes. */
	readonly width: number;
	/** The first byte after them all. */
	readonly end: number;
	/** From where on something else may be spelled: the last one may be the first of others, which are parted otherwise. Left out: from the end on. */
	readonly resume?: number | undefined;
}

/** Bytes that part two codes, at most. */
const LONGEST_GAP = 8;
const DIGITS = 3;
const BACKSLASH = 0x5c;
const LONGEST_LETTER_GAP = 12;

/** A quick look: false where the letter at `at` is not parted from both of the next two, or the two before it, by the same. */
export function isParted(source: Uint8Array, at: number, period: number): boolean {
	const [first, last] = [source[at + 1], source[at + period - 1]];
	const isAhead = source[at + 1 + period] === first && source[at + 2 * period - 1] === last;
	return isAhead || (source[at + 1 - period] === first && source[at - 1] === last);
}

/** A quick look: false where the two digits at `at` are not parted from two more pairs ahead or three behind by the same byte. */
export function isPaired(source: Uint8Array, at: number): boolean {
	const gap = source[at + 2];
	const isAhead = source[at + 5] === gap && source[at + 8] === gap;
	return isAhead || (source[at - 1] === gap && source[at - 4] === gap && source[at - 7] === gap);
}

/** Bytes that are no letter or digit, and what JSON writes for them, behind the letter at `at`. */
export function gapAfter(source: Uint8Array, at: number): number {
	let gap = 0;
	while (gap < LONGEST_LETTER_GAP && isGap(source, at + 1 + gap)) gap++;
	return gap;
}

/** The same before it. */
export function gapBefore(source: Uint8Array, at: number): number {
	let gap = 0;
	while (gap < LONGEST_LETTER_GAP && isGap(source, at - 1 - gap)) gap++;
	return gap;
}

function isGap(source: Uint8Array, at: number): boolean {
	const byte = source[at];
	return byte !== undefined && (ALNUM[byte] !== 1 || isEscaped(source, at));
}

/** Whether the byte is the letter of a line's end or a tab as JSON writes them. */
export function isEscaped(source: Uint8Array, at: number): boolean {
	return isEscapeLetter(source[at] ?? 0) && source[at - 1] === BACKSLASH;
}

/** Where two digits stand behind which JSON writes a line's end or a tab, and behind the next two the same; -1: not at `at` or soon after it. */
export function linePairAt(source: Uint8Array, at: number): number {
	let gap = at;
	while (gap < at + 4 && source[gap] !== BACKSLASH) gap++;
	return source[gap] === BACKSLASH && isEscaped(source, gap + 1) && source[gap + 4] === BACKSLASH && pair(source, gap + 2) >= 0
		? gap + 2
		: -1;
}

/** A quick look: false where behind the first separator at `at` there are no two codes of text. */
export function mayBeCodes(source: Uint8Array, at: number, text: Uint8Array): boolean {
	let i = at;
	while (i < at + DIGITS && isDigit(source, i)) i++;
	for (let codes = 0; codes < 2; codes++) {
		for (let gap = 0; gap < LONGEST_GAP && !isDigit(source, i); gap++) i++;
		const end = digitsEnd(source, i);
		if (text[code(source, i, end)] !== 1) return false;
		i = end;
	}
	return true;
}

/** The letters around the one at `at`, each `period` bytes after the one before it. */
export function lettersAround(source: Uint8Array, at: number, period: number): Spelled {
	let start = at;
	while (start >= period && isAlike(source, start - period, at, period)) start -= period;
	let last = at;
	while (last + period < source.length && isAlike(source, last, at, period)) last += period;
	const bytes = new Uint8Array((last - start) / period + 1);
	for (let i = 0; i < bytes.length; i++) bytes[i] = source[start + i * period] ?? 0;
	const gapEnd = source[at + period - 1];
	const from = source[start - 1] !== gapEnd && isAlnum(source, start - 1) ? 1 : 0;
	const to = isAlnum(source, last + 1) ? bytes.length - 1 : bytes.length;
	return { bytes, from, to, starts: (index) => start + index * period, width: 1, end: last + 1 };
}

/** Two hexadecimal digits and the same one or two bytes, again and again, around the two at `at`. */
export function pairsAround(source: Uint8Array, at: number, period: number): Spelled {
	const gap = period - 2;
	let start = at;
	while (start >= period && isSame(source, start - gap, at + 2, gap) && pair(source, start - period) >= 0) start -= period;
	const bytes: number[] = [];
	let i = start;
	for (let value = pair(source, i); value >= 0; value = pair(source, i)) {
		bytes.push(value);
		i += period;
		if (!isSame(source, i - gap, at + 2, gap)) break;
	}
	const from = isAlnum(source, start - 1) ? 1 : 0;
	const to = isAlnum(source, i - gap) ? bytes.length - 1 : bytes.length;
	return { bytes: Uint8Array.from(bytes), from, to, starts: (index) => start + index * period, width: 2, end: i - gap };
}

function isAlnum(source: Uint8Array, at: number): boolean {
	return ALNUM[source[at] ?? 0] === 1 && !isEscaped(source, at);
}

/** Decimal codes of characters, around `at` and not before `least`, parted by the same bytes. Empty: there are none. */
export function codesAround(source: Uint8Array, at: number, least: number): Spelled {
	let first = Math.max(at, least);
	for (let i = 0; i < LONGEST_GAP && !isDigit(source, first); i++) first++;
	while (first > least && isDigit(source, first - 1)) first--;
	let end = digitsEnd(source, first);
	const none = { bytes: new Uint8Array(0), from: 0, to: 0, starts: () => first, width: 0, end: Math.max(end, first) };
	if (code(source, first, end) < 0) return none;
	let gap = 0;
	while (gap <= LONGEST_GAP && !isDigit(source, end + gap) && end + gap < source.length) gap++;
	if (gap === 0 || gap > LONGEST_GAP) return none;
	const gapAt = end;
	let start = first;
	for (;;) {
		const before = start - gap;
		if (before <= least || !isSame(source, before, gapAt, gap)) break;
		let from = before;
		while (from > least && before - from <= DIGITS && isDigit(source, from - 1)) from--;
		if (code(source, from, before) < 0) break;
		start = from;
	}
	const bytes: number[] = [];
	const places: number[] = [];
	for (let i = start; ; i = end + gap) {
		const to = digitsEnd(source, i);
		const value = code(source, i, to);
		if (value < 0) break;
		bytes.push(value);
		places.push(i);
		end = to;
		if (!isSame(source, end, gapAt, gap)) break;
	}
	return {
		bytes: Uint8Array.from(bytes),
		from: 0,
		to: bytes.length,
		starts: (index) => places[index] ?? end,
		width: end - (places.at(-1) ?? end),
		end,
		resume: places.length > 1 ? places.at(-1) : end,
	};
}

/** Whether behind the letter at `letter` stands what stands behind the one at `like`. */
function isAlike(source: Uint8Array, letter: number, like: number, period: number): boolean {
	for (let i = 1; i < period; i++) if (source[letter + i] !== source[like + i]) return false;
	return ALNUM[source[letter + 1] ?? 0] !== 1 && (source[letter] ?? 0) > 0x20;
}

function isSame(source: Uint8Array, at: number, like: number, length: number): boolean {
	for (let i = 0; i < length; i++) if (source[at + i] !== source[like + i]) return false;
	return true;
}

function pair(source: Uint8Array, at: number): number {
	const high = HEX.values[source[at] ?? 0] ?? -1;
	const low = HEX.values[source[at + 1] ?? 0] ?? -1;
	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/** -1: no code of a byte. */
function code(source: Uint8Array, start: number, end: number): number {
	if (end === start || end - start > DIGITS) return -1;
	let value = 0;
	for (let i = start; i < end; i++) value = value * 10 + (source[i] ?? 0) - 0x30;
	return value > 255 ? -1 : value;
}

function digitsEnd(source: Uint8Array, at: number): number {
	let end = at;
	while (end - at <= DIGITS && isDigit(source, end)) end++;
	return end;
}

function isDigit(source: Uint8Array, at: number): boolean {
	const byte = source[at] ?? 0;
	return byte >= 0x30 && byte <= 0x39;
}
