/**
 * Texts in which nothing was found: the same few stand in thousands of entries, and are judged once. A secret is never among them.
 * Bounded, for a text is anybody's.
 */
export class Harmless {
	/** Each text has its slot, and gives way to the next one that has the same: nothing grows, and nothing is cleared. */
	readonly #texts: (string | undefined)[] = [];
	readonly #names: (string | null)[] = [];
	#mask = 0;
	#stored = 0;

	/** What is found in a text under a name (null: none), which are all that the search looks at, or nothing where the same held nothing before. */
	search<T>(name: string | null, text: string, find: () => readonly T[]): readonly T[] {
		if (text.length + (name?.length ?? 0) > LONGEST) return find();
		const sum = sumOf(name, text);
		const at = sum & this.#mask;
		if (this.#texts[at] === text && this.#names[at] === name) return NOTHING;
		const found = find();
		if (found.length === 0) this.#store(sum, name, text);
		return found;
	}

	#store(sum: number, name: string | null, text: string): void {
		// A program that looks at little keeps little.
		if (this.#stored++ >= this.#mask && this.#mask < MOST - 1) this.#grow();
		const at = sum & this.#mask;
		this.#texts[at] = text;
		this.#names[at] = name;
	}

	#grow(): void {
		const [texts, names] = [[...this.#texts], [...this.#names]];
		this.#mask = this.#mask === 0 ? FEWEST - 1 : this.#mask * 4 + 3;
		for (let i = 0; i <= this.#mask; i++) {
			this.#texts[i] = undefined;
			this.#names[i] = null;
		}
		for (const [i, text] of texts.entries()) {
			const name = names[i] ?? null;
			if (text === undefined) continue;
			const at = sumOf(name, text) & this.#mask;
			this.#texts[at] = text;
			this.#names[at] = name;
		}
	}

	/** The same for a list of texts. */
	searchAll<T>(name: string, texts: readonly string[], find: () => readonly T[]): readonly T[] {
		let all = "";
		for (const text of texts) {
			// No two lists give the same, as long as what ends a text is not in one.
			if (text.includes("\0") || all.length + text.length >= LONGEST) return find();
			all += `${text}\0`;
		}
		return this.search(name, all, find);
	}
}

const NOTHING: readonly never[] = [];

/** How many, powers of four, and of how many characters together. */
const FEWEST = 256;
const MOST = 16_384;
const LONGEST = 300;

/** Where a text belongs. Two of the same sum take turns, which costs time alone. */
function sumOf(name: string | null, text: string): number {
	const sum = summed(text, 0x811c9dc5);
	const all = name === null ? sum : summed(name, sum);
	return all ^ (all >>> 15);
}

/** Of a long text not every character counts. */
function summed(text: string, before: number): number {
	const { length } = text;
	let sum = before ^ length;
	const step = (length >> 6) + 1;
	for (let i = 0; i < length; i += step) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
	return sum;
}
