import { matchesRuns } from "../policy/wildcards.ts";

/**
 * Whether a text fits a glob, letter for letter: `*` stands for any characters but `/`, `**` between slashes for any number of
 * segments, `?` for one character but `/`. Unlike a list of what is forbidden, nothing is folded: what looks alike is not the same.
 */
export function fitsGlob(text: string, glob: string): boolean {
	const segments = text.split("/");
	// `https://host/..` is a fit for `https://host/**`, and another address.
	if (segments.some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment))) return false;
	return matchesRuns(segments, glob.split("/"), (wanted) => wanted === "**", fitsSegment);
}

function fitsSegment(segment: string, wanted: string): boolean {
	return matchesRuns([...segment], [...wanted], (each) => each === "*", isSameCharacter);
}

function isSameCharacter(character: string, wanted: string): boolean {
	return wanted === "?" || wanted === character;
}
