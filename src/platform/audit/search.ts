import { type EventRecord, parseRecord } from "../../core/audit/record.ts";
import type { Matcher } from "../../core/audit/search.ts";
import { type EventLine, LogCursor, type LogEnd, logEnd, readBuffer } from "./cursor.ts";
import type { LogFile } from "./reader.ts";

export interface FoundRecord {
	readonly record: EventRecord;
	/** The log's name in `state/audit`. */
	readonly file: string;
}

/** What a long reading tells on its way. */
export interface Reading {
	/** Lines that are no records or have no seal, and files that could not be read, so far. */
	unreadable: number;
	/** Told of each log that is done. */
	readonly finished: () => void;
	/** Told after each piece that was read, with its bytes; a promise is waited for. */
	readonly advanced: (bytes: number) => Promise<void> | undefined;
}

export interface Newest {
	/** Oldest first. */
	readonly found: readonly FoundRecord[];
	/** Logs that may still grow, each read up to its end. */
	readonly growing: ReadonlyMap<string, LogCursor>;
}

/** The newest `limit` records that fit. Logs that ended before the oldest of them are not read. Memory is bounded by `limit`. */
export async function newestRecords(logs: readonly LogFile[], matcher: Matcher, limit: number, reading: Reading): Promise<Newest> {
	const buffer = readBuffer();
	const ends = logs.map((log) => ({ log, end: logEnd(log) }));
	// What no end can be seen of may hold anything.
	ends.sort((a, b) => compare(b.end.at ?? LATEST, a.end.at ?? LATEST));
	const growing = new Map<string, LogCursor>();
	let newest: Candidate[] = [];
	for (const { log, end } of ends) {
		const isOlder = newest.length >= limit && end.at !== null && end.at < (newest[0]?.line.at ?? "");
		const cursor = new LogCursor(log, buffer, isOlder ? end.bytes : 0);
		if (!isOlder) {
			const own = await newestOf(cursor, matcher, limit, reading);
			newest = [...newest, ...own].sort((a, b) => compare(a.line.at, b.line.at)).slice(-limit);
			reading.unreadable += cursor.unreadable + (mayGrow(cursor, end) ? 0 : cursor.pending);
		}
		reading.finished();
		if (mayGrow(cursor, end)) growing.set(log.name, cursor);
	}
	const found = newest.flatMap(({ line, record }) => {
		const parsed = record ?? eventOf(line);
		if (parsed === null) reading.unreadable++;
		return parsed === null ? [] : [{ record: parsed, file: line.file }];
	});
	return { found, growing };
}

/** A line that may be among the newest; its record where it was looked at. */
interface Candidate {
	readonly line: EventLine;
	readonly record: EventRecord | null;
}

async function newestOf(cursor: LogCursor, matcher: Matcher, limit: number, reading: Reading): Promise<readonly Candidate[]> {
	let own: Candidate[] = [];
	for (let lines = cursor.next(), before = 0; lines !== null; lines = cursor.next()) {
		for (const line of lines) {
			if (matcher.isAny) own.push({ line, record: null });
			else if (matcher.mayFit(line)) {
				const record = eventOf(line);
				if (record === null) reading.unreadable++;
				else if (matcher.fits(record)) own.push({ line, record });
			}
		}
		if (own.length > 2 * limit) own = own.slice(-limit);
		await reading.advanced(cursor.read - before);
		before = cursor.read;
	}
	return own.slice(-limit);
}

function mayGrow(cursor: LogCursor, end: LogEnd): boolean {
	return !cursor.isClosed && !end.isClosed;
}

/** A log in the merge of all. */
interface Source {
	readonly cursor: LogCursor;
	/** In order, not yet given; never empty. */
	lines: readonly EventLine[];
	/** Of `lines`. */
	next: number;
}

/** Records that are given at once, at most. */
const BATCH = 512;

/**
 * Every record that fits, oldest first, in pieces. A log is open from the time at which its name says that it began, so memory is bounded
 * by how many sessions ran at once.
 */
export async function* recordsInOrder(
	logs: readonly LogFile[],
	matcher: Matcher,
	reading: Reading,
): AsyncGenerator<readonly FoundRecord[], void, void> {
	const buffer = readBuffer();
	const waiting = logs.map((log) => ({ log, began: beganAt(log.name) })).sort((a, b) => compare(b.began, a.began));
	/** Latest first: the next line is the last one's. */
	const open: Source[] = [];
	let batch: FoundRecord[] = [];
	for (;;) {
		const soonest = open.at(-1);
		const next = waiting.at(-1);
		if (next !== undefined && (soonest === undefined || next.began <= headOf(soonest))) {
			waiting.pop();
			await refill({ cursor: new LogCursor(next.log, buffer), lines: [], next: 0 });
			continue;
		}
		if (soonest === undefined) break;
		open.pop();
		const line = soonest.lines[soonest.next++];
		const record = line === undefined ? null : eventOf(line);
		if (record === null || line === undefined) reading.unreadable++;
		else if (matcher.fits(record)) batch.push({ record, file: line.file });
		if (soonest.next < soonest.lines.length) place(soonest);
		else await refill(soonest);
		if (batch.length < BATCH) continue;
		yield batch;
		batch = [];
	}
	if (batch.length > 0) yield batch;

	/** Reads on to the next line that may fit. */
	async function refill(source: Source): Promise<void> {
		const { cursor } = source;
		for (let lines = nextOf(cursor); lines !== null; lines = nextOf(cursor)) {
			await reading.advanced(lines.bytes);
			const wanted = lines.read.filter((line) => matcher.mayFit(line));
			if (wanted.length === 0) continue;
			source.lines = wanted;
			source.next = 0;
			place(source);
			return;
		}
		reading.unreadable += cursor.unreadable + cursor.pending;
		reading.finished();
	}

	function place(source: Source): void {
		const at = headOf(source);
		let low = 0;
		for (let high = open.length; low < high; ) {
			const middle = (low + high) >>> 1;
			const other = open[middle];
			if (other !== undefined && headOf(other) >= at) low = middle + 1;
			else high = middle;
		}
		open.splice(low, 0, source);
	}
}

function nextOf(cursor: LogCursor): { readonly read: readonly EventLine[]; readonly bytes: number } | null {
	const before = cursor.read;
	const read = cursor.next();
	return read === null ? null : { read, bytes: cursor.read - before };
}

function headOf({ lines, next }: Source): string {
	return lines[next]?.at ?? "";
}

/** The record of an event's line. Null: it is none after all. */
export function eventOf({ text }: EventLine): EventRecord | null {
	const record = parseRecord(text);
	return record?.kind === "event" && isShallow(record.arguments, DEEPEST) ? record : null;
}

/** Levels that arguments may have. The log cuts them long before; who writes more has not written with Sallyport, and wants the stack. */
const DEEPEST = 64;

function isShallow(value: unknown, levels: number): boolean {
	if (typeof value !== "object" || value === null) return true;
	return levels > 0 && Object.values(value).every((member) => isShallow(member, levels - 1));
}

/** Sorts behind every time. */
const LATEST = "~";
const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/;

/** When the session of a log of this name began; empty, which is before every time, when the name does not tell. */
function beganAt(name: string): string {
	const match = NAME.exec(name);
	if (match === null) return "";
	const [, year, month, day, hour, minute, second] = match;
	return `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
}

function compare(a: string, b: string): number {
	return a === b ? 0 : a < b ? -1 : 1;
}
