import type { ConfigDocument, StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { launchHolds } from "../entry-texts.ts";
import type { Finding, Rule } from "../finding.ts";
import { type CommandLine, readLaunch } from "./command-line.ts";
import { onWord } from "./complain.ts";
import { isInDownloads, isOnShare, temporaryFolder } from "./folders.ts";
import { startedBy } from "./started-by.ts";
import { type Word, wholeWord } from "./word.ts";

export const temporaryProgram: Rule = {
	id: "temporary-program",
	title: "Program in a folder that anybody may write to",
	help: "Other programs and other users can put their own file there. Install the program where only you may write.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A program or a script that is started from a folder for temporary files (`/tmp`, `/var/tmp`, `/dev/shm`, `%TEMP%`) or from another machine (`\\\\server\\share\\…`), and, as information, from the folder for downloads.",
		matters:
			"Every program on the machine may put a file there, at times before yours is made, and the system empties such folders: after that, whoever is first decides what the name stands for. A page that makes the browser save a file writes into the folder for downloads.",
		remedy: "Move the program to a folder of your own, or into the workspace, and name that place.",
		example: {
			before: '"notes": { "command": "node", "args": ["/tmp/notes-server/index.js"] }',
			after: '"notes": { "command": "node", "args": ["/home/me/tools/notes-server/index.js"] }',
		},
	},
	mayConcern: launchHolds(["tmp", "temp", "shm", "downloads"]),
	*checkServer(server, document) {
		for (const started of startedBy(server, document)) yield* inLaunch(started, document);
	},
};

function* inLaunch(server: StdioServer, document: ConfigDocument): Iterable<Finding> {
	for (const word of programs(server)) {
		const folder = temporaryFolder(word.text);
		if (folder !== null) {
			const message = `This starts a program from ${folder}, where any program may put its own. Install it where only you may write.`;
			yield onWord({ id: "temporary-program", severity: "warning" }, server, document, word, message);
		} else if (isOnShare(word.text)) {
			const message =
				"This starts a program from another machine's folder: whoever may write there decides what runs. Install it on this one.";
			yield onWord({ id: "temporary-program", severity: "warning" }, server, document, word, message);
		} else if (isInDownloads(word.text)) {
			const message = "This starts a program from the folder for downloads, where web pages save files. Install it in a folder of its own.";
			yield onWord({ id: "temporary-program", severity: "info" }, server, document, word, message);
		}
	}
}

function* programs(server: StdioServer): Iterable<Word> {
	// Whoever has the launcher's home in such a place has named it so.
	const { wrapped, launcherArgs } = launchOf(server);
	if (wrapped && launcherArgs.length > 0 && !/[/\\]\.sallyport[/\\]bin[/\\]/.test(server.command.value)) yield wholeWord(server.command);
	for (const line of readLaunch(server).lines) {
		const [command] = line.words;
		if (command !== undefined) yield command;
		const script = scriptOf(line);
		if (script !== null) yield script;
	}
}

/** The script that an interpreter is given, or the folder in which a runner looks for it. */
function scriptOf({ program, words }: CommandLine): Word | null {
	const rest = words.slice(1);
	if (program === "uv") return rest.find((_, i) => /^(?:--directory|--project)$/.test(rest[i - 1]?.text ?? "")) ?? null;
	if (
		!/^(?:node|nodejs|deno|bun|tsx|ts-node|python[\d.]*|py|pypy3?|ruby|perl|php|java|(?:ba|z|da|k)?sh|powershell|pwsh|npx|dotnet)$/.test(
			program,
		)
	)
		return null;
	for (const [i, { text }] of rest.entries()) {
		if (/^-[a-zA-Z]*[cem]$|^--eval$/.test(text) && program !== "java" && !/^(?:powershell|pwsh)$/.test(program)) return null;
		if (text.startsWith("-") || text === "run" || text === "") continue;
		if (
			/^(?:-r|--require|--import|--loader|--experimental-loader|--preload|--rcfile|--init-file|--config|-c|-W|-X|-I|-ExecutionPolicy|-ep)$/i.test(
				rest[i - 1]?.text ?? "",
			)
		)
			continue;
		return rest[i] ?? null;
	}
	return null;
}
