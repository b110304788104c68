import * as vscode from "vscode";
import { plain } from "../../core/plain-text.ts";

/** Text from outside, without meaning in Markdown. */
export function escaped(text: string): string {
	return new vscode.MarkdownString().appendText(plain(text)).value;
}

/**
 * A link. The address is never anybody's text: it comes from a table, or is a file that is known.
 *
 * @param text in Markdown
 */
export function link(text: string, address: string): string {
	return `[${text}](${address.replace(/[()<> \\]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)})`;
}
