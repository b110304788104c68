import { ALNUM } from "./block-tables.ts";
import type { Decoded } from "./coding.ts";
import { HEX } from "./coding.ts";

const PERCENT = 0x25;

/** What stands in a URL, with percent signs: the text around the one at `at`, but not before `least`. Empty: it is none. */
export function percentDecoded(source: Uint8Array, at: number, least: number): Decoded {
	let start = at;
	while (start > least && (isOfUrl(source[start - 1] ?? 0) || source[start - 1] === PERCENT)) start--;
	const bytes: number[] = [];
	let i = start;
	while (i < source.length) {
		const byte = source[i] ?? 0;
		const [high = -1, low = -1] = byte === PERCENT ? [HEX.values[source[i + 1] ?? 0], HEX.values[source[i + 2] ?? 0]] : [];
		if (high >= 0 && low >= 0) {
			bytes.push(high * 16 + low);
			i += 3;
		} else if (isOfUrl(byte)) {
			bytes.push(byte);
			i++;
		} else break;
	}
	return { bytes: Uint8Array.from(bytes), length: bytes.length, start, end: i };
}

/** What URLs have as it is, within a part of one. */
function isOfUrl(byte: number): boolean {
	return ALNUM[byte] === 1 || "-._~+/=:@!$'()*,".includes(String.fromCharCode(byte));
}
