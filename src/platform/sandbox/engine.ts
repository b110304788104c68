import type { ChildProcess } from "node:child_process";
import type { Result } from "../../core/result.ts";

/** Everything a confined process gets. What is not named here it does not have. */
export interface SandboxProfile {
	/** Absolute path of the executable; readable inside only if `read` (or the system folders) covers it. */
	readonly command: string;
	readonly args: readonly string[];
	/** Working folder inside; made, empty, when nothing is bound there. */
	readonly cwd: string;
	/** The whole environment but HOME, TMPDIR and PATH, which the engine sets. Nothing is inherited. */
	readonly env: Readonly<Record<string, string>>;
	/** Host files and folders, visible at the same path, read-only. Empty: only the system folders. */
	readonly read: readonly string[];
	/** Host files and folders that may be written, visible at the same path. Empty: nothing. */
	readonly write: readonly string[];
	/** Host paths that stay invisible even inside `read` and `write`. Absolute. */
	readonly hidden: readonly string[];
	/** Names (basenames or `*` globs such as `.env*`) that stay invisible wherever they stand inside `read` and `write`. */
	readonly hiddenNames: readonly string[];
	/** `host:port`. Empty means no network at all, never "unrestricted". */
	readonly egress: readonly string[];
	/** True for the install phase alone: granted hosts may resolve to private or reserved addresses (a company's registry). */
	readonly egressToPrivate?: boolean;
	readonly limits: SandboxLimits;
}

/** Undefined: the engine's default. */
export interface SandboxLimits {
	readonly memoryBytes?: number | undefined;
	readonly processes?: number | undefined;
	readonly files?: number | undefined;
	readonly cpuSeconds?: number | undefined;
}

export interface Confined {
	/** stdin, stdout and stderr are pipes. Killing it ends everything inside. */
	readonly child: ChildProcess;
	/** Releases what the engine holds outside (proxy, sockets, temporary files); idempotent. Resolves when nothing is left. */
	dispose(): Promise<void>;
}

export interface SandboxEngine {
	/** A short name for people: `bubblewrap`. */
	readonly name: string;
	start(profile: SandboxProfile): Promise<Result<Confined>>;
}
