import { utf8ToBytes } from "@noble/hashes/utils.js";
import { isoTime } from "../iso-time.ts";
import { type AuditEvent, eventAbout, eventDetails, eventRequest } from "./event.ts";
import { Lines } from "./lines.ts";
import type { AuditRecord, Reached } from "./record.ts";
import { type Amount, type Redact, redactedJson } from "./redact.ts";

/** HMAC-SHA256 under one key: 64 hexadecimal digits, in small letters. */
export type Mac = (bytes: Uint8Array) => string;

/** The same under the key of the moment, which is then replaced by one that does not lead back to it. */
export type Seal = (bytes: Uint8Array) => string;

export interface Session {
	/** Unique; letters and digits. */
	readonly id: string;
	/** The program that started the launcher, as far as it is known. */
	readonly host: string | null;
	readonly server: string;
	/** The account's name, the launcher's version and the digest of what was granted. Null: not known. */
	readonly user?: string | null;
	readonly launcher?: string | null;
	readonly policy?: string | null;
	/** How whoever holds a private key comes to the first key of the seals. Null: it is made of the home's own key. */
	readonly escrow?: SealEscrow | null;
}

/** To which key the first key of the seals was given, and what that key needs to find it: 16 and 64 hexadecimal digits. */
export interface SealEscrow {
	readonly to: string;
	readonly key: string;
}

/**
 * Writes the lines of one session. Lines that are written together are sealed together: the last of them carries a keyed code of the
 * bytes of all of them, and those bytes hold the code of the seal before. Who does not have the key can neither change, remove, insert
 * nor reorder a line, nor close a log that was cut; who takes it later can do none of that to what was sealed before. `now` is taken once
 * a record.
 */
export class Chain {
	readonly #sealing: Seal;
	readonly #redact: Redact;
	readonly #ofCalls: (given: unknown, amount: Amount) => string | null;
	readonly #ofOurs: (given: unknown) => string;
	/** Members of every record that say whose it is. */
	readonly #whose: Uint8Array;
	readonly #opening: string;
	readonly #lines = new Lines();
	#sequence = 0;
	#previous = FIRST;
	#isOpen = false;
	/** Bytes of `#lines` that were given out. */
	#given = 0;
	#time = { at: Number.NaN, text: utf8ToBytes("") };
	/** By outcome, what the last event was about, which the next one most often is about too. */
	readonly #about = new Map<string, { readonly event: AuditEvent; readonly text: Uint8Array }>();

	/** @param ofCalls what becomes of the arguments of calls, as JSON; null: they are not kept. Left out: all but secrets is kept */
	constructor(seal: Seal, session: Session, redact: Redact, ofCalls?: (given: unknown, amount: Amount) => string | null) {
		this.#ofOurs = (given) => redactedJson(given, redact);
		this.#ofCalls = ofCalls ?? ((given, amount) => redactedJson(given, redact, amount));
		const { id, host, server, user = null, launcher = null, policy = null, escrow = null } = session;
		const given = escrow === null ? "" : `,"sealedTo":"${escrow.to}","sealKey":"${escrow.key}"`;
		this.#opening = `"version":3,"user":${JSON.stringify(user)},"launcher":${JSON.stringify(launcher)},"policy":${JSON.stringify(policy)}${given}`;
		this.#sealing = seal;
		this.#redact = redact;
		const whose = `"session":${JSON.stringify(id)},"host":${JSON.stringify(host)},"server":${JSON.stringify(server)}`;
		this.#whose = utf8ToBytes(`,${whose},`);
	}

	open(now: Date): void {
		this.#begin("open", now);
		this.#lines.text(this.#opening);
	}

	event(now: Date, event: AuditEvent): void {
		this.#begin("event", now);
		this.#lines.text(eventRequest(event, this.#redact));
		this.#lines.bytes(this.#aboutOf(event));
		// What the launcher says by itself is no call.
		const isCall = event.direction === "host-to-server";
		const amount = event.decision === "refuse" ? "refused" : "whole";
		this.#lines.text(eventDetails(event, isCall ? (given) => this.#ofCalls(given, amount) : this.#ofOurs));
	}

