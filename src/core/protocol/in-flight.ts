import type { Trace } from "../audit/trace.ts";
import type { Listing } from "./catalog.ts";
import type { RequestId } from "./message.ts";
import { isOfferRequest } from "./offered.ts";

/** A request of the host that was forwarded and is not answered. */
export interface InFlight {
	readonly method: string;
	/** The tool of a call. */
	readonly tool: string | null;
	/** What the request is about, to tell it from another: `subjectOf`. */
	readonly subject: string;
	/** The listing that a `tools/list` is a page of. */
	readonly listing: Listing | null;
	readonly progressToken: RequestId | null;
	/** Sent in the stateless era. */
	readonly modern: boolean;
	/** When it was forwarded, by the relay's clock; undefined where none runs. */
	readonly sentAt?: number | undefined;
	/** Of the message as the server got it. */
	readonly bytes: number;
	/** Undefined: it named none. */
	readonly trace?: Trace | undefined;
}

/** Requests that the host cancelled and the server did not answer: it may work on them all the same. */
const MOST_CANCELLED = 64;
/** How long one of them counts. Milliseconds. */
const CANCELLED_MS = 30_000;
/** Ids of those that do not count any more, which are remembered: a late answer is not to be taken for that to another request. */
const MOST_GIVEN_UP = 1024;

/** The host's requests by id. Bounded: a full table takes no more. */
export class InFlightRequests {
	#limit: number;
	readonly #requests = new Map<RequestId, InFlight>();
	/** With the time at which they were. */
	readonly #cancelled = new Map<RequestId, number>();
	readonly #givenUp = new Set<RequestId>();
	readonly #tokens = new Map<RequestId, number>();

	constructor(limit: number) {
		this.#limit = limit;
	}

	/** From now on: what is in flight stays. */
	bound(limit: number): void {
		this.#limit = limit;
	}

	/** True for an id that cannot be used (again). */
	isTaken(id: RequestId): boolean {
		return this.#requests.has(id) || this.#givenUp.has(id);
	}

	get(id: RequestId): InFlight | undefined {
		return this.#requests.get(id);
	}

	/** Requests that nobody has cancelled. */
	get waiting(): number {
		return this.#requests.size - this.#cancelled.size;
	}

	hasProgressToken(token: unknown): boolean {
		return (typeof token === "string" || typeof token === "number") && this.#tokens.has(token);
	}

	/** False: it takes no more. */
	get hasRoom(): boolean {
		return this.waiting < this.#limit && this.#cancelled.size < MOST_CANCELLED;
	}

	/**
	 * Where too many are cancelled, takes out the oldest one, if that was long ago. Null: there is room, or none can be made.
	 *
	 * @param now milliseconds; null: no clock runs, and everything was long ago
	 */
	makeRoom(now: number | null): readonly [RequestId, InFlight] | null {
		const [oldest] = this.#cancelled;
		if (this.#cancelled.size < MOST_CANCELLED || oldest === undefined) return null;
		const [id, at] = oldest;
		if (now !== null && now - at < CANCELLED_MS) return null;
		const request = this.take(id);
		if (request === undefined) return null;
		const [first] = this.#givenUp;
		if (this.#givenUp.size >= MOST_GIVEN_UP && first !== undefined) this.#givenUp.delete(first);
		this.#givenUp.add(id);
		return [id, request];
	}

	/** False: the table is full. */
	add(id: RequestId, request: InFlight): boolean {
		if (!this.hasRoom) return false;
		this.putBack(id, request);
		return true;
	}

	/** What was just taken, and is not answered after all. */
	putBack(id: RequestId, request: InFlight): void {
		this.#requests.set(id, request);
		this.#count(request.progressToken, 1);
	}

	/** Each request can be answered once: it is gone after this. */
	take(id: RequestId): InFlight | undefined {
		const request = this.#requests.get(id);
		if (request === undefined) return undefined;
		this.#requests.delete(id);
		if (this.#cancelled.size > 0) this.#cancelled.delete(id);
		this.#count(request.progressToken, -1);
		return request;
	}

	/** The id stays taken, for the answer may be on its way. False: nothing with this id is in flight. `now`: as in `makeRoom`. */
	cancel(id: RequestId, now: number | null): boolean {
		if (!this.#requests.has(id)) return false;
		if (!this.#cancelled.has(id)) this.#cancelled.set(id, now ?? 0);
		return true;
	}

	/** Oldest first; empty afterwards. */
	takeAll(): readonly (readonly [RequestId, InFlight])[] {
		const all = [...this.#requests];
		for (const [id] of all) this.take(id);
		return all;
	}

	#count(token: RequestId | null, by: number): void {
		if (token === null) return;
		const count = (this.#tokens.get(token) ?? 0) + by;
		if (count > 0) this.#tokens.set(token, count);
		else this.#tokens.delete(token);
	}
}

/** True for a call, and for a request for one thing beside tools: it is in the log, with how it ended, and its answer's size is limited. */
export function isAudited({ tool, method }: InFlight): boolean {
	return tool !== null || isOfferRequest(method);
}
