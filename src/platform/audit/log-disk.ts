import * as fs from "node:fs";
import * as path from "node:path";
import { milliseconds } from "../milliseconds.ts";

/** What the log's file lies on. `write` may hand over a part of the bytes from there on, and says how many; everything fails with the system's error. */
export interface LogDisk {
	writeSync(bytes: Uint8Array, from: number): number;
	write(bytes: Uint8Array, from: number): Promise<number>;
	truncateSync(size: number): void;
	truncate(size: number): Promise<void>;
	/** From the system's memory to the disk. */
	flushSync(): void;
	flush(): Promise<void>;
	closeSync(): void;
	close(): Promise<void>;
	/** Somebody else answers for it, another machine or a program, who may not answer at all. */
	readonly isElsewhere: boolean;
	/** Milliseconds of a clock that only goes on. */
	now(): number;
}

/** Makes the file, for this user alone. Throws the system's error. */
export function createLogDisk(file: string): LogDisk {
	const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
	const descriptor = fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
	return {
		writeSync: (bytes, from) => fs.writeSync(descriptor, bytes, from),
		write: (bytes, from) =>
			new Promise((resolve, reject) =>
				fs.write(descriptor, bytes, from, (error, written) => (error === null ? resolve(written) : reject(error))),
			),
		truncateSync: (size) => fs.ftruncateSync(descriptor, size),
		truncate: (size) => kept((done) => fs.ftruncate(descriptor, size, done)),
		flushSync: () => fs.fsyncSync(descriptor),
		flush: () => kept((done) => fs.fsync(descriptor, done)),
		closeSync: () => fs.closeSync(descriptor),
		close: () => kept((done) => fs.close(descriptor, done)),
		isElsewhere: isElsewhere(path.dirname(file)),
		now: milliseconds,
	};
}

function kept(start: (done: (error?: Error | null) => void) => void): Promise<void> {
	return new Promise((resolve, reject) => start((error) => (error == null ? resolve() : reject(error))));
}

/** By what statfs(2) calls them: file systems of a network, of a virtual machine's host, or of a program (FUSE). */
const ELSEWHERE: ReadonlySet<number> = new Set([
	0x6969, // NFS
	0x517b, // SMB
	0xff534d42, // CIFS
	0xfe534d42, // SMB2
	0x65735546, // FUSE, virtiofs
	0x01021997, // 9P
	0x00c36400, // Ceph
	0x5346414f, // AFS
	0x6b414653, // kAFS
	0x73757245, // Coda
	0x7461636f, // OCFS2
	0x01161970, // GFS2
	0x0bd00bd0, // Lustre
	0x47504653, // GPFS
	0x19830326, // BeeGFS
	0x786f4256, // VirtualBox's shared folders
	0xbacbacbc, // VMware's
	0x7c7c6673, // Parallels'
]);

function isElsewhere(folder: string): boolean {
	if (process.platform !== "linux") return false;
	try {
		return ELSEWHERE.has(fs.statfsSync(folder).type >>> 0);
	} catch {
		return false;
	}
}
