import { createHmac, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Chain, type ChainVerdict, verifyChain } from "../core/audit/chain.ts";
import { type AuditEvent, type EventRecord, parseRecord } from "../core/audit/record.ts";
import type { Redact } from "../core/audit/redact.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { Home } from "./home.ts";

/** The log of one session, a file of its own. */
export interface AuditLog {
	readonly file: string;
	readonly session: string;
	/**
	 * Hands one record to the operating system before it returns. False: it was not written whole, and neither will be any
	 * later one, for a log with a hole is worth nothing. The caller refuses what it was about.
	 */
	append(event: AuditEvent): boolean;
	/** Ends the session and flushes it to the disk. False: the end could not be written; the log verifies as open. */
	close(reason: string): boolean;
}

export interface AuditLogOptions {
	readonly server: string;
	/** Null: not known. */
	readonly host: string | null;
	readonly clock: () => Date;
	/** Takes known secrets out of everything that came from outside. */
	readonly redact: Redact;
}

/** Opens a new log in `state/audit`, readable by this user alone, and writes its first record. */
export function openAuditLog(home: Home, options: AuditLogOptions): Result<AuditLog> {
	const session = randomBytes(12).toString("hex");
	const now = options.clock();
	const time = now.toISOString().replace(/[-:]/g, "").replace(/\..*$/, "Z");
	const folder = auditFolder(home);
	const file = path.join(folder, `${time}-${fileName(options.server)}-${session}.jsonl`);
	let descriptor: number;
	try {
		fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
		descriptor = fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
	} catch {
		return cannotWrite(folder);
	}
	const chain = new Chain(auditKey(home), { id: session, host: options.host, server: options.server }, options.redact);
	let usable = true;
	const write = (line: () => string): boolean => {
		usable = usable && writeWhole(descriptor, line());
		return usable;
	};
	if (!write(() => chain.open(now))) {
		fs.closeSync(descriptor);
		return cannotWrite(folder);
	}
	let closed = false;
	return ok({
		file,
		session,
		append: (event) => !closed && write(() => chain.event(options.clock(), event)),
		close: (reason) => {
			if (closed) return usable;
			closed = true;
			const written = write(() => chain.close(options.clock(), reason));
			return finish(descriptor) && written;
		},
	});
}

export interface AuditFilter {
	/** Only this server's; undefined: every one's. */
	readonly server?: string;
	/** Only the newest so many. */
	readonly limit: number;
}

export interface AuditEntries {
	/** Oldest first. */
	readonly entries: readonly EventRecord[];
	/** Lines that are no records, and files that could not be read. To know which: `verifyAuditLogs`. */
	readonly unreadable: number;
}

/** Reads the newest records over all sessions. It does not check them: that is `verifyAuditLogs`. */
export function readAuditLogs(home: Home, filter: AuditFilter): Result<AuditEntries> {
	const files = logFiles(home);
	if (!files.ok) return files;
	let entries: EventRecord[] = [];
	let unreadable = 0;
	for (const { file } of files.value) {
		const text = readText(file);
		if (text === null) unreadable++;
		for (const line of text?.split("\n") ?? []) {
			if (line === "") continue;
			const record = parseRecord(line);
			if (record === null) unreadable++;
			else if (record.kind === "event" && (filter.server === undefined || record.server === filter.server)) entries.push(record);
		}
		entries = entries.sort(byTime).slice(-filter.limit);
	}
	return ok({ entries, unreadable });
}

export interface LogVerdict {
	/** The file's name in `state/audit`. */
	readonly file: string;
	/** Null where the file does not say. */
	readonly server: string | null;
	readonly verdict: ChainVerdict;
}

/** Checks every log of this home, oldest first. A file that is gone as a whole leaves no trace here. */
export function verifyAuditLogs(home: Home): Result<readonly LogVerdict[]> {
	const files = logFiles(home);
	if (!files.ok) return files;
	const key = auditKey(home);
	const verdicts = files.value.map(({ file, name }): LogVerdict => {
		const text = readText(file);
		if (text === null) return { file: name, server: null, verdict: { state: "broken", line: 1, problem: "this file cannot be read" } };
		const first = parseRecord(text.slice(0, Math.max(0, text.indexOf("\n"))));
		const verdict = verifyChain(text, key);
		// A log that stands in the place of another would hide that one.
		const misplaced = verdict.state !== "broken" && first !== null && !name.endsWith(`-${first.session}.jsonl`);
		return {
			file: name,
			server: first?.server ?? null,
			verdict: misplaced ? { state: "broken", line: 1, problem: "this file holds the log of another session" } : verdict,
		};
	});
	return ok(verdicts);
}

interface LogFile {
	readonly file: string;
	readonly name: string;
}

/** No folder yet: no logs. */
function logFiles(home: Home): Result<readonly LogFile[]> {
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
function readText(file: string): string | null {
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

function writeWhole(descriptor: number, line: string): boolean {
	const bytes = Buffer.from(line);
	try {
		for (let at = 0; at < bytes.length; ) at += fs.writeSync(descriptor, bytes, at);
		return true;
	} catch {
		return false;
	}
}

function finish(descriptor: number): boolean {
	try {
		fs.fsyncSync(descriptor);
		return true;
	} catch {
		return false;
	} finally {
		fs.closeSync(descriptor);
	}
}

function auditFolder(home: Home): string {
	return path.join(home.state, "audit");
}

/** A key of its own, so that no keyed code made for another purpose could be passed off as a record's. */
function auditKey(home: Home): Uint8Array {
	return createHmac("sha256", home.key).update("sallyport audit log, version 1").digest();
}

function fileName(server: string): string {
	return server.replace(/[^A-Za-z0-9_]+/g, "_").slice(0, 40) || "_";
}

function byTime(a: EventRecord, b: EventRecord): number {
	if (a.at !== b.at) return a.at < b.at ? -1 : 1;
	return a.sequence - b.sequence;
}

function cannotWrite(folder: string): ReturnType<typeof fail> {
	return fail(
		"audit-unwritable",
		`The audit log cannot be written in ${folder}.`,
		"Make room on the disk, or make the folder yours and writable.",
	);
}
