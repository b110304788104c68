import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import { fail, ok, type Result } from "../../core/result.ts";
import { sha256Hex } from "../../core/sha256.ts";
import { PendingFile } from "../files/atomic-file.ts";
import { nodeCrypto } from "../node-crypto.ts";

/** SHA-256 of files, remembered by device, inode, size, mtime and ctime: a Node binary has 100 MB and is asked for at every launch. */
export interface HashCache {
	/** 64 hexadecimal digits. `file` is a real path of a regular file. */
	hash(file: string): Result<string>;
	/** The same, without trusting what is remembered: for a file that a server might write. */
	hashAnew(file: string): Result<string>;
}

const Entry = z.strictObject({ stat: z.string(), sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)), used: z.int() });
const Stored = z.strictObject({ version: z.literal(1), files: z.record(z.string(), Entry) });
type Files = z.infer<typeof Stored>["files"];

const MOST_ENTRIES = 400;
/** A file that changed less than this long ago may change again within one tick of the file system's clock, unseen. */
const SETTLED_MS = 3_000n;
/** Up to this size the library in hand is done before Node's own is loaded, where the program has not loaded that one anyway. Bytes. */
const SMALL = 4n * 1024n;
const CHUNK = 4 * 1024 * 1024;

/**
 * Opens the cache in a home's `state` folder, which no server can write. A cache that is missing or broken is rebuilt.
 *
 * @param state the home's `state` folder
 * @param now milliseconds since the epoch
 */
export function openHashCache(state: string, now: () => number = Date.now): HashCache {
	const store = path.join(state, "hashes.json");
	let files: Files | null = null;
	return {
		hash: (file) => hash(file, true),
		hashAnew: (file) => hash(file, false),
	};

	function hash(file: string, trusting: boolean): Result<string> {
		files ??= read(store);
		try {
			const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
			try {
				const before = fs.fstatSync(fd, { bigint: true });
				if (!before.isFile()) return fail("file-unreadable", `${file} is not a regular file.`, "Name a program.");
				const stat = identity(before);
				const known = files[file];
				if (trusting && known?.stat === stat) return ok(known.sha256);
				const sha256 = digest(fd, before.size);
				if (identity(fs.fstatSync(fd, { bigint: true })) !== stat)
					return fail("file-changing", `${file} changed while it was read.`, "Try again when nothing writes to it.");
				// What is never trusted is not worth a write at every launch.
				if (trusting && BigInt(now()) - before.ctimeMs > SETTLED_MS) remember(store, file, { stat, sha256, used: now() });
				return ok(sha256);
			} finally {
				fs.closeSync(fd);
			}
		} catch {
			return fail("file-unreadable", `${file} cannot be read.`, "Check that it exists and that you may read it.");
		}
	}

	function remember(target: string, file: string, entry: z.infer<typeof Entry>): void {
		// Read again: another launcher may have written since.
		const all = Object.entries({ ...read(target), [file]: entry }).sort((a, b) => b[1].used - a[1].used);
		files = Object.fromEntries(all.slice(0, MOST_ENTRIES));
		try {
			new PendingFile(target, `${JSON.stringify({ version: 1, files })}\n`).commit();
		} catch {
			// A cache that cannot be kept only costs time.
		}
	}
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

function read(store: string): Files {
	try {
		const stored = Stored.safeParse(JSON.parse(fs.readFileSync(store, "utf8")));
		return stored.success ? Object.assign(Object.create(null), stored.data.files) : Object.create(null);
	} catch {
		return Object.create(null);
	}
}
