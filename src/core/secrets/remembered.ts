/**
 * The same judgement of a text, made once: the same few names, programs and hosts stand in thousands of entries. Bounded, for a text is
 * anybody's. Not for values, among which secrets are.
 */
export function remembered<T extends string | number | object | null>(judge: (text: string) => T): (text: string) => T {
	const known = new Map<string, T>();
	return (text) => {
		const before = known.get(text);
		if (before !== undefined) return before;
		const judgement = judge(text);
		if (known.size >= MOST_REMEMBERED) known.clear();
		if (text.length <= LONGEST_REMEMBERED) known.set(text, judgement);
		return judgement;
	};
}

/** How many texts, and how many characters of one. */
const MOST_REMEMBERED = 2_000;
const LONGEST_REMEMBERED = 80;
