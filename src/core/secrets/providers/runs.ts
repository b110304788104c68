import { type Alphabet, isIn } from "./format.ts";

/**
 * How far a run of one alphabet goes on. The last run of each alphabet is remembered, so that text in which a format begins at
 * every other character is still read once an alphabet and not once a beginning.
 */
export class Runs {
	readonly #text: string;
	readonly #known = new Map<Alphabet, { from: number; end: number }>();

	constructor(text: string) {
		this.#text = text;
	}

	/** The offset after the run that `from` is in; `from` itself when it is in none. */
	end(alphabet: Alphabet, from: number): number {
		const known = this.#known.get(alphabet);
		if (known !== undefined && from >= known.from && from <= known.end) return known.end;
		let end = from;
		while (end < this.#text.length && isIn(alphabet, this.#text.charCodeAt(end))) end++;
		this.#known.set(alphabet, { from, end });
		return end;
	}
}
