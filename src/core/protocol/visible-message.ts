import { mayHideCharacters, mayStackMarks } from "../hidden-characters.ts";
import { type HiddenKind, visibleText } from "../visible-text.ts";
import { changed, type Source } from "./exchange.ts";
import { type Element, find } from "./json-text.ts";
import { Meta } from "./meta.ts";
import { decode, rewriteStrings, stringsOf } from "./string-rewrite.ts";

/** Where a message has a text: keys, from the outermost object on. */
export type Path = readonly string[];

/** What a host sends back letter for letter, and shows to nobody. Only in the messages in which it does. */
export const Opaque = {
	cursor: ["result", "nextCursor"],
	state: ["result", "requestState"],
	stream: ["params", "_meta", Meta.subscriptionId],
	progressToken: ["params", "progressToken"],
	cancelledRequest: ["params", "requestId"],
} as const satisfies Readonly<Record<string, Path>>;
const ENVELOPE: readonly Path[] = [["id"], ["method"], ["jsonrpc"]];

function opaquePlaces(text: string, opaque: readonly Path[]): readonly Element[] {
	return [...ENVELOPE, ...opaque].flatMap((path) => {
		const place = find(text, ...path);
		return place === null || text[place.start] !== '"' ? [] : [place];
	});
}

/**
 * A message of the server with every text in it made visible: keys, names, descriptions, results, errors. One without need is given back as it is.
 *
 * @param opaque what stays as it is beside the envelope, by what the message was judged to be. Empty: nothing
 */
export function visibleMessage(source: Source, met: (kind: HiddenKind) => void, opaque: readonly Path[] = []): Source {
	const { text, bytes } = source;
	// One byte a character: ASCII, in which JSON has no controls but one.
	const isPlain = bytes.length === text.length && !text.includes("\x7f") && !hasEscape(text);
	if (isPlain || !mayHide(text)) return source;
	const quiet = (): void => {};
	let isHidden = false;
	for (const { start, end } of stringsOf(text)) {
		const value = decode(text.slice(start, end));
		isHidden ||= visibleText(value, quiet) !== value;
	}
	if (!isHidden) return source;
	return changed(source, rewriteStrings(text, opaquePlaces(text, opaque), { string: (value) => visibleText(value, met) }));
}

/** What is not seen, in the units of UTF-16; beyond the first plane, the halves that begin it. A tab in JSON is a blank, and so is a line's end. */
const UNSEEN_RANGES: readonly (readonly [number, number])[] = [
	[0x00, 0x08],
	[0x0b, 0x1f],
	[0x7f, 0x9f],
	[0xad, 0xad],
	[0x34f, 0x34f],
	[0x600, 0x605],
	[0x61c, 0x61c],
	[0x6dd, 0x6dd],
	[0x70f, 0x70f],
	[0x890, 0x891],
	[0x8e2, 0x8e2],
	[0x115f, 0x1160],
	[0x17b4, 0x17b5],
	[0x180b, 0x180f],
	[0x200b, 0x200f],
	[0x2028, 0x202e],
	[0x2060, 0x206f],
	[0x2800, 0x2800],
	[0x3164, 0x3164],
	[0xd804, 0xd804],
	[0xd80d, 0xd80d],
	[0xd82f, 0xd82f],
	[0xd834, 0xd834],
	[0xdb40, 0xdb43],
	[0xfe00, 0xfe0f],
	[0xfeff, 0xfeff],
	[0xffa0, 0xffa0],
	[0xfff0, 0xfffb],
];
const ESCAPES = ["\\u", "\\r", "\\b", "\\f"];
const BACKSLASH = 0x5c;
const LOOK = 1;
const ESCAPE = 2;
/** By unit: whether to look closer there. */
const UNITS = new Uint8Array(0x1_0000);
for (const [first, last] of UNSEEN_RANGES) UNITS.fill(LOOK, first, last + 1);
UNITS[BACKSLASH] = ESCAPE;

/** A quick look: false only for a JSON text in which everything is seen. Nearly every message ends here. */
export function mayHide(text: string): boolean {
	// In native code, which is the sooner done for most.
	if (!mayHideCharacters(text) && !hasEscape(text)) return false;
	for (let at = 0; at < text.length; at++) {
		const unit = UNITS[text.charCodeAt(at)];
		if (unit === LOOK || (unit === ESCAPE && mayHideEscaped(text, ++at))) return true;
	}
	return mayStackMarks(text);
}

/** Of those that may stand for what is not seen. */
function hasEscape(text: string): boolean {
	return ESCAPES.some((each) => text.includes(each));
}

/** `at`: what the backslash is before. */
function mayHideEscaped(text: string, at: number): boolean {
	const letter = text[at];
	return letter === "u" || letter === "b" || letter === "f" || (letter === "r" && !text.startsWith("\\n", at + 1));
}
