import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { HOSTS } from "../../core/config/hosts.ts";
import { called } from "../approval/questions.ts";
import type { Configs } from "../configs/configs.ts";
import { inform } from "../messages.ts";
import type { Server } from "./model.ts";

const START = "Start Server";

/**
 * Says how a server that was refused, and may start now, comes to do so.
 *
 * @param server as it stood before the grant
 */
export function tellHost(configs: Configs, server: Server): void {
	if (server.state !== "refused") return;
	const id = editorId(configs, server);
	const text = `${called(server.name)} may start now.`;
	if (id === null) void inform(`${text} Restart it in ${HOSTS[server.file.host].title}.`);
	else
		void inform(text, START).then((choice) => {
			if (choice === START) void startInEditor(id);
		});
}

/** Starts the server anew in this editor's own MCP host. False: it is another host's, which the person must restart. */
export async function restartInEditor(configs: Configs, server: Server): Promise<boolean> {
	const id = editorId(configs, server);
	return id !== null && startInEditor(id);
}

/** False: this editor has no such host, or it is turned off. */
async function startInEditor(id: string): Promise<boolean> {
	try {
		await vscode.commands.executeCommand("workbench.mcp.stopServer", id);
		await vscode.commands.executeCommand("workbench.mcp.startServer", id);
		return true;
	} catch {
		return false;
	}
}

/** How the editor's MCP host calls the server of one of its own files; null: it does not read this file. */
function editorId(configs: Configs, { file, entry }: Server): string | null {
	if (file.host !== "vscode") return null;
	const folder = (vscode.workspace.workspaceFolders ?? []).find(
		({ uri }) => uri.scheme === "file" && realOr(path.join(uri.fsPath, ".vscode", "mcp.json")) === file.path,
	);
	if (folder !== undefined) return `mcp.config.ws${folder.index}.${entry.name.value}`;
	const own = configs.editorUserFile;
	if (own === null || realOr(own) !== file.path) return null;
	const remote = vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
	return `mcp.config.${remote ? "usrremote" : "usrlocal"}.${entry.name.value}`;
}

function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return file;
	}
}
