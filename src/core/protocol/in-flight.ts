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

/** The host's requests by id. Bounded: a full table takes no more. */
export class InFlightRequests {
	#limit: number;
	readonly #requests = new Map<RequestId, InFlight>();
	readonly #cancelled = new Set<RequestId>();
	readonly #tokens = new Map<RequestId, number>();

	constructor(limit: number) {
		this.#limit = limit;
	}

	/** From now on: what is in flight stays. */
	bound(limit: number): void {
		this.#limit = limit;
	}

	has(id: RequestId): boolean {
		return this.#requests.has(id);
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

	/** In a full table, takes out the oldest request that the host cancelled. Null: there is room, or none can be made. */
	makeRoom(): readonly [RequestId, InFlight] | null {
		const [oldest] = this.#cancelled;
		if (this.#requests.size < this.#limit || oldest === undefined) return null;
		const request = this.take(oldest);
		return request === undefined ? null : [oldest, request];
	}

	/** False: the table is full. */
	add(id: RequestId, request: InFlight): boolean {
		if (this.#requests.size >= this.#limit) return false;
		this.#requests.set(id, request);
		this.#count(request.progressToken, 1);
		return true;
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

	/** The id stays taken, for the answer may be on its way. False: nothing with this id is in flight. */
	cancel(id: RequestId): boolean {
		if (!this.#requests.has(id)) return false;
		this.#cancelled.add(id);
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
