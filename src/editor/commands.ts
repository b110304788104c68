import * as vscode from "vscode";
import type { Problem, Result } from "../core/result.ts";
import type { CommandId } from "./contributions.ts";
import { alarm, messageText } from "./messages.ts";
import { inEditorWords } from "./onboarding/remedies.ts";
import type { Services } from "./services.ts";

/** What a command came to: nothing to say, or a Problem that the person is told. `cancelled` is no problem. */
export type CommandOutcome = Result<unknown> | undefined;

/**
 * Registers a command. Its arguments may come from anyone (other extensions, links): the handler must parse them. The one place where a
 * command's failure becomes words.
 */
export function registerCommand(
	services: Services,
	id: CommandId,
	run: (...args: readonly unknown[]) => CommandOutcome | Promise<CommandOutcome>,
): vscode.Disposable {
	return vscode.commands.registerCommand(id, async (...args: unknown[]) => {
		try {
			const outcome = await run(...args);
			if (outcome !== undefined && !outcome.ok && outcome.problem.code !== "cancelled") complain(services, outcome.problem);
		} catch (error) {
			services.log.bug(id, error);
			complain(services, { code: "bug", message: "Something went wrong in Sallyport.", remedy: "The log says where; please report it." });
		}
	});
}

/** Tells what could not be done and what to do about it, and keeps it in the log. */
function complain(services: Services, problem: Problem): void {
	services.log.problem(problem);
	const remedies = problem.code.startsWith("keychain-") ? [USE_FILE, SHOW_LOG] : [SHOW_LOG];
	const text = `${sentence(problem.message)} ${sentence(inEditorWords(problem.remedy))}`.trim();
	// Messages name servers and files, which anybody names.
	void alarm(text, ...remedies).then((choice) => {
		if (choice === SHOW_LOG) services.log.show();
		else if (choice === USE_FILE) void vscode.commands.executeCommand("workbench.action.openSettings", "@id:sallyport.vault");
	});
}

const SHOW_LOG = "Show Log";
const USE_FILE = "Use the Encrypted File…";

function sentence(text: string): string {
	return text === "" || /[.!?…:]$/.test(text) ? text : `${text}.`;
}

/** Runs something that takes long, with a notification that says what is being done, and can be cancelled where `cancellable`. */
export function withProgress<T>(
	title: string,
	run: (report: (text: string) => void, token: vscode.CancellationToken) => Promise<T>,
): Thenable<T> {
	return vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: messageText(title) }, (progress, token) =>
		run((message) => progress.report({ message: messageText(message) }), token),
	);
}
