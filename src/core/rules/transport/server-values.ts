import type { ServerEntry, StdioServer } from "../../config/server.ts";
import type { Finding } from "../finding.ts";
import { LastOf } from "../last-of.ts";
import { argumentPaths } from "../places.ts";
import { readLaunch } from "../supply/command-line.ts";
import { partOfWord, type Word, wholeWord } from "../supply/word.ts";
import { remembered, withoutFlag } from "./remote-addresses.ts";

/** A value that an entry gives to its server, and the name that it has there. */
export interface GivenValue {
	/** Of the variable, or of the flag before it (with its dashes); null: it has none. */
	readonly name: string | null;
	/** Where the name stands; null: it has none. */
	readonly nameWord: Word | null;
	readonly word: Word;
	/** True for a variable, wherever it is set: in `env`, before the command, in `docker run -e`. */
	readonly variable: boolean;
	readonly keyPath: Finding["keyPath"];
}

const values = new LastOf<ServerEntry, readonly GivenValue[]>();

/** Every variable and argument of a local server, in order: `A=b` is a variable, `--flag b` and `--flag=b` an argument with a name. None for a remote one. */
export function valuesOf(server: ServerEntry): readonly GivenValue[] {
	return server.kind === "stdio" ? remembered(values, server, () => [...findValues(server)]) : [];
}

function* findValues(server: StdioServer): Iterable<GivenValue> {
	const pathOf = argumentPaths(server);
	for (const { words, assignments, prefixes } of readLaunch(server).lines) {
		for (const word of assignments) yield assigned(word, pathOf(word.argument));
		let flag: Word | null = null;
		for (const word of [...prefixes, ...words]) {
			const keyPath = pathOf(word.argument);
			const assignment = /^(?:-e|--env=)?[A-Za-z_]\w{0,80}=/.test(word.text);
			if (assignment) yield assigned(word, keyPath);
			else if (/^--?[A-Za-z][\w.-]{0,60}=/.test(word.text)) {
				const name = partOfWord(word, 0, word.text.indexOf("="));
				yield { name: name.text, nameWord: name, word: withoutFlag(word), variable: false, keyPath };
			} else yield { name: flag?.text ?? null, nameWord: flag, word, variable: false, keyPath };
			flag = /^--?[A-Za-z][\w.-]{0,60}$/.test(word.text) ? word : null;
		}
	}
	for (const { name, value } of server.env)
		yield {
			name: name.value,
			nameWord: wholeWord(name),
			word: wholeWord(value),
			variable: true,
			keyPath: [...server.keyPath, "env", name.value],
		};
}

function assigned(word: Word, keyPath: Finding["keyPath"]): GivenValue {
	const start = /^(?:-e|--env=)?/.exec(word.text)?.[0].length ?? 0;
	const equals = word.text.indexOf("=", start);
	const nameWord = partOfWord(word, start, equals);
	return { name: nameWord.text, nameWord, word: partOfWord(word, equals + 1, word.text.length), variable: true, keyPath };
}
