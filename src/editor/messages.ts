import * as vscode from "vscode";
import { plain } from "../core/plain-text.ts";

/** A quiet notification. Resolves to the button that was pressed; undefined: none was. */
export function inform<B extends string>(text: string, ...buttons: readonly B[]): Thenable<B | undefined> {
	return vscode.window.showInformationMessage(messageText(text), ...buttons);
}

export function warn<B extends string>(text: string, ...buttons: readonly B[]): Thenable<B | undefined> {
	return vscode.window.showWarningMessage(messageText(text), ...buttons);
}

export function alarm<B extends string>(text: string, ...buttons: readonly B[]): Thenable<B | undefined> {
	return vscode.window.showErrorMessage(messageText(text), ...buttons);
}

/** Notifications turn `[text](command:…)` into a link that runs something: a name from outside must not make one, nor hide a character. */
export function messageText(text: string): string {
	return plain(text).replaceAll("](", "] (");
}
