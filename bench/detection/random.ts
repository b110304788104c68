/** Numbers that one seed always gives in the same order: sfc32, seeded by a hash of a text. */
export class Random {
	readonly #state: Uint32Array;

	/** @param seed any text; the same text gives the same numbers */
	constructor(seed: string) {
		this.#state = Uint32Array.of(hash(seed, 1), hash(seed, 2), hash(seed, 3), 1);
		for (let i = 0; i < 12; i++) this.#next();
	}

	#next(): number {
		const [a = 0, b = 0, c = 0, d = 0] = this.#state;
		const t = (a + b + d) >>> 0;
		this.#state[3] = d + 1;
		this.#state[0] = b ^ (b >>> 9);
		this.#state[1] = c + (c << 3);
		this.#state[2] = ((c << 21) | (c >>> 11)) + t;
		return t;
	}

	/** A whole number from 0 to below `limit`. */
	below(limit: number): number {
		return this.#next() % limit;
	}

	/** A whole number from `least` to `most`, both included. */
	between(least: number, most: number): number {
		return least + this.below(most - least + 1);
	}

	/** True with this probability, 0 to 1. */
	chance(probability: number): boolean {
		return this.#next() < probability * 4_294_967_296;
	}

	/** One of them, all equally likely; throws when there is none. */
	pick<T>(from: readonly T[]): T {
		const picked = from[this.below(from.length)];
		if (picked === undefined) throw new Error("There is nothing to pick from.");
		return picked;
	}

	/** One of them, each as likely as its weight says. */
	weighted<T extends { readonly weight: number }>(from: readonly T[]): T {
		let left = this.below(1_000_000) * (from.reduce((sum, { weight }) => sum + weight, 0) / 1_000_000);
		for (const each of from) {
			left -= each.weight;
			if (left < 0) return each;
		}
		return this.pick(from);
	}

	shuffled<T>(from: readonly T[]): T[] {
		const shuffled = [...from];
		for (let i = shuffled.length - 1; i > 0; i--) {
			const j = this.below(i + 1);
			[shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
		}
		return shuffled;
	}
}

/** FNV-1a, with a salt before the text. */
function hash(text: string, salt: number): number {
	let value = 0x811c9dc5 ^ salt;
	for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
	return value >>> 0;
}
