// Makes the table of src/core/secrets/bigrams.ts, and measures how well scores tell random text from names and words:
//   node bench/randomness-table.mjs            measures the table that is there, on names of which it has learned nothing
//   node bench/randomness-table.mjs --write    makes it anew first
// It learns from one half of the names and words in the packages that are installed here; only how often pairs of characters come
// is kept. The other half is measured on, without what looks like a hash or a file's digest.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { disorder, entropy, surprise } from "../src/core/secrets/randomness.ts";

const root = new URL("..", import.meta.url).pathname;
/** a to z, then any digit, then a sign between words. */
const CLASSES = 28;
/** Each pair is one printable character: `#` is -5.5 bits, and every step a tenth of a bit. */
const FIRST_CODE = 35;

const files = [];
function walk(folder, depth) {
	for (const entry of readdirSync(folder, { withFileTypes: true })) {
		const path = join(folder, entry.name);
		if (entry.isDirectory() && depth < 7) walk(path, depth + 1);
		else if (/\.d\.[cm]?ts$|\.md$|package\.json$/.test(entry.name)) files.push(path);
	}
}
walk(join(root, "node_modules"), 0);

/** Which half a text belongs to: what is learned from is not what is measured on. */
function half(text) {
	let sum = 7;
	for (let i = 0; i < text.length; i++) sum = (sum * 31 + text.charCodeAt(i)) >>> 0;
	return (sum >>> 3) % 2;
}

const names = new Set();
const parts = new Set();
for (const file of files) {
	if (file.includes("/test/") || names.size > 400_000) continue;
	for (const [name] of readFileSync(file, "utf8")
		.slice(0, 200_000)
		.matchAll(/[A-Za-z][\w.@/-]{2,60}/g)) {
		names.add(name);
		for (const [part] of name.matchAll(/[A-Za-z0-9]{2,}/g)) parts.add(part);
	}
}

if (process.argv.includes("--write")) writeFileSync(join(root, "src/core/secrets/bigrams.ts"), moduleOf(makeTable()));

function makeTable() {
	const counts = new Float64Array(CLASSES * CLASSES).fill(0.5);
	for (const name of names) {
		if (half(name) !== 0 || (name.length > 24 && entropy(name) > 4.6)) continue;
		// Before the first and after the last character stands a sign.
		let before = 27;
		for (let i = 0; i <= name.length; i++) {
			const now = i === name.length ? 27 : classOf(name.charCodeAt(i));
			counts[before * CLASSES + now] += 1;
			before = now;
		}
	}
	// How often each class comes in text drawn from letters of both cases, digits and one sign.
	const share = (i) => (i < 26 ? 2 : i === 26 ? 10 : 1) / 63;
	let table = "";
	for (let a = 0; a < CLASSES; a++) {
		let sum = 0;
		for (let b = 0; b < CLASSES; b++) sum += counts[a * CLASSES + b];
		for (let b = 0; b < CLASSES; b++) {
			const bits = Math.log2(counts[a * CLASSES + b] / sum / share(b));
			table += String.fromCharCode(FIRST_CODE + Math.round((Math.max(-5.5, Math.min(3, bits)) + 5.5) * 10));
		}
	}
	return table;
}

function classOf(code) {
	if (code >= 97 && code <= 122) return code - 97;
	if (code >= 65 && code <= 90) return code - 65;
	return code >= 48 && code <= 57 ? 26 : 27;
}

function moduleOf(table) {
	return `/**
 * How much likelier each pair of characters is in names and words than in text drawn at random, in tenths of a bit from \`#\`, which
 * is -5.5 bits. Rows and columns are a to z, any digit, any sign. Made by \`bench/randomness-table.mjs\`.
 */
export const BIGRAMS =
	${JSON.stringify(table)};
`;
}

// What it is worth on texts of the other half.
const random = (length, alphabet) => Array.from({ length }, () => alphabet[Math.floor(Math.random() * alphabet.length)]).join("");
const HEX = "0123456789abcdef";
const LOWER = "abcdefghijklmnopqrstuvwxyz0123456789";
const WORD = `${LOWER}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;
const ordinary = [...names].filter(
	(name) => half(name) === 1 && name.length >= 16 && name.length < 50 && /[A-Za-z]/.test(name) && !/[0-9a-f]{16}|[A-Z0-9]{14}/.test(name),
);
const scores = { entropy, "share of no word": disorder, surprise };

for (const [what, alphabet, lengths] of [
	["hex", HEX, [16, 20, 32, 40]],
	["lower case and digits", LOWER, [16, 20, 24, 32]],
	["letters and digits", WORD, [16, 20, 24, 32, 40]],
	["letters", "abcdefghijklmnopqrstuvwxyz", [16, 20, 24]],
]) {
	const secrets = Array.from({ length: 20_000 }, (_, i) => random(lengths[i % lengths.length], alphabet));
	for (const [name, score] of Object.entries(scores)) {
		const [auc, at1, at01] = measure(secrets.map(score), ordinary.map(score));
		console.log(
			`${what.padEnd(24)}${name.padEnd(22)}AUC ${auc.toFixed(4)}  found at 1 % wrong ${(at1 * 100).toFixed(1)} %, at 0.1 % ${(at01 * 100).toFixed(1)} %`,
		);
	}
}
console.log(`${names.size} names, ${ordinary.length} of them measured`);

function measure(positive, negative) {
	const sorted = Float64Array.from(negative).sort();
	let sum = 0;
	for (const value of positive) {
		let low = 0;
		let high = sorted.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (sorted[middle] < value) low = middle + 1;
			else high = middle;
		}
		sum += low / sorted.length;
	}
	const over = (share) => {
		const bound = sorted[Math.floor(sorted.length * (1 - share))];
		return positive.filter((value) => value > bound).length / positive.length;
	};
	return [sum / positive.length, over(0.01), over(0.001)];
}
