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
	/** Of `read`, what is the person's and not the server's own code. Undefined: nothing. */
	readonly personal?: readonly string[];
	/** Host files and folders that may be written, visible at the same path. Empty: nothing. */
	readonly write: readonly string[];
	/** Host paths that stay invisible even inside `read` and `write`. Absolute. */
	readonly hidden: readonly string[];
	/** What else stays invisible inside `read` and `write`: names and patterns as in a policy's `deny` (`*.key`, `secrets/**`). */
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
	/** Of each private file system in memory: home, `/tmp`, `/dev/shm`. */
	readonly diskBytes?: number | undefined;
	readonly cpuSeconds?: number | undefined;
}

export interface Confined {
	/** stdin, stdout and stderr are pipes. Killing it ends everything inside. */
	readonly child: ChildProcess;
	/** Asks the server to end, as SIGTERM does. Nothing happens where it has ended. */
	terminate(): void;
	/** Releases what the engine holds outside (proxy, sockets, temporary files); idempotent. Resolves when nothing is left. */
	dispose(): Promise<void>;
	/** Resolves when what the server has written by now can be seen outside. Undefined: it always can. */
	settle?(): Promise<void>;
}

/** What the caller does while a sandbox is set up. Nothing of the server runs before all of it is done. */
export interface StartSteps {
	/**
	 * Variables whose values come late (secrets that are still on their way): all of `names`. A failure ends the start.
	 * `values` is called when they are needed, and begins to ask for them if `meanwhile` has not.
	 */
	readonly environment?: { readonly names: readonly string[]; readonly values: () => Promise<Result<Readonly<Record<string, string>>>> };
	/** Called when the sandbox has been told everything, and there is nothing to do but wait for it. A failure ends the start. */
	readonly meanwhile?: () => Promise<Result<unknown>>;
}

export interface SandboxEngine {
	/** A short name for people: `bubblewrap`. */
	readonly name: string;
	start(profile: SandboxProfile, steps?: StartSteps): Promise<Result<Confined>>;
}
