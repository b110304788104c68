import type { Located } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { newFinding, type Rule } from "../finding.ts";
import { argumentPaths, programName } from "../places.ts";

export const shellWrapper: Rule = {
	id: "shell-wrapper",
	title: "Server behind a shell",
	help: "A line for a shell can do anything and hides what is started from approval. Start the program itself, with its arguments apart.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A server whose command is a shell with a line to run (`sh -c`, `cmd /c`, `powershell -Command`), or a command that holds shell operators.",
		matters:
			"What a person approves is then a text that is interpreted anew at every start: a variable, an alias or a file that it sources changes what runs. The launcher cannot pin that, and refuses it.",
		remedy:
			"Name the program, and give each argument its own place in `args`. Variables belong into `env`, a folder into `cwd`; a script that has to stay belongs into a file of its own that is started directly.",
		example: {
			before: '"files": { "command": "bash", "args": ["-lc", "cd ~/notes && npx -y files-server@2.1.0 ."] }',
			after: '"files": { "command": "npx", "args": ["-y", "files-server@2.1.0", "/home/me/notes"] }',
		},
	},
	*checkServer(server) {
		if (server.kind !== "stdio") return;
		const launch = launchOf(server);
		const pathOf = argumentPaths(server);
		const at = shellScript([launch.command, ...launch.args]);
		if (at === null) return;
		yield newFinding({
			ruleId: "shell-wrapper",
			severity: "warning",
			server: server.name.value,
			keyPath: pathOf(at),
			span: at.span,
			message: "A shell runs this server, so its line can do anything. Start the program itself, with its arguments apart.",
		});
	},
};

/** The word that holds the script, or the flag before it; null when no shell is told to run a line. */
function shellScript(words: readonly Located<string>[]): Located<string> | null {
	const [command, ...rest] = skipPrefixes(words);
	if (command === undefined) return null;
	const program = programName(command.value);
	if (/^(?:ba|z|da|k|fi|a|c|tc)?sh$/.test(program)) return flagged(rest, /^-[a-z]*c[a-z]*$/);
	if (program === "cmd") return flagged(rest, /^\/[ck]$/i);
	if (/^(?:powershell|pwsh)$/.test(program)) return flagged(rest, /^-(?:c|command|e|ec|enc|encodedcommand)$/i) ?? null;
	// `"command": "npx foo && rm -rf /"`: some hosts hand it to a shell.
	return /[;&|`]|\$\(/.test(command.value) && /\s/.test(command.value) ? command : null;
}

/** `env A=b sh -c …`, `sudo sh -c …`. */
function skipPrefixes(words: readonly Located<string>[]): readonly Located<string>[] {
	let i = 0;
	while (i < words.length && /^(?:env|sudo|nohup|exec|busybox)$/.test(programName(words[i]?.value ?? ""))) {
		i++;
		while (i < words.length && /^(?:-\w+|[A-Za-z_]\w*=[\s\S]*)$/.test(words[i]?.value ?? "")) i++;
	}
	return words.slice(i);
}

function flagged(words: readonly Located<string>[], flag: RegExp): Located<string> | null {
	const at = words.findIndex(({ value }) => flag.test(value));
	return at < 0 ? null : (words[at + 1] ?? words[at] ?? null);
}
