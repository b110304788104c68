import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Matcher } from "../../core/audit/search.ts";
import type { Home } from "../home.ts";
import { LogCursor } from "./cursor.ts";
import { auditFolder } from "./place.ts";
import { eventOf, type FoundRecord } from "./search.ts";

/** Several lines that come at once are told at once. Milliseconds. */
const TOGETHER = 25;

/** Records that are told at once, at most, or a few more. */
const BATCH = 1000;

export interface Followed {
	/** Records that fit, oldest first; never empty. Nothing more is read until the promise is kept. */
	found(records: readonly FoundRecord[]): Promise<unknown>;
	/** A log that was cut or replaced, or in which there is what is no record, by its name: once each. */
	broken(file: string): void;
}

/**
 * Tells what is written from now on, in logs that are there and in new ones, until the signal. Rejects with the system's error when the folder
 * cannot be watched.
 *
 * @param growing logs that are there, each read as far as it is known
 * @param ended names of logs of which nothing more is wanted
 */
export async function followLogs(
	home: Home,
	growing: ReadonlyMap<string, LogCursor>,
	ended: readonly string[],
	matcher: Matcher,
	told: Followed,
	signal: AbortSignal,
): Promise<void> {
	const folder = auditFolder(home);
	fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
	const cursors = new Map(growing);
	/** Of logs that have ended, and of those that are broken. */
	const done = new Set(ended);
	const changed = new Set<string>();
	let wake = (): void => {};
	const note = (name: string): void => {
		if (!name.endsWith(".jsonl") || done.has(name)) return;
		changed.add(name);
		wake();
	};
	let problem: Error | null = null;
	const watcher = fs.watch(folder, { signal }, (_, name) => {
		for (const each of name === null ? fs.readdirSync(folder) : [name]) note(each);
	});
	watcher.on("error", (error) => {
		problem = error;
		wake();
	});
	signal.addEventListener("abort", () => wake());
	// What was written between the first reading and the watch.
	for (const name of fs.readdirSync(folder)) note(name);
	let found: FoundRecord[] = [];
	const tell = async (): Promise<void> => {
		const records = found.sort((a, b) => (a.record.at < b.record.at ? -1 : a.record.at > b.record.at ? 1 : 0));
		found = [];
		if (records.length > 0) await told.found(records);
	};
	const readOn = async (name: string): Promise<void> => {
		const cursor = cursors.get(name) ?? new LogCursor({ file: path.join(folder, name), name });
		cursors.set(name, cursor);
		for (let lines = cursor.next(); lines !== null && !signal.aborted; lines = cursor.next()) {
			for (const line of lines) {
				const record = matcher.mayFit(line) ? eventOf(line) : null;
				if (record !== null && matcher.fits(record)) found.push({ record, file: name });
			}
			if (found.length >= BATCH) await tell();
		}
		const isBroken = cursor.isCut || cursor.unreadable > 0;
		if (isBroken) told.broken(name);
		if (!isBroken && !cursor.isClosed) return;
		cursors.delete(name);
		done.add(name);
	};
	while (!signal.aborted && problem === null) {
		const names = [...changed];
		changed.clear();
		for (const name of names) if (!done.has(name)) await readOn(name);
		await tell();
		if (changed.size === 0 && !signal.aborted && problem === null) await new Promise<void>((resolve) => (wake = resolve));
		wake = () => {};
		await pause(TOGETHER);
	}
	watcher.close();
	if (problem !== null) throw problem;
}
