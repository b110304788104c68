import * as path from "node:path";
import * as vscode from "vscode";
import { HOSTS } from "../../core/config/hosts.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { LaunchLine } from "../../platform/launch/locate.ts";
import { called } from "../approval/questions.ts";
import type { Configs } from "../configs/configs.ts";
import { alarm, inform } from "../messages.ts";
import type { Services } from "../services.ts";
import type { Server } from "./model.ts";
import { isStill, realOr } from "./saved-entry.ts";

interface Around {
	readonly services: Services;
	readonly configs: Configs;
}

const START = "Start Server";

/**
 * Says how a server that was refused, and may start now, comes to do so.
 *
 * @param server as it stood before the grant
 */
export function tellHost(around: Around, server: Server, granted: LaunchLine): void {
	if (server.state !== "refused") return;
	const text = `${called(server.name)} may start now.`;
	if (editorId(around.configs, server) === null) void inform(`${text} Restart it in ${HOSTS[server.file.host].title}.`);
	else void inform(text, START).then((choice) => (choice === START ? startNow(around, server, granted) : undefined));
}

async function startNow(around: Around, server: Server, granted: LaunchLine): Promise<void> {
	const started = await restartInEditor(around, server, granted);
	if (started.ok) return;
	around.services.log.problem(started.problem);
	void alarm(`${started.problem.message} ${started.problem.remedy}`);
}

/**
 * Starts the server anew in this editor's own MCP host, if its entry is still the one that was granted: the editor knows it by its name alone. False:
 * it is another host's, which the person must restart.
 */
export async function restartInEditor({ services, configs }: Around, server: Server, granted: LaunchLine): Promise<Result<boolean>> {
	if (!isStill(server, granted, services))
		return fail(
			"entry-changed",
			`The entry of ${called(server.name)} is not what you have just allowed, so it was not started.`,
			"Look at its config file: something has changed it meanwhile.",
		);
	const id = editorId(configs, server);
	return ok(id !== null && (await startInEditor(id)));
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
	const own = configs.editorUserFiles.find(({ host }) => host === "vscode");
	if (own === undefined || realOr(own.path) !== file.path) return null;
	const remote = vscode.env.remoteName !== undefined || vscode.env.uiKind === vscode.UIKind.Web;
	return `mcp.config.${remote ? "usrremote" : "usrlocal"}.${entry.name.value}`;
}
