import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { type AuditEvent, type AuditRecord, eventBody, parseRecord } from "./record.ts";
import type { Redact } from "./redact.ts";

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
	readonly #key: Uint8Array;
	readonly #session: Session;
	readonly #redact: Redact;
	#sequence = 0;
	#previous: string;

	constructor(key: Uint8Array, session: Session, redact: Redact) {
		this.#key = key;
		this.#session = session;
		this.#redact = redact;
		this.#previous = sessionCode(key, session.id);
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
		const mac = code(this.#key, body);
		this.#previous = mac;
		return `${body.slice(0, -1)},"mac":"${mac}"}\n`;
	}
}

/**
 * `complete`: every line is as it was written, and the last one closes the session. `open`: every line is as it was
 * written, and none closes it: the session still runs, crashed, or its end was cut off. `torn`: the last line has no end
 * (a crash while it was written); it is not counted. `broken`: `line` (from 1) is not what was written there.
 */
export type ChainVerdict =
	| { readonly state: "complete"; readonly records: number }
	| { readonly state: "open"; readonly records: number; readonly torn: boolean }
	| { readonly state: "broken"; readonly line: number; readonly problem: string };

/** Checks a whole log file. */
export function verifyChain(text: string, key: Uint8Array): ChainVerdict {
	const lines = text.split("\n");
	const torn = lines.pop() !== "";
	let previous = "";
	let session = "";
	let closed = false;
	for (const [index, line] of lines.entries()) {
		const broken = (problem: string): ChainVerdict => ({ state: "broken", line: index + 1, problem });
		const body = /^(.*),"mac":"([0-9a-f]{64})"\}$/s.exec(line);
		const record = parseRecord(line);
		if (body === null || record === null) return broken("this line is not an audit record");
		if (code(key, `${body[1]}}`) !== body[2]) return broken("this line was changed, or written by someone else");
		if (index === 0) {
			session = record.session;
			previous = sessionCode(key, session);
		}
		if (record.session !== session) return broken("this line belongs to another session");
		if (record.sequence !== index || record.previous !== previous) return broken("lines before this one are missing or in another order");
		if ((record.kind === "open") !== (index === 0)) return broken("a session begins here, in the midst of another");
		if (closed) return broken("this line comes after the end of the session");
		closed = record.kind === "close";
		previous = record.mac;
	}
	if (closed && torn) return { state: "broken", line: lines.length + 1, problem: "this line comes after the end of the session" };
	return closed ? { state: "complete", records: lines.length } : { state: "open", records: lines.length, torn };
}

function code(key: Uint8Array, body: string): string {
	return bytesToHex(hmac(sha256, key, utf8ToBytes(body)));
}

function sessionCode(key: Uint8Array, session: string): string {
	return code(key, `session ${session}`);
}
