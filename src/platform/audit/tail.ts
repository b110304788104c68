import * as path from "node:path";
import type { EventRecord } from "../../core/audit/record.ts";
import type { Home } from "../home.ts";
import { LogCursor, readBuffer } from "./cursor.ts";
import { followLogs, type KnownLogs, namesIn, sizeOfPlain } from "./follow.ts";
import { auditFolder } from "./place.ts";
import { eventOf } from "./search.ts";

/** Bytes of the end of one log, and of all logs, that are read at the beginning. */
const MOST_OF_ONE = 256 * 1024;
const MOST_OF_ALL = 4 * 1024 * 1024;
/** Bytes of one log that are read at once. Whoever is further behind goes on with its end. */
const MOST_NEWS = 1024 * 1024;
/** Older ones are left alone. */
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
	const end = new AbortController();
	const { records, known } = recentRecords(auditFolder(home), enough);
	if (records.length > 0) heard(records);
	const told = {
		found: (found: readonly { readonly record: EventRecord }[]) => void heard(found.map(({ record }) => record)),
		broken: () => {},
	};
	void followLogs(home, known, told, { most: MOST_NEWS, isPersistent: false }, end.signal);
	return { dispose: () => end.abort() };
}

function recentRecords(folder: string, enough: number): { readonly records: readonly EventRecord[]; readonly known: KnownLogs } {
	const buffer = readBuffer();
	const growing = new Map<string, LogCursor>();
	const names = [...namesIn(folder)];
	const ended = names.splice(0, Math.max(0, names.length - MOST_LOGS));
	const records: EventRecord[] = [];
	let bytes = 0;
	for (const name of names.reverse()) {
		const file = path.join(folder, name);
		const size = sizeOfPlain(file);
		if (size === null) {
			ended.push(name);
			continue;
		}
		const isWanted = records.length < enough && bytes < MOST_OF_ALL;
		const cursor = new LogCursor({ file, name }, buffer, isWanted ? Math.max(0, size - MOST_OF_ONE) : size);
		growing.set(name, cursor);
		const start = cursor.read;
		if (isWanted) records.push(...recordsOf(cursor));
		bytes += cursor.read - start;
	}
	records.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
	return { records, known: { growing, ended } };
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
