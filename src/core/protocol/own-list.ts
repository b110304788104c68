import type { Listing } from "./catalog.ts";
import type { JsonObject, RequestId } from "./message.ts";

/** A listing that the relay asks for itself, because a host called without one. */
export interface OwnListRun {
	/** The id of the request that is out. */
	readonly id: string;
	readonly listing: Listing;
	/** Cursors followed so far. */
	readonly cursors: ReadonlySet<string>;
	/** How often the list changed while it was read. */
	readonly restarts: number;
	/** Sent with every page in the stateless era; undefined in the other. */
	readonly meta: JsonObject | undefined;
}

export type NextPage = { readonly kind: "end" } | { readonly kind: "cursor"; readonly cursor: string } | { readonly kind: "bad" };

/** Characters of a cursor that is kept: a server that gives longer ones is not to fill our memory with them. */
const LONGEST_CURSOR = 4096;

/** Reads `nextCursor`. A server that repeats a cursor, or never comes to an end, does not get to keep us busy. */
export function nextPage(result: JsonObject, followed: ReadonlySet<string>, maxPages: number): NextPage {
	const { nextCursor } = result;
	if (nextCursor === undefined || nextCursor === null || nextCursor === "") return { kind: "end" };
	if (typeof nextCursor !== "string" || nextCursor.length > LONGEST_CURSOR || followed.has(nextCursor) || followed.size + 1 >= maxPages)
		return { kind: "bad" };
	return { kind: "cursor", cursor: nextCursor };
}

/** Calls that wait for a listing, in the order they came. Bounded in number and in bytes. */
export class HeldCalls<T extends { readonly size: number }> {
	readonly #limit: number;
	readonly #maxBytes: number;
	#calls = new Map<RequestId, T>();
	#bytes = 0;

	constructor(limit: number, maxBytes: number) {
		this.#limit = limit;
		this.#maxBytes = maxBytes;
	}

	get isEmpty(): boolean {
		return this.#calls.size === 0;
	}

	has(id: RequestId): boolean {
		return this.#calls.has(id);
	}

	/** False: there is no room. */
	hold(id: RequestId, call: T): boolean {
		if (this.#calls.size >= this.#limit || this.#bytes + call.size > this.#maxBytes) return false;
		this.#calls.set(id, call);
		this.#bytes += call.size;
		return true;
	}

	/** Undefined: no call with this id waits. */
	take(id: RequestId): T | undefined {
		const call = this.#calls.get(id);
		if (call === undefined) return undefined;
		this.#calls.delete(id);
		this.#bytes -= call.size;
		return call;
	}

	takeAll(): readonly T[] {
		const all = [...this.#calls.values()];
		this.#calls = new Map();
		this.#bytes = 0;
		return all;
	}
}
