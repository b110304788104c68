import * as fs from "node:fs";
import * as vscode from "vscode";
import { isInside } from "../../core/policy/layers.ts";
import type { Severity } from "../../core/rules/finding.ts";
import { RULES } from "../../core/rules/index.ts";

/**
 * What the setting `sallyport.rules` says for this file; empty: each rule's own severity. What a workspace's settings say counts for its
 * own files alone: a repository must not hide what is unsafe in the person's, nor by a link to them.
 */
export function severitiesFor(uri: vscode.Uri): ReadonlyMap<string, Severity | "off"> {
	const settings = vscode.workspace.getConfiguration("sallyport", uri);
	return parseSeverities(isOfWorkspace(uri) ? settings.get("rules") : settings.inspect("rules")?.globalValue);
}

function isOfWorkspace(uri: vscode.Uri): boolean {
	if (vscode.workspace.getWorkspaceFolder(uri) === undefined) return false;
	if (uri.scheme !== "file") return true;
	const file = realOr(uri.fsPath);
	const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === "file");
	return folders.some((folder) => isInside(file, realOr(folder.uri.fsPath)));
}

function realOr(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return file;
	}
}

const SEVERITIES: ReadonlySet<unknown> = new Set(["error", "warning", "info", "hint", "off"]);

function isSeverity(value: unknown): value is Severity | "off" {
	return SEVERITIES.has(value);
}

/** The setting is anybody's text: what is no known rule with a known severity is left out. */
function parseSeverities(settings: unknown): ReadonlyMap<string, Severity | "off"> {
	const severities = new Map<string, Severity | "off">();
	if (typeof settings !== "object" || settings === null) return severities;
	for (const [rule, severity] of Object.entries(settings))
		if (isSeverity(severity) && RULES.some(({ id }) => id === rule)) severities.set(rule, severity);
	return severities;
}
