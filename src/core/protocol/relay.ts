import type { AuditEvent } from "../audit/event.ts";
import type { Asks } from "../policy/asks.ts";
import type { MessageLimits } from "../policy/limits.ts";
import { NO_OFFERS, type Offers } from "../policy/offers.ts";
import type { KnownValues } from "../secrets/known-values.ts";
import type { Pin } from "../tools/pin.ts";
import { ErrorCode, encode, refusal } from "./answers.ts";
import type { Pinned } from "./catalog.ts";
import type { Action, DecidedBy } from "./desk.ts";
import type { LineEvent } from "./frame.ts";
import { HostSide } from "./host-side.ts";
import { isAudited } from "./in-flight.ts";
import { DEFAULT_READ_LIMITS, type ReadLimits, type RequestId } from "./message.ts";
import { Meta } from "./meta.ts";
import { changedOffers } from "./offered.ts";
import { RelayState } from "./relay-state.ts";
import { ServerSide } from "./server-side.ts";
import type { Clock } from "./token-bucket.ts";
import type { MayCall } from "./tool-gate.ts";
import type { ListLimits } from "./verified-list.ts";

export type { HeldDefinition, Withheld } from "./catalog.ts";
export type { Action, DecidedBy } from "./desk.ts";
export type { HeldInstructions } from "./instructions-gate.ts";

export interface RelayPolicy {
	/** Empty: no tool is listed, none can be called. */
	readonly tools: Pinned;
	/** By tool, what may stand beside its definition in `_meta`. Left out, or a tool that is not in it: nothing. */
	readonly toolMeta?: Pinned;
	/** The instructions that the server may give the model. Left out: none. */
	readonly instructions?: Pin;
	/** Whether a granted tool may be called with these arguments. Left out: with any. */
	readonly mayCall?: MayCall;
	/** Prompts, resources, templates and completions. Left out: none. */
	readonly offers?: Offers;
	/** What the server may ask its host for. Left out: nothing. */
	readonly asks?: Asks;
	/** Where the host may send secrets that are not the server's own: tools, or `*`. Left out: nowhere. */
	readonly hostSecrets?: readonly string[];
	/** Of calls and their answers. Left out: those of the relay alone. */
	readonly limits?: MessageLimits;
}

export interface RelayLimits extends ListLimits {
	/** Requests of the host that are forwarded and not answered. */
	readonly inFlight: number;
	readonly read: ReadLimits;
}

const DEFAULT_LIMITS: RelayLimits = { inFlight: 1024, held: 1024, heldBytes: 32 * 1024 * 1024, pages: 100, read: DEFAULT_READ_LIMITS };

export interface RelayOptions {
	readonly policy: RelayPolicy;
	/** The server's name, for messages to people. */
	readonly server: string;
	/** Makes the ids of the relay's own requests unguessable: letters and digits, fresh in each session. */
	readonly random: string;
	/**
	 * Hands an event to the audit log; false when it could not be written. It is called before the message that it is
	 * about is given out, and a call whose event was not written is refused. How a call ended comes as an action, after its answer.
	 */
	readonly record: (event: AuditEvent) => boolean;
	/** Which policy refused what is not granted. Left out: nobody can tell. */
	readonly decidedBy?: DecidedBy;
	readonly limits?: Partial<RelayLimits>;
	/** What is granted so many times a minute is counted by it. Left out: time stands still. */
	readonly clock?: Clock;
	/** The server's secrets: taken out of all that it sends to the host. Left out: it has none. */
	readonly secrets?: KnownValues;
}

type Recorded = Extract<Action, { readonly to: string }> & { readonly needs: RequestId };

function needsRecord(action: Action): action is Recorded {
	return "needs" in action && action.needs !== undefined;
}

const TOOLS_CHANGED = "notifications/tools/list_changed";

/**
 * Stands between one host and one server and lets through what the policy grants. Pure: lines in, actions out; no clock,
 * no timer, no stream. Bytes are forwarded as they came unless something in the message had to change, and then only
 * that is changed in them.
 *
 * Arrays of messages are taken only where 2025-03-26 was negotiated; each element is decided on by itself and travels on
 * as a line of its own.
 */
export class Relay {
	readonly #state: RelayState;
	readonly #host: HostSide;
	readonly #server: ServerSide;
	#hostClosed = false;
	#serverClosed = false;
	#stopped = false;

	constructor(options: RelayOptions) {
		this.#state = new RelayState(options, { ...DEFAULT_LIMITS, ...options.limits });
		this.#host = new HostSide(this.#state);
		this.#server = new ServerSide(this.#state);
	}

