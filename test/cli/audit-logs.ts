import type { AuditEvent } from "../../src/core/audit/event.ts";
import type { Redact } from "../../src/core/audit/redact.ts";
import { type AuditLog, openAuditLog } from "../../src/platform/audit/writer.ts";
import type { Home } from "../../src/platform/home.ts";

export interface WrittenSession {
	readonly server?: string;
	readonly host?: string | null;
	/** Of the first record; each later one is a second later. ISO 8601. */
	readonly from?: string;
	readonly redact?: Redact;
}

/** A real log of a session that runs. */
export function openSession(home: Home, session: WrittenSession = {}): AuditLog {
	const { server = "files", host = null, from = "2026-11-23T10:00:00.000Z", redact = (text) => text } = session;
	let ticks = 0;
	const log = openAuditLog(home, { server, host, clock: () => new Date(Date.parse(from) + 1000 * ticks++), redact });
	if (!log.ok) throw new Error(log.problem.message);
	return log.value;
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
	log.close("host-closed");
	return log.file;
}
