import type { ServerEntry, StdioServer } from "../config/server.ts";
import { LastOf } from "./last-of.ts";
import { FOREIGN, WordFinder } from "./word-finder.ts";

/** The texts of an entry in one, to see in one look that it holds nothing of what a rule is about. */
export interface EntryTexts {
	/** The command and its arguments; empty for a remote server. */
	readonly launch: string;
	/**
	 * True where a word of the launch line may read otherwise than it stands there (quotes and escapes of a shell, code in base64), or
	 * where there is too much to look through it for every rule: then no rule may be passed over. So it is for a remote server, too.
	 */
	readonly twisted: boolean;
	/** Which lists of words that holds one of, and the names and the values of the variables: for {@link entryHolds}. */
	readonly launchMarks: number;
	readonly nameMarks: number;
	readonly valueMarks: number;
}

/** What parts two texts. No form that is looked for has it. */
const BETWEEN = "\0";
const TWISTED: readonly string[] = ['"', "'", "`", "\\", "^", "powersh", "pwsh"];
/** Characters of the line, and of the variables. */
const LONGEST = 4096;

const REMOTE: EntryTexts = { launch: "", twisted: true, launchMarks: 0, nameMarks: 0, valueMarks: 0 };
const known = new LastOf<ServerEntry, EntryTexts>();

export function entryTexts(server: ServerEntry): EntryTexts {
	if (server.kind !== "stdio") return REMOTE;
	const before = known.get(server);
	if (before !== undefined) return before;
	const texts = read(server);
	known.set(server, texts);
	return texts;
}

function read({ command, args, env }: StdioServer): EntryTexts {
	let launch = command.value;
	for (const { value } of args) launch += BETWEEN + value;
	let lengths = 0;
	let nameMarks = 0;
	let valueMarks = 0;
	for (const { name, value } of env) {
		lengths += name.value.length + value.value.length;
		if (lengths > LONGEST) return REMOTE;
		nameMarks |= OF_NAMES.marksIn(name.value);
		valueMarks |= OF_VALUES.marksIn(value.value);
	}
	// Case is compared as in ASCII here, and by some rules as in all scripts.
	if (launch.length > LONGEST || (nameMarks & FOREIGN) !== 0) return REMOTE;
	const launchMarks = OF_LAUNCH.marksIn(launch);
	return { launch, twisted: (launchMarks & OF_LAUNCH.twisted) !== 0, launchMarks, nameMarks, valueMarks };
}

/** Words of which a text holds one; null: none is looked for. */
type Words = readonly string[] | null;

/**
 * Which words are looked for in the launch lines, the names and the values of all entries: one pass over a text tells every rule.
 * Each list has its mark there.
 */
class WordLists {
	readonly #finder = new WordFinder();
	readonly #marks = new Map<string, number>();
	readonly twisted = this.markOf(TWISTED) | FOREIGN;

	/** 0 for null. */
	markOf(words: Words): number {
		if (words === null) return 0;
		const key = words.join("\0\0");
		const known = this.#marks.get(key);
		if (known !== undefined) return known;
		if (this.#marks.size >= 30) throw new Error("more lists of words than a number has bits");
		const mark = 1 << this.#marks.size;
		this.#marks.set(key, mark);
		this.#finder.add(words, mark);
		return mark;
	}

	marksIn(text: string): number {
		return this.#finder.marksIn(text);
	}
}

const OF_LAUNCH = new WordLists();
const OF_NAMES = new WordLists();
const OF_VALUES = new WordLists();

/**
 * For a rule about words of the launch line: false where none of them can be meant. Of each word that the rule means, one of `words` is a
 * part, in whatever case; before the first character of a text stands a zero character, and between two texts.
 */
export function launchHolds(words: readonly string[]): (texts: EntryTexts) => boolean {
	const mark = OF_LAUNCH.markOf(words);
	return ({ twisted, launchMarks }) => twisted || (launchMarks & mark) !== 0;
}

/** The same of the names and the values of variables, too; null: of those it is not about. */
export function entryHolds(words: {
	readonly launch: Words;
	readonly names: Words;
	readonly values: Words;
}): (texts: EntryTexts) => boolean {
	const launch = OF_LAUNCH.markOf(words.launch);
	const names = OF_NAMES.markOf(words.names);
	const values = OF_VALUES.markOf(words.values);
	return ({ twisted, launchMarks, nameMarks, valueMarks }) =>
		twisted || ((launchMarks & launch) | (nameMarks & names) | (valueMarks & values)) !== 0;
}

/** A word at the beginning of another one: behind a blank, or first in its text. */
export function beginningWith(word: string): readonly string[] {
	return [..."\0\t\n\v\f\r "].map((before) => before + word);
}
