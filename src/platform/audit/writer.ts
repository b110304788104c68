import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Chain, type Mac } from "../../core/audit/chain.ts";
import type { ArgumentClasses } from "../../core/audit/classes.ts";
import type { AuditEvent } from "../../core/audit/event.ts";
import type { Reached } from "../../core/audit/record.ts";
import { type Amount, argumentsJson, type Redact } from "../../core/audit/redact.ts";
import { isoTime } from "../../core/iso-time.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { milliseconds } from "../milliseconds.ts";
import { appendToLedger, appendToLedgerLate, monthOf, startOf } from "./ledger.ts";
import { createLogDisk, type LogDisk } from "./log-disk.ts";
import { LogFile } from "./log-file.ts";
import { auditFolder, auditKey, ledgerMac } from "./place.ts";
import { readPublicKey } from "./public-key.ts";
import { newSessionRatchet } from "./session-key.ts";

/** The log of one session, a file of its own. */
export interface AuditLog {
	readonly file: string;
	readonly session: string;
	/**
	 * Hands one record to the operating system before it returns, or, where the disk is slow, puts it in its turn (`written`). False: there is no
	 * room for it, and the caller refuses what it was about. It is counted, and once there is room the log says how many were lost.
	 */
	append(event: AuditEvent): boolean;
	/** From now on records are kept back, up to the next `flush`: it hands them over in one write. `append` then promises nothing. */
	hold(): void;
	/** False: there was no room for what was kept back. */
	flush(): boolean;
	/**
	 * The same, but for the seal, which is left for the next `flush`: what the records are about can be done before it is made. Where the disk is
	 * slow, it is `flush`.
	 */
	begin(): boolean;
	/**
	 * Null, as long as the disk is quick: all that was flushed is with the operating system. Else it keeps true as soon as that is so, and after 5 ms
	 * in any case, for then the record stays in its turn. False: it cannot be written, and the caller refuses what it was about.
	 */
	written(): Promise<boolean> | null;
	/** Puts how far the log has come into the list of sessions, if it has come further. False: that could not be written. */
	note(): Promise<boolean>;
	/**
	 * Ends the session and flushes it to the disk. A disk that is slow gets a second and a half. False: the end could not be written; the log
	 * verifies as open.
	 *
	 * @param egress where the server was
	 */
	close(reason: string, egress?: readonly Reached[]): Promise<boolean>;
	/** Records that are not in the log, and which it does not count yet: there was no room for them, or they are on their way. */
	readonly lost: number;
	/** The disk has had something for longer than a call is to wait, and has not answered. After `close`, Node's own exit would wait for it. */
	readonly isHeldUp: boolean;
}

export interface AuditLogOptions {
	readonly server: string;
	/** Null: not known. */
	readonly host: string | null;
	/** The account's name, the launcher's version, the digest of what the policy files grant. Undefined or null: not known. */
	readonly user?: string | null;
	readonly launcher?: string | null;
	readonly policy?: string | null;
	/** What becomes of a call for whose record there is no room. Undefined: it is refused. */
	readonly onFailure?: Current<"refuse" | "allow">;
	/** Bytes that the session may write. What comes after is as with a full disk, but for counts and the end. Undefined: any. */
	readonly most?: Current<number>;
	/** What is kept of the arguments of calls. Undefined: all but secrets. */
	readonly classes?: Current<ArgumentClasses>;
	readonly clock: () => Date;
	/** Takes known secrets out of everything that came from outside. */
	readonly redact: Redact;
	/** Makes the log's file. Undefined: on this machine's disk. */
	readonly disk?: (file: string) => LogDisk;
}

/** Bytes beyond its share that a session may write for how often what happened: those counts are few, however often it was. */
const COUNTS = 2 * 1024 * 1024;

/** What a slow disk gets at the end of a session for what is on its way, and for the last record. Milliseconds. */
const END_MS = 1_500;

/** What counts from the beginning, or what is asked for each record: a log may be open before it is known what a person accepted. */
type Current<T> = T | (() => T);

function current<T extends object | string | number>(value: Current<T>): T {
	return typeof value === "function" ? value() : value;
}

