import type { AuditEvent } from "../../../src/core/audit/event.ts";
import { LineSplitter } from "../../../src/core/protocol/frame.ts";
import { type Action, Relay, type RelayPolicy } from "../../../src/core/protocol/relay.ts";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";
import { inflate } from "../../../src/platform/inflate.ts";
import { Books, type Cause } from "./books.ts";
import { Oracle } from "./oracle.ts";
import { POLICIES, SECRET } from "./policies.ts";

/** One thing that happens to a relay. Bytes are written as characters up to 255; `cuts` are the places where a piece ends. */
export type Event =
	| { readonly from: "host" | "server"; readonly bytes: string; readonly cuts: readonly number[] }
	| { readonly policy: number }
	/** Whether the log can be written from here on. */
	| { readonly log: boolean }
	/** What is recorded in the next step does not reach the log after all. */
	| { readonly lost: true }
	| { readonly closed: "host" | "server" };

/** Bytes of a line: few, so that lines over the limit are cheap. */
const LINE = 16 * 1024;
const OUR_PREFIX = "sallyport-r4nd0m-";

/** A relay that is fed, and an independent reader of all that comes out. A promise that is broken is thrown. */
export class FuzzSession {
	readonly oracle = new Oracle(OUR_PREFIX);
	readonly #lines = { host: new LineSplitter(LINE), server: new LineSplitter(LINE) };
	readonly #relay: Relay;
	readonly #books = new Books((id) => this.oracle.askedBy(id));
	#time = 0;
	#isWritable = true;
	#loses = false;

	constructor() {
		this.#relay = new Relay({
			policy: POLICIES[0] ?? { tools: new Map() },
			server: "files",
			random: "r4nd0m",
			clock: () => this.#time,
			secrets: new KnownValues([SECRET], inflate),
			record: (event) => this.#record(event),
		});
		this.oracle.policy(POLICIES[0]);
		if (POLICIES[0] !== undefined) this.#books.policy(POLICIES[0]);
	}

	apply(event: Event): void {
		this.#time += 50;
		if ("from" in event) this.#feed(event.from, event.bytes, event.cuts);
		else if ("policy" in event) this.#grant(POLICIES[event.policy] ?? { tools: new Map() });
		else if ("log" in event) this.#isWritable = event.log;
		else if ("lost" in event) this.#loses = true;
		else
			this.#step({ from: "end", side: event.closed }, () =>
				event.closed === "host" ? this.#relay.hostClosed() : this.#relay.serverClosed(),
			);
	}

	#grant(policy: RelayPolicy): void {
		this.oracle.policy(policy);
		this.#books.policy(policy);
		this.#step({ from: "person" }, () => this.#relay.setPolicy(policy));
	}

	#feed(from: "host" | "server", text: string, cuts: readonly number[]): void {
		const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
		const places = [...cuts.filter((cut) => cut > 0 && cut < bytes.length).toSorted((a, b) => a - b), bytes.length];
		let at = 0;
		for (const end of places) {
			// As the launcher does: of what came together, what each line did is seen together.
			const lines = this.#lines[from].push(bytes.subarray(at, end));
			at = end;
			for (const event of lines) {
				const line = event.kind === "line" ? event.line : null;
				this.oracle.sent(from, line);
				this.#step({ from, line }, () => (from === "host" ? this.#relay.fromHost([event]) : this.#relay.fromServer([event])));
			}
		}
	}

	#record(event: AuditEvent): boolean {
		if (this.#isWritable) this.#books.recorded(event);
		return this.#isWritable;
	}

	#step(cause: Cause, step: () => readonly Action[]): void {
		const areLost = this.#loses;
		this.#loses = false;
		this.#books.begin(cause, areLost);
		const decided = step();
		const actions = areLost ? this.#relay.recordsLost(decided) : decided;
		for (const action of actions) if ("record" in action) this.#record(action.record);
		for (const action of actions) {
			if ("to" in action) this.#books.came(action.to, this.oracle.came(action.to, action.bytes));
			else if ("warn" in action) this.oracle.warned(action.warn);
		}
		this.#books.end(this.#isWritable);
	}
}
