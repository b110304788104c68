import { normalized } from "../../normalized.ts";
import { paired, TWIN_LETTERS } from "../../twin-letters.ts";

/** Twins of Latin letters, and those that come near enough in a short name. */
const LATIN_OF: ReadonlyMap<string, string> = new Map([...TWIN_LETTERS, ...paired("ӏкмнтвκτεη", "lkmhtbkten")]);

/** What a name looks like: two names of the same shape are one to a person, who sees neither case nor script. */
export function shapeOfName(name: string): string {
	if (/^[a-z0-9_.-]*$/.test(name)) return name;
	return withoutLookalikes(normalized(name, "NFKC").replace(/\p{Default_Ignorable_Code_Point}/gu, "")).toLowerCase();
}

/** With Latin letters in place of those that are drawn alike; the same text where there are none. */
function withoutLookalikes(name: string): string {
	return /^[\x20-\x7e]*$/.test(name) ? name : [...name].map((letter) => LATIN_OF.get(letter) ?? letter).join("");
}

/** The name that a name pretends to be: it mixes Latin letters and ones that are drawn alike in one word. Null: it does not. */
export function pretended(name: string): string | null {
	if (/^[\x20-\x7e]*$/.test(name)) return null;
	const mixed = (name.match(/[\p{L}\p{M}]+/gu) ?? []).some(
		(word) =>
			/\p{sc=Latn}/u.test(word) &&
			[...word].every((letter) => /[\p{sc=Latn}\p{M}]/u.test(letter) || LATIN_OF.has(letter)) &&
			[...word].some((letter) => LATIN_OF.has(letter)),
	);
	return mixed ? withoutLookalikes(name) : null;
}
