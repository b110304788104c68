import * as vscode from "vscode";
import { inform, messageText } from "../messages.ts";
import { openText } from "./definitions.ts";
import { heightOf, topOf, unbroken } from "./lines.ts";

/** What a person is asked before a server may do more than it could. */
export interface Question {
	/** One sentence, with a question mark. */
	readonly title: string;
	/** What the answer is about, a paragraph each, the weightiest first. Plain text: what is from outside was made so. */
	readonly rows: readonly string[];
	/** The same with all that `rows` leaves out. Undefined: nothing is. */
	readonly full?: readonly string[];
	/** True: all of it is opened before the dialog, which has no room for it; who does not go on from there is asked nothing. */
	readonly fullFirst?: boolean;
	/** What yes is called. */
	readonly button: string;
	/** Ways to look closer. Each returns true when the person wants to be asked again. */
	readonly closer?: readonly Look[];
}

export interface Look {
	readonly label: string;
	readonly show: () => Promise<boolean>;
}

/** Lines of a question, about: with more, the buttons of a small window would be in reach and what they are about would not. */
export const MOST_LINES = 40;

/**
 * The one place where the extension asks for what widens: a modal dialog, whatever the home, the settings and the command's arguments are.
 * False for every answer but the button, and where no dialog can be shown.
 *
 * The first button has the focus, so that Enter presses it: that is always a way to look closer, which changes nothing.
 */
export async function confirmWidening(question: Question): Promise<boolean> {
	const { detail, looks } = layOut(question);
	if (question.fullFirst === true && !(await showInFull(question.title, question.full ?? question.rows))) return false;
	for (;;) {
		const answer = await ask(question, detail, looks);
		if (answer === question.button) return true;
		const look = looks.find(({ label }) => label === answer);
		if (look === undefined || !(await look.show())) return false;
	}
}

/** What the dialog shows, and the buttons before the one that says yes: there is always one. */
export function layOut({ title, rows, full, closer = [] }: Question): { readonly detail: string; readonly looks: readonly Look[] } {
	const text = rows.join("\n\n");
	const isTooLong = heightOf(text) > MOST_LINES;
	const whole: Look = { label: IN_FULL, show: () => showInFull(title, full ?? rows) };
	return {
		detail: unbroken(isTooLong ? `${topOf(text, MOST_LINES)}\n\nThere is more: “${IN_FULL}” has all of it.` : text),
		looks: isTooLong || full !== undefined || closer.length === 0 ? [...closer, whole] : closer,
	};
}

async function ask({ title, button }: Question, detail: string, looks: readonly Look[]): Promise<string | undefined> {
	try {
		return await vscode.window.showWarningMessage(title, { modal: true, detail }, ...looks.map(({ label }) => label), button);
	} catch {
		return undefined;
	}
}

const IN_FULL = "Show in Full";

async function showInFull(title: string, rows: readonly string[]): Promise<boolean> {
	await openText("question", `${[title, ...rows].join("\n\n")}\n`);
	return whenRead("When you have read all of it, go on to the question.");
}

/** After something was opened that belongs to a question which stands: a list that stays until it is answered. True: back to the question. */
export async function whenRead(text: string): Promise<boolean> {
	const picked = await vscode.window.showQuickPick([GO_ON, LEAVE], {
		title: "Sallyport",
		placeHolder: messageText(text),
		ignoreFocusOut: true,
	});
	return picked === GO_ON;
}

const GO_ON = "Go On to the Question";
const LEAVE = "Leave everything as it is";

/** After something was opened to be looked at, which a modal dialog would cover: a quiet notification. True: the person is done looking. */
export async function whenReviewed(text: string): Promise<boolean> {
	return (await inform(text, REVIEW)) === REVIEW;
}

const REVIEW = "Review…";
