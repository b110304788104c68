/** A place in bytes: `end` is the first byte after it. */
export interface Place {
	readonly start: number;
	readonly end: number;
}

/** Bytes of a form's beginning that have to be there. A longer one (a private key) is taken out as far as it goes on, whole or in part. */
const ENOUGH = 64;
/** Bytes at the beginning of a form by which it is looked for, at most: the more, the faster. */
const LONGEST_WINDOW = 24;
const BLOCK = 3;
/** Places in the table: so many for each block, that two blocks seldom meet, within these bounds. */
const PLACES = 16;
const SMALLEST_TABLE = 1 << 12;
const LARGEST_TABLE = 1 << 17;
/** A form of fewer bytes is not looked for in two parts: they would be words. */
const SHORTEST_SPLIT = 16;

/** What is looked for: bytes of a form from `at` on. 0: the whole form; else its second half, of one that may stand in two parts. */
interface Needle {
	readonly form: Uint8Array;
	readonly at: number;
}

const NO_NEEDLES: readonly Needle[] = [];

/** How much of a form stands somewhere: its first `head` bytes in one place, its last `tail` bytes in another. */
export interface Pieces {
	readonly form: Uint8Array;
	head: number;
	tail: number;
}

/**
 * Finds forms in bytes. As Wu and Manber do: the last three bytes of a window say how far it can be moved on, so most bytes are never
 * looked at. What a match costs is paid with the bytes that it covers, so the work is linear in the bytes.
 */
export class FormSearch {
	/** Bytes by which every needle is looked for; 0: there is none. */
	readonly #window: number;
	/** By the hash of a block: how far the window can be moved on. 0: a needle's window may end with it. */
	readonly #shift: Uint8Array;
	readonly #mask: number;
	readonly #needles = new Map<number, Needle[]>();
	readonly #split: ReadonlySet<Uint8Array>;

	/** @param split of the forms, those that are looked for in two parts as well: one of the two has half of it */
	constructor(forms: readonly Uint8Array[], split: ReadonlySet<Uint8Array> = new Set()) {
		this.#split = split;
		const needles: Needle[] = [];
		let window = LONGEST_WINDOW;
		for (const form of forms) {
			needles.push({ form, at: 0 });
			if (!isSplit(form, split)) {
				window = Math.min(window, form.length);
				continue;
			}
			needles.push({ form, at: form.length - halfOf(form) });
			window = Math.min(window, halfOf(form));
		}
		this.#window = needles.length === 0 ? 0 : window;
		const table = tableFor(needles.length * this.#window);
		this.#mask = table - 1;
		this.#shift = new Uint8Array(needles.length === 0 ? 0 : table).fill(this.#window - BLOCK + 1);
		for (const needle of needles) this.#add(needle);
	}

	#add(needle: Needle): void {
		const { form, at } = needle;
		const shifts = this.#shift;
		for (let left = this.#window - BLOCK; left >= 0; left--) {
			const block = hash(form, at + this.#window - 1 - left, this.#mask);
			if (left < (shifts[block] ?? 0)) shifts[block] = left;
			if (left > 0) continue;
			const others = this.#needles.get(block);
			if (others === undefined) this.#needles.set(block, [needle]);
			else others.push(needle);
		}
	}

	/** Bytes that a text needs to have for anything to be in it; 0: there is nothing to look for. */
	get shortest(): number {
		return this.#window;
	}

	/** The first place of a whole form at or after `from`; null: there is none. */
	first(bytes: Uint8Array, from = 0): Place | null {
		for (let start = this.#next(bytes, from); start !== -1; start = this.#next(bytes, start + 1)) {
			const end = this.#extent(bytes, start);
			if (end > start) return { start, end };
		}
		return null;
	}

	/** True where a form stands, or half of one that may be split. */
	hasAny(bytes: Uint8Array): boolean {
		for (let start = this.#next(bytes, 0); start !== -1; start = this.#next(bytes, start + 1)) if (this.#isAny(bytes, start)) return true;
		return false;
	}

	#isAny(bytes: Uint8Array, start: number): boolean {
		return this.#needlesAt(bytes, start).some(({ form, at }) => {
			const needed = isSplit(form, this.#split) ? halfOf(form) : form.length;
			return commonLength(form, at, bytes, start) >= Math.min(needed, ENOUGH);
		});
	}

