import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Matcher } from "../../core/audit/search.ts";
import type { Home } from "../home.ts";
import { LogCursor, readBuffer } from "./cursor.ts";
import { FolderWatch } from "./folder-watch.ts";
import { auditFolder } from "./place.ts";
import { eventOf, type FoundRecord } from "./search.ts";

/** Several lines that come at once are told at once: a launcher writes many in a row. Milliseconds. */
const TOGETHER_MS = 25;

/** Records that are told at once, at most, or a few more. */
const BATCH = 1000;

/** What is already known of the logs. */
export interface KnownLogs {
	/** By name, each read as far as it is known. */
	readonly growing: ReadonlyMap<string, LogCursor>;
	/** Names of logs of which nothing more is wanted. */
	readonly ended: Iterable<string>;
}

export interface Followed {
	/** Records that fit, in the order of time; never empty. Nothing more is read until the promise is kept. */
	found(records: readonly FoundRecord[]): Promise<unknown> | undefined;
	/** A log that was cut, replaced or removed, or in which there is what is no record, by its name: once each. */
	broken(file: string): void;
}

export interface FollowOptions {
	/** Undefined: every record is wanted. */
	readonly matcher?: Matcher;
	/** Bytes of one log that are read at once: whoever is further behind goes on with its end. Undefined: all of it is read. */
	readonly most?: number;
	/** Whether the process stays alive for it. */
	readonly isPersistent: boolean;
}

/** Tells what is written from now on, in logs that are there and in new ones, until the signal. The folder need not be there yet. */
export async function followLogs(
	home: Pick<Home, "state">,
	known: KnownLogs,
	told: Followed,
	options: FollowOptions,
	signal: AbortSignal,
): Promise<void> {
	const follower = new LogFollower(auditFolder(home), known, told, options, signal);
	const wait = { signal, ref: options.isPersistent };
	try {
		while (!signal.aborted) {
			await follower.readChanged();
			await follower.nextChange();
			await pause(TOGETHER_MS, undefined, wait);
		}
	} catch (error) {
		if (!signal.aborted) throw error;
	} finally {
		follower.close();
	}
}

class LogFollower {
	readonly #folder: string;
	readonly #told: Followed;
	readonly #options: FollowOptions;
	readonly #signal: AbortSignal;
	readonly #watch: FolderWatch;
	readonly #buffer = readBuffer();
	readonly #cursors: Map<string, LogCursor>;
	/** Logs that have ended, or that cannot be read on. */
	readonly #done: Set<string>;
	readonly #broken = new Set<string>();
	readonly #changed = new Set<string>();
	#found: FoundRecord[] = [];
	#wake = (): void => {};

	constructor(folder: string, { growing, ended }: KnownLogs, told: Followed, options: FollowOptions, signal: AbortSignal) {
		this.#folder = folder;
		this.#told = told;
		this.#options = options;
		this.#signal = signal;
		this.#cursors = new Map(growing);
		this.#done = new Set(ended);
		this.#watch = new FolderWatch(folder, (name) => this.#note(name), options.isPersistent);
		signal.addEventListener("abort", () => this.#wake());
		// What was written between the first reading and the watch.
		this.#noteGrown();
	}

	close(): void {
		this.#watch.close();
	}

	/** Kept when something has changed since the last reading, or the signal came. */
	async nextChange(): Promise<void> {
		if (this.#changed.size === 0 && !this.#signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
		this.#wake = () => {};
	}

	async readChanged(): Promise<void> {
		const names = [...this.#changed];
		this.#changed.clear();
		for (const name of names) if (!this.#done.has(name)) await this.#readOn(name);
		await this.#tell();
	}

	#note(name: string | null): void {
		if (name === null) this.#noteGrown();
		else if (name.endsWith(".jsonl") && !this.#done.has(name)) {
			this.#changed.add(name);
			this.#wake();
		}
	}

	#noteGrown(): void {
		for (const name of namesIn(this.#folder)) if (this.#sizeOf(name) !== this.#cursors.get(name)?.read) this.#note(name);
	}

	async #readOn(name: string): Promise<void> {
		const cursor = this.#cursorOf(name);
		this.#cursors.set(name, cursor);
		for (let lines = cursor.next(); lines !== null && !this.#signal.aborted; lines = cursor.next()) {
			for (const line of lines) {
				const { matcher } = this.#options;
				const record = matcher?.mayFit(line) === false ? null : eventOf(line);
				if (record !== null && matcher?.fits(record) !== false) this.#found.push({ record, file: name });
			}
			if (this.#found.length >= BATCH) await this.#tell();
		}
		if (cursor.isCut || cursor.unreadable > 0) this.#tellBroken(name);
		if (!cursor.isCut && !cursor.isClosed) return;
		this.#cursors.delete(name);
		this.#done.add(name);
	}

	/** Of what a new cursor passes over, the last line may be a part of one: that is no record, and is left out. */
	#cursorOf(name: string): LogCursor {
		const cursor = this.#cursors.get(name);
		const start = (this.#sizeOf(name) ?? 0) - (this.#options.most ?? Number.POSITIVE_INFINITY);
		if (cursor !== undefined && cursor.read >= start) return cursor;
		return new LogCursor({ file: path.join(this.#folder, name), name }, this.#buffer, Math.max(0, start));
	}

	#tellBroken(name: string): void {
		if (this.#broken.has(name)) return;
		this.#broken.add(name);
		this.#told.broken(name);
	}

	async #tell(): Promise<void> {
		const records = this.#found.sort((a, b) => (a.record.at < b.record.at ? -1 : a.record.at > b.record.at ? 1 : 0));
		this.#found = [];
		if (records.length > 0 && !this.#signal.aborted) await this.#told.found(records);
	}

	#sizeOf(name: string): number | null {
		return sizeOfPlain(path.join(this.#folder, name));
	}
}

/** The logs of a folder, oldest first, for a name begins with the time. Empty also where the folder is not there. */
export function namesIn(folder: string): readonly string[] {
	try {
		return fs
			.readdirSync(folder)
			.filter((name) => name.endsWith(".jsonl"))
			.sort();
	} catch {
		return [];
	}
}

/** In bytes. Null: it is no plain file, or is gone. */
export function sizeOfPlain(file: string): number | null {
	try {
		const stat = fs.lstatSync(file);
		return stat.isFile() ? stat.size : null;
	} catch {
		return null;
	}
}
