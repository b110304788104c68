import type { Finding } from "../../core/rules/finding.ts";
import { type Extra, extrasOf } from "./extras.ts";
import type { ConfigFile, Server, Tool } from "./model.ts";
import type { WaitingChanges } from "./waiting.ts";

/** Something that a server is granted beside its tools, or asks for. */
export type Access =
	| { readonly kind: "read" | "write"; readonly path: string; readonly effective: boolean }
	| { readonly kind: "network"; readonly target: string; readonly effective: boolean }
	| { readonly kind: "variable"; readonly name: string; readonly effective: boolean }
	| { readonly kind: "secret"; readonly slot: string; readonly reference: string; readonly granted: boolean; readonly effective: boolean }
	| { readonly kind: "unconfined"; readonly effective: boolean };

/** A row of the view. Its `id` stays over reloads, so that what is open stays open. */
export type Row =
	| WaitingRow
	| FileRow
	| ServerRow
	| FindingRow
	| ToolsRow
	| ToolRow
	| UnlistedRow
	| ExtrasRow
	| ExtraRow
	| AccessRow
	| AccessItemRow;

abstract class BaseRow {
	readonly id: string;
	readonly parent: Row | null;

	constructor(id: string, parent: Row | null) {
		this.id = id;
		this.parent = parent;
	}
}

/** Stands above all: what was written into the policy files from outside, and waits. */
export class WaitingRow extends BaseRow {
	readonly kind = "waiting";
	readonly changes: WaitingChanges;

	constructor(changes: WaitingChanges) {
		super(JSON.stringify(["waiting"]), null);
		this.changes = changes;
	}
}

export class FileRow extends BaseRow {
	readonly kind = "config";
	readonly file: ConfigFile;

	constructor(file: ConfigFile) {
		super(JSON.stringify(["file", file.path]), null);
		this.file = file;
	}
}

export class ServerRow extends BaseRow {
	readonly kind = "server";
	readonly server: Server;

	constructor(server: Server, file: FileRow) {
		super(JSON.stringify(["server", server.id]), file);
		this.server = server;
	}
}

export class FindingRow extends BaseRow {
	readonly kind = "finding";
	readonly file: Pick<ConfigFile, "uri">;
	readonly finding: Finding;

	constructor(finding: Finding, index: number, file: Pick<ConfigFile, "uri">, parent: FileRow | ServerRow) {
		super(JSON.stringify(["finding", parent.id, finding.ruleId, ...finding.keyPath, index]), parent);
		this.file = file;
		this.finding = finding;
	}
}

export class ToolsRow extends BaseRow {
	readonly kind = "tools";
	readonly server: Server;

	constructor(parent: ServerRow) {
		super(JSON.stringify(["tools", parent.server.id]), parent);
		this.server = parent.server;
	}
}

export class ToolRow extends BaseRow {
	readonly kind = "tool";
	readonly server: Server;
	readonly tool: Tool;

	constructor(tool: Tool, parent: ToolsRow) {
		super(JSON.stringify(["tool", parent.server.id, tool.name]), parent);
		this.server = parent.server;
		this.tool = tool;
	}
}

/** Stands where the tools would be, before a server was ever listed. */
export class UnlistedRow extends BaseRow {
	readonly kind = "unlisted";
	readonly server: Server;

	constructor(parent: ToolsRow) {
		super(JSON.stringify(["unlisted", parent.server.id]), parent);
		this.server = parent.server;
	}
}

/** What it may offer beside tools, and ask its host for. */
export class ExtrasRow extends BaseRow {
	readonly kind = "extras";
	readonly server: Server;
	readonly extras: readonly Extra[];

	constructor(parent: ServerRow) {
		super(JSON.stringify(["extras", parent.server.id]), parent);
		this.server = parent.server;
		this.extras = extrasOf(parent.server.grant, parent.server.effective, parent.server.offers);
	}
}

export class ExtraRow extends BaseRow {
	readonly kind = "extra";
	readonly server: Server;
	readonly extra: Extra;

