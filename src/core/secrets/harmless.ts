/**
 * Texts in which nothing was found: the same few stand in thousands of entries, and are judged once. A secret is never among them.
 * Bounded, for a text is anybody's.
 */
export class Harmless {
	readonly #known = new Map<string | null, Set<string>>();
	#size = 0;

	/** What is found in a text under a name (null: none), which are all that the search looks at, or nothing where the same held nothing before. */
	search<T>(name: string | null, text: string, find: () => readonly T[]): readonly T[] {
		if (text.length + (name?.length ?? 0) > LONGEST) return find();
		if (this.#known.get(name)?.has(text) === true) return NOTHING;
		const found = find();
		if (found.length > 0) return found;
		if (this.#size++ >= MOST) {
			this.#known.clear();
			this.#size = 1;
		}
		const known = this.#known.get(name);
		if (known === undefined) this.#known.set(name, new Set([text]));
		else known.add(text);
		return found;
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

/** How many, and of how many characters together. */
const MOST = 8_000;
const LONGEST = 300;
