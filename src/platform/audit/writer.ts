import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Chain, type Mac } from "../../core/audit/chain.ts";
import type { ArgumentClasses } from "../../core/audit/classes.ts";
import type { AuditEvent } from "../../core/audit/event.ts";
import type { Reached } from "../../core/audit/record.ts";
import { argumentsJson, type Redact } from "../../core/audit/redact.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { appendToLedger, monthOf, startOf } from "./ledger.ts";
import { LogFile } from "./log-file.ts";
import { auditFolder, auditKey, ledgerMac } from "./place.ts";
import { readPublicKey } from "./public-key.ts";
import { newSessionRatchet } from "./session-key.ts";

/** The log of one session, a file of its own. */
export interface AuditLog {
	readonly file: string;
	readonly session: string;
	/**
	 * Hands one record to the operating system before it returns. False: there is no room for it, and the caller refuses what it was about. It is
	 * counted, and once there is room the log says how many were lost.
	 */
	append(event: AuditEvent): boolean;
	/** From now on records are kept back, up to the next `flush`: it hands them over in one write. `append` then promises nothing. */
	hold(): void;
	/** False: there was no room for what was kept back. */
	flush(): boolean;
	/** Puts how far the log has come into the list of sessions, if it has come further. False: that could not be written. */
	note(): boolean;
	/**
	 * Ends the session and flushes it to the disk. False: the end could not be written; the log verifies as open.
	 *
	 * @param egress where the server was
	 */
	close(reason: string, egress?: readonly Reached[]): boolean;
	/** Records for which there was no room, and which the log does not count yet. */
	readonly lost: number;
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
	/** What is kept of the arguments of calls. Undefined: all but secrets. */
	readonly classes?: Current<ArgumentClasses>;
	readonly clock: () => Date;
	/** Takes known secrets out of everything that came from outside. */
	readonly redact: Redact;
}

/** What counts from the beginning, or what is asked for each record: a log may be open before it is known what a person accepted. */
type Current<T> = T | (() => T);

function current<T extends object | string>(value: Current<T>): T {
	return typeof value === "function" ? value() : value;
}

/** Opens a new log in `state/audit`, readable by this user alone, writes its first record, and puts it into the list of sessions. */
export function openAuditLog(home: Home, options: AuditLogOptions): Result<AuditLog> {
	const session = randomBytes(12).toString("hex");
	const now = options.clock();
	const time = now.toISOString().replace(/[-:]/g, "").replace(/\..*$/, "Z");
	const folder = auditFolder(home);
	const file = path.join(folder, `${time}-${fileName(options.server)}-${session}.jsonl`);
	let logFile: LogFile;
	try {
		fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
		logFile = LogFile.create(file);
	} catch {
		return cannotWrite(folder);
	}
	const { ratchet, escrow } = newSessionRatchet(auditKey(home), session, readPublicKey(folder));
	const chain = new Chain((bytes) => ratchet.seal(bytes), { ...options, id: session, escrow }, options.redact, ofCalls(options));
	chain.open(now);
	const ledger = { folder, month: monthOf(now.toISOString()), mac: ledgerMac(home) };
	const opened = {
		kind: "opened",
		at: now.toISOString(),
		session,
		file: path.basename(file),
		pid: process.pid,
		started: startOf(process.pid),
	} as const;
	if (!logFile.add(chain.seal()) || !appendToLedger(folder, ledger.month, [{ ...opened, seal: chain.last }], ledger.mac)) {
		logFile.finish();
		fs.rmSync(file, { force: true });
		return cannotWrite(folder);
	}
	return ok(new OpenLog({ file, session, chain, logFile, ledger, options }));
}

function ofCalls({ classes, redact }: AuditLogOptions): ((given: unknown) => string | null) | undefined {
	if (classes === undefined) return undefined;
	const folder = accountFolder();
	return (given) => argumentsJson(given, redact, current(classes), folder);
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
	/** How far the last seal goes, and how far the list of sessions knows of. */
	#sealed: { readonly records: number; readonly seal: string };
	#noted: number;

	constructor(parts: Parts) {
		this.#parts = parts;
		this.#sealed = { records: parts.chain.records, seal: parts.chain.last };
		this.#noted = this.#sealed.records;
	}

	get file(): string {
		return this.#parts.file;
	}

	get session(): string {
		return this.#parts.session;
	}

	get lost(): number {
		return this.#lost;
	}

	append(event: AuditEvent): boolean {
		if (this.#isClosed) return false;
		if (!this.#hasRoom()) {
			this.#lost++;
			return this.#mayGoOn;
		}
		this.#parts.chain.event(this.#parts.options.clock(), event);
		return this.#isHeld || this.flush();
	}

	hold(): void {
		this.#isHeld = true;
	}

	flush(): boolean {
		this.#isHeld = false;
		if (this.#isClosed) return false;
		return (!this.#parts.logFile.isStuck && this.#write()) || this.#mayGoOn;
	}

	note(): boolean {
		return this.#note("seen");
	}

	close(reason: string, egress?: readonly Reached[]): boolean {
		const { chain, logFile, options } = this.#parts;
		if (this.#isClosed) return !logFile.isStuck;
		if (this.#hasRoom()) {
			chain.close(options.clock(), reason, egress, logFile.slow);
			this.#write();
		}
		this.#isClosed = true;
		const written = logFile.finish();
		if (written) this.#note("closed");
		return written;
	}

	get #mayGoOn(): boolean {
		return current(this.#parts.options.onFailure ?? "refuse") === "allow";
	}

	/** What waits for room goes first, and then how much was lost meanwhile. */
	#hasRoom(): boolean {
		const { chain, logFile, options } = this.#parts;
		if (!logFile.retry()) return false;
		if (this.#lost > 0) {
			chain.event(options.clock(), { ...RECORDS_LOST, decision: this.#mayGoOn ? "allow" : "refuse", count: this.#lost });
			this.#lost = 0;
			if (!this.#isHeld) return this.#write();
		}
		return true;
	}

	/** What was recorded since the last seal, under one. False: it waits for room. */
	#write(): boolean {
		const { chain, logFile } = this.#parts;
		const lines = chain.seal();
		this.#sealed = { records: chain.records, seal: chain.last };
		return logFile.add(lines);
	}

	#note(kind: "seen" | "closed"): boolean {
		const { logFile, ledger, session, options } = this.#parts;
		const { records } = this.#sealed;
		if (logFile.isStuck) return false;
		if (kind === "seen" && records === this.#noted) return true;
		const entry = { kind, at: options.clock().toISOString(), session, ...this.#sealed };
		if (!appendToLedger(ledger.folder, ledger.month, [entry], ledger.mac)) return false;
		this.#noted = records;
		return true;
	}
}

/** There was no room for so many records. What they were about was refused, unless the policy says `audit.onFailure: "allow"`. */
const RECORDS_LOST: Omit<AuditEvent, "decision"> = {
	request: null,
	direction: "launcher",
	method: null,
	tool: null,
	reason: "records-lost",
	outcome: "withheld",
};

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
