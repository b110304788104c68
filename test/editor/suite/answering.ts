import * as vscode from "vscode";

/** What a person saw of one question, and what was in front of them then. */
export interface Asked {
	readonly title: string;
	readonly detail: string;
	readonly buttons: readonly string[];
}

/** How a person goes on: from a document that was opened for them, and with a question. Undefined: they leave. */
export interface Person {
	/** @param document the address of what is in the active tab */
	readonly read: (document: vscode.Uri | undefined) => string | undefined;
	readonly answer: (asked: Asked) => string | undefined;
}

/**
 * Answers the modal dialogs, and the quick picks beside documents, of the parts of the extension that run in this suite: nobody can click in here.
 * The clicks themselves are tried in a browser, by the tests beside this folder.
 */
export async function answering<T>(person: Person, run: () => Promise<T>): Promise<T> {
	const { window } = vscode;
	const { showWarningMessage, showQuickPick } = window;
	Object.assign(window, {
		showWarningMessage: async (title: string, { detail = "" }: vscode.MessageOptions, ...buttons: string[]) =>
			person.answer({ title, detail: detail.replaceAll("\u00a0", " "), buttons }),
		showQuickPick: async () => person.read(vscode.window.activeTextEditor?.document.uri),
	});
	try {
		return await run();
	} finally {
		Object.assign(window, { showWarningMessage, showQuickPick });
	}
}
