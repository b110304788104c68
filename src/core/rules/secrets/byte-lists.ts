import type { ConfigDocument, Located, Setting } from "../../config/server.ts";
import type { Detection } from "../../secrets/detector.ts";
import { keyBytesWorth } from "../../secrets/key-bytes.ts";
import { slice } from "../../text.ts";

/** A list of numbers that are the bytes of a key: `"secretKey": [12, 200, 31, …]`. */
interface ByteList {
	/** From the first number to the last, as the file has them. */
	readonly located: Located<string>;
	readonly first: Setting;
	readonly detection: Detection;
}

/** Bytes of the shortest and the longest key that is kept that way. */
const FEWEST = 32;
const MOST = 64;

/** The keys among a file's lists of numbers, in order. `nameOf` tells what a list is called; null: nothing. */
export function* byteLists(document: ConfigDocument, nameOf: (item: Setting) => string | null): Iterable<ByteList> {
	const { settings } = document;
	for (let at = 0; at < settings.length; ) {
		const first = settings[at];
		if (first === undefined || first.kind !== "number" || first.keyPath.at(-1) !== 0) {
			at++;
			continue;
		}
		let end = at + 1;
		while (settings[end]?.kind === "number" && settings[end]?.keyPath.at(-1) === end - at) end++;
		const last = settings[end - 1];
		const length = end - at;
		if (last !== undefined && length >= FEWEST && length <= MOST) {
			const numbers = settings.slice(at, end).map(({ value }) => value.value);
			const worth = keyBytesWorth(numbers.join(","), nameOf(first));
			if (worth !== "none") yield listOf(document, first, last, worth === "secret");
		}
		at = end;
	}
}

function listOf(document: ConfigDocument, first: Setting, last: Setting, confident: boolean): ByteList {
	const offset = first.value.span.offset;
	const span = { offset, length: last.value.span.offset + last.value.span.length - offset };
	const value = slice(document.text, span);
	return {
		located: { value, span, outer: span },
		first,
		detection: { start: 0, end: span.length, title: "private key", confident, credential: null, jwt: null, account: null },
	};
}
