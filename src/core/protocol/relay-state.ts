import { NO_OFFERS, type Offers } from "../policy/offers.ts";
import type { KnownValues } from "../secrets/known-values.ts";
import type { Pin } from "../tools/pin.ts";
import { AskGate } from "./ask-gate.ts";
import { CallRate } from "./call-rate.ts";
import { Desk } from "./desk.ts";
import type { Response } from "./exchange.ts";
import { HostSecrets } from "./host-secrets.ts";
import type { RequestId } from "./message.ts";
import { OfferGate } from "./offer-gate.ts";
import type { Reason } from "./reasons.ts";
import type { RelayLimits, RelayOptions, RelayPolicy } from "./relay.ts";
import { Subscriptions } from "./subscriptions.ts";
import { ToolGate } from "./tool-gate.ts";
import type { VerifiedList } from "./verified-list.ts";

/** The version in which a line may be an array of messages. */
export const BATCH_VERSION = "2025-03-26";

/** What both directions of one relay know: what was said so far, what waits, and what is granted now. */
export class RelayState {
	readonly limits: RelayLimits;
	readonly desk: Desk;
	readonly tools: ToolGate;
	readonly offering: OfferGate;
	readonly #lists: readonly VerifiedList[];
	readonly asks: AskGate;
	readonly rate: CallRate;
	/** The server's; null: it has none. */
	readonly secrets: KnownValues | null;
	readonly hostSecrets: HostSecrets;
	readonly subscriptions = new Subscriptions();
	/** Pings of the server that the host has not answered. */
	readonly serverPings = new Set<RequestId>();
	/** Of the older era: the host's `initialize` was forwarded, it was answered (with this version), and the host said so. */
	initializing = false;
	version: string | null = null;
	initialized = false;
	/** The server said that it has tools. */
	hasTools = false;
	/** What the older era's server said that it has beside tools, and the host was told of. */
	announced: ReadonlySet<string> = new Set();
	offers: Offers;
	/** How the server called itself in the `_meta` of the last answer to `server/discover` of which all was approved. Null: there was none. */
	introduced: string | null = null;
	/** What the server may say of itself, the instructions before all, as a person approved it; undefined: nothing. */
	instructions: Pin | undefined;
	/** The most that an answer may have, in bytes. */
	resultBytes = Number.POSITIVE_INFINITY;
	/** What is longer is cut; false: it is refused. */
	cuts = false;

	constructor({ policy, server, random, record, clock, secrets, decidedBy }: RelayOptions, limits: RelayLimits) {
		this.limits = limits;
		this.secrets = secrets ?? null;
		this.hostSecrets = new HostSecrets(policy.hostSecrets ?? [], this.secrets);
		this.desk = new Desk(server, record, limits.inFlight, clock ?? null, decidedBy, (text) => this.secrets?.redact(text) ?? text);
		this.offers = policy.offers ?? NO_OFFERS;
		this.instructions = policy.instructions;
		const time = clock ?? (() => 0);
		this.asks = new AskGate(policy.asks ?? {}, time);
		this.rate = new CallRate(policy.limits ?? {}, time);
		this.limit(policy);
		this.tools = new ToolGate(this.desk, this.asks, this.rate, policy, limits, random);
		// All that waits together, and the largest message, may wait for a server that does not read.
		const less = { ...limits, heldBytes: limits.heldBytes / 4 };
		this.offering = new OfferGate(this.desk, this.asks, this.rate, this.offers, less, random);
		this.#lists = [this.tools.listed, this.offering.prompts];
	}

	get isReady(): boolean {
		return this.initialized && this.version !== null;
	}

	/** True for the id of a request of the host that is not answered. */
	isTaken(id: RequestId): boolean {
		return this.desk.inFlight.isTaken(id) || this.#lists.some((list) => list.isHeld(id));
	}

	/** True for an id of the relay's own requests, past, present or to come. */
	isOwn(id: RequestId | null): boolean {
		return this.tools.listed.isOwn(id);
	}

	/** True while any request waits for a list. */
	get holds(): boolean {
		return this.#lists.some((list) => list.holds);
	}

	/** Refuses all requests that wait for a list. */
	refuseHeld(reason: Reason): void {
		for (const list of this.#lists) list.refuseHeld(reason);
	}

	/** From now on the server can be asked for what requests wait for. */
	listForHeld(): void {
		for (const list of this.#lists) list.listForHeld();
	}

	/** True: a request with this id waited for a list and does so no more; the server never saw it. */
	cancelHeld(id: RequestId): boolean {
		return this.#lists.some((list) => list.cancel(id));
	}

	/** True: the response was to a request of the relay's own, and is dealt with. `size`: its characters. */
	takeOwnResponse(response: Response, size: number): boolean {
		return this.#lists.some((list) => list.takeOwnResponse(response, size));
	}

	/** The answer to a request of the relay's own cannot be read. True: `id` is that request. */
	giveUpOwn(id: RequestId): boolean {
		return this.#lists.some((list) => list.giveUpOwn(id));
	}

	limit({ limits = {}, asks = {} }: Pick<RelayPolicy, "limits" | "asks">): void {
		this.desk.hold(limits, asks);
		const { resultBytes, overlong, pending } = limits;
		this.rate.set(limits);
		this.resultBytes = resultBytes ?? Number.POSITIVE_INFINITY;
		this.cuts = overlong === "cut";
		this.desk.inFlight.bound(Math.min(this.limits.inFlight, pending ?? Number.POSITIVE_INFINITY));
	}
}
