/**
 * Parts of a path that a server may take for a path of their own: behind a blank, where a shell parts words, behind `=`, `@` and quotes,
 * where programs have options and files of values, and between the signs that part lists.
 */

/** What else a text names. A blank in a name is a blank to nearly everybody: a word that is relative counts only in a list. */
export interface NamedWithin {
	/** Absolute paths, each once. */
	readonly absolute: readonly string[];
	/** Relative paths that a list may have, each once. */
	readonly relative: readonly string[];
}

/** More than any honest name has. */
const MOST = 32;
/** What parts words. */
const BREAK = /[\s,;:=@|<>{([&"']/g;
const LIST = ",;:|";
const LIST_BREAK = /[,;:|]/;
const HOME = /^~[\w.-]*(?:[/\\]|$)/;
/** An option with its value in one word: `-o/etc/x`. */
const GLUED = /^--?\w?(?:[/~]|\.\.)/;

/** Null: a home is among them, a share, an option that holds a path, or so many that it is no name. */
export function namedWithin(text: string): NamedWithin | null {
	const absolute = new Set<string>();
	const relative = new Set<string>();
	const breaks = [...text.matchAll(BREAK)].map(({ index }) => index);
	for (const [i, at] of breaks.entries()) {
		const rest = text.slice(at + 1);
		if (HOME.test(rest) || rest.startsWith("//") || (/\s/.test(text.charAt(at)) && GLUED.test(rest))) return null;
		if (rest.startsWith("/")) {
			absolute.add(rest);
			absolute.add(text.slice(at + 1, breaks[i + 1]));
		} else if (LIST.includes(text.charAt(at)) && !isTime(text, at)) {
			const [item = ""] = rest.split(LIST_BREAK, 1);
			if (item.trim() !== "") relative.add(item.trim());
		}
		if (absolute.size + relative.size > MOST) return null;
	}
	// A file of values, to many programs.
	if (text.startsWith("@") && text.length > 1 && !text.startsWith("@/")) relative.add(text.slice(1));
	return { absolute: [...absolute], relative: [...relative] };
}

/** A colon as in `12:30`. */
function isTime(text: string, at: number): boolean {
	return text[at] === ":" && /^\d:\d$/.test(text.slice(at - 1, at + 2));
}