	constructor(extra: Extra, parent: ExtrasRow) {
		super(JSON.stringify(["extra", parent.server.id, extra.kind, extra.name]), parent);
		this.server = parent.server;
		this.extra = extra;
	}
}

export class AccessRow extends BaseRow {
	readonly kind = "access";
	readonly server: Server;

	constructor(parent: ServerRow) {
		super(JSON.stringify(["access", parent.server.id]), parent);
		this.server = parent.server;
	}
}

export class AccessItemRow extends BaseRow {
	readonly kind = "access-item";
	readonly server: Server;
	readonly access: Access;

	constructor(access: Access, parent: AccessRow) {
		const { effective: _, ...what } = access;
		super(JSON.stringify(["access-item", parent.server.id, what]), parent);
		this.server = parent.server;
		this.access = access;
	}
}

/** Anything may be given to a command. */
export function isRow(value: unknown): value is Row {
	return value instanceof BaseRow;
}

/**
 * What stands below a row; for null, the top of the view. Files without servers, findings and problems are left out.
 *
 * @param waiting null: nothing waits
 */
export function childrenOf(row: Row | null, files: readonly ConfigFile[], waiting: WaitingChanges | null = null): readonly Row[] {
	if (row === null)
		return [
			...(waiting === null ? [] : [new WaitingRow(waiting)]),
			...files
				.filter(({ servers, findings, problem }) => servers.length > 0 || findings.length > 0 || problem !== null)
				.map((file) => new FileRow(file)),
		];
	switch (row.kind) {
		case "config":
			return [
				...row.file.findings.map((finding, index) => new FindingRow(finding, index, row.file, row)),
				...row.file.servers.map((server) => new ServerRow(server, row)),
			];
		case "server":
			return [
				...row.server.findings.map((finding, index) => new FindingRow(finding, index, row.server.file, row)),
				// Nothing can be listed or granted where the launch line cannot be told.
				...(row.server.line === null
					? []
					: [new ToolsRow(row), new ExtrasRow(row), ...(accessOf(row.server).length === 0 ? [] : [new AccessRow(row)])]),
			];
		case "tools":
			return row.server.tools === null ? [new UnlistedRow(row)] : inOrder(row.server.tools).map((tool) => new ToolRow(tool, row));
		case "extras":
			return row.extras.map((extra) => new ExtraRow(extra, row));
		case "access":
			return accessOf(row.server).map((access) => new AccessItemRow(access, row));
		default:
			return [];
	}
}

/** Those that only read first; else as the server lists them. */
function inOrder(tools: readonly Tool[]): readonly Tool[] {
	return [...tools.filter(({ reads }) => reads), ...tools.filter(({ reads }) => !reads)];
}

/** What a server may use beside its tools, and the secrets that it asks for. Empty: nothing. */
function accessOf({ grant, effective, line }: Server): readonly Access[] {
	const sandbox = grant?.sandbox ?? { read: [], write: [], env: [] };
	const left = effective?.sandbox;
	const leaves = (key: "read" | "write" | "env", value: string): boolean => left === "off" || left?.[key].includes(value) === true;
	const asked = [...(line?.asks ?? [])].filter(([slot, reference]) => grant?.secrets.get(slot) !== reference);
	return [
		...(sandbox === "off"
			? [{ kind: "unconfined", effective: left === "off" } as const]
			: [
					...sandbox.read.map((path) => ({ kind: "read", path, effective: leaves("read", path) }) as const),
					...sandbox.write.map((path) => ({ kind: "write", path, effective: leaves("write", path) }) as const),
					...sandbox.env.map((name) => ({ kind: "variable", name, effective: leaves("env", name) }) as const),
				]),
		...(grant?.egress ?? []).map(
			(target) => ({ kind: "network", target, effective: effective?.egress.includes(target) === true }) as const,
		),
		...[...(grant?.secrets ?? [])].map(
			([slot, reference]) =>
				({ kind: "secret", slot, reference, granted: true, effective: effective?.secrets.get(slot) === reference }) as const,
		),
		...asked.map(([slot, reference]) => ({ kind: "secret", slot, reference, granted: false, effective: false }) as const),
	];
}
