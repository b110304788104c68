import type * as vscode from "vscode";
import type { HostId } from "../../core/config/hosts.ts";
import type { ServerEntry } from "../../core/config/server.ts";
import type { Grant } from "../../core/policy/layers.ts";
import type { Problem } from "../../core/result.ts";
import type { Finding } from "../../core/rules/finding.ts";
import type { Pin } from "../../core/tools/pin.ts";
import type { ListedOffers } from "../../platform/launch/list-tools.ts";
import type { LaunchLine } from "../../platform/launch/locate.ts";

/** One config file and its servers, as the view shows it. */
export interface ConfigFile {
	readonly uri: vscode.Uri;
	/** Real path. */
	readonly path: string;
	readonly host: HostId;
	readonly scope: "workspace" | "user";
	readonly servers: readonly Server[];
	/** Findings that belong to no server. */
	readonly findings: readonly Finding[];
	/** The file cannot be read. */
	readonly problem: Problem | null;
}

/**
 * `unguarded`: starts without Sallyport. `refused`: starts through it, and would not be let through: never approved, or not what was
 * approved. `drifted`: a tool is not what was approved. `guarded`: all is well. `remote`: no command starts it.
 */
export type ServerState = "unguarded" | "refused" | "drifted" | "guarded" | "remote";

export interface Server {
	/** Stable over reloads: config file, key path. */
	readonly id: string;
	/** As the launcher and the grant call it. */
	readonly name: string;
	readonly file: Omit<ConfigFile, "servers">;
	readonly entry: ServerEntry;
	readonly state: ServerState;
	/** Why it is refused; null otherwise. */
	readonly refusal: Problem | null;
	/** What its host would start; a Problem's reason in `refusal` where that cannot be told; null for remote servers. */
	readonly line: LaunchLine | null;
	readonly wrapped: boolean;
	/** What was granted to exactly this entry. */
	readonly grant: Grant | null;
	/** What its launch would run under: the grant, narrowed by every other policy. Null: the launcher would start nothing. */
	readonly effective: Grant | null;
	readonly findings: readonly Finding[];
	/** Null: never listed. Granted tools that are no longer listed are in here too. */
	readonly tools: readonly Tool[] | null;
	/** What it lists beside tools, as far as it was asked in this session. Null: it was not. */
	readonly offers: ListedOffers | null;
	/** Launchers of it that run now. */
	readonly running: number;
	/** It was approved, and the person's other programs can change its code. */
	readonly mutable: boolean;
}

export interface Tool {
	readonly name: string;
	/** `gone`: granted, and no longer listed. `unpinnable`: cannot be granted. */
	readonly state: "allowed" | "denied" | "changed" | "gone" | "unpinnable";
	/** Allowed, and no other policy takes it away. */
	readonly effective: boolean;
	/** Of the definition as it is listed now; null where there is none. */
	readonly pin: Pin | null;
	readonly reads: boolean;
	/** What the policies hold its arguments to, each in one line: `path within /project/docs`. Empty: to nothing. */
	readonly where: readonly string[];
	/** The server's own word; empty for a tool that is gone. */
	readonly definition: Readonly<Record<string, unknown>>;
}

/** Starts through Sallyport, and nobody has approved it yet: nothing is wrong with it. */
export function isWaiting({ state, grant, line, refusal }: Pick<Server, "state" | "grant" | "line" | "refusal">): boolean {
	return state === "refused" && grant === null && line !== null && refusal?.code === "not-approved";
}
