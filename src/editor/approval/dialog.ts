import * as vscode from "vscode";
import { inform } from "../messages.ts";

/** What a person is asked before a server may do more than it could. */
export interface Question {
	/** One sentence, with a question mark. */
	readonly title: string;
	/** Everything that the answer is about, a paragraph each. Plain text: what is from outside was made so. */
	readonly rows: readonly string[];
	/** What yes is called. */
	readonly button: string;
	/** Ways to look closer. Each returns true when the person wants to be asked again. */
	readonly closer?: readonly { readonly label: string; readonly show: () => Promise<boolean> }[];
}

/**
 * The one place where the extension asks for what widens: a modal dialog, whatever the home, the settings and the command's arguments are.
 * False for every answer but the button, and where no dialog can be shown.
 */
export async function confirmWidening(question: Question): Promise<boolean> {
	const closer = question.closer ?? [];
	for (;;) {
		const answer = await ask(question, closer);
		if (answer === question.button) return true;
		const look = closer.find(({ label }) => label === answer);
		if (look === undefined || !(await look.show())) return false;
	}
}

async function ask({ title, rows, button }: Question, closer: NonNullable<Question["closer"]>): Promise<string | undefined> {
	try {
		const options = { modal: true, detail: rows.join("\n\n") };
		return await vscode.window.showWarningMessage(title, options, button, ...closer.map(({ label }) => label));
	} catch {
		return undefined;
	}
}

/** After something was opened to be looked at, which a modal dialog would cover: a quiet notification. True: the person is done looking. */
export async function whenReviewed(text: string): Promise<boolean> {
	return (await inform(text, REVIEW)) === REVIEW;
}

const REVIEW = "Review…";
