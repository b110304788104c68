import * as path from "node:path";
import * as vscode from "vscode";

/**
 * How messages call a file: as a person knows it in this window, and from the home folder outside of it. Two files never share one, since
 * findings tell files apart by it.
 */
export function shownName(uri: vscode.Uri, home: string): string {
	const folder = vscode.workspace.getWorkspaceFolder(uri);
	if (folder === undefined) {
		const relative = path.relative(home, uri.fsPath);
		const isOutside = relative === "" || path.isAbsolute(relative) || relative.split(path.sep)[0] === "..";
		return isOutside || uri.scheme !== "file" ? uri.fsPath : `~/${relative.split(path.sep).join("/")}`;
	}
	const isOnlyOne = vscode.workspace.workspaceFolders?.every((each) => each === folder || each.name !== folder.name) === true;
	const name = isOnlyOne ? vscode.workspace.asRelativePath(uri) : uri.fsPath;
	// A folder that is called so would stand for the home folder.
	return name.startsWith("~") ? uri.fsPath : name;
}
