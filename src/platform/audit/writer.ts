import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { Chain } from "../../core/audit/chain.ts";
import type { AuditEvent } from "../../core/audit/event.ts";
import type { Reached } from "../../core/audit/record.ts";
import type { Redact } from "../../core/audit/redact.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { auditFolder, auditMac } from "./place.ts";

/** The log of one session, a file of its own. */
export interface AuditLog {
	readonly file: string;
	readonly session: string;
	/**
	 * Hands one record to the operating system before it returns. False: it was not written whole, and neither will be any
	 * later one, for a log with a hole is worth nothing. The caller refuses what it was about.
	 */
	append(event: AuditEvent): boolean;
	/** From now on records are kept back, up to the next `flush`: it hands them over in one write. `append` then promises nothing. */
	hold(): void;
	/** False: what was kept back was not written whole. */
	flush(): boolean;
	/** Ends the session and flushes it to the disk. False: the end could not be written; the log verifies as open. `egress`: where the server was. */
	close(reason: string, egress?: readonly Reached[]): boolean;
}

export interface AuditLogOptions {
	readonly server: string;
	/** Null: not known. */
	readonly host: string | null;
	/** The account's name, the launcher's version, the digest of what was granted. Undefined or null: not known. */
	readonly user?: string | null;
	readonly launcher?: string | null;
	readonly policy?: string | null;
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
	const chain = new Chain(auditMac(home), { ...options, id: session }, options.redact);
	let usable = true;
	let isHeld = false;
	const flush = (): boolean => {
		isHeld = false;
		const lines = chain.seal();
		usable = usable && (lines.length === 0 || writeWhole(descriptor, lines));
		return usable;
	};
	chain.open(now);
	if (!flush()) {
		fs.closeSync(descriptor);
		return cannotWrite(folder);
	}
	let closed = false;
	return ok({
		file,
		session,
		append: (event) => {
			if (closed || !usable) return false;
			chain.event(options.clock(), event);
			return isHeld || flush();
		},
		hold: () => {
			isHeld = true;
		},
		flush,
		close: (reason, egress) => {
			if (closed) return usable;
			closed = true;
			chain.close(options.clock(), reason, egress);
			const written = flush();
			return finish(descriptor) && written;
		},
	});
}

function writeWhole(descriptor: number, bytes: Uint8Array): boolean {
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
