import { hasCrcChecksum, hasGrafanaChecksum } from "../checksums.ts";
import { BUSINESS } from "./business.ts";
import { CLOUD } from "./cloud.ts";
import { CODE } from "./code.ts";
import { followsEscape } from "./escapes.ts";
import { compileRows, isIn, type ProviderFormat } from "./format.ts";
import { MODELS } from "./models.ts";
import { namedCredentials } from "./named.ts";
import { PRIVATE_KEY, privateKeys } from "./private-key.ts";
import { Runs } from "./runs.ts";

export interface ProviderMatch {
	readonly start: number;
	readonly end: number;
	readonly format: ProviderFormat;
	/** True when the token carries a checksum and it is right. */
	readonly verified: boolean;
}

/** A format, and what is asked of it at every place where it could begin. */
interface Candidate {
	readonly format: ProviderFormat;
	readonly anchor: string;
	/** No word begins so: it counts in the middle of one, too. */
	readonly telling: boolean;
}

interface Index {
	readonly formats: readonly ProviderFormat[];
	/** By the first two characters of the anchor, `(first << 7) | second`: which bucket, or 0. */
	readonly buckets: Uint16Array;
	/** By the bucket and the third character, `(bucket << 7) | third`: 0 where no anchor of the bucket goes on so. */
	readonly thirds: Uint8Array;
	/** By the bucket: 1 where no anchor of it counts in the middle of a word. */
	readonly first: Uint8Array;
	readonly lists: readonly (readonly Candidate[])[];
	/** No token of any format has fewer characters. */
	readonly shortest: number;
}

let index: Index | null = null;

/** Made when it is first asked for: a program that starts should not wait for it. */
function compiled(): Index {
	if (index !== null) return index;
	const formats = [MODELS, CODE, CLOUD, BUSINESS].flatMap(compileRows);
	const buckets = new Uint16Array(128 * 128);
	const lists: Candidate[][] = [[]];
	// The longer beginning first: `sk-ant-` before `sk-`; of two that are alike, the more exact one, which stands first in its table.
	for (const format of [...formats].sort((a, b) => anchorOf(b).length - anchorOf(a).length)) {
		const anchor = anchorOf(format);
		const at = (anchor.charCodeAt(0) << 7) | anchor.charCodeAt(1);
		if (buckets[at] === 0) {
			buckets[at] = lists.length;
			lists.push([]);
		}
		lists[buckets[at] ?? 0]?.push({ format, anchor, telling: isTelling(format) });
	}
	const thirds = new Uint8Array(lists.length * 128);
	for (const [bucket, list] of lists.entries())
		for (const { anchor } of list) {
			if (anchor.length > 2) thirds[(bucket << 7) | anchor.charCodeAt(2)] = 1;
			else thirds.fill(1, bucket << 7, (bucket + 1) << 7);
		}
	const first = Uint8Array.from(lists, (list) =>
		list.every(({ format, telling }) => format.anchor === 0 && format.checksum === null && !telling) ? 1 : 0,
	);
	index = { formats, buckets, thirds, first, lists, shortest: Math.min(...formats.map(shortestOf)) };
	return index;
}

function shortestOf({ segments }: ProviderFormat): number {
	return segments.reduce((sum, segment) => sum + (typeof segment === "string" ? segment.length : segment.min), 0);
}

function anchorOf(format: ProviderFormat): string {
	const anchor = format.segments[format.anchor];
	return typeof anchor === "string" ? anchor : "";
}

/** Every format of the tables. */
export function providerFormats(): readonly ProviderFormat[] {
	return compiled().formats;
}

/** Every kind of credential that has an id. */
export function credentialIds(): ReadonlySet<string> {
	return new Set([...providerFormats(), PRIVATE_KEY].map(({ credential }) => credential).concat(namedCredentials()));
}

const NONE: readonly ProviderMatch[] = [];

/** Every token of a known format in a text, in order, without overlaps. Time is linear in the text, whatever it holds. */
export function matchProviders(text: string): readonly ProviderMatch[] {
	const { buckets, thirds, first, lists, shortest } = compiled();
	if (text.length < shortest) return NONE;
	const keys = privateKeys(text);
	const found: ProviderMatch[] = [];
	let runs: Runs | null = null;
	const last = text.length - 1;
	let code = text.charCodeAt(0);
	for (let at = 0; at < last; at++) {
		const next = text.charCodeAt(at + 1);
		const bucket = code < 128 && next < 128 ? (buckets[(code << 7) | next] ?? 0) : 0;
		code = next;
		if (bucket === 0) continue;
		const third = text.charCodeAt(at + 2);
		if (third < 128 && thirds[(bucket << 7) | third] === 0) continue;
		if (first[bucket] === 1 && at > 0 && isIn("w", text.charCodeAt(at - 1)) && !followsEscape(text, at)) continue;
		runs ??= new Runs(text);
		const match = firstMatch(text, at, lists[bucket] ?? [], runs);
		if (match === null) continue;
		// What is read backwards from its middle may begin before the one found last, and then says more.
		while ((found.at(-1)?.end ?? 0) > match.start) found.pop();
		found.push(match);
		at = match.end - 1;
		code = text.charCodeAt(match.end);
	}
	return keys.length === 0 ? found : [...keys, ...outside(keys, found)];
}