	/**
	 * @param egress where the server was. Empty: nowhere
	 * @param slow how many records took longer to write than a call is to wait for
	 */
	close(now: Date, reason: string, egress: readonly Reached[] = [], slow = 0): void {
		this.#begin("close", now);
		this.#lines.text(`"reason":${JSON.stringify(reason)}`);
		if (egress.length > 0)
			this.#lines.text(
				`,"egress":[${bounded(egress)
					.map((each) => this.#reached(each))
					.join(",")}]`,
			);
		if (slow > 0) this.#lines.text(`,"slow":${slow}`);
	}

	#reached({ target, connections, sent, received }: Reached): string {
		return `{"target":${redactedJson(target, this.#redact)},"connections":${connections},"sent":${sent},"received":${received}}`;
	}

	/**
	 * The lines since the last seal, with theirs, as far as `unsealed` did not give them; empty when there are none. They are to be written as they
	 * are, in one piece, before anything else is asked of the chain.
	 */
	seal(): Uint8Array {
		const given = this.#given;
		this.#given = 0;
		if (!this.#isOpen) return this.#lines.take();
		this.#isOpen = false;
		this.#lines.text(`,"previous":"${this.#previous}"}`);
		this.#previous = this.#sealing(this.#lines.written);
		this.#lines.dropLast();
		this.#lines.text(`,"mac":"${this.#previous}"}\n`);
		return this.#lines.take().subarray(given);
	}

	/**
	 * The bytes since the last seal, as far as they were not given before: the last line has no end yet. To be written as they are; what is
	 * given next comes right behind them.
	 */
	unsealed(): Uint8Array {
		const given = this.#given;
		this.#given = this.#lines.written.length;
		return this.#lines.written.subarray(given);
	}

	/** Bytes of what was recorded and not given yet. */
	get waiting(): number {
		return this.#lines.written.length - this.#given;
	}

	/** The last seal, or what stands in its place before the first. */
	get last(): string {
		return this.#previous;
	}

	/** Records so far. */
	get records(): number {
		return this.#sequence;
	}

	#begin(kind: AuditRecord["kind"], now: Date): void {
		if (this.#isOpen) this.#lines.bytes(LINE_END);
		this.#isOpen = true;
		const at = now.getTime();
		// Many records are of the same millisecond, and the calendar takes longer than all the rest of one.
		if (at !== this.#time.at) this.#time = { at, text: utf8ToBytes(`,"at":"${isoTime(now)}"`) };
		this.#lines.bytes(HEADS[kind]);
		this.#lines.text(String(this.#sequence++));
		this.#lines.bytes(this.#time.text);
		this.#lines.bytes(this.#whose);
	}

	#aboutOf(event: AuditEvent): Uint8Array {
		const last = this.#about.get(event.outcome);
		if (last !== undefined && isAboutTheSame(last.event, event)) return last.text;
		const text = utf8ToBytes(eventAbout(event, this.#redact));
		this.#about.set(event.outcome, { event: { ...event, arguments: undefined, trace: undefined, cost: undefined }, text });
		return text;
	}
}

/** Places that a log's last line names. */
const MOST_PLACES = 100;

/** What is beyond that is added up. */
function bounded(egress: readonly Reached[]): readonly Reached[] {
	if (egress.length <= MOST_PLACES) return egress;
	const others = { target: "others", connections: 0, sent: 0, received: 0 };
	for (const { connections, sent, received } of egress.slice(MOST_PLACES - 1)) {
		others.connections += connections;
		others.sent += sent;
		others.received += received;
	}
	return [...egress.slice(0, MOST_PLACES - 1), others];
}

const LINE_END = utf8ToBytes("}\n");
const HEADS: Readonly<Record<AuditRecord["kind"], Uint8Array>> = { open: head("open"), event: head("event"), close: head("close") };

function head(kind: AuditRecord["kind"]): Uint8Array {
	return utf8ToBytes(`{"kind":"${kind}","sequence":`);
}

function isAboutTheSame(a: AuditEvent, b: AuditEvent): boolean {
	if (a.tool !== b.tool || a.method !== b.method || a.reason !== b.reason) return false;
	return a.decision === b.decision && a.direction === b.direction && a.layer === b.layer;
}

/** What stands in the place of a seal before the first, from version 3 on. */
export const FIRST = "0".repeat(64);

/** The same in versions 1 and 2. */
export function sessionCode(mac: Mac, session: string): string {
	return mac(utf8ToBytes(`session ${session}`));
}
