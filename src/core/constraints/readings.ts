import { hasLongRun, normalized } from "../normalized.ts";

/**
 * What a server might take a text for, when it is meant to be a path. A constraint holds for a path only if it does for every
 * reading: nobody here knows what the server's own code makes of it.
 */

/** Times that a text is decoded at most: an encoded encoding is one more. */
const DEPTH = 3;

/** The readings of a path, the text itself first. Null: no honest path looks like this. */
export function readingsOf(text: string): readonly string[] | null {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: what no path of a person holds
	if (text === "" || text.length > 4096 || /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/.test(text) || /\p{Surrogate}/u.test(text))
		return null;
	if (hasLongRun(text)) return null;
	const readings = new Set<string>([text]);
	let newest: readonly string[] = [text];
	for (let depth = 0; depth < DEPTH; depth++) {
		const next = newest.flatMap((reading) => [decoded(reading), folded(reading), slashed(reading), seen(reading)]);
		newest = [...new Set(next)].filter((reading) => !readings.has(reading));
		for (const reading of newest) readings.add(reading);
		if (readings.size > 64) return null;
	}
	// Still another reading after the last round: somebody has wrapped it on purpose.
	if (newest.some((reading) => [decoded(reading), folded(reading), slashed(reading), seen(reading)].some((more) => !readings.has(more))))
		return null;
	return [...readings].some(isExpanded) ? null : [...readings];
}

function decoded(text: string): string {
	if (!text.includes("%")) return text;
	// What is not an escape stays, as careless decoders leave it.
	return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (escapes) => {
		try {
			return decodeURIComponent(escapes);
		} catch {
			return "\0";
		}
	});
}

function folded(text: string): string {
	return normalized(text, "NFKC");
}

/** Also what some systems take for a slash, having no such letter. */
function slashed(text: string): string {
	return text.replace(/[\\\u2044\u2215\u29f8]/g, "/");
}

/** Without what cannot be seen, and what some programs cut off at both ends. */
function seen(text: string): string {
	return text.replace(/\p{Default_Ignorable_Code_Point}/gu, "").trim();
}

/** Where a shell, a library or a program's arguments would put something else: a home, a variable, a URL, an option. Where a path goes up or a NUL ends it. */
function isExpanded(text: string): boolean {
	return (
		text === "" ||
		text.includes("\0") ||
		/^~|[$`]|%u[0-9a-f]{4}|^[A-Za-z][A-Za-z0-9+.-]*:|%[A-Za-z_]\w*%|^['"]/i.test(text) ||
		// Options, words of version control for other places, other programs and what they write.
		/^[-:|!&<>]|\|$/.test(text) ||
		text.startsWith("//") ||
		text.split("/").some((segment) => /^\.\.[. ]*$|^\.{1,2}[*?[]/.test(segment)) ||
		text.split(/[\s/,;:=@|<>{}"'?#&]/).includes("..") ||
		isAlternative(text)
	);
}

/** What a shell makes several texts of: `{a,b}`, `{1..3}`, `@(a|..)`. */
function isAlternative(text: string): boolean {
	const brace = text.indexOf("{");
	if (brace >= 0 && (text.includes(",", brace) || text.includes("..", brace))) return true;
	const group = text.search(/[@?*+!]\(/);
	return group >= 0 && text.includes("..", group);
}
