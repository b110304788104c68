import { mayHideCharacters } from "../hidden-characters.ts";
import { type HiddenKind, visibleText } from "../visible-text.ts";
import { changed, type Source } from "./exchange.ts";
import { find } from "./json-text.ts";
import { Meta } from "./rewrite.ts";
import { decode, rewriteStrings, stringsOf } from "./string-rewrite.ts";

const BACKSLASH = 92;
/** Short escapes of characters that drive a terminal: a backspace, a form feed, a return. */
const SHORT = new Set(["b", "f", "r"].map((letter) => letter.charCodeAt(0)));

/** What a host sends back letter for letter, and shows to nobody. */
const OPAQUE: readonly (readonly string[])[] = [
	["id"],
	["method"],
	["jsonrpc"],
	["result", "nextCursor"],
	["result", "requestState"],
	["result", "_meta", Meta.subscriptionId],
	["params", "progressToken"],
	["params", "requestId"],
	["params", "_meta", Meta.subscriptionId],
];

/** A message of the server with every text in it made visible: keys, names, descriptions, results, errors. One without need is given back as it is. */
export function visibleMessage(source: Source, met: (kind: HiddenKind) => void): Source {
	const { text } = source;
	if (!mayHide(text)) return source;
	const quiet = (): void => {};
	let isHidden = false;
	for (const { start, end } of stringsOf(text)) {
		const value = decode(text.slice(start, end));
		isHidden ||= visibleText(value, quiet) !== value;
	}
	if (!isHidden) return source;
	const envelope = OPAQUE.map((path) => find(text, ...path)).filter((place) => place !== null);
	return changed(source, rewriteStrings(text, envelope, { string: (value) => visibleText(value, met) }));
}

/** Nearly every message ends here. */
function mayHide(text: string): boolean {
	return mayHideCharacters(text) || ["\\u", "\\r", "\\b", "\\f"].some((short) => text.includes(short));
}

/** Of plain JSON, which is ASCII and has short escapes alone: whether one of them stands for a character that drives a terminal. */
export function mayDriveTerminal(bytes: Uint8Array): boolean {
	const first = bytes.indexOf(BACKSLASH);
	if (first === -1) return false;
	for (let at = first; at < bytes.length; at++) if (bytes[at] === BACKSLASH && SHORT.has(bytes[++at] ?? 0)) return true;
	return false;
}
