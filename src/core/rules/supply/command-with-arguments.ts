import type { ConfigDocument, StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { launchHolds } from "../entry-texts.ts";
import type { Rule } from "../finding.ts";
import { embeddedWords } from "./command-line.ts";
import { onWord } from "./complain.ts";
import { wholeWord } from "./word.ts";

export const commandWithArguments: Rule = {
	id: "command-with-arguments",
	title: "Command that holds its arguments",
	help: "A command names one program. With arguments in it, most hosts find no such program, and others hand the line to a shell. Put the arguments into args.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A `command` that holds a known program and its arguments in one text, such as `npx -y server`, and one with blanks around it. The path of a program with blanks in it is left alone.",
		matters:
			"Hosts that start programs properly look for one with exactly this name, and the server does not start. The others hand the text to a shell, which reads `;`, `$` and quotes in it; the launcher can neither pin nor confine that.",
		remedy: "Name the program alone in `command`, and give each argument its own place in `args`.",
		example: {
			before: '"notes": { "command": "npx -y notes-server@1.0.3" }',
			after: '"notes": { "command": "npx", "args": ["-y", "notes-server@1.0.3"] }',
		},
	},
	only: "stdio",
	mayConcern: launchHolds([..."\t\n\v\f\r "]),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		const { command } = launchOf(server);
		const word = wholeWord(command);
		if (command.value.trim() !== command.value && !/\S\s+\S/.test(command.value)) {
			const message = "This command has blanks around it: most hosts look for a program that is called so. Take them away.";
			yield onWord({ id: "command-with-arguments", severity: "warning" }, server, document, word, message);
			return;
		}
		// What holds operators of a shell is its own matter.
		if (embeddedWords(word) === null || /[;&|`\n]|\$\(/.test(command.value)) return;
		yield onWord(
			{ id: "command-with-arguments", severity: "warning" },
			server,
			document,
			word,
			"This command holds its arguments: hosts look for a program of that name, or hand it to a shell. Put them into args.",
			wordsToSplit(server, document) === null ? [] : ["split-command"],
		);
	},
};

/**
 * The program and its arguments, for a command of a JSON file that any shell would split in the same way: words without variables,
 * patterns, escapes and open quotes. Null for any other, and where the entry may not be edited.
 */
export function wordsToSplit(server: StdioServer, { format }: ConfigDocument): readonly string[] | null {
	if (!server.unambiguous || format !== "json" || server.commandForm !== "string") return null;
	// `"args": null` and its like.
	if (server.argsArray === null && server.keys.some(({ value }) => value === "args")) return null;
	const { command } = launchOf(server);
	// A variable of the host (`${userHome}`) stands in an argument as well as in a command.
	if (/[;&|`<>()*?!#~\\\n]|\$(?!\{[\w:]{1,80}\})/.test(command.value)) return null;
	if (['"', "'"].some((quote) => command.value.split(quote).length % 2 === 0)) return null;
	return embeddedWords(wholeWord(command))?.map(({ text }) => text) ?? null;
}
