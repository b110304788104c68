import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../core/result.ts";
import { sha256Hex } from "../../core/sha256.ts";
import { type Code, CodedMemory } from "../coded-memory.ts";
import { nodeCrypto } from "../node-crypto.ts";

/** SHA-256 of files, remembered by device, inode, size, mtime and ctime: a Node binary has 100 MB and is asked for at every launch. */
export interface HashCache {
	/** 64 hexadecimal digits. `file` is a real path of a regular file. */
	hash(file: string): Result<string>;
}

/** A file's hash before it is known whether the memory that it may be from can be believed. Nothing of the file may run before `prove`. */
export interface ClaimedHash {
	readonly sha256: string;
	/** The same once more, by now surely of the file: what has no code of this key is read anew, and remembered. */
	prove(code: Code | null): Result<string>;
}

/** A file that changed less than this long ago may change again within one tick of the file system's clock, unseen. */
const SETTLED_MS = 3_000n;
/** Up to this size the library in hand is done before Node's own is loaded, where the program has not loaded that one anyway. Bytes. */
const SMALL = 4n * 1024n;
const CHUNK = 4 * 1024 * 1024;

/**
 * Opens the memory in a home's `state` folder. What is there counts only with its code.
 *
 * @param state the home's `state` folder
 * @param code null: nothing is believed, and nothing is remembered
 * @param now milliseconds since the epoch
 */
export function openHashCache(state: string, code: Code | null, now: () => number = Date.now): HashCache {
	const memory = memoryIn(state);
	return {
		hash: (file) =>
			open(file, (fd, stat) => {
				const known = code === null ? null : memory.recall(file);
				const sha256 = known === null ? null : hashOf(known.fact, stat);
				if (sha256 !== null && code !== null && known?.isCoded(code) === true) return ok(sha256);
				return hashNow(
					file,
					fd,
					stat,
					(fact) => {
						if (code !== null) memory.remember(file, fact, code, now());
					},
					now,
				);
			}),
	};
}

/** What a file is said to hold, by the memory in `state`; read now where it says nothing. */
export function claimHash(file: string, state: string, now: () => number = Date.now): Result<ClaimedHash> {
	const memory = memoryIn(state);
	return open(file, (fd, stat): Result<ClaimedHash> => {
		const known = memory.recall(file);
		const said = known === null ? null : hashOf(known.fact, stat);
		if (known !== null && said !== null)
			return ok({
				sha256: said,
				prove: (code) => (code !== null && known.isCoded(code) ? ok(said) : openHashCache(state, code, now).hash(file)),
			});
		let settled: string | null = null;
		const read = hashNow(file, fd, stat, (fact) => (settled = fact), now);
		if (!read.ok) return read;
		return ok({
			sha256: read.value,
			prove: (code) => {
				if (code !== null && settled !== null) memory.remember(file, settled, code, now());
				return read;
			},
		});
	});
}

/** The hash of a file as it is now, whatever is remembered: for one that a server might write. */
export function hashAnew(file: string): Result<string> {
	return open(file, (fd, stat) => hashNow(file, fd, stat, () => {}, Date.now));
}

function memoryIn(state: string): CodedMemory {
	return new CodedMemory(path.join(state, "hashes.json"), "hashes");
}

function open<T>(file: string, look: (fd: number, stat: fs.BigIntStats) => Result<T>): Result<T> {
	try {
		const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
		try {
			const stat = fs.fstatSync(fd, { bigint: true });
			return stat.isFile() ? look(fd, stat) : fail("file-unreadable", `${file} is not a regular file.`, "Name a program.");
		} finally {
			fs.closeSync(fd);
		}
	} catch {
		return fail("file-unreadable", `${file} cannot be read.`, "Check that it exists and that you may read it.");
	}
}

/** @param settled told what to remember, of a file that does not change just now */
function hashNow(file: string, fd: number, before: fs.BigIntStats, settled: (fact: string) => void, now: () => number): Result<string> {
	const sha256 = digest(fd, before.size);
	if (identity(fs.fstatSync(fd, { bigint: true })) !== identity(before))
		return fail("file-changing", `${file} changed while it was read.`, "Try again when nothing writes to it.");
	if (BigInt(now()) - before.ctimeMs > SETTLED_MS) settled(`${identity(before)} ${sha256}`);
	return ok(sha256);
}

/** Null: it is of another file, or of an older state of this one. */
function hashOf(fact: string, stat: fs.BigIntStats): string | null {
	const [of, sha256 = ""] = fact.split(" ");
	return of === identity(stat) && /^[0-9a-f]{64}$/.test(sha256) ? sha256 : null;
}

function identity(stat: fs.BigIntStats): string {
	return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(":");
}

function digest(fd: number, size: bigint): string {
	if (size <= SMALL) return sha256Hex(fs.readFileSync(fd));
	const hash = nodeCrypto().createHash("sha256");
	const chunk = Buffer.allocUnsafe(Math.min(CHUNK, Number(size) + 1));
	for (let at = 0; ; ) {
		const length = fs.readSync(fd, chunk, 0, chunk.length, at);
		if (length === 0) return hash.digest("hex");
		hash.update(chunk.subarray(0, length));
		at += length;
	}
}
