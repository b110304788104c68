/** What Landlock can allow in a file or folder and all that is beneath it: bits of `LANDLOCK_ACCESS_FS_…`, see landlock(7). */
const FS = {
	execute: 1 << 0,
	writeFile: 1 << 1,
	readFile: 1 << 2,
	readDir: 1 << 3,
	removeDir: 1 << 4,
	removeFile: 1 << 5,
	makeDir: 1 << 7,
	makeReg: 1 << 8,
	makeFifo: 1 << 10,
	makeSym: 1 << 12,
	refer: 1 << 13,
	truncate: 1 << 14,
} as const;

const READ = FS.execute | FS.readFile | FS.readDir;
const CHANGE = READ | FS.writeFile | FS.truncate;

/**
 * `read`: what is there can be read and started. `change`: and changed, but nothing made, removed or renamed, because what is made could
 * have a name that programs outside obey. `own`: everything but devices and sockets.
 */
export const ACCESS = {
	read: READ,
	change: CHANGE,
	own: CHANGE | FS.removeDir | FS.removeFile | FS.makeDir | FS.makeReg | FS.makeFifo | FS.makeSym | FS.refer,
	device: FS.readFile | FS.writeFile | FS.truncate,
} as const;

/** The first interface that knows truncation (3) and TCP (4): Linux 6.7. With less the wall has holes, and nothing is started. */
export const LEAST_ABI = 4;

/** The first interface that keeps signals in: Linux 6.12. */
export const SIGNALS_ABI = 6;

/** Of every interface from {@link LEAST_ABI} on, what is forbidden unless a rule allows it: `struct landlock_ruleset_attr`. */
export function rulesetAttribute(abi: number): Buffer {
	const words = [
		// From 5 on also what a device does on request (LANDLOCK_ACCESS_FS_IOCTL_DEV).
		abi >= 5 ? 0xffffn : 0x7fffn,
		// LANDLOCK_ACCESS_NET_BIND_TCP and CONNECT_TCP.
		3n,
		// LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET and SIGNAL. An older kernel does not know the word at all.
		...(abi >= SIGNALS_ABI ? [3n] : []),
	];
	return bytesOf(words);
}

/** Forbids nothing but signals to others: LANDLOCK_SCOPE_SIGNAL. For {@link SIGNALS_ABI} and newer. */
export function signalsAlone(): Buffer {
	return bytesOf([0n, 0n, 2n]);
}

function bytesOf(words: readonly bigint[]): Buffer {
	const bytes = Buffer.alloc(words.length * 8);
	words.forEach((word, i) => {
		bytes.writeBigUInt64LE(word, i * 8);
	});
	return bytes;
}
