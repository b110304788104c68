import { type AuditEvent, eventBody } from "./event.ts";
import type { AuditRecord } from "./record.ts";
import type { Redact } from "./redact.ts";

/** HMAC-SHA256 of a text (as UTF-8) under a log's key: 64 hexadecimal digits, in small letters. */
export type Mac = (text: string) => string;

export interface Session {
	/** Unique; letters and digits. */
	readonly id: string;
	/** The program that started the launcher, as far as it is known. */
	readonly host: string | null;
	readonly server: string;
}

/**
 * Writes the lines of one session. Each record carries a keyed code of its own bytes, and those bytes hold the code of
 * the record before: who does not have the key can neither change, remove, insert nor reorder a line, nor close a log
 * that was cut. `now` is taken once a record.
 */
export class Chain {
	readonly #mac: Mac;
	readonly #session: Session;
	readonly #redact: Redact;
	#sequence = 0;
	#previous: string;

	constructor(mac: Mac, session: Session, redact: Redact) {
		this.#mac = mac;
		this.#session = session;
		this.#redact = redact;
		this.#previous = sessionCode(mac, session.id);
	}

	open(now: Date): string {
		return this.#line("open", now, { version: 1 });
	}

	event(now: Date, event: AuditEvent): string {
		return this.#line("event", now, eventBody(event, this.#redact));
	}

	close(now: Date, reason: string): string {
		return this.#line("close", now, { reason });
	}

	/** One line with its newline. */
	#line(kind: AuditRecord["kind"], now: Date, members: Record<string, unknown>): string {
		const { id, host, server } = this.#session;
		const head = { kind, sequence: this.#sequence++, at: now.toISOString(), session: id, host, server };
		const body = JSON.stringify({ ...head, ...members, previous: this.#previous });
		const mac = this.#mac(body);
		this.#previous = mac;
		return `${body.slice(0, -1)},"mac":"${mac}"}\n`;
	}
}

/** What stands in the place of a record before the first. */
export function sessionCode(mac: Mac, session: string): string {
	return mac(`session ${session}`);
}
