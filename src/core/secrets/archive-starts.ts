import { ALNUM } from "./block-tables.ts";
import { BASE64, HEX } from "./coding.ts";
import { isMarked, isMarkedPlainly } from "./compressed.ts";
import { isEscaped } from "./spelled.ts";

/** Bytes of a message beyond which what is compressed and then written in digits is not looked for, nor what begins in the midst of a word. */
export const SHORT_MESSAGE = 64 * 1024;
/** Bytes of a run after which it is a picture. */
const LONG_RUN = 4096;
const NONE: readonly number[] = [];

/**
 * Where something begins as archives do that are written in Base64 or digits, in one pass over a text, block by block. Runs of Base64's characters
 * are looked at where they begin, and behind each end of a line in them; a long one is not looked at all over.
 */
export class ArchiveStarts {
	readonly #bytes: Uint8Array;
	readonly #block: number;
	readonly #stride: number;
	/** Where, about, the run began that the last block was in, and whether its beginning was looked at. */
	#runBegan = 0;
	#isChecked = false;
	/** Where something began the last time: the same is not given again. */
	#last = -1;

	/**
	 * @param block bytes of a block
	 * @param stride bytes from one block to the next
	 */
	constructor(bytes: Uint8Array, block: number, stride: number) {
		this.#bytes = bytes;
		this.#block = block;
		this.#stride = stride;
	}

	/** A block in a run is not looked at. `wasInRun`: the block before it was in one, too. */
	passOver(wasInRun: boolean): void {
		if (!wasInRun) this.#isChecked = false;
	}

	/** True for a block so far behind the beginning of its run that it is part of a picture. */
	isInPicture(at: number, wasInRun: boolean): boolean {
		return wasInRun && this.#isChecked && at > this.#runBegan + LONG_RUN;
	}

	/** Where something begins that reaches into the block at `at`, which is in a run. Empty: nowhere. */
	around(at: number, wasInRun: boolean, mayBeDigits: boolean): readonly number[] {
		if (!wasInRun || (this.#isChecked && !this.#goesOn(at))) {
			this.#isChecked = false;
			this.#runBegan = at;
		}
		// Of a run that goes on, what was not yet looked at.
		const least = Math.max(0, this.#isChecked ? at - this.#stride + 1 : at - 2 * this.#stride - this.#block);
		this.#isChecked = true;
		return this.#starts(at, least, mayBeDigits && this.#bytes.length <= SHORT_MESSAGE);
	}

	/** Something may begin at the beginning of the run, after a line's end as JSON writes it, and after what parts words in URLs and names. */
	#starts(at: number, least: number, mayBeDigits: boolean): readonly number[] {
		const bytes = this.#bytes;
		let starts = NONE;
		for (let start = at; start >= least && start > this.#last; start--) {
			const before = bytes[start - 1] ?? 0;
			const isFirst = !isOfBase64(before) || isEscaped(bytes, start - 1);
			if (!isFirst && ALNUM[before] === 1) {
				// In the midst of a word, if it cannot be one by chance.
				const isShort = bytes.length <= SHORT_MESSAGE;
				if (isShort && (isMarkedPlainly(bytes, start, BASE64) || (mayBeDigits && isMarkedPlainly(bytes, start, HEX))))
					starts = [...starts, start];
				continue;
			}
			if (isMarked(bytes, start, BASE64) || (mayBeDigits && isMarked(bytes, start, HEX))) starts = [...starts, start];
			if (!isFirst) continue;
			// Lines may be so short that no block is in the first one.
			let end = start;
			while (isLineEnd(bytes, end - 1)) end -= isEscaped(bytes, end - 1) ? 2 : 1;
			if (end === start || !isOfBase64(bytes[end - 1] ?? 0)) break;
			start = end + 1;
		}
		this.#last = starts[0] ?? this.#last;
		return starts;
	}

	/** Whether the run that the last block was in goes on up to `at`. */
	#goesOn(at: number): boolean {
		let i = at - this.#stride + this.#block;
		while (i < at && isOfBase64(this.#bytes[i] ?? 0)) i++;
		return i >= at;
	}
}

export function isOfBase64(byte: number): boolean {
	return (BASE64.values[byte] ?? -1) >= 0;
}

function isLineEnd(source: Uint8Array, at: number): boolean {
	return source[at] === 10 || source[at] === 13 || isEscaped(source, at);
}
