import { type Clock, TokenBucket } from "./token-bucket.ts";

/** How often a minute one tool is called. Only tools that are granted come here, so it stays small. */
export class CallRate {
	readonly #clock: Clock;
	readonly #buckets = new Map<string, TokenBucket>();
	#perMinute: number | undefined;

	/** `perMinute` undefined: as often as a host likes. */
	constructor(perMinute: number | undefined, clock: Clock) {
		this.#perMinute = perMinute;
		this.#clock = clock;
	}

	/** From now on. The same number again gives nobody a fresh start. */
	set(perMinute: number | undefined): void {
		if (perMinute !== this.#perMinute) this.#buckets.clear();
		this.#perMinute = perMinute;
	}

	/** False: this one would be too many. */
	take(tool: string): boolean {
		if (this.#perMinute === undefined) return true;
		let bucket = this.#buckets.get(tool);
		if (bucket === undefined) {
			bucket = new TokenBucket(this.#perMinute, this.#perMinute, this.#clock);
			this.#buckets.set(tool, bucket);
		}
		return bucket.take();
	}
}
