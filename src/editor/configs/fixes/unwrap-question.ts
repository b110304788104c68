import type { StdioServer } from "../../../core/config/server.ts";
import { launchOf } from "../../../core/config/wrapped.ts";
import { brief, exact, plain } from "../../../core/plain-text.ts";
import { detectInArguments } from "../../../core/secrets/arguments.ts";
import { maskDetected } from "../../../core/secrets/redact.ts";
import type { Question } from "../../approval/dialog.ts";
import { called } from "../../approval/questions.ts";
import type { OpenConfig } from "../configs.ts";

/** Before a server starts without the launcher again, which gives it all that a person has. */
export function unwrapQuestion({ document }: OpenConfig, server: StdioServer): Question {
	return {
		title: `Let ${called(server.name.value)} start without Sallyport?`,
		rows: [
			"It is not confined then: it has your files and your network, and offers every tool that it likes.",
			`command: ${brief(commandLine(server), MOST_COMMAND)}\nfile: ${plain(document.uri.fsPath)}`,
		],
		button: "Launch Unconfined",
	};
}

/** Characters. */
const MOST_COMMAND = 600;

function commandLine(server: StdioServer): string {
	const { command, args } = launchOf(server);
	const values = args.map(({ value }) => value);
	const secret = new Set(detectInArguments(values, command.value).map(({ index }) => index));
	return [command.value, ...values].map((word, i) => (secret.has(i - 1) ? "••••••••" : exact(maskDetected(word)))).join(" ");
}
