import { type Span, slice } from "../text.ts";
import type { Located } from "./server.ts";

/**
 * The raw text of a part of a value: `start` and `end` count UTF-16 units of `located.value`, the span those of the
 * document's text. They differ where the raw text has escapes (`\n`, `\u0041`); an escape is never cut in two.
 */
export function spanWithin(text: string, located: Located<string>, start: number, end: number): Span {
	const raw = slice(text, located.span);
	if (raw === located.value) return { offset: located.span.offset + start, length: end - start };
	const { decoded, offsets } = decodeJsonString(raw);
	// Text that does not decode to the value (it is malformed) is pointed at as a whole.
	if (decoded !== located.value) return located.span;
	const from = offsets[start] ?? raw.length;
	return { offset: located.span.offset + from, length: (offsets[end] ?? raw.length) - from };
}

const SIMPLE: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", "/": "/", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

/** Decodes what stands between the quotes of a JSON string; `offsets[i]` is where the i-th unit begins, one more marks the end. An invalid escape gives nothing. */
export function decodeJsonString(raw: string): { readonly decoded: string; readonly offsets: readonly number[] } {
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
