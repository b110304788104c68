import type { AuditEvent } from "../../src/core/audit/event.ts";
import type { Redact } from "../../src/core/audit/redact.ts";
import { createLogDisk, type LogDisk } from "../../src/platform/audit/log-disk.ts";
import { type AuditLog, type AuditLogOptions, openAuditLog } from "../../src/platform/audit/writer.ts";
import type { Home } from "../../src/platform/home.ts";

/** When what these tests record begins, unless they say otherwise. */
export const START = "2026-11-23T10:00:00.000Z";

/** The real disk, by a clock that stands still: however busy the machine is, it is not slow. */
function steadyDisk(file: string): LogDisk {
	return { ...createLogDisk(file), isElsewhere: false, now: () => 0 };
}

/** A real log of a session that runs; nothing is redacted, and its time stands still. */
export function openLog(home: Home, options: Partial<AuditLogOptions> = {}): AuditLog {
	const log = openAuditLog(home, {
		server: "files",
		host: null,
		clock: () => new Date(START),
		redact: (text) => text,
		disk: steadyDisk,
		...options,
	});
	if (!log.ok) throw new Error(log.problem.message);
	return log.value;
}

export interface WrittenSession {
	readonly server?: string;
	readonly host?: string | null;
	/** Of the first record; each later one is a second later. ISO 8601. */
	readonly from?: string;
	readonly redact?: Redact;
}

/** A log whose records are a second apart. */
export function openSession(home: Home, { from = START, ...session }: WrittenSession = {}): AuditLog {
	let ticks = 0;
	return openLog(home, { ...session, clock: () => new Date(Date.parse(from) + 1000 * ticks++) });
}

/** A call as the relay lets it through, but for what is said otherwise. */
export function event(members: Partial<AuditEvent> = {}): AuditEvent {
	return {
		request: 1,
		direction: "host-to-server",
		method: "tools/call",
		tool: "read",
		decision: "allow",
		reason: "tool-granted",
		outcome: "forwarded",
		...members,
	};
}

/** A session that ended; the log's path. */
export function writeSession(home: Home, session: WrittenSession, ...events: readonly Partial<AuditEvent>[]): string {
	const log = openSession(home, session);
	for (const each of events) log.append(event(each));
	void log.close("host-closed");
	return log.file;
}
