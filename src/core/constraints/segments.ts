import { matchesRuns } from "../policy/wildcards.ts";

/** Parts of a text between slashes, and of a glob: `**` is any number of parts, `*` any characters of one, `?` one of them. */

/** Whether a path fits a glob, part for part. No wildcard stands for the nothing between two slashes: many programs begin anew there. */
export function fitsSegments(path: string, glob: string): boolean {
	return emptySegments(path) === emptySegments(glob) && fitsFreely(path, glob);
}

/** The same for a text that is no path, such as a query. */
export function fitsFreely(text: string, glob: string): boolean {
	return matchesRuns(text.split("/"), glob.split("/"), isAnySegments, fitsSegment);
}

export function fitsSegment(segment: string, wanted: string): boolean {
	return matchesRuns([...segment], [...wanted], isAnyCharacters, isSameCharacter);
}

/** True when every path that fits `narrow` surely fits `wide`. */
export function coversSegments(wide: string, narrow: string): boolean {
	return (
		emptySegments(wide) === emptySegments(narrow) &&
		matchesRuns(narrow.split("/"), wide.split("/"), isAnySegments, (each, wanted) => coversSegment(wanted, each))
	);
}

export function coversSegment(wide: string, narrow: string): boolean {
	if (narrow === "**") return false;
	return matchesRuns(
		[...narrow],
		[...wide],
		isAnyCharacters,
		(character, wanted) => character !== "*" && isSameCharacter(character, wanted),
	);
}

/** Those between two slashes; not the one before the first, nor the one behind the last. */
function emptySegments(path: string): number {
	return path
		.split("/")
		.slice(1, -1)
		.filter((segment) => segment === "").length;
}

function isAnySegments(wanted: string): boolean {
	return wanted === "**";
}

function isAnyCharacters(wanted: string): boolean {
	return wanted === "*";
}

function isSameCharacter(character: string, wanted: string): boolean {
	return wanted === "?" || wanted === character;
}
