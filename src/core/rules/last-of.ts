/**
 * What was worked out of the entry that was looked at last. Entries are judged one after the other, and most rules ask for the same of each;
 * a map of thousands of them would cost more than it saves.
 */
export class LastOf<K extends object, T> {
	#key: K | null = null;
	#value: T | undefined;

	/** Undefined: the last one was another. */
	get(key: K): T | undefined {
		return key === this.#key ? this.#value : undefined;
	}

	has(key: K): boolean {
		return key === this.#key;
	}

	set(key: K, value: T): void {
		this.#key = key;
		this.#value = value;
	}
}
