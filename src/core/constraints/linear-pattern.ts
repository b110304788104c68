import { type Part, partsOf, UnboundedPattern } from "./pattern-parts.ts";

/** A pattern whose time grows with the text, and no faster. */
export interface LinearPattern {
	/** Steps that one character takes at most. */
	readonly states: number;
	/**
	 * Whether the pattern fits anywhere in the text, as `new RegExp(pattern, "u").test(text)` says.
	 *
	 * @param spend told the steps that were taken, often enough to stop it: what it throws is passed on
	 */
	fits(text: string, spend: (steps: number) => void): boolean;
}

/** More than any honest pattern comes to, once what it repeats is counted out. */
const MOST_STATES = 5_000;
/** Of all patterns of a schema together. */
export const MOST_STATES_IN_ALL = 50_000;

/**
 * A pattern of JSON Schema (ECMA-262 with the flag `u`), matched without going back: all places in the pattern at which a text may be are followed
 * at once, so that a character costs no more than the pattern has places. Which characters fit a place is told by the engine of this program, one
 * character at a time, and so means what it means everywhere.
 *
 * @returns null: it is no pattern, looks ahead or behind, goes back to what a group held, sets flags of its own, or has too many places
 */
export function linearPattern(source: string): LinearPattern | null {
	try {
		new RegExp(source, "u");
		const program = new Program();
		program.add(partsOf(source));
		const { states } = program.end();
		return { states: states.length, fits: (text, spend) => run(states, text, spend) };
	} catch (error) {
		if (error instanceof UnboundedPattern || error instanceof SyntaxError) return null;
		throw error;
	}
}

type State =
	| { readonly is: "one"; readonly fits: (character: number) => boolean }
	| { readonly is: "assertion"; readonly of: "^" | "$" | "\\b" | "\\B" }
	| Jump
	| { readonly is: "end" };

interface Jump {
	readonly is: "jump";
	/** Goes on at each of these; empty: nowhere. */
	to: readonly number[];
}

/** States in the order in which they follow one another. */
class Program {
	readonly states: State[] = [];
	readonly #sets = new Map<string, (character: number) => boolean>();

	end(): this {
		this.#push({ is: "end" });
		return this;
	}

	add(part: Part): void {
		switch (part.is) {
			case "one":
				this.#push({ is: "one", fits: this.#set(part.of) });
				return;
			case "assertion":
				this.#push({ is: "assertion", of: part.of });
				return;
			case "sequence":
				for (const each of part.parts) this.add(each);
				return;
			case "either": {
				const begins = this.#push<Jump>({ is: "jump", to: [] });
				const ends: Jump[] = [];
				const to: number[] = [];
				for (const each of part.parts) {
					to.push(this.states.length);
					this.add(each);
					ends.push(this.#push<Jump>({ is: "jump", to: [] }));
				}
				begins.to = to;
				for (const end of ends) end.to = [this.states.length];
				return;
			}
			case "repeat":
				this.#repeat(part);
		}
	}

	#repeat({ part, least, most }: Extract<Part, { is: "repeat" }>): void {
		for (let i = 0; i < least; i++) this.add(part);
		if (most === Number.POSITIVE_INFINITY) {
			const at = this.states.length;
			const choice = this.#push<Jump>({ is: "jump", to: [] });
			this.add(part);
			this.#push<Jump>({ is: "jump", to: [at] });
			choice.to = [at + 1, this.states.length];
			return;
		}
		const choices: Jump[] = [];
		for (let i = least; i < most; i++) {
			choices.push(this.#push<Jump>({ is: "jump", to: [this.states.length + 1] }));
			this.add(part);
		}
		for (const choice of choices) choice.to = [...choice.to, this.states.length];
	}

	#push<S extends State>(state: S): S {
		if (this.states.length >= MOST_STATES) throw new UnboundedPattern();
		this.states.push(state);
		return state;
	}

	#set(of: string): (character: number) => boolean {
		const known = this.#sets.get(of) ?? fitsOne(of);
		this.#sets.set(of, known);
		return known;
	}
}

/** Characters beside ASCII that a place remembers at most. */
const MOST_REMEMBERED = 4_096;

/** Whether a character fits one place of a pattern. The engine is asked once for each. */
function fitsOne(of: string): (character: number) => boolean {
	const pattern = new RegExp(`^${of}$`, "u");
	const known = new Map<number, boolean>();
	return (character) => {
		const before = known.get(character);
		if (before !== undefined) return before;
		const now = pattern.test(String.fromCodePoint(character));
		if (known.size < MOST_REMEMBERED) known.set(character, now);
		return now;
	};
}

/** Steps after which they are told. */
const OFTEN = 10_000;

function run(states: readonly State[], text: string, spend: (steps: number) => void): boolean {
	let steps = 0;
	let now: number[] = [];
	let next: number[] = [];
	// At which place of the text a state was last gone to.
	const seen = new Float64Array(states.length).fill(-1);
	const left: number[] = [];
	for (let at = 0; ; ) {
		const character = at < text.length ? (text.codePointAt(at) ?? 0) : -1;
		// A text may begin to fit at each of its places.
		if (follow(0, at, now)) return told(true);
		if (character < 0) return told(false);
		const length = character > 0xffff ? 2 : 1;
		next.length = 0;
		for (const each of now) {
			const state = states[each];
			steps++;
			if (state?.is === "one" && state.fits(character) && follow(each + 1, at + length, next)) return told(true);
		}
		if (steps > OFTEN) told(false);
		at += length;
		[now, next] = [next, now];
	}

	/** Goes on to all places that are reached from one without a character. True: the end is among them. */
	function follow(from: number, at: number, places: number[]): boolean {
		left.push(from);
		for (let each = left.pop(); each !== undefined; each = left.pop()) {
			const state = states[each];
			if (state === undefined || seen[each] === at) continue;
			seen[each] = at;
			steps++;
			if (state.is === "end") {
				left.length = 0;
				return true;
			}
			if (state.is === "one") places.push(each);
			else if (state.is === "jump") left.push(...state.to);
			else if (holds(state.of, text, at)) left.push(each + 1);
		}
		return false;
	}

	function told(is: boolean): boolean {
		spend(steps);
		steps = 0;
		return is;
	}
}

function holds(assertion: "^" | "$" | "\\b" | "\\B", text: string, at: number): boolean {
	if (assertion === "^") return at === 0;
	if (assertion === "$") return at === text.length;
	const isEdge = isWord(text.charCodeAt(at - 1)) !== isWord(text.charCodeAt(at));
	return assertion === "\\b" ? isEdge : !isEdge;
}

/** @param unit NaN: none is there */
function isWord(unit: number): boolean {
	return (unit >= 0x30 && unit <= 0x39) || (unit >= 0x41 && unit <= 0x5a) || unit === 0x5f || (unit >= 0x61 && unit <= 0x7a);
}
