import { shellWord } from "./plain-text.ts";

/** `--prompt` and its value; undefined: it has none. */
export type CommandOption = readonly [flag: string, value?: string];

/**
 * A whole command of ours for a person to paste: it means exactly these words, also where a name begins with a dash. A placeholder, `TOOL…`,
 * stays as it is.
 *
 * @param verb `tools allow`
 */
export function ourCommand(verb: string, words: readonly string[], options: readonly CommandOption[] = []): string {
	const flags = options.map(([flag, value]) => ` ${flag}${value === undefined ? "" : ` ${word(value)}`}`).join("");
	// Behind two dashes nothing is an option, so that those come first.
	const dashed = words.some((each) => each.startsWith("-"));
	const named = words.map((each) => ` ${dashed ? bare(each) : word(each)}`).join("");
	return dashed ? `sallyport ${verb}${flags} --${named}` : `sallyport ${verb}${named}${flags}`;
}

function word(text: string): string {
	return /^[A-Z]+…$/.test(text) ? text : shellWord(text);
}

function bare(text: string): string {
	return /^-[\w@%+=:,./-]*$/.test(text) ? text : word(text);
}
