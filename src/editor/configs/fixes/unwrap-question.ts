import type { StdioServer } from "../../../core/config/server.ts";
import { launchOf } from "../../../core/config/wrapped.ts";
import { brief, plain } from "../../../core/plain-text.ts";
import { commandLine } from "../../../platform/approval/texts.ts";
import type { Question } from "../../approval/dialog.ts";
import { called } from "../../approval/questions.ts";
import type { OpenConfig } from "../configs.ts";

/** Before a server starts without the launcher again, which gives it all that a person has. */
export function unwrapQuestion({ document }: OpenConfig, server: StdioServer): Question {
	return {
		title: `Let ${called(server.name.value)} start without Sallyport?`,
		rows: [
			"It is not confined then: it has your files and your network, and offers every tool that it likes.",
			`command: ${brief(innerCommand(server), MOST_COMMAND)}\nfile: ${plain(document.uri.fsPath)}`,
		],
		button: "Launch Unconfined",
	};
}

/** Characters. */
const MOST_COMMAND = 600;

function innerCommand(server: StdioServer): string {
	const { command, args } = launchOf(server);
	return commandLine({ command: command.value, args: args.map(({ value }) => value) });
}
