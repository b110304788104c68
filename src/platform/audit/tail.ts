import * as fs from "node:fs";
import * as path from "node:path";
import type { EventRecord } from "../../core/audit/record.ts";
import type { Home } from "../home.ts";
import { LogCursor, readBuffer } from "./cursor.ts";
import { auditFolder } from "./place.ts";
import { eventOf } from "./search.ts";

/** Milliseconds from a change in the folder until it is read: a launcher writes many records in a row. */
const SETTLE_MS = 40;
/** Milliseconds until a folder that cannot be watched is looked at again. */
const UNWATCHED_MS = 5_000;
/** Bytes of the end of one log, and of all logs, that are read at the beginning. */
const MOST_OF_ONE = 256 * 1024;
const MOST_OF_ALL = 4 * 1024 * 1024;
/** Bytes of one log that are read at once. Whoever is further behind goes on with its end. */
const MOST_NEWS = 1024 * 1024;
const MOST_LOGS = 10_000;

/**
 * Reads the end of every log of this home, the newest first, and from then on what is added, until it is disposed of: for a view of what happened
 * lately, not of all that did. It checks no seal: that is `verifyAuditLogs`. It keeps no process alive. The folder need not be there yet.
 *
 * @param enough records of earlier sessions after which no older log is read
 * @param heard records in the order in which they were written, those of one log together
 */
export function followAuditLogs(
	home: Pick<Home, "state">,
	enough: number,
	heard: (records: readonly EventRecord[]) => void,
): { dispose(): void } {
	const watch = new RecentRecords(auditFolder(home), heard);
	watch.begin(enough);
	return watch;
}

class RecentRecords {
	readonly #folder: string;
	readonly #heard: (records: readonly EventRecord[]) => void;
	readonly #buffer = readBuffer();
	/** By name. */
	readonly #logs = new Map<string, LogCursor>();
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
			const size = this.#sizeOf(name);
			if (size === null) continue;
			const isWanted = records < enough && bytes < MOST_OF_ALL;
			const log = this.#follow(name, isWanted ? Math.max(0, size - MOST_OF_ONE) : size);
			if (!isWanted) continue;
			bytes += size - log.read;
			const found = recordsOf(log);
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
			const size = this.#sizeOf(name);
			const log = this.#logs.get(name) ?? this.#follow(name, 0);
			if (size === null || size <= log.read) continue;
			const records = recordsOf(size - log.read > MOST_NEWS ? this.#follow(name, size - MOST_NEWS) : log);
			if (records.length > 0) this.#heard(records);
		}
	}

	/** From anywhere: a line of which the beginning is passed over is no record, and is left out. */
	#follow(name: string, from: number): LogCursor {
		const log = new LogCursor({ file: path.join(this.#folder, name), name }, this.#buffer, from);
		this.#logs.set(name, log);
		return log;
	}

	/** Null: it is no plain file, or is gone. */
	#sizeOf(name: string): number | null {
		try {
			const stat = fs.lstatSync(path.join(this.#folder, name));
			return stat.isFile() ? stat.size : null;
		} catch {
			return null;
		}
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

/** What was added since the last time. */
function recordsOf(log: LogCursor): EventRecord[] {
	const records: EventRecord[] = [];
	for (let lines = log.next(); lines !== null; lines = log.next())
		for (const line of lines) {
			const record = eventOf(line);
			if (record !== null) records.push(record);
		}
	return records;
}
