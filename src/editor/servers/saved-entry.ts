import * as fs from "node:fs";
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { expandHostVariables } from "../../core/config/variables.ts";
import { type LaunchLine, launchLineOf, readConfig } from "../../platform/launch/locate.ts";
import type { Services } from "../services.ts";
import type { Server } from "./model.ts";

/** Whether an editor holds changes of this file that are not on the disk, by whatever name it was opened. */
export function isUnsaved(file: string): boolean {
	return vscode.workspace.textDocuments.some(({ uri, isDirty }) => isDirty && realOr(uri.fsPath) === file);
}

/**
 * Whether the file on the disk, which is what its host reads, has the entry that a grant was asked for: behind this home's launcher, and the very
 * same launch. Whoever may write the file may have changed it while the question was open.
 */
export function isStill({ file, entry }: Pick<Server, "file" | "entry">, granted: LaunchLine, services: Services): boolean {
	const home = services.home();
	if (!home.ok || isUnsaved(file.path) || realOr(file.uri.fsPath) !== file.path) return false;
	const document = readConfig(file.path, file.host);
	if (!document.ok) return false;
	const [now, ...others] = document.value.servers.filter(({ keyPath }) => isDeepStrictEqual(keyPath, entry.keyPath));
	if (now?.kind !== "stdio" || others.length > 0) return false;
	const around = { home: services.userHome, env: services.env };
	const line = launchLineOf(document.value, now, file.path, around);
	// The same launch behind a program of the workspace's that only calls itself sallyport is another one.
	const launcher = expandHostVariables(file.host, now.command.value, { ...around, workspace: granted.workspace });
	const isOurs = "text" in launcher && realOr(launcher.text) === realOr(home.value.stub);
	return line.ok && isOurs && line.value.wrapped && isDeepStrictEqual(line.value, granted);
}

export function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return file;
	}
}
