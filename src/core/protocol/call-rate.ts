import type { MessageLimits } from "../policy/limits.ts";
import type { Reason } from "./reasons.ts";
import { type Clock, TokenBucket } from "./token-bucket.ts";

export type CallLimits = Pick<MessageLimits, "callsPerMinute" | "sessionCalls" | "sessionCallsPerMinute">;

/**
 * How often a minute one tool is called, and how often a minute and altogether anything is asked of the server in this session: calls of
 * all its tools, and what it offers beside them. Only tools that are granted come here, so it stays small.
 */
export class CallRate {
	readonly #clock: Clock;
	readonly #tools = new Map<string, TokenBucket>();
	#limits: CallLimits = {};
	#session: TokenBucket | null = null;
	/** What was let through in this session. */
	#count = 0;

	/** A limit that is left out: as often as a host likes. */
	constructor(limits: CallLimits, clock: Clock) {
		this.#clock = clock;
		this.set(limits);
	}

	/** From now on. The same number again gives nobody a fresh start, and another one no new session. */
	set(limits: CallLimits): void {
		const { callsPerMinute, sessionCallsPerMinute } = limits;
		if (callsPerMinute !== this.#limits.callsPerMinute) this.#tools.clear();
		if (sessionCallsPerMinute !== this.#session?.perMinute)
			this.#session = sessionCallsPerMinute === undefined ? null : this.#bucket(sessionCallsPerMinute);
		this.#limits = limits;
	}

	/** Why this one would be too many; null: it is counted. `tool` null: it is for one thing beside tools. */
	take(tool: string | null): Reason | null {
		if (this.#count >= (this.#limits.sessionCalls ?? Number.POSITIVE_INFINITY)) return "session-calls-used-up";
		if (tool !== null && !this.#takeOf(tool)) return "too-many-calls";
		if (this.#session?.take() === false) return "too-many-session-calls";
		this.#count++;
		return null;
	}

	#takeOf(tool: string): boolean {
		const { callsPerMinute } = this.#limits;
		if (callsPerMinute === undefined) return true;
		let bucket = this.#tools.get(tool);
		if (bucket === undefined) {
			bucket = this.#bucket(callsPerMinute);
			this.#tools.set(tool, bucket);
		}
		return bucket.take();
	}

	#bucket(perMinute: number): TokenBucket {
		return new TokenBucket(perMinute, perMinute, this.#clock);
	}
}
