import { MOST_MARKS } from "./normalized.ts";
import type { Span } from "./text.ts";

/**
 * Characters that nobody sees and that change what a text is: controls, those that turn the direction of the line, blanks without
 * width, tags, variation selectors and fillers. Alone or in a run. Line breaks and tabs are not among them: scripts have them.
 */
const UNSEEN = /(?:(?![\t\n\r])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800\u2028\u2029])+/gu;
/** Nearly every text ends here. */
const PLAIN = /^[\x20-\x7e]*$/;

/** A quick look before `hiddenCharacters`: false only where there are none. */
export function mayHideCharacters(text: string): boolean {
	return !PLAIN.test(text);
}

/**
 * Where a text holds what is not seen, or more marks upon one letter than any script has, and is not a part of how a script or an emoji is written; in order, the first `most` of them,
 * empty for an honest text.
 */
export function hiddenCharacters(text: string, most: number): readonly Span[] {
	if (!mayHideCharacters(text)) return [];
	const stacks = tooManyMarks(text, most);
	const found: Span[] = [];
	let next = 0;
	// Looked for once: a text of marks would be looked through for each of them.
	let known: boolean | undefined;
	const runsLeft = () => {
		known ??= RIGHT_TO_LEFT.test(text);
		return known;
	};
	for (const match of text.matchAll(UNSEEN)) {
		for (let stack = stacks[next]; stack !== undefined && stack.offset < match.index; stack = stacks[++next]) found.push(stack);
		if (found.length >= most) break;
		const [run] = match;
		const last = found.at(-1);
		// Joiners between the marks of a stack are told with it.
		if (last !== undefined && match.index < last.offset + last.length) continue;
		if (!isWriting(run, before(text, match.index), after(text, match.index + run.length), runsLeft))
			found.push({ offset: match.index, length: run.length });
	}
	return [...found, ...stacks.slice(next)].slice(0, most);
}

/**
 * Marks upon a letter that are of no one script: accents, and the vowels of Arabic. Phonetic writing, the Koran and old manuscripts have four or five; with
 * more, a letter grows over the lines around it.
 */
const MOST_GENERAL = 8;
const ONE_STACK = new RegExp(`[\\p{M}\\p{Cf}\\p{Default_Ignorable_Code_Point}]{${MOST_GENERAL + 1},}`, "u");
const STACK = new RegExp(ONE_STACK.source, "gu");
const UNSEEN_MARK = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/u;
const GENERAL_MARK = /(?=\p{Script=Inherited})\p{M}/u;

/** A quick look: false only where no letter bears more marks than any script writes. Escapes are not read. */
export function mayStackMarks(text: string): boolean {
	return mayHideCharacters(text) && ONE_STACK.test(text);
}

/** Of each run of marks what is beyond any script: from the first one too many to the last. Each begins and ends with a mark that is seen. */
function tooManyMarks(text: string, most: number): readonly Span[] {
	const found: Span[] = [];
	for (const match of text.matchAll(STACK)) {
		if (found.length >= most) break;
		let [marks, general, at] = [0, 0, match.index];
		let [first, end] = [-1, -1];
		for (const character of match[0]) {
			if (!UNSEEN_MARK.test(character)) {
				marks++;
				if (GENERAL_MARK.test(character)) general++;
				const isBeyond = marks > MOST_MARKS || general > MOST_GENERAL;
				if (isBeyond && first < 0) first = at;
				end = at + character.length;
			}
			at += character.length;
		}
		if (first >= 0) found.push({ offset: first, length: end - first });
	}
	return found;
}

/** Turns the direction of what follows, whatever the script: with it a text reads otherwise than it is. */
const OVERRIDE = /[\u202a-\u202e\u2066-\u2069]/u;
const JOINERS = /^[\u200c\u200d]$/u;
/** Of direction, and the signs of Arabic numbers, which Unicode counts among the characters for format. */
const MARKS = /^[\u200e\u200f\u061c\u0600-\u0605\u06dd\u08e2]+$/u;
/** Letters of scripts that are written with joiners, and that run from right to left. */
const JOINED_SCRIPT =
	/[\p{scx=Arab}\p{scx=Syrc}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}\p{scx=Tibt}\p{scx=Mong}]/u;
const RIGHT_TO_LEFT = /[\p{sc=Arab}\p{sc=Hebr}\p{sc=Syrc}\p{sc=Thaa}\p{sc=Nkoo}]/u;
const EMOJI = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Emoji_Component}]/u;

/** Joiners, marks and selectors belong to how people write. */
function isWriting(run: string, previous: string, next: string, runsLeft: () => boolean): boolean {
	if (OVERRIDE.test(run)) return false;
	if (run === "\ufe0f" || run === "\ufe0e") return EMOJI.test(previous) || /[\p{So}\p{Sm}\p{P}]/u.test(previous);
	// An emoji that is made of several: family, flag in a colour.
	if (run === "\u200d" || run === "\ufe0f\u200d") return (EMOJI.test(previous) && EMOJI.test(next)) || JOINED_SCRIPT.test(previous);
	if (JOINERS.test(run)) return JOINED_SCRIPT.test(previous);
	if (MARKS.test(run)) return runsLeft();
	// The flags of England, Scotland and Wales; any other tag is text that only a machine reads.
	if (previous === "\u{1f3f4}") return FLAGS.test(run);
	// One form of a character, in East Asian and Mongolian text.
	if (/^[\u180b-\u180f]$/u.test(run)) return /\p{sc=Mong}/u.test(previous);
	return /^(?:[\ufe00-\ufe02]|[\u{e0100}-\u{e01ef}])$/u.test(run) && /\p{sc=Han}/u.test(previous);
}

const FLAGS = /^\u{e0067}\u{e0062}(?:\u{e0065}\u{e006e}\u{e0067}|\u{e0073}\u{e0063}\u{e0074}|\u{e0077}\u{e006c}\u{e0073})\u{e007f}$/u;

function before(text: string, at: number): string {
	const last = text.charCodeAt(at - 1);
	return at === 0 ? "" : String.fromCodePoint(text.codePointAt(last >= 0xdc00 && last <= 0xdfff && at > 1 ? at - 2 : at - 1) ?? 0);
}

function after(text: string, at: number): string {
	return at >= text.length ? "" : String.fromCodePoint(text.codePointAt(at) ?? 0);
}