/** Opens a new log in `state/audit`, readable by this user alone, writes its first record, and puts it into the list of sessions. */
export function openAuditLog(home: Home, options: AuditLogOptions): Result<AuditLog> {
	const session = randomBytes(12).toString("hex");
	const now = options.clock();
	const time = isoTime(now).replace(/[-:]/g, "").replace(/\..*$/, "Z");
	const folder = auditFolder(home);
	const file = path.join(folder, `${time}-${fileName(options.server)}-${session}.jsonl`);
	let logFile: LogFile;
	try {
		fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		logFile = new LogFile((options.disk ?? createLogDisk)(file));
	} catch {
		return cannotWrite(folder);
	}
	const { ratchet, escrow } = newSessionRatchet(auditKey(home), session, readPublicKey(folder));
	const chain = new Chain((bytes) => ratchet.seal(bytes), { ...options, id: session, escrow }, options.redact, ofCalls(options));
	chain.open(now);
	const ledger = { folder, month: monthOf(isoTime(now)), mac: ledgerMac(home) };
	const opened = {
		kind: "opened",
		at: isoTime(now),
		session,
		file: path.basename(file),
		pid: process.pid,
		started: startOf(process.pid),
	} as const;
	const first = chain.seal();
	const { length } = first;
	if (!logFile.add(first, chain.records) || !appendToLedger(folder, ledger.month, [{ ...opened, seal: chain.last }], ledger.mac)) {
		void logFile.finish(0);
		fs.rmSync(file, { force: true });
		return cannotWrite(folder);
	}
	return ok(new OpenLog({ file, session, chain, logFile, ledger, options }, length));
}

function ofCalls({ classes, redact }: AuditLogOptions): ((given: unknown, amount: Amount) => string | null) | undefined {
	if (classes === undefined) return undefined;
	const folder = accountFolder();
	return (given, amount) => argumentsJson(given, redact, current(classes), folder, amount);
}

/** Null for an account that is in no user database, or has no folder of its own. */
function accountFolder(): string | null {
	try {
		const { homedir } = os.userInfo();
		return homedir === "/" || homedir === "" ? null : homedir;
	} catch {
		return null;
	}
}

interface Parts {
	readonly file: string;
	readonly session: string;
	readonly chain: Chain;
	readonly logFile: LogFile;
	readonly ledger: { readonly folder: string; readonly month: string; readonly mac: Mac };
	readonly options: AuditLogOptions;
}

class OpenLog implements AuditLog {
	readonly #parts: Parts;
	#isHeld = false;
	#isClosed = false;
	#lost = 0;
	/** Bytes that were handed over, with what is kept back, as far as it is known. */
	#bytes: number;
	/** Records for which there was no room in the session's share. Null: the share is not used up. */
	#beyond: number | null = null;
	/** What became of calls whose record waits for room: the next records, so that the log does not end with their being let through. */
	#refusedSince: AuditEvent[] = [];
	/** How far the last seal goes, and how far the list of sessions knows of. */
	#sealed: { readonly records: number; readonly seal: string };
	#noted: number;
	/** Records that the file has, or keeps. */
	#handedOver: number;
	/** Lines are handed over whose seal is not. */
	#isBegun = false;

	/** @param bytes that the log has already */
	constructor(parts: Parts, bytes: number) {
		this.#parts = parts;
		this.#bytes = bytes;
		this.#sealed = { records: parts.chain.records, seal: parts.chain.last };
		this.#noted = this.#sealed.records;
		this.#handedOver = this.#sealed.records;
	}

	get file(): string {
		return this.#parts.file;
	}

	get session(): string {
		return this.#parts.session;
	}

	get lost(): number {
		return this.#lost + this.#refusedSince.length + (this.#beyond ?? 0) + this.#parts.logFile.records;
	}

	get isHeldUp(): boolean {
		return this.#parts.logFile.isHeldUp;
	}

