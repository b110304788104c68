import * as fs from "node:fs";
import { knownRecords, type LedgerEntry, type LedgerSession, readLedger } from "../../core/audit/ledger.ts";
import { prunedText } from "../../core/audit/ledger-line.ts";
import { parseRecord } from "../../core/audit/record.ts";
import type { Retention } from "../../core/audit/retention.ts";
import { aged } from "../../core/audit/retention.ts";
import { isoTime } from "../../core/iso-time.ts";
import type { Home } from "../home.ts";
import { advanceHead, readSecret } from "./head.ts";
import { appendToLedger, ledgerFiles, monthOf, startOf } from "./ledger.ts";
import { auditFolder, ledgerMac, prunedMac } from "./place.ts";
import { readPublicKey } from "./public-key.ts";
import { logFiles, readText } from "./reader.ts";

/** Files that are taken away in one sweep: another one follows with the next launcher. */
const MOST_AT_ONCE = 200;

/**
 * Takes away the logs that are too old or too many, but none of a session that runs. The list of sessions knows of each before it is gone, so
 * that none is missed; killed at any point, the next sweep goes on. Where there is a head in the vault, nothing is taken away without it.
 *
 * @returns null: nothing was taken away
 */
export async function sweepLogs(home: Home, retention: Retention, now: Date): Promise<Swept | null> {
	const all = statLogs(home);
	if (aged(all, retention, now.getTime()).length === 0) return null;
	const folder = auditFolder(home);
	const sessions = sessionsByFile(home);
	// What no list of sessions knows is perhaps nobody's log: it goes when it is old, and makes no other go, however large it says that it is.
	const known = all.flatMap((log) => {
		const session = sessions.get(log.name) ?? null;
		return session === null ? [] : [{ ...log, session }];
	});
	const ended = known.filter(({ session }) => !isRunning(session));
	// The room that running sessions take counts, though their logs stay.
	const running = known.reduce((sum, { bytes }) => sum + bytes, 0) - ended.reduce((sum, { bytes }) => sum + bytes, 0);
	const unknown = all.filter(({ name }) => !sessions.has(name)).map((log) => ({ ...log, session: null }));
	const old = aged(unknown, { ...retention, bytes: Number.POSITIVE_INFINITY }, now.getTime());
	// Who runs many sessions at once makes room for them with half of what there is, and no more.
	const room = Math.max(retention.bytes / 2, retention.bytes - running);
	const beyond = aged(ended, { ...retention, bytes: room }, now.getTime());
	const taken = firstOf([...old, ...beyond], MOST_AT_ONCE, ({ log, why }) => why === "age" || !isApproval(log));
	const noted = taken.flatMap(({ log: { session }, why }) => (session === null || session.pruned !== null ? [] : [{ session, why }]));
	if (noted.length > 0) {
		const secret = await readSecret(home);
		if (secret === null && readPublicKey(folder) !== null) return null;
		if (!noteTaken(home, noted, secret, isoTime(now))) return null;
	}
	for (const { log } of taken) fs.rmSync(log.file, { force: true });
	await dropLists(home, now);
	return taken.length === 0 ? null : sweptOf(taken);
}

/** What a sweep took away. */
export interface Swept {
	readonly files: number;
	/** Of sessions, as far as the list of sessions knew of their records. */
	readonly records: number;
	readonly forAge: number;
	readonly forSize: number;
	/** When the first and the last of these sessions began. Null: no list knows them. */
	readonly from: string | null;
	readonly to: string | null;
}

function sweptOf(taken: readonly { readonly log: { readonly session: LedgerSession | null }; readonly why: "age" | "size" }[]): Swept {
	const sessions = taken.flatMap(({ log: { session } }) => (session === null ? [] : [session]));
	const opened = sessions.map((session) => session.opened).sort();
	const forAge = taken.filter(({ why }) => why === "age").length;
	return {
		files: taken.length,
		records: sessions.reduce((sum, session) => sum + knownRecords(session), 0),
		forAge,
		forSize: taken.length - forAge,
		from: opened[0] ?? null,
		to: opened.at(-1) ?? null,
	};
}

