import * as fs from "node:fs";
import * as vscode from "vscode";
import { isInside } from "../../core/policy/layers.ts";

/** The workspace whose file this is, with its folder's real path (null: on no disk of this machine); null for a person's own file. */
export function workspaceOf(uri: vscode.Uri): { readonly folder: string | null } | null {
	const named = vscode.workspace.getWorkspaceFolder(uri);
	if (named === undefined) return null;
	if (uri.scheme !== "file") return { folder: null };
	const file = realOr(uri.fsPath);
	const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === "file");
	return folders.some((folder) => isInside(file, realOr(folder.uri.fsPath))) ? { folder: realOr(named.uri.fsPath) } : null;
}

function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return file;
	}
}
