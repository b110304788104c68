import * as fs from "node:fs";
import * as path from "node:path";
import type { Mac } from "../../core/audit/chain.ts";
import type { LedgerEntry } from "../../core/audit/ledger.ts";
import { ledgerLine } from "../../core/audit/ledger-line.ts";

/** Lists of sessions, one a month: what is not in them never was, and what is in them must be there. */
const NAME = /^sessions-(\d{4}-\d\d)\.ledger$/;

export interface LedgerFile {
	/** `2026-11`. */
	readonly month: string;
	readonly file: string;
}

/** The month in which a session was opened, by the time in its `opened`. */
export function monthOf(at: string): string {
	return at.slice(0, 7);
}

function ledgerFile(folder: string, month: string): string {
	return path.join(folder, `sessions-${month}.ledger`);
}

/** Oldest first. Empty also where the folder cannot be read. */
export function ledgerFiles(folder: string): readonly LedgerFile[] {
	let names: string[];
	try {
		names = fs.readdirSync(folder);
	} catch {
		return [];
	}
	return names.sort().flatMap((name) => {
		const month = NAME.exec(name)?.[1];
		return month === undefined ? [] : [{ month, file: path.join(folder, name) }];
	});
}

/**
 * Adds lines to the list of one month, in one write, so that launchers need not wait for one another. False: they were not written.
 *
 * @param month in which the sessions of all these entries were opened
 */
export function appendToLedger(folder: string, month: string, entries: readonly LedgerEntry[], mac: Mac): boolean {
	let descriptor: number | null = null;
	try {
		descriptor = fs.openSync(ledgerFile(folder, month), TO_APPEND, 0o600);
		const { size } = fs.fstatSync(descriptor);
		const last = Buffer.alloc(1);
		if (size > 0) fs.readSync(descriptor, last, 0, 1, size - 1);
		const bytes = linesAfter(size > 0 ? last : null, entries, mac);
		return fs.writeSync(descriptor, bytes) === bytes.length;
	} catch {
		return false;
	} finally {
		if (descriptor !== null) fs.closeSync(descriptor);
	}
}

/** The same for a disk that may be slow, while the program goes on. */
export async function appendToLedgerLate(folder: string, month: string, entries: readonly LedgerEntry[], mac: Mac): Promise<boolean> {
	let file: fs.promises.FileHandle | null = null;
	try {
		file = await fs.promises.open(ledgerFile(folder, month), TO_APPEND, 0o600);
		const { size } = await file.stat();
		const last = size === 0 ? null : (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer;
		const bytes = linesAfter(last, entries, mac);
		return (await file.write(bytes)).bytesWritten === bytes.length;
	} catch {
		return false;
	} finally {
		await file?.close().catch(() => {});
	}
}

const TO_APPEND = fs.constants.O_RDWR | fs.constants.O_APPEND | fs.constants.O_CREAT | fs.constants.O_NOFOLLOW;

/**
 * A full disk or a crash may have left half a line, and the next one would be lost with it.
 *
 * @param last byte of the list; null: it is empty
 */
function linesAfter(last: Buffer | null, entries: readonly LedgerEntry[], mac: Mac): Buffer {
	const isAfterHalf = last !== null && last[0] !== 0x0a;
	return Buffer.from(`${isAfterHalf ? "\n" : ""}${entries.map((entry) => ledgerLine(entry, mac)).join("")}`);
}

/** When a process was started, in the kernel's ticks; null: there is none, or the system does not say. */
export function startOf(pid: number): string | null {
	try {
		// The name in brackets may hold anything.
		const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
		return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
	} catch {
		return null;
	}
}
