import type { SandboxLimits } from "./engine.ts";

/** Open files of one process, and processes and threads of one sandbox. Node alone takes eleven threads. */
const DEFAULTS = { files: 4096, processes: 1024 };

const MIB = 1024 * 1024;

/** Bytes of each private file system. They live in memory; together they bound what a server can fill. */
export interface TmpfsSizes {
	readonly home: number;
	readonly tmp: number;
	readonly shm: number;
}

const TMPFS_BYTES: TmpfsSizes = { home: 256 * MIB, tmp: 256 * MIB, shm: 64 * MIB };

export function tmpfsSizes({ diskBytes }: SandboxLimits): TmpfsSizes {
	return diskBytes === undefined ? TMPFS_BYTES : { home: diskBytes, tmp: diskBytes, shm: diskBytes };
}

/** One limit of a process, soft and hard alike. */
export interface ResourceLimit {
	/** As prlimit names its option. */
	readonly name: string;
	/** The kernel's number (RLIMIT_…), the same on x86-64 and arm64. */
	readonly resource: number;
	readonly value: number;
}

/**
 * Memory is counted as data segments (RLIMIT_DATA), because address space is something that a JavaScript engine reserves by the
 * terabyte. Undefined: no limit on memory and on CPU time. A limit above the one that this process has itself becomes that one, for
 * nobody may raise it.
 *
 * @param own the text of `/proc/self/limits`
 */
export function resourceLimits(limits: SandboxLimits, own: string): readonly ResourceLimit[] {
	const limit = (name: string, resource: number, row: string, wanted: number | undefined): readonly ResourceLimit[] =>
		wanted === undefined ? [] : [{ name, resource, value: Math.min(wanted, hardLimit(own, row)) }];
	return [
		// Too small for a file; and where crashes are piped to a program of the host's, exactly 1 keeps it from being started (core(5)).
		{ name: "core", resource: 4, value: 1 },
		...limit("nofile", 7, "Max open files", limits.files ?? DEFAULTS.files),
		...limit("nproc", 6, "Max processes", processLimit(limits)),
		...limit("data", 2, "Max data size", limits.memoryBytes),
		...limit("cpu", 0, "Max cpu time", limits.cpuSeconds),
	];
}

/** {@link resourceLimits} as options for util-linux's prlimit. */
export function prlimitOptions(limits: SandboxLimits, own: string): readonly string[] {
	return resourceLimits(limits, own).map(({ name, value }) => `--${name}=${value}`);
}

/** Of one sandbox. */
export function processLimit(limits: SandboxLimits): number {
	return limits.processes ?? DEFAULTS.processes;
}

function hardLimit(own: string, row: string): number {
	const line = own.split("\n").find((each) => each.startsWith(row));
	const hard = line?.slice(row.length).trim().split(/\s+/)[1];
	return hard === undefined || !/^\d+$/.test(hard) ? Number.POSITIVE_INFINITY : Number(hard);
}
