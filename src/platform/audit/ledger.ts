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
	const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW } = fs.constants;
	let descriptor: number | null = null;
	try {
		descriptor = fs.openSync(ledgerFile(folder, month), O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
		const text = entries.map((entry) => ledgerLine(entry, mac)).join("");
		const bytes = Buffer.from(`${endsInHalfLine(descriptor) ? "\n" : ""}${text}`);
		return fs.writeSync(descriptor, bytes) === bytes.length;
	} catch {
		return false;
	} finally {
		if (descriptor !== null) fs.closeSync(descriptor);
	}
}

/** A full disk or a crash may have left one, and the next line would be lost with it. */
function endsInHalfLine(descriptor: number): boolean {
	const { size } = fs.fstatSync(descriptor);
	if (size === 0) return false;
	const last = Buffer.alloc(1);
	fs.readSync(descriptor, last, 0, 1, size - 1);
	return last[0] !== 0x0a;
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
