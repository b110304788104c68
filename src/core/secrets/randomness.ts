import { BIGRAMS } from "./bigrams.ts";
import { DICTIONARY } from "./words.ts";

/** Letters without case, then any digit, then any sign. */
const CLASSES = 28;
const DIGIT = 26;
const OTHER = 27;
const CLASS_OF = Uint8Array.from({ length: 128 }, (_, code) => {
	if (code >= 97 && code <= 122) return code - 97;
	if (code >= 65 && code <= 90) return code - 65;
	return code >= 48 && code <= 57 ? DIGIT : OTHER;
});

/** Behind the end of the table a look costs several times as much. */
function classOf(code: number): number {
	return code < 128 ? (CLASS_OF[code] ?? OTHER) : OTHER;
}

let bits: Float32Array | null = null;

/** Made when it is first asked for: a program that starts should not wait for it. */
function table(): Float32Array {
	bits ??= Float32Array.from(BIGRAMS, (c) => (c.charCodeAt(0) - 35) / 10 - 5.5);
	return bits;
}

/**
 * Bits a character by which a text is likelier drawn at random than made of names and words: names lie below -0.4 (99 of a hundred), random
 * text of sixteen characters and more above 0. Pairs of digits say nothing; null when too few pairs are left to tell.
 */
export function surprise(text: string): number | null {
	if (text === lastText) return lastSurprise;
	const odds = table();
	let sum = 0;
	let pairs = 0;
	let before = OTHER;
	for (let i = 0; i <= text.length; i++) {
		const now = i === text.length ? OTHER : classOf(text.charCodeAt(i));
		if (before !== DIGIT || now !== DIGIT) {
			sum -= odds[before * CLASSES + now] ?? 0;
			pairs++;
		}
		before = now;
	}
	lastText = text;
	lastSurprise = pairs < 4 ? null : sum / pairs;
	return lastSurprise;
}

/** One text is asked for several times in a row. */
let lastText: string | null = null;
let lastSurprise: number | null = null;

/** Mean odds of a run of letters, in bits: words lie above 0.5, random letters below 0. */
export function wordLikeness(run: string): number {
	return likenessIn(run, 0, run.length);
}

function likenessIn(text: string, start: number, end: number): number {
	if (end - start < 2) return 0;
	const odds = table();
	let sum = 0;
	let before = classOf(text.charCodeAt(start));
	for (let i = start + 1; i < end; i++) {
		const now = classOf(text.charCodeAt(i));
		sum += odds[before * CLASSES + now] ?? 0;
		before = now;
	}
	return sum / (end - start - 1);
}

/** Splits at separators, digits and humps: `parseHTTPBody2` gives parse, HTTP, Body, 2. */
export function splitTokens(text: string): readonly string[] {
	const tokens: string[] = [];
	for (let at = 0; at < text.length; ) {
		const end = tokenEnd(text, at);
		if (end > at) tokens.push(text.slice(at, end));
		at = Math.max(end, at + 1);
	}
	return tokens;
}

/** Where the token ends that begins at a place; the place itself: there stands what parts tokens. */
function tokenEnd(text: string, start: number): number {
	const code = text.charCodeAt(start);
	let end = start + 1;
	if (isLower(code) || (isUpper(code) && isLower(text.charCodeAt(end)))) {
		while (isLower(text.charCodeAt(end))) end++;
		return end;
	}
	if (isUpper(code)) {
		while (isUpper(text.charCodeAt(end))) end++;
		// The last capital begins the next word.
		return isLower(text.charCodeAt(end)) ? end - 1 : end;
	}
	if (isDigit(code)) {
		while (isDigit(text.charCodeAt(end))) end++;
		return end;
	}
	if (isPrintable(code)) return start;
	while (end < text.length && !isPrintable(text.charCodeAt(end))) end++;
	return end;
}

function isLower(code: number): boolean {
	return code >= 97 && code <= 122;
}

function isUpper(code: number): boolean {
	return code >= 65 && code <= 90;
}

function isDigit(code: number): boolean {
	return code >= 48 && code <= 57;
}

function isPrintable(code: number): boolean {
	return code >= 32 && code <= 126;
}

/** The share of letters and digits that no word explains: about 0 for names and prose, above 0.7 for random text. */
export function disorder(text: string): number {
	let all = 0;
	let explained = 0;
	for (let at = 0; at < text.length; ) {
		const end = tokenEnd(text, at);
		all += end - at;
		// Most tokens of random text are shorter than a word.
		if (end - at >= 3 && !isDigit(text.charCodeAt(at)) && isWord(text, at, end)) explained += end - at;
		at = Math.max(end, at + 1);
	}
	return all === 0 ? 0 : 1 - explained / all;
}

function isWord(text: string, start: number, end: number): boolean {
	// Letters of other scripts may become others in lower case.
	const isPlain = text.charCodeAt(start) < 128;
	if (isPlain && end - start >= 4 && likenessIn(text, start, end) > 0.7) return true;
	const lower = text.slice(start, end).toLowerCase();
	return DICTIONARY.has(lower) || (!isPlain && end - start >= 4 && wordLikeness(lower) > 0.7);
}

/** Shannon entropy in bits per character. */
export function entropy(text: string): number {
	COUNTS.fill(0);
	for (let i = 0; i < text.length; i++) count(text.charCodeAt(i));
	return entropyOfCounts(text.length);
}

/** How often each character stands in the text that is looked at; kept, for there are thousands of texts. */
const COUNTS = new Uint32Array(128);

function count(code: number): void {
	const at = code & 127;
	COUNTS[at] = (COUNTS[at] ?? 0) + 1;
}

function entropyOfCounts(length: number): number {
	let sum = 0;
	// Nearly all characters stand there once or twice: what they add is worked out once.
	let known = 0;
	let added = 0;
	for (let i = 0; i < 128; i++) {
		const n = COUNTS[i] ?? 0;
		if (n === 0) continue;
		if (n !== known) {
			known = n;
			added = (n / length) * Math.log2(n / length);
		}
		sum -= added;
	}
	return sum;
}

/** True for text that looks drawn at random: long enough, many different characters, and hardly a word in it. */
export function isRandom(text: string, minLength = 16): boolean {
	if (text.length < minLength) return false;
	COUNTS.fill(0);
	let length = 0;
	let digits = 0;
	let hex = 0;
	for (let i = 0; i < text.length; i++) {
		const code = text.charCodeAt(i);
		if (isDigit(code)) digits++;
		else if (!isLower(code) && !isUpper(code)) continue;
		else if ((code | 32) <= 102) hex++;
		count(code);
		length++;
	}
	if (length < minLength || digits === length) return false;
	const wanted = digits + hex === length ? 2.8 : 3.2;
	return entropyOfCounts(length) >= Math.min(wanted, Math.log2(length) * 0.8) && (surprise(text) ?? -1) >= RANDOM_BITS;
}

/** One name in five hundred lies above; so does all but one in a hundred random texts of 16 hex digits, and nearly all others. */
const RANDOM_BITS = 0.1;
