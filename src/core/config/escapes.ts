import { type Span, slice } from "../text.ts";
import type { Located } from "./server.ts";
import { decodeTomlString } from "./toml/string.ts";
import type { Decoded, Writing } from "./writing.ts";
import { decodeYamlBlock, decodeYamlFlow } from "./yaml/string.ts";

/**
 * The raw text of a part of a value: `start` and `end` count UTF-16 units of `located.value`, the span those of the
 * document's text. They differ where the raw text has escapes (`\n`, `\u0041`) or folded lines; an escape is never cut in two.
 */
export function spanWithin(text: string, located: Located<string>, start: number, end: number): Span {
	const { raw, offsets, isPlain } = rawOf(text, located);
	if (isPlain) return { offset: located.span.offset + start, length: end - start };
	// Text that does not decode to the value (it is malformed) is pointed at as a whole.
	if (offsets === null) return located.span;
	const from = offsets[start] ?? raw.length;
	// Behind the last unit, not before the next one: what is folded between them belongs to neither.
	const to = end > start && isFolded(located.writing) ? endOfUnit(raw, offsets, end) : (offsets[end] ?? raw.length);
	return { offset: located.span.offset + from, length: Math.max(0, to - from) };
}

/**
 * The part of a value whose raw text stands at a span: the inverse of `spanWithin`. Null: the span is not in the value, or its raw text is
 * malformed.
 */
export function valueWithin(text: string, located: Located<string>, span: Span): string | null {
	const from = span.offset - located.span.offset;
	if (from < 0 || from + span.length > located.span.length) return null;
	const { raw, offsets, isPlain } = rawOf(text, located);
	if (isPlain) return raw.slice(from, from + span.length);
	if (offsets === null) return null;
	return located.value.slice(firstAt(offsets, from), firstAt(offsets, from + span.length));
}

/** The first unit that begins at an offset of the raw text, or behind it. */
function firstAt(offsets: readonly number[], offset: number): number {
	let low = 0;
	let high = offsets.length - 1;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((offsets[mid] ?? 0) < offset) low = mid + 1;
		else high = mid;
	}
	return low;
}

/** The raw text of a value, and how it stands for it. */
interface Raw {
	/** Of the whole file. */
	readonly text: string;
	readonly raw: string;
	/** The two are the same. */
	readonly isPlain: boolean;
	/** Null: there are none, or the raw text does not decode to the value. */
	readonly offsets: readonly number[] | null;
}

/** A value may hold thousands of parts that somebody asks for: it is decoded once. */
const DECODED = new WeakMap<Located<string>, Raw>();

function rawOf(text: string, located: Located<string>): Raw {
	const known = DECODED.get(located);
	if (known !== undefined && known.text === text) return known;
	const raw = slice(text, located.span);
	if (raw === located.value) {
		const plain = { text, raw, isPlain: true, offsets: null };
		// A short one is compared again as quickly as it is looked up.
		if (raw.length > LONG) DECODED.set(located, plain);
		return plain;
	}
	const { decoded, offsets } = decodeText(raw, located.writing ?? "json");
	const found = { text, raw, isPlain: false, offsets: decoded === located.value ? offsets : null };
	DECODED.set(located, found);
	return found;
}

const LONG = 1_000;

/** Blanks and line breaks between two units are in no span. */
function endOfUnit(raw: string, offsets: readonly number[], end: number): number {
	const last = offsets[end - 1] ?? 0;
	const next = offsets[end] ?? raw.length;
	const behind = last + (raw.startsWith("\r\n", last) ? 2 : 1);
	const gap = raw.slice(behind, next);
	return /^\s*$/.test(gap) && /[\r\n]/.test(gap) ? behind : next;
}

function isFolded(writing: Writing | undefined): boolean {
	return writing !== undefined && writing !== "json" && writing !== "raw" && writing !== "toml-basic";
}

/** The value of a string's raw text. Malformed escapes give nothing. */
export function decodeText(raw: string, writing: Writing): Decoded {
	switch (writing) {
		case "raw":
			return { decoded: raw, offsets: Array.from({ length: raw.length + 1 }, (_, i) => i) };
		case "json":
			return decodeJsonString(raw);
		case "toml-basic":
		case "toml-lines":
			return decodeTomlString(raw, writing === "toml-lines");
		case "yaml-single":
			return decodeYamlFlow(raw, "'");
		case "yaml-double":
			return decodeYamlFlow(raw, '"');
		case "yaml-plain":
			return decodeYamlFlow(raw, "");
		default:
			return decodeYamlBlock(raw, writing);
	}
}

const SIMPLE: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Decodes what stands between the quotes of a JSON string; `offsets[i]` is where the i-th unit begins, one more marks the end. An invalid escape gives nothing. */
export function decodeJsonString(raw: string): Decoded {
	const offsets: number[] = [];
	let decoded = "";
	let i = 0;
	while (i < raw.length) {
		const from = i;
		let unit = raw.charAt(i++);
		if (unit === "\\") {
			const kind = raw.charAt(i++);
			if (kind === "u") {
				const digits = /^[0-9a-fA-F]{0,4}/.exec(raw.slice(i, i + 4))?.[0] ?? "";
				i += digits.length;
				unit = digits.length === 4 ? String.fromCharCode(Number.parseInt(digits, 16)) : "";
			} else unit = SIMPLE[kind] ?? "";
		}
		if (unit === "") continue;
		offsets.push(from);
		decoded += unit;
	}
	offsets.push(raw.length);
	return { decoded, offsets };
}
