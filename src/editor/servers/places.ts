import * as fs from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import { HOSTS, type HostId, workspacePart } from "../../core/config/hosts.ts";
import { userConfigFiles } from "../../platform/discover.ts";
import type { Configs } from "../configs/configs.ts";
import type { Services } from "../services.ts";

/** Where a config file is, or would be. */
export interface Place {
	readonly uri: vscode.Uri;
	/** Real path, where it exists. */
	readonly path: string;
	readonly host: HostId;
	readonly scope: "workspace" | "user";
}

const WORKSPACE_FILES = Object.values(HOSTS).flatMap((host) => host.workspaceFiles.map((relative) => ({ host: host.id, relative })));

/** For watchers: every name under which a workspace has servers, at any depth. */
export const WORKSPACE_GLOB = `**/{${[...new Set(WORKSPACE_FILES.map(({ relative }) => relative))].join(",")}}`;

/** Those that have one name alone. */
const NAMED_FILES = WORKSPACE_FILES.filter(({ relative }) => !relative.includes("*"));

const MOST_FILES = 1_000;

/** The config files of the window's folders: each folder's own first, there or not, then those that lie deeper. */
export async function workspacePlaces(services: Services, configs: Configs): Promise<readonly Place[]> {
	const roots = services.workspaceFolders.flatMap((folder) =>
		WORKSPACE_FILES.flatMap(({ host, relative }) => filesCalled(folder, relative).map((file) => placeOf(file, host, "workspace"))),
	);
	let found: readonly vscode.Uri[] = [];
	try {
		if (roots.length > 0) found = await vscode.workspace.findFiles(WORKSPACE_GLOB, "**/{node_modules,.git}/**", MOST_FILES);
	} catch {
		// No search on this machine: the folders' own files are known anyway.
	}
	const deeper = found
		.filter(({ scheme }) => scheme === "file")
		.flatMap((uri) => {
			const host = configs.hostOf(uri);
			return host === null ? [] : [placeOf(uri.fsPath, host, "workspace")];
		})
		.sort((a, b) => (a.path < b.path ? -1 : 1));
	return [...roots, ...deeper];
}

/** The config files that came with a folder, of which the editor's watcher tells the folder alone. Empty: it is none. */
export async function placesBelow(folder: vscode.Uri, services: Services, configs: Configs): Promise<readonly vscode.Uri[]> {
	if (folder.scheme !== "file" || /[\\/](?:node_modules|\.git)(?:[\\/]|$)/.test(folder.fsPath) || !isFolder(folder.fsPath)) return [];
	const own = NAMED_FILES.flatMap(({ relative }) => [relative, path.posix.basename(relative)]).map((relative) =>
		vscode.Uri.joinPath(folder, relative),
	);
	const pattern = new vscode.RelativePattern(folder, WORKSPACE_GLOB);
	const below = await vscode.workspace.findFiles(pattern, "**/{node_modules,.git}/**", MOST_FILES).then(
		(found) => found,
		() => [],
	);
	return [...own, ...below].filter((uri) => placeInWorkspace(uri, services, configs) !== null && fs.existsSync(uri.fsPath));
}

/** The per-user files of every host, of this very editor too; there or not. */
export function userPlaces(services: Services, configs: Configs): readonly Place[] {
	return [
		...configs.editorUserFiles.map(({ path: file, host }) => placeOf(file, host, "user")),
		...userConfigFiles(services.userHome, services.platform, services.env).map(({ host, path: file }) => placeOf(file, host, "user")),
	];
}

/** The place of a file of this window that no list named; null: it lies outside of its folders, or no host reads it. */
export function placeInWorkspace(uri: vscode.Uri, services: Services, configs: Configs): Place | null {
	const host = uri.scheme === "file" ? configs.hostOf(uri) : null;
	if (host === null || /[\\/](?:node_modules|\.git)[\\/]/.test(uri.fsPath)) return null;
	const inside = services.workspaceFolders.some((folder) => uri.fsPath.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep));
	const named = workspacePart(uri.path, host) !== null;
	return inside && named ? placeOf(uri.fsPath, host, "workspace") : null;
}

/** The files of a folder that a name with `*` stands for, as far as they exist; the one that any other name stands for, there or not. */
function filesCalled(folder: string, relative: string): readonly string[] {
	const parts = relative.split("/");
	const at = parts.findIndex((part) => part.includes("*"));
	if (at < 0) return [path.join(folder, relative)];
	const parent = path.join(folder, ...parts.slice(0, at));
	const [start = "", end = ""] = parts[at]?.split("*") ?? [];
	let names: readonly string[] = [];
	try {
		names = fs
			.readdirSync(parent)
			.filter((name) => name.length > start.length + end.length && name.startsWith(start) && name.endsWith(end));
	} catch {
		// There is no such folder.
	}
	const files = [...names]
		.sort()
		.slice(0, MOST_CALLED)
		.map((name) => path.join(parent, name, ...parts.slice(at + 1)));
	return files.filter((file) => fs.existsSync(file));
}

/** Of one name; the search finds the others. */
const MOST_CALLED = 100;

function placeOf(file: string, host: HostId, scope: Place["scope"]): Place {
	return { uri: vscode.Uri.file(file), path: realOr(file), host, scope };
}

function isFolder(file: string): boolean {
	try {
		return fs.lstatSync(file).isDirectory();
	} catch {
		return false;
	}
}

function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return file;
	}
}