	/** What the host sent. */
	fromHost(events: readonly LineEvent[]): readonly Action[] {
		return this.#step(() => {
			for (const event of events) {
				if (event.kind === "line") this.#host.line(event.line);
				else this.#host.lineTooLong();
			}
		});
	}

	/** What the server sent. */
	fromServer(events: readonly LineEvent[]): readonly Action[] {
		return this.#step(() => {
			for (const event of events) {
				if (event.kind === "line") this.#server.line(event.line);
				else this.#server.lineTooLong();
			}
		});
	}

	/**
	 * What was recorded in the step that gave these actions did not reach the log, and none of them was carried out. Gives what is to be done in
	 * their place: a call that needs its record is not sent, and the host is told so; a question to the host is not put, and the server is
	 * told so. Everything else of the step goes on, and so does what was given out before.
	 */
	recordsLost(actions: readonly Action[]): readonly Action[] {
		const others = actions.filter((action) => !needsRecord(action));
		const instead = this.#step(() => {
			for (const action of actions) if (needsRecord(action)) this.#giveUp(action);
		});
		return [...others, ...instead];
	}

	/** What has been answered or called off meanwhile needs no other answer. */
	#giveUp({ to, needs }: Recorded): void {
		const { desk, asks } = this.#state;
		if (to === "host") {
			if (asks.close(needs)) desk.toServer(refusal(needs, ErrorCode.methodNotFound));
			return;
		}
		const request = desk.inFlight.take(needs);
		if (request !== undefined) desk.giveUp(needs, request, "audit-failed");
	}

	/** Applies at once: to the next call, to the calls that wait, and to every list from now on. */
	setPolicy(policy: RelayPolicy): readonly Action[] {
		return this.#step(() => {
			this.#state.limit(policy);
			this.#state.hostSecrets.grant(policy.hostSecrets ?? []);
			this.#state.tools.grant(policy);
			this.#state.instructions = policy.instructions;
			if (this.#state.isReady && this.#state.hasTools) this.#state.desk.toHost(encode({ jsonrpc: "2.0", method: TOOLS_CHANGED }));
			for (const id of this.#state.subscriptions.listeningToTools())
				this.#state.desk.toHost(encode({ jsonrpc: "2.0", method: TOOLS_CHANGED, params: { _meta: { [Meta.subscriptionId]: id } } }));
			this.#setOffers(policy.offers ?? NO_OFFERS);
			this.#callOff(this.#state.asks.grant(policy.asks ?? {}));
		});
	}

	/** Requests of the server that the host has, and is not to answer any more. */
	#callOff(ids: readonly RequestId[]): void {
		for (const id of ids) {
			this.#state.desk.toHost(encode({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } }));
			this.#state.desk.toServer(refusal(id, ErrorCode.methodNotFound));
		}
	}

	#setOffers(offers: Offers): void {
		const methods = changedOffers(this.#state.offers, offers);
		this.#state.offers = offers;
		this.#state.offering.grant(offers);
		for (const method of methods) {
			const kind = method.split("/")[1] ?? "";
			if (this.#state.isReady && this.#state.announced.has(kind)) this.#state.desk.toHost(encode({ jsonrpc: "2.0", method }));
			for (const id of this.#state.subscriptions.listeningTo(`${kind}ListChanged`))
				this.#state.desk.toHost(encode({ jsonrpc: "2.0", method, params: { _meta: { [Meta.subscriptionId]: id } } }));
		}
	}

	/**
	 * The host will send nothing more; it may still read. `stop` comes once no call waits to be sent to the server, at once
	 * or in a later step: the server's input can be closed then. Its answers are passed on until `serverClosed`.
	 */
	hostClosed(): readonly Action[] {
		return this.#step(() => {
			this.#hostClosed = true;
		});
	}

	/** The server is gone: calls that wait are refused; what it left unanswered stays so, as without the relay. */
	serverClosed(): readonly Action[] {
		return this.#step(() => {
			this.#serverClosed = true;
			this.#state.refuseHeld("session-ended");
			for (const [id, request] of this.#state.desk.inFlight.takeAll())
				if (isAudited(request)) this.#state.desk.outcome(id, request, "unanswered");
			this.#state.desk.settle();
			this.#state.desk.stop("server-closed");
		});
	}

	/** True while the host waits for an answer. Lists that it keeps open do not count. */
	get isWaitedFor(): boolean {
		return this.#state.holds || this.#state.desk.inFlight.waiting > this.#state.subscriptions.size;
	}

	#step(work: () => void): readonly Action[] {
		if (!this.#serverClosed) work();
		if (this.#hostClosed && !this.#serverClosed && !this.#stopped && !this.#state.holds) {
			this.#stopped = true;
			this.#state.desk.stop("host-closed");
		}
		return this.#state.desk.take();
	}
}
