import type { ConfigDocument, Located, StdioServer } from "../../config/server.ts";
import type { Span } from "../../text.ts";
import { LastOf } from "../last-of.ts";
import { argumentPaths } from "../places.ts";
import { readLaunch } from "./command-line.ts";
import { containerRun } from "./container-run.ts";
import { partOfWord, type Word, wordSpan } from "./word.ts";

/** A variable that an entry sets for what it starts, wherever it says so. */
export interface SetVariable {
	readonly name: string;
	readonly value: string;
	/** Where its name stands. */
	readonly span: Span;
	readonly keyPath: readonly (string | number)[];
	/** True for one that is set inside a container alone. */
	readonly contained: boolean;
	/** True for one in the entry's own environment, which the launcher sees, too. */
	readonly own: boolean;
}

/** The variables of `env`, of `NAME=value` in front of a program, and of `docker run -e NAME=value`. */
export function setVariables(server: StdioServer, document: ConfigDocument): readonly SetVariable[] {
	const known = setBy.get(server);
	if (known !== undefined) return known;
	const found = [...variablesOf(server, document)];
	setBy.set(server, found);
	return found;
}

/** Several rules ask for the same. */
const setBy = new LastOf<StdioServer, readonly SetVariable[]>();

function* variablesOf(server: StdioServer, document: ConfigDocument): Iterable<SetVariable> {
	for (const { name, value } of server.env)
		yield {
			name: name.value,
			value: value.value,
			span: name.span,
			keyPath: [...server.keyPath, "env", name.value],
			contained: false,
			own: true,
		};
	let pathOf: ((word: Located<string>) => readonly (string | number)[]) | null = null;
	const fromWord = (word: Word, contained: boolean): SetVariable | null => {
		const equals = word.text.indexOf("=");
		if (equals <= 0) return null;
		pathOf ??= argumentPaths(server);
		return {
			name: word.text.slice(0, equals),
			value: word.text.slice(equals + 1),
			span: wordSpan(document, partOfWord(word, 0, equals)),
			keyPath: pathOf(word.argument),
			contained,
			own: false,
		};
	};
	for (const line of readLaunch(server).lines) {
		for (const word of line.assignments) {
			const found = fromWord(word, false);
			if (found !== null) yield found;
		}
		for (const { name, word } of containerRun(line)?.options ?? []) {
			const found = name === "env" ? fromWord(word, true) : null;
			if (found !== null) yield found;
		}
	}
}
