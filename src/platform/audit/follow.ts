import * as fs from "node:fs";
import * as path from "node:path";
import type { Matcher } from "../../core/audit/search.ts";
import type { Home } from "../home.ts";
import { LogCursor } from "./cursor.ts";
import { auditFolder } from "./place.ts";
import { eventOf, type FoundRecord } from "./search.ts";

/** Several lines that come at once are told at once. Milliseconds. */
const TOGETHER = 25;

export interface Followed {
	/** Records that fit, oldest first; never empty. */
	found(records: readonly FoundRecord[]): void;
	/** A log that was cut or replaced, or in which there is what is no record, by its name: once each. */
	broken(file: string): void;
}

/**
 * Tells what is written from now on, in logs that are there and in new ones, until the signal. Throws the system's error when the folder cannot
 * be watched.
 *
 * @param growing logs that are there, each read as far as it is known
 * @param ended names of logs of which nothing more is wanted
 */
export function followLogs(
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
	const done = new Set(ended);
	const changed = new Set<string>();
	const note = (name: string): void => {
		if (name.endsWith(".jsonl") && !done.has(name)) changed.add(name);
	};
	return new Promise((resolve, reject) => {
		let timer: NodeJS.Timeout | undefined;
		const read = (): void => {
			timer = undefined;
			const found = [...changed].flatMap((name) => readOn(name));
			changed.clear();
			if (found.length > 0) told.found(found.sort((a, b) => (a.record.at < b.record.at ? -1 : a.record.at > b.record.at ? 1 : 0)));
		};
		const readOn = (name: string): readonly FoundRecord[] => {
			const cursor = cursors.get(name) ?? new LogCursor({ file: path.join(folder, name), name });
			cursors.set(name, cursor);
			const found: FoundRecord[] = [];
			for (let lines = cursor.next(); lines !== null; lines = cursor.next())
				for (const line of lines) {
					const record = matcher.mayFit(line) ? eventOf(line) : null;
					if (record !== null && matcher.fits(record)) found.push({ record, file: name });
				}
			const isBroken = cursor.isCut || cursor.unreadable > 0;
			if (isBroken) told.broken(name);
			if (isBroken || cursor.isClosed) {
				cursors.delete(name);
				done.add(name);
			}
			return found;
		};
		const watcher = fs.watch(folder, { signal }, (_, name) => {
			for (const each of name === null ? fs.readdirSync(folder) : [name]) note(each);
			if (changed.size > 0) timer ??= setTimeout(read, TOGETHER);
		});
		watcher.on("error", reject);
		watcher.on("close", () => {
			clearTimeout(timer);
			resolve();
		});
		// What was written between the first reading and the watch.
		for (const name of fs.readdirSync(folder)) note(name);
		read();
	});
}
