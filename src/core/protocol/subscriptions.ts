import type { RequestId } from "./message.ts";

/** A `subscriptions/listen` of the host, known by the request's id. */
export interface Subscription {
	/** The host wants to hear of changes in the list of tools. */
	readonly tools: boolean;
	/** What else it wants to hear of: `promptsListChanged`, `resourcesListChanged`. Empty: nothing. */
	readonly others: ReadonlySet<string>;
	/** Nothing may be sent on it before its acknowledgement. */
	acknowledged: boolean;
	/** The server has no subscriptions: the relay keeps this one by itself. */
	readonly local: boolean;
}

export class Subscriptions {
	readonly #active = new Map<RequestId, Subscription>();

	open(id: RequestId, tools: boolean, others: ReadonlySet<string>): void {
		this.#active.set(id, { tools, others, acknowledged: false, local: false });
	}

	get size(): number {
		return this.#active.size;
	}

	get(id: unknown): Subscription | undefined {
		return typeof id === "string" || typeof id === "number" ? this.#active.get(id) : undefined;
	}

	/** The server knows no subscriptions: from here on the relay keeps this one. */
	keep(id: RequestId): void {
		const subscription = this.#active.get(id);
		if (subscription !== undefined) this.#active.set(id, { ...subscription, acknowledged: true, local: true });
	}

	close(id: RequestId): void {
		this.#active.delete(id);
	}

	/** Those that may be told now that a list changed which they named. */
	listeningTo(name: string): readonly RequestId[] {
		return [...this.#active].filter(([, { others, acknowledged }]) => others.has(name) && acknowledged).map(([id]) => id);
	}

	/** Those that may be told now that the tools changed. */
	listeningToTools(): readonly RequestId[] {
		return [...this.#active].filter(([, { tools, acknowledged }]) => tools && acknowledged).map(([id]) => id);
	}
}