	/** Of each form that may be split and of which a half stands there: the most of its beginning and of its end. */
	pieces(bytes: Uint8Array): readonly Pieces[] {
		const found = new Map<Uint8Array, Pieces>();
		for (let start = this.#next(bytes, 0); start !== -1; start = this.#next(bytes, start + 1))
			for (const { form, at } of this.#needlesAt(bytes, start)) {
				const length = isSplit(form, this.#split) ? commonLength(form, at, bytes, start) : 0;
				if (length < halfOf(form)) continue;
				const pieces = found.get(form) ?? { form, head: 0, tail: 0 };
				if (at === 0) pieces.head = Math.max(pieces.head, length);
				else pieces.tail = Math.max(pieces.tail, length + lengthBefore(form, at, bytes, start));
				found.set(form, pieces);
			}
		return [...found.values()];
	}

	/** Where the window of a needle may stand, at or after `from`, as far as its hash tells; -1: nowhere. */
	#next(bytes: Uint8Array, from: number): number {
		return this.#window === 0 ? -1 : nextWindow(bytes, from, this.#window, this.#shift, this.#mask);
	}

	#needlesAt(bytes: Uint8Array, start: number): readonly Needle[] {
		return this.#needles.get(hash(bytes, start + this.#window - 1, this.#mask)) ?? NO_NEEDLES;
	}

	/** Where the longest form ends that begins at `start`; `start` when none does. */
	#extent(bytes: Uint8Array, start: number): number {
		let longest = start;
		for (const { form, at } of this.#needlesAt(bytes, start)) {
			if (at > 0) continue;
			const length = commonLength(form, 0, bytes, start);
			if (length >= Math.min(form.length, ENOUGH)) longest = Math.max(longest, start + length);
		}
		return longest;
	}
}

function isSplit(form: Uint8Array, split: ReadonlySet<Uint8Array>): boolean {
	return form.length >= SHORTEST_SPLIT && split.has(form);
}

function halfOf(form: Uint8Array): number {
	return Math.ceil(form.length / 2);
}

function commonLength(form: Uint8Array, at: number, bytes: Uint8Array, start: number): number {
	const most = Math.min(form.length - at, bytes.length - start);
	let length = 0;
	while (length < most && form[at + length] === bytes[start + length]) length++;
	return length;
}

function lengthBefore(form: Uint8Array, at: number, bytes: Uint8Array, start: number): number {
	const most = Math.min(at, start);
	let length = 0;
	while (length < most && form[at - 1 - length] === bytes[start - 1 - length]) length++;
	return length;
}

/** By itself, so that nothing but numbers and bytes is known to what the engine makes of it. */
function nextWindow(bytes: Uint8Array, from: number, window: number, shifts: Uint8Array, mask: number): number {
	for (let i = from + window - 1; i < bytes.length; ) {
		const shift = shifts[hash(bytes, i, mask)] ?? 1;
		if (shift === 0) return i - window + 1;
		i += shift;
	}
	return -1;
}

/** A power of two. */
function tableFor(blocks: number): number {
	let size = SMALLEST_TABLE;
	while (size < blocks * PLACES && size < LARGEST_TABLE) size *= 2;
	return size;
}

/** Of the three bytes that end at `end`. */
function hash(bytes: Uint8Array, end: number, mask: number): number {
	return (((bytes[end - 2] ?? 0) << 10) ^ ((bytes[end - 1] ?? 0) << 5) ^ (bytes[end] ?? 0)) & mask;
}
