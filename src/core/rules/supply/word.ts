import { spanWithin } from "../../config/escapes.ts";
import type { ConfigDocument, Located } from "../../config/server.ts";
import type { Span } from "../../text.ts";

/** A word of a launch line: a whole argument, or a part of one that holds a line for a shell. */
export interface Word {
	/** Without the quotes of a shell. */
	readonly text: string;
	readonly argument: Located<string>;
	/** Its place in `argument.value`. */
	readonly from: number;
	readonly to: number;
}

/** An argument as it is. */
export function wholeWord(argument: Located<string>): Word {
	return { text: argument.value, argument, from: 0, to: argument.value.length };
}

/** Where a word stands in the file. */
export function wordSpan(document: ConfigDocument, { argument, from, to }: Word): Span {
	return from === 0 && to === argument.value.length ? argument.span : spanWithin(document.text, argument, from, to);
}

/** A part of a word that holds no quotes and no escapes of a shell; of any other word all of it. */
export function partOfWord(word: Word, from: number, to: number): Word {
	if (word.argument.value.slice(word.from, word.to) !== word.text) return word;
	return { text: word.text.slice(from, to), argument: word.argument, from: word.from + from, to: word.from + to };
}
