import * as fs from "node:fs";
import * as path from "node:path";
import { HOST_IDS, type HostId, workspacePart } from "../../core/config/hosts.ts";
import { isInside } from "../../core/policy/layers.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { thisPlatform, userConfigFiles } from "../discover.ts";
import type { Surroundings } from "./locate.ts";

/** What a config file is to the host that reads it. */
export interface ConfigPlace {
	/** Real path, which grants are tied to. */
	readonly config: string;
	readonly host: HostId;
	/** Real path of the workspace that the file stands in. Null: a per-user file, for every workspace. */
	readonly workspace: string | null;
}

/**
 * Where the servers of a config file run. The path by which its host reads the file decides: a link in dotfiles is still the person's own file,
 * and a link in a workspace is still the workspace's. Fails for a workspace file that leads out of its workspace, and for a file that no
 * host reads under this name: a grant for every workspace is for per-user files alone.
 *
 * @param named as its host names it
 * @param userFiles per-user files beside those that every machine has, such as the editor's own. Empty: no others
 */
export function configPlace(
	named: string,
	{ home, env }: Surroundings,
	userFiles: readonly { readonly host: HostId; readonly path: string }[] = [],
): Result<ConfigPlace> {
	const asked = path.resolve(named);
	const config = realOr(asked);
	// Where a host always looks is no workspace, however it is called.
	const fixed = userConfigFiles(home, thisPlatform(), {}).find((each) => each.path === asked);
	if (fixed !== undefined) return ok({ config, host: fixed.host, workspace: null });
	const file = inWorkspace(asked);
	const inHome = file !== null && file.folder === realOr(home);
	if (file === null || inHome) {
		const known = [...userFiles, ...userConfigFiles(home, thisPlatform(), env)];
		// However the home is called: it may be reached through a link itself.
		const name = inHome ? path.join(path.resolve(home), file.relative) : asked;
		const own =
			known.find((each) => each.path === name) ?? (file === null ? known.find((each) => realOr(each.path) === config) : undefined);
		if (own !== undefined) return ok({ config, host: own.host, workspace: null });
	}
	// A name that says nothing leads to a file that may.
	const found = file ?? (config === asked ? null : inWorkspace(config));
	if (found === null)
		return fail(
			"entry-unplaced",
			`No host reads ${asked} under this name, so nothing says in which workspace its servers may run.`,
			"Name the file as its host does: .mcp.json, .vscode/mcp.json or .cursor/mcp.json of a workspace, or the host's per-user file.",
		);
	if (!isInside(config, found.folder))
		return fail(
			"entry-linked",
			`${asked} is a link that leads out of its workspace, to ${config}.`,
			"Put the file itself there: what lies elsewhere may serve other workspaces, too.",
		);
	return ok({ config, host: found.host, workspace: found.folder });
}

/** The workspace that a path is in by its name, as a real path; null: no host reads a workspace's file that is called so. */
function inWorkspace(file: string): { readonly host: HostId; readonly relative: string; readonly folder: string } | null {
	for (const host of HOST_IDS) {
		const part = workspacePart(file, host);
		if (part !== null) return { host, relative: file.slice(part.length + 1), folder: realOr(part || "/") };
	}
	return null;
}

function realOr(file: string): string {
	try {
		return fs.realpathSync.native(file);
	} catch {
		return path.resolve(file);
	}
}