function firstOf<T>(items: readonly T[], most: number, isMeant: (item: T) => boolean): readonly T[] {
	const found: T[] = [];
	for (const item of items) {
		if (found.length === most) break;
		if (isMeant(item)) found.push(item);
	}
	return found;
}

/** Bytes of the log of an approval, at most: one record, which is bounded, between two short ones. */
const LARGEST_APPROVAL = 32 * 1024;

/** A server that makes much log must not push out who let it. */
function isApproval({ file, bytes }: Log): boolean {
	if (bytes > LARGEST_APPROVAL) return false;
	const record = parseRecord(readText(file)?.split("\n")[1] ?? "");
	return record?.kind === "event" && record.direction === "person";
}

interface Log {
	readonly file: string;
	readonly name: string;
	readonly bytes: number;
	/** When it was last written, but not before it was begun, in milliseconds since 1970. */
	readonly at: number;
}

function statLogs(home: Home): readonly Log[] {
	const files = logFiles(home);
	return (files.ok ? files.value : []).flatMap(({ file, name }) => {
		const stat = fs.lstatSync(file, { throwIfNoEntry: false });
		return stat?.isFile() === true ? [{ file, name, bytes: stat.size, at: Math.max(stat.mtimeMs, begunAt(name)) }] : [];
	});
}

/** By its name; 0 where that says nothing. */
function begunAt(name: string): number {
	const [, date, hour, minute, second] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z-/.exec(name) ?? [];
	const at = Date.parse(`${date?.slice(0, 4)}-${date?.slice(4, 6)}-${date?.slice(6)}T${hour}:${minute}:${second}Z`);
	return Number.isNaN(at) ? 0 : at;
}

function sessionsByFile(home: Home): ReadonlyMap<string, LedgerSession> {
	const texts = ledgerFiles(auditFolder(home)).map(({ file }) => readText(file) ?? "");
	return new Map([...readLedger(texts, ledgerMac(home)).sessions.values()].map((session) => [session.file, session]));
}

/** @param secret of the vault's head; null: there is none */
function noteTaken(
	home: Home,
	taken: readonly { readonly session: LedgerSession; readonly why: "age" | "size" }[],
	secret: string | null,
	at: string,
): boolean {
	const byMonth = new Map<string, LedgerEntry[]>();
	for (const { session, why } of taken) {
		const code = secret === null ? {} : { code: prunedMac(secret)(prunedText(session.session, at)) };
		const month = monthOf(session.opened);
		byMonth.set(month, [...(byMonth.get(month) ?? []), { kind: "pruned", at, session: session.session, why, ...code }]);
	}
	return [...byMonth].every(([month, entries]) => appendToLedger(auditFolder(home), month, entries, ledgerMac(home)));
}

/** A list of a month that is over, and of whose logs none is left nor missing, says nothing more. */
async function dropLists(home: Home, now: Date): Promise<void> {
	const folder = auditFolder(home);
	const left = new Set(statLogs(home).map(({ name }) => name));
	const over = ledgerFiles(folder).filter(({ month, file }) => {
		if (month >= monthOf(isoTime(now))) return false;
		const { sessions, broken } = readLedger([readText(file) ?? ""], ledgerMac(home));
		return broken.length === 0 && [...sessions.values()].every((session) => session.pruned !== null && !left.has(session.file));
	});
	if (over.length === 0) return;
	const dropped = new Set(over.map(({ month }) => month));
	// The vault forgets them first: what it knows must be there.
	if (!(await advanceHead(home, now, dropped)) && readPublicKey(folder) !== null) return;
	for (const { file } of over) fs.rmSync(file, { force: true });
}

/** A number that another process bears now is not that launcher any more. */
function isRunning({ closed, pid, started }: LedgerSession): boolean {
	if (closed !== null) return false;
	if (started !== null) return startOf(pid) === started;
	try {
		process.kill(pid, 0);
		return true;
	} catch {
		return false;
	}
}
