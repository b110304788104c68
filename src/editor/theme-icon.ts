import * as vscode from "vscode";

/** An icon of the editor's own, in a colour of the theme; without one, in that of the text. */
export function themeIcon(id: string, color?: string): vscode.ThemeIcon {
	return color === undefined ? new vscode.ThemeIcon(id) : new vscode.ThemeIcon(id, new vscode.ThemeColor(color));
}
