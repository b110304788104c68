import { hiddenCharacters, mayHideCharacters } from "./hidden-characters.ts";

/** What a text held that drives a terminal, or that nobody sees. `ansi`: the beginning of a terminal's command; `marks`: more of them upon one letter than any script has. */
export type HiddenKind = "ansi" | "control" | "bidi" | "invisible" | "marks";

/** A return that ends no line puts the next words over these. */
const LONE_RETURN = /\r(?!\n)/g;
/** Of a run: a reader is not to be buried under it. */
const MOST_SHOWN = 32;

/**
 * Text for a model or a screen, with what drives a terminal, what nobody sees and marks beyond all writing shown as its code, `\u{1b}`: nothing is lost, and nothing
 * works. Line breaks and tabs stay, and so does what people write with: joiners and selectors in emoji and in the scripts that need them,
 * marks of direction in text from right to left, soft hyphens in words, the mark at a file's beginning. `met` is told what there was.
 */
export function visibleText(text: string, met: (kind: HiddenKind) => void): string {
	if (!text.includes("\r") && !mayHideCharacters(text)) return text;
	const parts: string[] = [];
	let at = 0;
	for (const { offset, length } of hiddenCharacters(text, Number.POSITIVE_INFINITY)) {
		const run = text.slice(offset, offset + length);
		if (isOfText(run, text, offset)) continue;
		parts.push(text.slice(at, offset), shown(run, met));
		at = offset + length;
	}
	const visible = at === 0 ? text : [...parts, text.slice(at)].join("");
	return visible.replace(LONE_RETURN, () => {
		met("control");
		return code("\r");
	});
}

/** Breaks between the words of scripts that set none. */
const UNSPACED = /[\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}\p{sc=Tibt}]/u;
/** They end lines, and a blank that is drawn as dots: seen, in one way or another. */
const SEEN = /^[\u2028\u2029\u2800]$/u;

function isOfText(run: string, text: string, offset: number): boolean {
	if (run === "\ufeff") return offset === 0;
	if (run !== "\u00ad" && run !== "\u200b") return false;
	const [before, after] = [text[offset - 1] ?? "", text[offset + 1] ?? ""];
	return run === "\u200b" ? UNSPACED.test(before) && UNSPACED.test(after) : /\p{L}/u.test(before) && /\p{L}/u.test(after);
}

function shown(run: string, met: (kind: HiddenKind) => void): string {
	const characters = [...run];
	const codes = characters.slice(0, MOST_SHOWN).map((character) => {
		if (SEEN.test(character)) return character;
		met(kindOf(character));
		return code(character);
	});
	const more = characters.length - codes.length;
	return `${codes.join("")}${more === 0 ? "" : `…[${more} more]`}`;
}

function kindOf(character: string): HiddenKind {
	if (character === "\u001b" || character === "\u009b") return "ansi";
	if (/\p{Cc}/u.test(character)) return "control";
	if (/\p{Bidi_Control}/u.test(character)) return "bidi";
	return /(?!\p{Default_Ignorable_Code_Point})\p{M}/u.test(character) ? "marks" : "invisible";
}

function code(character: string): string {
	return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
