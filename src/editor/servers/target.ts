import * as vscode from "vscode";
import * as z from "zod/mini";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Server } from "./model.ts";
import { isRow, type Row } from "./nodes.ts";
import type { Servers } from "./servers.ts";

const ByPlace = z.object({ uri: z.string(), keyPath: z.array(z.string()) });
const ById = z.object({
	server: z.string(),
	tool: z.optional(z.string()),
	tools: z.optional(z.array(z.string())),
	host: z.optional(z.string()),
});

/** What a command is about. */
export interface Target {
	readonly server: Server;
	/** The tools that were named; null: none. */
	readonly tools: readonly string[] | null;
	/** `host:port`, as it was proposed; null: none was. */
	readonly host: string | null;
}

/**
 * Reads a command's arguments, which come from anyone: a row of the view with the rows that are selected beside it, `{ server: ID, tools, host }`, or
 * `{ uri, keyPath }`. Whatever they say, they only choose what a dialog will ask about.
 */
export async function parseTarget(args: readonly unknown[], servers: Servers): Promise<Result<Target>> {
	await servers.load();
	const [first, selected] = args;
	if (isRow(first)) return fromRows(first, Array.isArray(selected) ? selected.filter(isRow) : [], servers);
	const byId = ById.safeParse(first);
	if (byId.success) {
		const { server: id, tool, tools, host } = byId.data;
		const named = tools ?? (tool === undefined ? null : [tool]);
		return found(servers.byId(id), named, host ?? null);
	}
	const byPlace = ByPlace.safeParse(first);
	if (!byPlace.success) return fail("no-target", "This command does not say which server it is about.", "Use it in the view MCP Servers.");
	try {
		return found(servers.at(vscode.Uri.parse(byPlace.data.uri, true), byPlace.data.keyPath), null, null);
	} catch {
		return found(null, null, null);
	}
}

function fromRows(first: Row, selected: readonly Row[], servers: Servers): Result<Target> {
	if (first.kind === "waiting" || first.kind === "config" || first.kind === "finding") return found(null, null, null);
	const { id } = first.server;
	// VS Code hands on the whole selection when the row is a part of it.
	const rows = [first, ...selected];
	if (rows.some((row) => row.kind === "tool" && row.server.id !== id))
		return fail(
			"many-servers",
			"The selected tools are of more than one server.",
			"Select tools of one server: each is asked for by itself.",
		);
	const tools = first.kind === "tool" ? new Set(rows.flatMap((row) => (row.kind === "tool" ? [row.tool.name] : []))) : null;
	return found(servers.byId(id), tools === null ? null : [...tools], null);
}

function found(server: Server | null, tools: readonly string[] | null, host: string | null): Result<Target> {
	return server === null
		? fail("server-gone", "The server is not there any more.", "Refresh the view MCP Servers.")
		: ok({ server, tools, host });
}
