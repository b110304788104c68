import type { Rule } from "../finding.ts";
import { readLaunch } from "./command-line.ts";
import { mayHoldCode } from "./common-line.ts";
import { onWord } from "./complain.ts";
import { unseenCode } from "./unseen-code.ts";

export const inlineCode: Rule = {
	id: "inline-code",
	title: "Code in the launch line",
	help: "The server's code stands in the file as one argument, where nobody reads it well and no version says what it is. Put it into a file.",
	defaultSeverity: "info",
	documentation: {
		finds: "Code that an interpreter takes from its arguments: `node -e`, `python -c`, `deno eval`, `perl -e`, `ruby -e`, `php -r`.",
		matters:
			"Code in an argument is hard to read and easy to change unnoticed. The launcher cannot pin it as it pins a script or a package, and refuses it.",
		remedy: "Put the code into a file beside the config, and name the file; or start the module itself: `python -m MODULE`.",
		example: {
			before: '"notes": { "command": "python", "args": ["-c", "from notes.server import main; main()"] }',
			after: '"notes": { "command": "python", "args": ["-m", "notes.server"] }',
		},
	},
	only: "stdio",
	mayConcern: mayHoldCode,
	*checkServer(server, document) {
		// What is worse has a rule of its own.
		if (server.kind !== "stdio" || unseenCode(server) !== null) return;
		for (const { language, word } of readLaunch(server).scripts) {
			if (language === "shell" || language === "powershell") continue;
			const message =
				"The code of this server stands in the launch line, where it cannot be pinned. Put it into a file, or start the module.";
			yield onWord({ id: "inline-code", severity: "info" }, server, document, word, message);
			return;
		}
	},
};
