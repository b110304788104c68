import * as fs from "node:fs";
import * as path from "node:path";
import { type AuditRecord, type EventRecord, parseRecord } from "../../core/audit/record.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { auditFolder } from "./place.ts";

export interface AuditFilter {
	/** Only this server's; undefined: every one's. */
	readonly server?: string;
	/** Only the newest so many. */
	readonly limit: number;
}

export interface AuditEntries {
	/** Oldest first. */
	readonly entries: readonly EventRecord[];
	/** Lines that are no records or have no seal, and files that could not be read. To know which: `verifyAudit`. */
	readonly unreadable: number;
}

/** Reads the newest records over all sessions. It does not check them: that is `verifyAudit`. */
export function readAuditLogs(home: Home, filter: AuditFilter): Result<AuditEntries> {
	const files = logFiles(home);
	if (!files.ok) return files;
	let entries: EventRecord[] = [];
	let unreadable = 0;
	for (const { file } of files.value) {
		const text = readText(file);
		if (text === null) unreadable++;
		// What no seal follows was torn in the writing, or is not Sallyport's.
		let unsealed: AuditRecord[] = [];
		for (const line of text?.split("\n") ?? []) {
			if (line === "") continue;
			const record = parseRecord(line);
			if (record === null) unreadable++;
			else unsealed.push(record);
			if (record?.mac === undefined) continue;
			for (const each of unsealed)
				if (each.kind === "event" && (filter.server === undefined || each.server === filter.server)) entries.push(each);
			unsealed = [];
		}
		unreadable += unsealed.length;
		entries = entries.sort(byTime).slice(-filter.limit);
	}
	return ok({ entries, unreadable });
}

export interface LogFile {
	readonly file: string;
	/** In `state/audit`; it begins with the time at which the session began. */
	readonly name: string;
}

/** Oldest first. No folder yet: no logs. */
export function logFiles(home: Home): Result<readonly LogFile[]> {
	const folder = auditFolder(home);
	try {
		const names = fs.readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
		return ok(names.sort().map((name) => ({ file: path.join(folder, name), name })));
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return ok([]);
		return fail("audit-unreadable", `The audit log in ${folder} cannot be read.`, "Check that the folder belongs to you.");
	}
}

/** Null: not a plain file of this user's, or not readable. */
export function readText(file: string): string | null {
	try {
		const descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
		try {
			return fs.fstatSync(descriptor).isFile() ? fs.readFileSync(descriptor, "utf8") : null;
		} finally {
			fs.closeSync(descriptor);
		}
	} catch {
		return null;
	}
}

function byTime(a: EventRecord, b: EventRecord): number {
	if (a.at !== b.at) return a.at < b.at ? -1 : 1;
	return a.sequence - b.sequence;
}