/** Those that begin in none of the keys; both are in order. */
function outside(keys: readonly ProviderMatch[], matches: readonly ProviderMatch[]): readonly ProviderMatch[] {
	let next = 0;
	return matches.filter(({ start }) => {
		while (next < keys.length && (keys[next]?.end ?? 0) <= start) next++;
		return start < (keys[next]?.start ?? Number.POSITIVE_INFINITY);
	});
}

function firstMatch(text: string, at: number, candidates: readonly Candidate[], runs: Runs): ProviderMatch | null {
	for (const candidate of candidates) {
		if (!text.startsWith(candidate.anchor, at)) continue;
		const match = matchAt(text, at, candidate, runs);
		if (match !== null) return match;
	}
	return null;
}

function matchAt(text: string, at: number, { format, anchor, telling }: Candidate, runs: Runs): ProviderMatch | null {
	const start = format.anchor === 0 ? at : startBefore(text, at, format);
	if (start < 0) return null;
	const isWithin = !isBoundary(text, start, format);
	// Glued to a word, only what its checksum proves, or what no word begins with.
	if (isWithin && format.checksum === null && !telling) return null;
	const whole = endAfter(text, at + anchor.length, format, runs, false);
	const isGlued = isWithin || whole < 0;
	const end = whole < 0 && format.checksum !== null ? endAfter(text, at + anchor.length, format, runs, true) : whole;
	if (end < 0 || !hasRandomLook(text.slice(start + format.prefixLength, end))) return null;
	const verified = isVerified(text, start + format.prefixLength, end, format);
	return isGlued && format.checksum !== null && !verified ? null : { start, end, format, verified };
}

/** `glpat-` is in no word; `sk-` ends some. */
function isTelling({ segments, anchor }: ProviderFormat): boolean {
	const [first] = segments;
	return (
		anchor === 0 && typeof first === "string" && /^(?!(?:console|live|local|sandbox|secret|test|token)[-_])[a-z]\w{3,}[-_]$/i.test(first)
	);
}

/** A token begins where no word goes on, or right after an escape: the `n` of `\n` and the `D` of `%3D` are no part of a word. */
function isBoundary(text: string, start: number, format: ProviderFormat): boolean {
	if (!isIn("w", text.charCodeAt(start - 1)) || followsEscape(text, start)) return true;
	// Telegram's addresses: `/bot123456789:…/getMe`.
	return format.anchor > 0 && text.startsWith("bot", start - 3);
}

/** Where the runs before the anchor begin; -1 when they do not fit. */
function startBefore(text: string, anchor: number, format: ProviderFormat): number {
	let at = anchor;
	for (let i = format.anchor - 1; i >= 0; i--) {
		const segment = format.segments[i];
		if (segment === undefined) return -1;
		if (typeof segment === "string") {
			if (!text.endsWith(segment, at)) return -1;
			at -= segment.length;
			continue;
		}
		let from = at;
		while (from > 0 && at - from < segment.max && isIn(segment.alphabet, text.charCodeAt(from - 1))) from--;
		if (at - from < segment.min) return -1;
		at = from;
	}
	return at;
}

/** Where the token ends, a word glued to its end or not; -1 when what stands after the anchor does not fit. */
function endAfter(text: string, from: number, format: ProviderFormat, runs: Runs, glued: boolean): number {
	let at = from;
	const { segments } = format;
	for (let i = format.anchor + 1; i < segments.length; i++) {
		const segment = segments[i];
		if (segment === undefined) return -1;
		if (typeof segment === "string") {
			if (!text.startsWith(segment, at)) return -1;
			at += segment.length;
			continue;
		}
		let end = runs.end(segment.alphabet, at);
		if (i < segments.length - 1 || glued) {
			if (segment.min === segment.max) end = Math.min(end, at + segment.min);
		}
		// A full stop at the end belongs to the sentence around.
		else while (end > at && text[end - 1] === ".") end--;
		if (end - at < segment.min || end - at > segment.max) return -1;
		at = end;
	}
	return isIn("w", text.charCodeAt(at)) && !glued ? -1 : at;
}

/** Words joined by hyphens have no digits and no humps. Of keys in capitals, one in thirty has no digit. */
function hasRandomLook(body: string): boolean {
	return /[0-9]|[a-z][A-Z]|[A-Z][a-z]+[A-Z]|^[A-Z]{16,}$/.test(body);
}

function isVerified(text: string, from: number, end: number, format: ProviderFormat): boolean {
	switch (format.checksum) {
		case "crc":
			return hasCrcChecksum(text.slice(from, end));
		case "grafana":
			return hasGrafanaChecksum(text.slice(from - format.prefixLength, end));
		default:
			return false;
	}
}
