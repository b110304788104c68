import * as vscode from "vscode";
import * as z from "zod/mini";
import { fail, ok, type Result } from "../../../core/result.ts";
import type { Finding } from "../../../core/rules/finding.ts";
import type { Servers } from "../../servers/servers.ts";
import type { Configs, OpenConfig } from "../configs.ts";

/** Which finding a command is about. It points, and never carries what stands there. */
export interface FindingTarget {
	readonly uri: string;
	/** Of the document in which it was found. */
	readonly version: number;
	readonly ruleId: string;
	readonly keyPath: readonly (string | number)[];
	readonly span: { readonly offset: number; readonly length: number };
}

/** Which entry of which file a command is about. */
export interface EntryTarget {
	readonly uri: string;
	readonly keyPath: readonly string[];
}

const Findings = z.object({
	uri: z.string(),
	version: z.number(),
	ruleId: z.string(),
	keyPath: z.array(z.union([z.string(), z.number()])),
	span: z.object({ offset: z.number(), length: z.number() }),
});
const Entries = z.object({ uri: z.string(), keyPath: z.array(z.string()) });
const Nodes = z.object({ kind: z.literal("server"), server: z.object({ id: z.string() }) });

export function findingTarget(document: vscode.TextDocument, { ruleId, keyPath, span }: Finding): FindingTarget {
	const { offset, length } = span;
	return { uri: document.uri.toString(), version: document.version, ruleId, keyPath: [...keyPath], span: { offset, length } };
}

/** A command's argument comes from anyone. */
export function parseFindingTarget(argument: unknown): Result<FindingTarget> {
	const parsed = Findings.safeParse(argument);
	return parsed.success ? ok(parsed.data) : noTarget("Take it from the light bulb of a finding.");
}

/** An entry's place, or a server of the view. */
export function parseEntryTarget(argument: unknown, servers: Servers): Result<EntryTarget> {
	const node = Nodes.safeParse(argument);
	const server = node.success ? servers.byId(node.data.server.id) : null;
	if (server !== null) return ok({ uri: server.file.uri.toString(), keyPath: server.entry.keyPath });
	const parsed = Entries.safeParse(argument);
	return parsed.success ? ok(parsed.data) : noTarget("Take it from a server's entry, or from the view MCP Servers.");
}

function noTarget(remedy: string): Result<never> {
	return fail("no-target", "This command does not say what it is about.", remedy);
}

/** The config file with this address, opened if need be. */
export async function openConfig(configs: Configs, uri: string | vscode.Uri): Promise<Result<OpenConfig>> {
	try {
		const address = typeof uri === "string" ? vscode.Uri.parse(uri, true) : uri;
		// Before it is opened: a command may name any file.
		if (configs.hostOf(address) !== null) {
			const open = configs.open(await vscode.workspace.openTextDocument(address));
			if (open !== null) return ok(open);
		}
	} catch {
		return fail("config-unreadable", "The config file cannot be opened.", "Look whether it is still there.");
	}
	return fail("not-a-config", "This is no file in which a host looks for MCP servers.", "Open a host's config file.");
}

/**
 * The finding that was meant, in the document as it is now. In another version of it than the one in which it was found, it must be
 * the only one of its rule at its place.
 */
export function findAgain(configs: Configs, open: OpenConfig, target: FindingTarget): Result<Finding> {
	const place = JSON.stringify(target.keyPath);
	const there = configs
		.analysis(open)
		.findings.filter(({ ruleId, keyPath }) => ruleId === target.ruleId && JSON.stringify(keyPath) === place);
	const meant =
		open.document.version === target.version
			? there.find(({ span }) => span.offset === target.span.offset && span.length === target.span.length)
			: there.length === 1
				? there[0]
				: undefined;
	return meant === undefined
		? fail("finding-gone", "The file has changed, and what was to be mended is not there any more.", "Look at the file again.")
		: ok(meant);
}
