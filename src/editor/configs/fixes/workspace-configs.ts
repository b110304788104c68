import * as vscode from "vscode";
import { fail, ok, type Result } from "../../../core/result.ts";
import { WORKSPACE_GLOB } from "../../servers/places.ts";
import type { Configs, OpenConfig } from "../configs.ts";
import { openConfig } from "./target.ts";

/** How many are opened at most, each as a document of the editor. */
export const MOST_CONFIGS = 200;

/** How many are looked for at most. */
const MOST_FOUND = 2_000;

/** Hosts' files in the folders of this window, those nearest to its root first. `whole`: all of them. */
export async function configsOfWorkspace(
	configs: Configs,
	most = MOST_CONFIGS,
): Promise<Result<{ readonly documents: readonly OpenConfig[]; readonly whole: boolean }>> {
	const found = await vscode.workspace.findFiles(WORKSPACE_GLOB, "**/{node_modules,.git}/**", MOST_FOUND);
	const nearest = found.filter((uri) => configs.hostOf(uri) !== null).sort((a, b) => depthOf(a) - depthOf(b) || (a.path < b.path ? -1 : 1));
	const documents: OpenConfig[] = [];
	for (const uri of nearest.slice(0, most)) {
		const open = await openConfig(configs, uri);
		if (open.ok) documents.push(open.value);
	}
	return documents.length === 0
		? fail("no-configs", "No host's config file was found in this workspace.", "Open a folder with one.")
		: ok({ documents, whole: nearest.length <= most });
}

function depthOf({ path }: vscode.Uri): number {
	return path.split("/").length;
}
