import { hiddenCharacters } from "../hidden-characters.ts";
import { hasLongRun, normalized } from "../normalized.ts";

/**
 * Texts that a glob fits as they stand, and that a URL parser, a file system or a server that decodes them takes to another place.
 */

/** Times that a text is decoded at most. Encoded more often: nobody does that without a reason. */
const DEPTH = 4;

/** What a program may read of a text, the text first. Null: it goes up on the way, holds what nobody sees, or has no end. */
function readings(text: string): readonly string[] | null {
	const all: string[] = [];
	let reading = text;
	for (let depth = 0; depth < DEPTH; depth++) {
		if (!isSeen(reading) || goesUp(reading)) return null;
		all.push(reading);
		const next = decoded(normalized(reading, "NFKC"));
		if (next === reading) return all;
		if (next === null) return null;
		reading = next;
	}
	return null;
}

/** `https://host/..` is a fit for `https://host/**`, and another address; so is what becomes one. */
export function leadsElsewhere(text: string): boolean {
	return readings(text) === null;
}

/** How many slashes of either kind a text gets when it is decoded: `a%2fb` and `a／b` get one. */
export function hiddenSlashes(text: string): number {
	const [first = 0, ...more] = (readings(text) ?? [text]).map(slashes);
	return Math.max(first, ...more) - first;
}

function slashes(text: string): number {
	return text.split(/[/\\]/).length - 1;
}

/** Without controls, halves of characters, marks without end, and whatever else nobody sees. */
function isSeen(text: string): boolean {
	return (
		// biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop some of them
		!/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) &&
		!/\p{Surrogate}/u.test(text) &&
		!hasLongRun(text) &&
		hiddenCharacters(text, 1).length === 0
	);
}

/** Between signs that part a path or a list, for whoever parts it there. Some systems take other lines for a slash, and drop dots and blanks at an end. */
function goesUp(text: string): boolean {
	const plain = text.replace(/\p{Default_Ignorable_Code_Point}/gu, "");
	return (
		plain.split(/[/\\?#;\u2044\u2215\u29f8]/).some((part) => /^\.(?:\.[. ]*)?$/.test(part.trim())) ||
		plain.split(/[/\\?#;:,=&|\u2044\u2215\u29f8]/).some((part) => part.trim() === "..")
	);
}

/** Null: it holds escapes of no text, such as the long forms of a dot that old decoders took. */
function decoded(text: string): string | null {
	if (!text.includes("%")) return text;
	if (/%u[0-9a-f]{4}/i.test(text)) return null;
	try {
		return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => decodeURIComponent(escapes));
	} catch {
		return null;
	}
}
