import { normalized } from "../normalized.ts";
import { matchesRuns } from "./wildcards.ts";

/**
 * Which names and paths a list of patterns means. Time is bounded by the product of the lengths: a policy of the workspace may have
 * written the pattern, and a server the name.
 */

/**
 * A name as the least careful file system compares it: without regard to case, to forms of one letter, to what cannot be seen, to
 * dots and blanks at the end, and to what NTFS takes for a stream of the file.
 */
function folded(name: string): string {
	if (/^[\x21-\x39\x3b-\x7e]*$/.test(name) && !name.endsWith(".")) return name.toLowerCase();
	const [stem = ""] = name.split(":");
	const seen = normalized(stem, "NFKC")
		.toUpperCase()
		.toLowerCase()
		.replace(/\p{Default_Ignorable_Code_Point}/gu, "");
	let end = seen.length;
	while (end > 1 && (seen[end - 1] === "." || seen[end - 1] === " ")) end--;
	return seen.slice(0, end);
}

/** Matches names of files and folders against names and globs, in which `*` stands for any characters and `?` for one. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
	const exact = new Set<string>();
	const globs: ((plain: string) => boolean)[] = [];
	for (const pattern of patterns) {
		if (!/[*?]/.test(pattern)) exact.add(folded(pattern));
		else globs.push(globMatcher(pattern.toLowerCase()));
	}
	return (name) => {
		const plain = folded(name);
		return exact.has(plain) || globs.some((matchesGlob) => matchesGlob(plain));
	};
}

function globMatcher(glob: string): (plain: string) => boolean {
	const [before = "", after, ...more] = glob.split("*");
	// Nearly all: one star, or none but with question marks.
	if (after !== undefined && more.length === 0 && !glob.includes("?"))
		return (plain) => plain.length >= before.length + after.length && plain.startsWith(before) && plain.endsWith(after);
	return (plain) => matchesRuns(plain, glob, (wanted) => wanted === "*", isSameCharacter);
}

/**
 * Matches absolute paths against patterns of a policy: `*.key` (also with `**` and a slash before it) in any folder, `secrets/**` and what is in it wherever it
 * stands, `/data/*.db` from the root. `**` stands for any folders, or none.
 */
export function pathMatcher(patterns: readonly string[]): (absolute: string) => boolean {
	const names = nameMatcher(patterns.flatMap((pattern) => nameAlone(pattern) ?? []));
	const paths = patterns
		.filter((pattern) => nameAlone(pattern) === null)
		.map((pattern) => {
			const segments = pattern.split("/").filter(Boolean);
			return (pattern.startsWith("/") ? segments : ["**", ...segments]).map((text) => ({ text, matches: nameMatcher([text]) }));
		});
	return (absolute) => {
		const segments = absolute.split("/").filter(Boolean);
		return (
			names(segments.at(-1) ?? "") || paths.some((pattern) => matchesRuns(segments, pattern, (each) => each.text === "**", isSameSegment))
		);
	};
}

/** Of a pattern that means a name in any folder: that name. */
function nameAlone(pattern: string): string | null {
	const name = pattern.replace(/^(?:\*\*\/)+/, "");
	return name.includes("/") || name === "**" ? null : name;
}

interface Segment {
	readonly text: string;
	readonly matches: (name: string) => boolean;
}

function isSameCharacter(character: string, wanted: string): boolean {
	return wanted === "?" || wanted === character;
}

function isSameSegment(name: string, wanted: Segment): boolean {
	return wanted.matches(name);
}
