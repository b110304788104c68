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

/**
 * Options for util-linux's prlimit. Memory is counted as data segments (RLIMIT_DATA), because address space is something
 * that a JavaScript engine reserves by the terabyte. Undefined: no limit on memory and on CPU time. A limit above the one that
 * this process has itself becomes that one, for nobody may raise it.
 *
 * @param own the text of `/proc/self/limits`
 */
export function prlimitOptions(limits: SandboxLimits, own: string): readonly string[] {
	const option = (name: string, row: string, wanted: number | undefined) =>
		wanted === undefined ? [] : [`--${name}=${Math.min(wanted, hardLimit(own, row))}`];
	return [
		// Too small for a file; and where crashes are piped to a program of the host's, exactly 1 keeps it from being started (core(5)).
		"--core=1",
		...option("nofile", "Max open files", limits.files ?? DEFAULTS.files),
		...option("nproc", "Max processes", processLimit(limits)),
		...option("data", "Max data size", limits.memoryBytes),
		...option("cpu", "Max cpu time", limits.cpuSeconds),
	];
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
