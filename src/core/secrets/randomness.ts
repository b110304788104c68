import { DICTIONARY } from "./words.ts";

/**
 * How likely each pair of letters is in names and words, as log2 of the odds against an even spread. Counted once from
 * the dictionary: what the table must tell apart is words from keys, not one language from another.
 */
let pairs: Float32Array | null = null;

function countPairs(): Float32Array {
	const counts = new Float32Array(26 * 26).fill(0.25);
	const sums = new Float32Array(26).fill(0.25 * 26);
	for (const word of DICTIONARY) {
		for (let i = 1; i < word.length; i++) {
			const a = word.charCodeAt(i - 1) - 97;
			const b = word.charCodeAt(i) - 97;
			if (a < 0 || a > 25 || b < 0 || b > 25) continue;
			const at = a * 26 + b;
			counts[at] = (counts[at] ?? 0) + 1;
			sums[a] = (sums[a] ?? 0) + 1;
		}
	}
	return counts.map((count, at) => Math.log2((count * 26) / (sums[Math.floor(at / 26)] ?? 1)));
}

/** Mean odds of a run of lower-case letters, in bits: words lie above 0.5, random letters below 0. */
export function wordLikeness(run: string): number {
	if (run.length < 2) return 0;
	// When it is first asked for: a program that starts should not wait for it.
	pairs ??= countPairs();
	let sum = 0;
	for (let i = 1; i < run.length; i++) sum += pairs[(run.charCodeAt(i - 1) - 97) * 26 + run.charCodeAt(i) - 97] ?? -2;
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
		if (token.length >= 3 && (DICTIONARY.has(lower) || (token.length >= 4 && wordLikeness(lower) > 0.25))) explained += token.length;
	}
	return all === 0 ? 0 : 1 - explained / all;
}

/** Shannon entropy in bits per character. */
export function entropy(text: string): number {
	const counts = new Map<string, number>();
	for (const c of text) counts.set(c, (counts.get(c) ?? 0) + 1);
	let bits = 0;
	for (const n of counts.values()) bits -= (n / text.length) * Math.log2(n / text.length);
	return bits;
}

/** True for text that looks drawn at random: long enough, many different characters, and hardly a word in it. */
export function isRandom(text: string, minLength = 16): boolean {
	const core = text.replace(/[^A-Za-z0-9]/g, "");
	if (core.length < minLength || /^[0-9]+$/.test(core)) return false;
	const wanted = /^[0-9a-fA-F]+$/.test(core) ? 2.8 : 3.2;
	return entropy(core) >= Math.min(wanted, Math.log2(core.length) * 0.8) && disorder(text) >= 0.55;
}
