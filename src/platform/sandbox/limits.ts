import type { SandboxLimits } from "./engine.ts";

/** Open files of one process, and processes and threads of one sandbox. Node alone takes eleven threads. */
const DEFAULTS = { files: 4096, processes: 1024 };

const MIB = 1024 * 1024;

/** Every private file system lives in memory; together they bound what a server can fill. */
export const TMPFS_BYTES = { home: 256 * MIB, tmp: 256 * MIB, shm: 64 * MIB };

/**
 * Options for util-linux's prlimit. Memory is counted as data segments (RLIMIT_DATA), because address space is something
 * that a JavaScript engine reserves by the terabyte. Undefined: no limit on memory and on CPU time.
 */
export function prlimitOptions(limits: SandboxLimits): readonly string[] {
	return [
		"--core=0",
		`--nofile=${limits.files ?? DEFAULTS.files}`,
		`--nproc=${limits.processes ?? DEFAULTS.processes}`,
		...(limits.memoryBytes === undefined ? [] : [`--data=${limits.memoryBytes}`]),
		...(limits.cpuSeconds === undefined ? [] : [`--cpu=${limits.cpuSeconds}`]),
	];
}

export function processLimit(limits: SandboxLimits): number {
	return limits.processes ?? DEFAULTS.processes;
}
