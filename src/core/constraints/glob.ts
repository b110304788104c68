import { normalized } from "../normalized.ts";
import { matchesRuns } from "../policy/wildcards.ts";

/**
 * Whether a text fits a glob, letter for letter: `*` stands for any characters but `/`, `**` between slashes for any number of
 * segments, `?` for one character but `/`. Unlike a list of what is forbidden, nothing is folded: what looks alike is not the same.
 */
export function fitsGlob(text: string, glob: string): boolean {
	const segments = text.split("/");
	if (leadsElsewhere(text)) return false;
	return matchesRuns(segments, glob.split("/"), (wanted) => wanted === "**", fitsSegment);
}

/** `https://host/..` is a fit for `https://host/**`, and another address; so is what a URL parser, or a server that decodes it, makes into it. */
function leadsElsewhere(text: string): boolean {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop some of them
	if (/[\u0000-\u001f\u007f-\u009f]/.test(text)) return true;
	let reading = text;
	for (let depth = 0; depth < 4; depth++) {
		if (reading.split(/[/\\?#;]/).some((segment) => /^\.{1,2}$/.test(segment.trim()))) return true;
		const next = normalized(reading, "NFKC").replace(/%([0-9a-f]{2})/gi, (_escape, hex: string) =>
			String.fromCharCode(Number.parseInt(hex, 16)),
		);
		if (next === reading) return false;
		reading = next;
	}
	// Encoded over and over: nobody does that without a reason.
	return true;
}

function fitsSegment(segment: string, wanted: string): boolean {
	return matchesRuns([...segment], [...wanted], (each) => each === "*", isSameCharacter);
}

function isSameCharacter(character: string, wanted: string): boolean {
	return wanted === "?" || wanted === character;
}

/** True when every text that fits `narrow` surely fits `wide`. False may mean that it cannot be told. */
export function coversGlob(wide: string, narrow: string): boolean {
	return matchesRuns(narrow.split("/"), wide.split("/"), (wanted) => wanted === "**", coversSegment);
}

function coversSegment(narrow: string, wide: string): boolean {
	if (narrow === "**") return false;
	return matchesRuns(
		[...narrow],
		[...wide],
		(each) => each === "*",
		(character, wanted) => character !== "*" && isSameCharacter(character, wanted),
	);
}
