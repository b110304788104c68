import type { ConfigDocument, StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import type { Finding, Rule } from "../finding.ts";
import { programName } from "../program-name.ts";
import { readLaunch } from "./command-line.ts";
import { mayHoldCode } from "./common-line.ts";
import { onWord } from "./complain.ts";
import { startedBy } from "./started-by.ts";
import { unseenCode } from "./unseen-code.ts";
import { type Word, wholeWord } from "./word.ts";

export const shellWrapper: Rule = {
	id: "shell-wrapper",
	title: "Server behind a shell",
	help: "A line for a shell can do anything and hides what is started from approval. Start the program itself, with its arguments apart.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A server whose command is a shell with a line to run (`sh -c`, `cmd /c`, `powershell -Command`, `npx -c`), or a command that holds shell operators. As a warning where the line does more than start one program: several commands, a pipe, a variable, a substitution. As information where a shell only starts a program, as `cmd /c npx …` does on Windows. The line by which Claude Code has a shell print the headers of a remote server (`headersHelper`) is told where it does more than start one program.",
		matters:
			"What a person approves is then a text that is interpreted anew at every start: a variable, an alias or a file that it sources changes what runs. The launcher cannot pin that, and refuses it.",
		remedy:
			"Name the program, and give each argument its own place in `args`. Variables belong into `env`, a folder into `cwd`; a script that has to stay belongs into a file of its own that is started directly.",
		example: {
			before: '"files": { "command": "bash", "args": ["-lc", "cd ~/notes && npx -y files-server@2.1.0 ."] }',
			after: '"files": { "command": "npx", "args": ["-y", "files-server@2.1.0", "/home/me/notes"] }',
		},
	},
	mayConcern: mayHoldCode,
	*checkServer(server, document) {
		if (server.kind !== "stdio") {
			for (const started of startedBy(server, document)) yield* inHelper(started, document);
			return;
		}
		// What is worse has a rule of its own.
		if (unseenCode(server) !== null) return;
		const found = shellLine(server);
		if (found === null) return;
		const { word, plain } = found;
		const onWindows = NEEDS_CMD.test(word.text) ? " On Windows npx needs the shell, and node with a script does not." : "";
		yield plain
			? onWord(
					{ id: "shell-wrapper", severity: "info" },
					server,
					document,
					word,
					`A shell starts this server, so the launcher cannot pin what runs. Start the program itself.${onWindows}`,
				)
			: onWord(
					{ id: "shell-wrapper", severity: "warning" },
					server,
					document,
					word,
					"A shell runs this server, so its line can do anything. Start the program itself, with its arguments apart.",
				);
	},
};

/** The first word behind `cmd /c`, where that is a script of Windows. */
const NEEDS_CMD = /^npx(?:\.cmd)?$/i;

/** A host hands this line to a shell whatever is in it: there is nothing to say of one that starts a program. */
function* inHelper(server: StdioServer, document: ConfigDocument): Iterable<Finding> {
	const found = unseenCode(server) === null ? shellLine(server) : null;
	if (found === null || found.plain) return;
	// The shell itself is the first of them.
	const severity = readLaunch(server).lines.length > 2 ? "warning" : "info";
	const message = "The host hands this line to a shell whenever it connects, and the line can do anything. Name a program that does it.";
	yield onWord({ id: "shell-wrapper", severity }, server, document, found.word, message);
}

interface ShellLine {
	/** The word that holds the script, or where it begins. */
	readonly word: Word;
	/** True when it starts one program and does nothing else. */
	readonly plain: boolean;
}

function shellLine(server: StdioServer): ShellLine | null {
	const { lines, scripts } = readLaunch(server);
	const script = scripts.find(({ language }) => language === "shell" || language === "powershell");
	if (script !== undefined) return { word: script.word, plain: !script.encoded && isPlain(script.word.text) };
	// `cmd /c npx …`: its words stand apart.
	const shell = lines.findIndex(({ program }) => /^(?:cmd|powershell|pwsh)$/.test(program));
	const [inner, ...more] = lines.slice(shell + 1);
	const [first] = inner?.words ?? [];
	if (shell >= 0 && first !== undefined) return { word: first, plain: more.length === 0 || !more.some(({ program }) => !isShell(program)) };
	// `"command": "npx foo && rm -rf /"`: some hosts hand it to a shell.
	const { command } = launchOf(server);
	return /\s/.test(command.value) && /&&|\|\||;\s|\s\|\s|`|\$\(/.test(command.value) ? { word: wholeWord(command), plain: false } : null;
}

function isShell(program: string): boolean {
	return /^(?:cmd|powershell|pwsh|(?:ba|z|da|k)?sh)$/.test(programName(program));
}

/** No operator, no substitution, no variable of the shell's own: words, with or without quotes. */
function isPlain(script: string): boolean {
	return !/[;&|`<>\n*?!]|\$\(|\$(?:\w|\{(?!workspaceFolder|userHome|env:|input:))|^(?:exec\s+)?["']?\$\{?[@*]|(?:^|\s)(?:\.|source|eval|export|cd|set)\s/.test(
		script.trim(),
	);
}
