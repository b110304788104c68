import { normalized } from "../normalized.ts";
import { type PhraseKind, SPACED, UNSPACED } from "./foreign-phrases.ts";

/** A word in the order of its text, and where it stands; an empty one for each that the end of a sentence counts as. */
interface Word {
	readonly text: string;
	readonly start: number;
	readonly end: number;
}

/** Where a phrase of a kind stands in the text. */
interface Found {
	readonly kind: PhraseKind;
	readonly start: number;
	readonly end: number;
}

/** Words that may lie between two steps of a phrase, and characters where no blanks part words. */
const REACH = 6;
const REACH_UNSPACED = 12;

/**
 * Phrases in other languages than English that speak to the model, one of a kind at most. In a time that grows with the text: each word is looked up, and
 * moves on the phrases that it is in.
 *
 * @param text in small letters, with Latin letters for those that look like one, as `fold` of `suspicious.ts` gives it
 * @param words of that text
 */
export function foreignPhrases(text: string, words: Iterable<Word>, fold: (text: string) => string): readonly Found[] {
	lexicon ??= compiled(fold);
	const found = new Map<PhraseKind, Found>();
	const states = new Map<number, { readonly at: number; readonly start: number }>();
	let index = 0;
	for (const { text: word, start, end } of words) {
		if (word !== "")
			for (const { id, kind, step, isFirst, isLast } of lexicon.stepsOf(word)) {
				const before = isFirst ? { at: index, start } : states.get(id - 1);
				if (before === undefined || index - before.at > REACH) continue;
				states.set(id, { at: index, start: before.start });
				if (isLast && step > 0 && !found.has(kind)) found.set(kind, { kind, start: before.start, end });
			}
		index++;
	}
	if (EAST_ASIAN.test(text))
		for (const { kind, pattern } of lexicon.patterns) {
			const match = found.has(kind) ? null : pattern.exec(text);
			if (match !== null) found.set(kind, { kind, start: match.index, end: match.index + match[0].length });
		}
	return [...found.values()];
}

const EAST_ASIAN = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/u;

/** A place in a phrase. The steps of one phrase have ids that follow one another. */
interface Step {
	readonly id: number;
	readonly kind: PhraseKind;
	readonly step: number;
	readonly isFirst: boolean;
	readonly isLast: boolean;
}

interface Lexicon {
	readonly patterns: readonly { readonly kind: PhraseKind; readonly pattern: RegExp }[];
	/** The last steps first: a word does not follow itself. */
	stepsOf(word: string): readonly Step[];
}

let lexicon: Lexicon | undefined;
const KINDS: readonly PhraseKind[] = ["secrecy", "override", "order", "conversation"];
const LONGEST_BEGINNING = 16;

function compiled(fold: (text: string) => string): Lexicon {
	const [whole, plain, beginnings] = [new Map<string, Step[]>(), new Map<string, Step[]>(), new Map<string, Step[]>()];
	let id = 0;
	for (const language of SPACED)
		for (const kind of KINDS)
			for (const line of language[kind]) {
				const steps = line.split(" > ");
				steps.forEach((words, step) => {
					const place: Step = { id: ++id, kind, step, isFirst: step === 0, isLast: step === steps.length - 1 };
					for (const written of words.split(" "))
						for (const word of foldings(written.replace("*", ""), fold)) {
							const [map, key] =
								language.exact === true ? [whole, word] : [written.endsWith("*") ? beginnings : plain, withoutAccents(word)];
							map.set(key, [place, ...(map.get(key) ?? [])]);
						}
				});
				// No step of the next line follows the last one of this.
				id++;
			}
	const alternatives = (words: string) => `(?:${words.split(" ").map(fold).join("|")})`;
	const between = `[^。!?;\\n]{0,${REACH_UNSPACED}}?`;
	return {
		patterns: UNSPACED.flatMap((language) =>
			KINDS.flatMap((kind) =>
				language[kind].map((line) => ({ kind, pattern: new RegExp(line.split(" > ").map(alternatives).join(between), "u") })),
			),
		),
		stepsOf(word) {
			const bare = withoutAccents(word);
			const found = [...(whole.get(word) ?? []), ...(plain.get(bare) ?? [])];
			for (let length = Math.min(bare.length, LONGEST_BEGINNING); length > 1; length--)
				found.push(...(beginnings.get(bare.slice(0, length)) ?? []));
			return found.length < 2 ? found : found.sort((a, b) => b.step - a.step);
		},
	};
}

/** A capital may look like another letter than the small one does. */
function foldings(word: string, fold: (text: string) => string): ReadonlySet<string> {
	const capital = word.toUpperCase();
	return new Set([word, capital.slice(0, 1) + word.slice(1), capital].map(fold));
}

const ACCENTS = /[\u0300-\u036f\u064b-\u0655]/g;
const UNPARTED: ReadonlyMap<string, string> = new Map([
	["ı", "i"],
	["ł", "l"],
	["đ", "d"],
	["ß", "ss"],
]);

/** People leave accents out, and so may who does not want to be found. */
function withoutAccents(word: string): string {
	if (/^[\0-\x7f]*$/.test(word)) return word;
	return normalized(word.slice(0, MOST_LETTERS), "NFD")
		.replace(ACCENTS, "")
		.replace(/[ıłđß]/g, (letter) => UNPARTED.get(letter) ?? letter);
}

/** No word of a phrase is longer. */
const MOST_LETTERS = 64;
