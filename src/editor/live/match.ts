import * as path from "node:path";
import { messageName } from "../../core/live/message.ts";
import { workspaceOf } from "../../platform/launch/locate.ts";
import type { ConfigFile, Server } from "../servers/model.ts";
import type { Refusal, ServerKey } from "./refusal.ts";

/** How launchers call this server. */
function keyOf({ line, name, file }: Server, userHome: string): ServerKey {
	if (line !== null) return { name: line.name, config: line.config, workspace: line.workspace };
	return { name, config: file.path, workspace: workspaceOf(file.path, file.host, userHome) };
}

/** The server of this window that a launcher spoke of; null: one of another window's. */
export function findServer(told: Refusal["server"], files: readonly ConfigFile[], userHome: string): Server | null {
	const named = files
		.flatMap(({ servers }) => servers)
		.map((server) => ({ server, key: keyOf(server, userHome) }))
		.filter(({ key }) => messageName(key.name) === told.name);
	const exact = named.find(({ key }) => key.config === told.config && key.workspace === told.workspace);
	if (exact !== undefined) return exact.server;
	// Two files may hold the same entry, and a launch that was refused knows no file: the one that is in trouble is meant.
	const here = named.filter(({ key }) => key.workspace === null || (told.workspace !== null && isInside(told.workspace, key.workspace)));
	return (here.find(({ server }) => server.refusal !== null) ?? here.find(({ server }) => server.wrapped))?.server ?? null;
}

/**
 * A model asked for a tool that the server does not have: nobody can grant it. False where that is not known: while none of its tools is
 * there to be ticked, it was perhaps never listed.
 *
 * @param told as messages carry it
 */
export function isMadeUp(told: string | null, { tools }: Server): boolean {
	const known = tools ?? [];
	return known.some(({ state }) => state === "denied") && !known.some(({ name }) => messageName(name) === told);
}

function isInside(folder: string, workspace: string): boolean {
	const relative = path.relative(workspace, folder);
	return relative === "" || (!relative.startsWith("..") && !path.isAbsolute(relative));
}
