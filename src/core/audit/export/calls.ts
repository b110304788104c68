import type { EventRecord } from "../record.ts";

/** A request and what became of it. At least one of them is there. */
export interface RecordedCall {
	/** That it was let through. Null: it was not, or that is not among the records. */
	readonly begun: EventRecord | null;
	/** How it ended. Null: it did not, as far as the records go. */
	readonly ended: EventRecord | null;
}

/** Calls that may be under way at once. What is older is given as it is. */
const MOST_OPEN = 50_000;

/** Puts together what the log has of each request. Records come in the order of time; those of no request are left out. */
export class CallPairing {
	readonly #open = new Map<string, EventRecord>();

	/** The calls that are known whole with this record: none, one, or with one that was never answered two. */
	add(record: EventRecord): readonly RecordedCall[] {
		const { request, direction, method, outcome } = record;
		if (request === null || method === null || direction === "launcher") return [];
		const key = JSON.stringify([record.session, request]);
		const begun = this.#open.get(key) ?? null;
		if (outcome === "forwarded") {
			// How the host answered a server is not recorded.
			if (direction === "server-to-host") return [{ begun: record, ended: null }];
			this.#open.delete(key);
			this.#open.set(key, record);
			return begun === null ? this.#crowded() : [{ begun, ended: null }];
		}
		// Of its own, a host's refused request has no answer; a refused answer has its request.
		if (outcome === "withheld" && direction === "host-to-server") return [{ begun: null, ended: record }];
		if (begun?.method !== method) return [{ begun: null, ended: record }];
		this.#open.delete(key);
		return [{ begun, ended: record }];
	}

	/** What has no end when there are no more records. */
	rest(): readonly RecordedCall[] {
		const open = [...this.#open.values()].map((begun) => ({ begun, ended: null }));
		this.#open.clear();
		return open;
	}

	#crowded(): readonly RecordedCall[] {
		const [oldest] = this.#open.size > MOST_OPEN ? this.#open : [];
		if (oldest === undefined) return [];
		this.#open.delete(oldest[0]);
		return [{ begun: oldest[1], ended: null }];
	}
}
