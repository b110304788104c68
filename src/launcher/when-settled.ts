/**
 * Hands on what a server says once what it did before can be seen outside: an answer that something is written is true when it
 * arrives. What comes while that takes its time is handed on together, in order.
 */
export class WhenSettled {
	readonly #settle: (() => Promise<void>) | undefined;
	readonly #take: (chunk: Buffer) => void;
	readonly #lost: () => void;
	#isLost = false;
	#waiting: Buffer[] = [];
	#pending: Promise<void> | null = null;

	/**
	 * @param settle undefined: it can always be seen, and nothing waits
	 * @param lost called once, when it can never be seen: nothing is handed on from then on
	 */
	constructor(settle: (() => Promise<void>) | undefined, take: (chunk: Buffer) => void, lost: () => void) {
		this.#settle = settle;
		this.#take = take;
		this.#lost = lost;
	}

	push(chunk: Buffer): void {
		if (this.#settle === undefined) {
			this.#take(chunk);
			return;
		}
		if (this.#isLost) return;
		this.#waiting.push(chunk);
		this.#pending ??= this.#settle().then(
			() => {
				this.#pending = null;
				for (const each of this.#waiting.splice(0)) this.#take(each);
			},
			() => {
				this.#pending = null;
				this.#waiting = [];
				this.#isLost = true;
				this.#lost();
			},
		);
	}

	/** Resolves when everything is handed on. */
	async done(): Promise<void> {
		while (this.#pending !== null) await this.#pending;
	}
}
