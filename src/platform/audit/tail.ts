import * as fs from "node:fs";
import * as path from "node:path";
import { type EventRecord, parseRecord } from "../../core/audit/record.ts";
import { LineSplitter } from "../../core/protocol/frame.ts";
import type { Home } from "../home.ts";
import { auditFolder } from "./place.ts";

/** Milliseconds from a change in the folder until it is read: a launcher writes many records in a row. */
const SETTLE_MS = 40;
/** Milliseconds until a folder that cannot be watched is looked at again. */
const UNWATCHED_MS = 5_000;
/** Bytes of the end of one log, and of all logs, that are read at the beginning. */
const MOST_OF_ONE = 256 * 1024;
const MOST_OF_ALL = 4 * 1024 * 1024;
/** Bytes of one log that are read at once. Whoever is further behind goes on with its end. */
const MOST_NEWS = 1024 * 1024;
/** Bytes of one record: what is longer is none. */
const LONGEST = 256 * 1024;
const MOST_LOGS = 10_000;

/**
 * Reads the end of every log of this home, the newest first, and from then on what is added, until it is disposed of. It checks no seal: that is
 * `verifyAuditLogs`. It keeps no process alive. The folder need not be there yet.
 *
 * @param enough records of earlier sessions after which no older log is read
 * @param heard records in the order in which they were written, those of one log together
 */
export function followAuditLogs(
	home: Pick<Home, "state">,
	enough: number,
	heard: (records: readonly EventRecord[]) => void,
): { dispose(): void } {
	const follower = new Follower(auditFolder(home), heard);
	follower.begin(enough);
	return follower;
}

interface Log {
	/** Bytes that were read, or passed over. */
	read: number;
	readonly lines: LineSplitter;
}

class Follower {
	readonly #folder: string;
	readonly #heard: (records: readonly EventRecord[]) => void;
	/** By name. */
	readonly #logs = new Map<string, Log>();
	#watcher: fs.FSWatcher | null = null;
	#watched: string | null = null;
	#timer: NodeJS.Timeout | undefined;
	#isDisposed = false;

	constructor(folder: string, heard: (records: readonly EventRecord[]) => void) {
		this.#folder = folder;
		this.#heard = heard;
	}

	dispose(): void {
		this.#isDisposed = true;
		clearTimeout(this.#timer);
		this.#unwatch();
	}

	begin(enough: number): void {
		// First the watch, then the look: nothing can be written between the two.
		this.#watch();
		const earlier: EventRecord[][] = [];
		let [records, bytes] = [0, 0];
		for (const name of this.#names().reverse()) {
			const size = sizeOf(path.join(this.#folder, name));
			if (size === null) continue;
			const isWanted = records < enough && bytes < MOST_OF_ALL;
			const log = { read: isWanted ? Math.max(0, size - MOST_OF_ONE) : size, lines: new LineSplitter(LONGEST) };
			this.#logs.set(name, log);
			if (!isWanted) continue;
			bytes += size - log.read;
			const found = this.#news(name, log, size);
			records += found.length;
			earlier.push(found);
		}
		const all = earlier.flat().sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
		if (all.length > 0) this.#heard(all);
	}

	#look(): void {
		this.#timer = undefined;
		this.#watch();
		const names = this.#names();
		const there = new Set(names);
		for (const name of this.#logs.keys()) if (!there.has(name)) this.#logs.delete(name);
		for (const name of names) {
			if (this.#isDisposed) return;
			const size = sizeOf(path.join(this.#folder, name));
			if (size === null) continue;
			const log = this.#logs.get(name) ?? { read: 0, lines: new LineSplitter(LONGEST) };
			this.#logs.set(name, log);
			if (size <= log.read) continue;
			if (size - log.read > MOST_NEWS) log.read = size - MOST_NEWS;
			const records = this.#news(name, log, size);
			if (records.length > 0) this.#heard(records);
		}
	}

	/** What was added up to here. A line of which the beginning was passed over is no record, and is left out. */
	#news(name: string, log: Log, size: number): EventRecord[] {
		const bytes = readRange(path.join(this.#folder, name), log.read, size);
		if (bytes === null) return [];
		log.read += bytes.length;
		return log.lines.push(bytes).flatMap((event) => {
			const record = event.kind === "line" ? parseRecord(Buffer.from(event.line).toString("utf8")) : null;
			return record?.kind === "event" ? [record] : [];
		});
	}

	/** Oldest first: a name begins with the time. */
	#names(): string[] {
		try {
			const names = fs.readdirSync(this.#folder).filter((name) => name.endsWith(".jsonl"));
			return names.sort().slice(-MOST_LOGS);
		} catch {
			return [];
		}
	}

	/** Watches the folder, or its parent until it is there. */
	#watch(): void {
		if (this.#isDisposed) return;
		const place = fs.existsSync(this.#folder) ? this.#folder : path.dirname(this.#folder);
		if (this.#watcher !== null && this.#watched === place) return;
		this.#unwatch();
		try {
			this.#watcher = fs.watch(place, { persistent: false }, () => this.#later(SETTLE_MS));
			this.#watcher.on("error", () => {
				this.#unwatch();
				this.#later(UNWATCHED_MS);
			});
			this.#watched = place;
			if (place !== this.#folder && fs.existsSync(this.#folder)) this.#watch();
		} catch {
			this.#later(UNWATCHED_MS);
		}
	}

	#unwatch(): void {
		this.#watcher?.close();
		this.#watcher = null;
		this.#watched = null;
	}

	#later(ms: number): void {
		if (this.#isDisposed) return;
		this.#timer ??= setTimeout(() => this.#look(), ms).unref();
	}
}

/** Null: it is no plain file, or is gone. */
function sizeOf(file: string): number | null {
	try {
		const stat = fs.lstatSync(file);
		return stat.isFile() ? stat.size : null;
	} catch {
		return null;
	}
}

/** Null: it cannot be read. */
function readRange(file: string, from: number, to: number): Buffer | null {
	try {
		const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
		try {
			if (!fs.fstatSync(descriptor).isFile()) return null;
			const bytes = Buffer.alloc(to - from);
			return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, bytes.length, from));
		} finally {
			fs.closeSync(descriptor);
		}
	} catch {
		return null;
	}
}
