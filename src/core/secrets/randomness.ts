import { BIGRAMS } from "./bigrams.ts";
import { hasOnly, SIGN } from "./signs.ts";
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
		const now = i === text.length ? OTHER : (CLASS_OF[text.charCodeAt(i)] ?? OTHER);
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

/** Mean odds of a run of lower-case letters, in bits: words lie above 0.5, random letters below 0. */
export function wordLikeness(run: string): number {
	if (run.length < 2) return 0;
	const odds = table();
	let sum = 0;
	for (let i = 1; i < run.length; i++)
		sum += odds[(CLASS_OF[run.charCodeAt(i - 1)] ?? OTHER) * CLASSES + (CLASS_OF[run.charCodeAt(i)] ?? OTHER)] ?? 0;
	return sum / (run.length - 1);
}

/** Splits at separators, digits and humps: `parseHTTPBody2` gives parse, HTTP, Body, 2. */
export function splitTokens(text: string): readonly string[] {
	return text.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]|[0-9]+|[^\x20-\x7e]+/g) ?? [];
}

/** The share of letters and digits that no word explains: about 0 for names and prose, above 0.7 for random text. */
export function disorder(text: string): number {
	let all = 0;
	let explained = 0;
	for (const token of splitTokens(text)) {
		all += token.length;
		if (/^[0-9]+$/.test(token)) continue;
		const lower = token.toLowerCase();
		if (token.length >= 3 && (DICTIONARY.has(lower) || (token.length >= 4 && wordLikeness(lower) > 0.7))) explained += token.length;
	}
	return all === 0 ? 0 : 1 - explained / all;
}

/** Shannon entropy in bits per character. */
export function entropy(text: string): number {
	COUNTS.fill(0);
	for (let i = 0; i < text.length; i++) {
		const at = text.charCodeAt(i) & 127;
		COUNTS[at] = (COUNTS[at] ?? 0) + 1;
	}
	let sum = 0;
	for (const n of COUNTS) if (n > 0) sum -= (n / text.length) * Math.log2(n / text.length);
	return sum;
}

/** How often each character stands in the text that is looked at; kept, for there are thousands of texts. */
const COUNTS = new Uint32Array(128);

/** True for text that looks drawn at random: long enough, many different characters, and hardly a word in it. */
export function isRandom(text: string, minLength = 16): boolean {
	if (text.length < minLength) return false;
	const core = hasOnly(text, SIGN.upper | SIGN.lower | SIGN.digit) ? text : text.replace(/[^A-Za-z0-9]/g, "");
	if (core.length < minLength || /^[0-9]+$/.test(core)) return false;
	const wanted = /^[0-9a-fA-F]+$/.test(core) ? 2.8 : 3.2;
	return entropy(core) >= Math.min(wanted, Math.log2(core.length) * 0.8) && (surprise(text) ?? -1) >= RANDOM_BITS;
}

/** One name in five hundred lies above; so does all but one in a hundred random texts of 16 hex digits, and nearly all others. */
const RANDOM_BITS = 0.1;
