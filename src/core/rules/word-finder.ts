/** The mark of a text with a character beyond ASCII. */
export const FOREIGN = 1 << 30;

/**
 * Looks for many words in one pass over a text, whatever their number: an automaton (Aho and Corasick) whose next state is one look into a
 * table. Case counts as in ASCII: `Docker` is `docker`. Time is linear in the text.
 */
export class WordFinder {
	readonly #words: { readonly word: string; readonly mark: number }[] = [];
	#built: Automaton | null = null;

	/**
	 * Whoever gets a mark finds it in what `marksIn` gives for a text that holds one of the words. There are 30 marks, and {@link FOREIGN}.
	 *
	 * @param words of ASCII, none of them empty
	 */
	add(words: readonly string[], mark: number): void {
		for (const word of words) this.#words.push({ word: word.toLowerCase(), mark });
		this.#built = null;
	}

	/** The marks of all words that a text holds, as if a zero character stood before and behind it, in one number; 0: none. */
	marksIn(text: string): number {
		this.#built ??= build(this.#words);
		const { next, marks, width } = this.#built;
		let found = 0;
		let state = next[CLASS_OF[0] ?? 0] ?? 0;
		for (let i = 0; i < text.length; i++) {
			const code = text.charCodeAt(i);
			if (code > 127) {
				found |= FOREIGN;
				state = 0;
				continue;
			}
			state = next[state * width + (CLASS_OF[code] ?? 0)] ?? 0;
			found |= marks[state] ?? 0;
		}
		return found | (marks[next[state * width] ?? 0] ?? 0);
	}
}

interface Automaton {
	/** By a state and a class of characters: the state after it. */
	readonly next: Uint16Array;
	/** By a state: what ends there. */
	readonly marks: Int32Array;
	/** Classes of characters. */
	readonly width: number;
}

/** ASCII without case, each character a class of its own. */
const WIDTH = 128;
const CLASS_OF = Uint8Array.from({ length: 128 }, (_, code) => (code >= 65 && code <= 90 ? code + 32 : code));

function build(words: readonly { readonly word: string; readonly mark: number }[]): Automaton {
	const most = words.reduce((sum, { word }) => sum + word.length, 1);
	const next = new Uint16Array(most * WIDTH);
	const marks = new Int32Array(most);
	let states = 1;
	for (const { word, mark } of words) {
		let state = 0;
		for (let i = 0; i < word.length; i++) {
			const at = state * WIDTH + (CLASS_OF[word.charCodeAt(i)] ?? 0);
			if (next[at] === 0) next[at] = states++;
			state = next[at] ?? 0;
		}
		marks[state] = (marks[state] ?? 0) | mark;
	}
	// Where a word cannot go on, the longest end of what was read that begins another one does.
	const fallback = new Uint16Array(states);
	const pending = [0];
	for (let state = pending.shift(); state !== undefined; state = pending.shift()) {
		for (let kind = 0; kind < WIDTH; kind++) {
			const at = state * WIDTH + kind;
			const beyond = next[(fallback[state] ?? 0) * WIDTH + kind] ?? 0;
			const child = next[at] ?? 0;
			if (child === 0) {
				next[at] = state === 0 ? 0 : beyond;
				continue;
			}
			const end = state === 0 ? 0 : beyond;
			fallback[child] = end;
			marks[child] = (marks[child] ?? 0) | (marks[end] ?? 0);
			pending.push(child);
		}
	}
	return { next: next.slice(0, states * WIDTH), marks: marks.slice(0, states), width: WIDTH };
}
