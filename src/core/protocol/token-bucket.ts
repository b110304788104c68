/** Milliseconds that only grow. */
export type Clock = () => number;

const MINUTE = 60_000;

/** Lets so many things through a minute, and at first, or after a pause, up to `burst` of them at once. */
export class TokenBucket {
	readonly perMinute: number;
	readonly #burst: number;
	readonly #clock: Clock;
	#tokens: number;
	#at: number;

	constructor(perMinute: number, burst: number, clock: Clock) {
		this.perMinute = perMinute;
		this.#burst = burst;
		this.#clock = clock;
		this.#tokens = burst;
		this.#at = clock();
	}

	/** False: there are not so many left, and none is taken. */
	take(count = 1): boolean {
		const now = this.#clock();
		// A clock that goes back gives nothing.
		this.#tokens = Math.min(this.#burst, this.#tokens + (Math.max(0, now - this.#at) * this.perMinute) / MINUTE);
		this.#at = now;
		if (this.#tokens < count) return false;
		this.#tokens -= count;
		return true;
	}
}