	append(event: AuditEvent): boolean {
		if (this.#isClosed) return false;
		if (!this.#hasRoom()) {
			const isKept = event.reason === "audit-failed" && this.#refusedSince.length < MOST_REFUSED && !this.#isBeyond(event);
			if (isKept) this.#refusedSince.push(event);
			else this.#lost++;
			return this.#mayGoOn;
		}
		if (this.#isBeyond(event)) {
			if (this.#beyond === null) this.#parts.chain.event(this.#parts.options.clock(), { ...SHARE_USED_UP, decision: this.#decision });
			this.#beyond = (this.#beyond ?? 0) + 1;
			if (!this.#isHeld) this.flush();
			return this.#mayGoOn;
		}
		this.#parts.chain.event(this.#parts.options.clock(), event);
		return this.#isHeld || this.flush();
	}

	/** The share of this session is used up. */
	#isBeyond({ count }: AuditEvent): boolean {
		const { most } = this.#parts.options;
		if (most === undefined) return false;
		const bytes = this.#bytes + this.#parts.chain.waiting;
		return bytes >= current(most) + (count === undefined ? 0 : COUNTS);
	}

	get #decision(): AuditEvent["decision"] {
		return this.#mayGoOn ? "allow" : "refuse";
	}

	hold(): void {
		this.#isHeld = true;
	}

	flush(): boolean {
		this.#isHeld = false;
		if (this.#isClosed) return false;
		return (!this.#parts.logFile.isStuck && this.#write()) || this.#mayGoOn;
	}

	begin(): boolean {
		const { chain, logFile } = this.#parts;
		if (this.#isClosed || logFile.isStuck || logFile.isLate) return this.flush();
		this.#isHeld = false;
		const lines = chain.unsealed();
		this.#bytes += lines.length;
		const isWritten = logFile.add(lines, this.#newRecords());
		this.#isBegun = true;
		// What waits for room waits with its seal.
		if (!isWritten) this.#write();
		return isWritten || this.#mayGoOn;
	}

	written(): Promise<boolean> | null {
		const written = this.#parts.logFile.written();
		return this.#mayGoOn ? (written?.then(() => true) ?? null) : written;
	}

	note(): Promise<boolean> {
		return this.#note("seen");
	}

	async close(reason: string, egress?: readonly Reached[]): Promise<boolean> {
		const { chain, logFile, options } = this.#parts;
		if (this.#isClosed) return logFile.records === 0;
		this.#isHeld = false;
		const until = milliseconds() + END_MS;
		if (logFile.isLate) {
			if (!logFile.isStuck) this.#write();
			await logFile.drain(END_MS);
		}
		if (!logFile.isHeldUp && this.#hasRoom()) {
			if (this.#beyond !== null) {
				chain.event(options.clock(), { ...SHARE_USED_UP, decision: this.#decision, count: this.#beyond });
				this.#beyond = 0;
			}
			chain.close(options.clock(), reason, egress, logFile.slow);
			this.#write();
		}
		this.#isClosed = true;
		const written = logFile.isLate ? await logFile.finish(Math.max(0, until - milliseconds())) : logFile.finishNow();
		if (written) await this.#note("closed");
		return written;
	}

	get #mayGoOn(): boolean {
		return current(this.#parts.options.onFailure ?? "refuse") === "allow";
	}

	/** What waits for room goes first, then what became of it, and then how much was lost meanwhile. */
	#hasRoom(): boolean {
		const { chain, logFile, options } = this.#parts;
		if (!logFile.retry()) return false;
		if (this.#refusedSince.length + this.#lost === 0) return true;
		for (const event of this.#refusedSince) chain.event(options.clock(), event);
		this.#refusedSince = [];
		if (this.#lost > 0) chain.event(options.clock(), { ...RECORDS_LOST, decision: this.#decision, count: this.#lost });
		this.#lost = 0;
		return this.#isHeld || this.#write();
	}

	/** What was recorded since the last seal, under one. False: it waits for room. */
	#write(): boolean {
		const { chain, logFile } = this.#parts;
		const lines = chain.seal();
		this.#bytes += lines.length;
		this.#sealed = { records: chain.records, seal: chain.last };
		const isBegun = this.#isBegun;
		this.#isBegun = false;
		return isBegun ? logFile.goOn(lines, this.#newRecords()) : logFile.add(lines, this.#newRecords());
	}

	/** Since the last time. */
	#newRecords(): number {
		const more = this.#parts.chain.records - this.#handedOver;
		this.#handedOver += more;
		return more;
	}

	async #note(kind: "seen" | "closed"): Promise<boolean> {
		const { logFile, ledger, session, options } = this.#parts;
		// What is on its way is not noted: a list that is ahead of its log would look like a log that was cut.
		if (logFile.records > 0) return false;
		const { records } = this.#sealed;
		if (kind === "seen" && records === this.#noted) return true;
		const entry = { kind, at: isoTime(options.clock()), session, ...this.#sealed };
		const isNoted = logFile.isLate
			? await appendToLedgerLate(ledger.folder, ledger.month, [entry], ledger.mac)
			: appendToLedger(ledger.folder, ledger.month, [entry], ledger.mac);
		if (isNoted) this.#noted = Math.max(this.#noted, records);
		return isNoted;
	}
}

/** Calls that were given up for want of room and are remembered one by one; of more than these only the number is. */
const MOST_REFUSED = 1024;

/** There was no room for so many records. What they were about was refused, unless the policy says `audit.onFailure: "allow"`. */
const RECORDS_LOST: Omit<AuditEvent, "decision"> = {
	request: null,
	direction: "launcher",
	method: null,
	tool: null,
	reason: "records-lost",
	outcome: "withheld",
};

/** The session has written its share of what logs may take, and so many records since are not in its log. */
const SHARE_USED_UP: Omit<AuditEvent, "decision"> = { ...RECORDS_LOST, reason: "log-share-used-up" };

function fileName(server: string): string {
	return server.replace(/[^A-Za-z0-9_]+/g, "_").slice(0, 40) || "_";
}

function cannotWrite(folder: string): ReturnType<typeof fail> {
	return fail(
		"audit-unwritable",
		`The audit log cannot be written in ${folder}.`,
		"Make room on the disk, or make the folder yours and writable.",
	);
}
