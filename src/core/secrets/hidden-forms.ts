import { ALNUM, BLOCK_BYTES, blockTables, Suspect, textBytes } from "./block-tables.ts";
import { BASE32, BASE64, type Coding, decodeAround, HEX, isTextAround } from "./coding.ts";
import { type Allowance, allowanceFor, compressedAt, type Inflate, isMarked, isMarkedPlainly } from "./compressed.ts";
import type { FormSearch, Place } from "./form-search.ts";
import { percentDecoded } from "./percent.ts";
import {
	codesAround,
	gapAfter,
	gapBefore,
	isEscaped,
	isPaired,
	isParted,
	lettersAround,
	linePairAt,
	mayBeCodes,
	pairsAround,
	type Spelled,
} from "./spelled.ts";

/** Encodings in one another that are undone. */
const DEPTH = 3;
/** A text of more bytes than this is not told from others any better. */
const LONGEST_TEXT = 32;
/** What is shorter may be a word or a number, and stands for itself only where nothing stands around it. */
const SHORTEST_PART = 9;
/** Bytes that are decoded for each byte of a message, at most: an honest one needs about one, whatever it holds. */
const WORK = 16;
const LEAST_WORK = 1 << 16;
/** The same of what was inflated: a short archive may hold a long text. */
const LEAST_WORK_INSIDE = 1 << 21;

/** What every look at one message shares. */
interface Work {
	/** Bytes that may still be decoded. */
	left: number;
	/** For what is inside of archives. Honest ones may take more than there is: what is hidden no deeper is found all the same. */
	readonly inside: { left: number };
	readonly allowance: Allowance;
}

/**
 * Finds known forms behind encodings: in Base64, Base64 for URLs, Base32, hexadecimal digits and percent signs, also of what is
 * compressed, one in another; and spelled out, letter by letter or in codes. Blocks of bytes are looked at, so far apart that none of
 * these can stand between two of them; most say at once that nothing begins there. What may be text is decoded, each byte a few times at
 * most, so the work is linear in the bytes.
 */
export class HiddenForms {
	readonly search: FormSearch;
	readonly inflate: Inflate | null;
	/** The fewest bytes of a form. */
	readonly shortest: number;
	readonly text: Uint8Array;
	readonly tables: Int32Array;
	readonly block: number;
	readonly stride: number;
	/** Never used. While one is there, what the engine compiled for scans is not thrown away when it collects what is left of messages. */
	readonly kept: Scan;

	/** @param shortest the fewest bytes of any value */
	constructor(search: FormSearch, forms: readonly Uint8Array[], shortest: number, inflate: Inflate | null) {
		this.search = search;
		this.inflate = inflate;
		this.shortest = Math.min(shortest, LONGEST_TEXT);
		this.text = textBytes(forms);
		// Of Base64, which is the shortest, the characters in which a byte begins.
		const least = Math.floor((4 * (this.shortest - 1)) / 3) + 1;
		this.block = least >= 2 * BLOCK_BYTES ? BLOCK_BYTES : Math.max(3, least >> 1);
		this.stride = strideOf(least - this.block + 1);
		this.tables = blockTables(this.text, this.block);
		this.kept = new Scan(this, new Uint8Array(0), 0, workFor(0), search);
	}

	/** True when a form is hidden in the bytes. */
	isIn(bytes: Uint8Array, spelled: FormSearch = this.search): boolean {
		return new Scan(this, bytes, DEPTH, workFor(bytes.length), spelled).next() !== null;
	}

	/** Where forms are hidden, in order; a run of characters in which one is encoded, as a whole. */
	places(bytes: Uint8Array): readonly Place[] {
		const scan = new Scan(this, bytes, DEPTH, workFor(bytes.length), this.search);
		const found: Place[] = [];
		for (let place = scan.next(); place !== null; place = scan.next()) found.push(place);
		return found.sort((a, b) => a.start - b.start);
	}
}

/**
 * As far as blocks may lie apart, or a little less: each block would meet letters that are parted alike in the same place, if their period went into the
 * stride, and with a long period that may be a place in which none is told.
 */
function strideOf(most: number): number {
	let stride = most;
	while (FAR_PERIODS.some((period) => stride % period === 0)) stride--;
	return stride;
}

function workFor(bytes: number): Work {
	return {
		left: Math.max(bytes * WORK, LEAST_WORK),
		inside: { left: Math.max(bytes * WORK, LEAST_WORK_INSIDE) },
		allowance: allowanceFor(bytes),
	};
}

/** One pass over some bytes. */
class Scan {
	readonly #forms: HiddenForms;
	readonly #bytes: Uint8Array;
	readonly #depth: number;
	readonly #work: Work;
	readonly #spelled: FormSearch;
	readonly #isInArchive: boolean;
	#at = 0;
	/** The last block was in a run. */
	#inRun = false;
	/** Where, about, that run began, and whether its beginning was looked at. */
	#runBegan = 0;
	#isChecked = false;
	/** Where something begins as what is compressed does, at the block that is judged. Empty: nothing. */
	#marked: readonly number[] = NO_MARKS;
	/** Where something began so the last time: the same is not inflated again. */
	#lookedAt = -1;
	/** By kind of suspicion: up to where it was looked at. */
	#done = NOTHING;

	constructor(forms: HiddenForms, bytes: Uint8Array, depth: number, work: Work, spelled: FormSearch, isInArchive = false) {
		this.#forms = forms;
		this.#bytes = bytes;
		this.#depth = depth;
		this.#work = work;
		this.#spelled = spelled;
		this.#isInArchive = isInArchive;
	}

	/** The next place; null: there is no more. */
	next(): Place | null {
		const { block, stride } = this.#forms;
		const last = this.#bytes.length - block;
		while (this.#at <= last) {
			const mask = this.#suspects(last);
			if (mask === 0) return null;
			const at = this.#at;
			this.#at += stride;
			const place = this.#judge(at, mask);
			if (place === null) continue;
			this.#at = Math.max(this.#at, place.end);
			return place;
		}
		return null;
	}

	/** Goes on to the next block that may be something, and says what; 0: there is none. */
	#suspects(last: number): number {
		const { tables, stride, text } = this.#forms;
		const bytes = this.#bytes;
		// A block that reaches over the end is looked at with what is there.
		const whole = bytes.length - BLOCK_BYTES;
		const isInflating = this.#forms.inflate !== null;
		const isShort = bytes.length <= SHORT_MESSAGE;
		let inRun = this.#inRun;
		let at = this.#at;
		this.#marked = NO_MARKS;
		for (; at <= whole; at += stride) {
			const mask =
				(tables[bytes[at] ?? 0] ?? 0) &
				(tables[256 + (bytes[at + 1] ?? 0)] ?? 0) &
				(tables[512 + (bytes[at + 2] ?? 0)] ?? 0) &
				(tables[768 + (bytes[at + 3] ?? 0)] ?? 0) &
				(tables[1024 + (bytes[at + 4] ?? 0)] ?? 0) &
				(tables[1280 + (bytes[at + 5] ?? 0)] ?? 0) &
				(tables[1536 + (bytes[at + 6] ?? 0)] ?? 0) &
				(tables[1792 + (bytes[at + 7] ?? 0)] ?? 0);
			if (mask === 0) {
				inRun = false;
				continue;
			}
			const wasInRun = inRun;
			inRun = (mask & RUN) !== 0;
			let isMarkedHere = false;
			if (isInflating && inRun) {
				if (!isShort && (mask & LOWER) !== 0) {
					// In a long message, what has no capitals is a word or a sum: of what is compressed, one block in a hundred.
					if (!wasInRun) this.#isChecked = false;
				} else if (isShort || !(wasInRun && this.#isChecked && at > this.#runBegan + LONG_RUN)) {
					// A picture goes on and on. What stands right behind it is not looked at for what is compressed.
					this.#lookForMarks(at, mask, wasInRun);
					isMarkedHere = this.#marked.length > 0;
				}
			}
			// Most are words, names, sums, numbers.
			const isPlain = (mask & ~PLAIN) === 0 && !isMarkedHere && !((mask & CODES) !== 0 && mayBeCodes(bytes, at, text));
			if (isPlain && ((mask & LINE_PAIRS) === 0 || linePairAt(bytes, at) < 0)) continue;
			this.#at = at;
			this.#inRun = inRun;
			return mask;
		}
		for (; at <= last; at += stride) {
			let mask = -1;
			for (let place = 0; place < BLOCK_BYTES && at + place < bytes.length; place++)
				mask &= tables[place * 256 + (bytes[at + place] ?? 0)] ?? 0;
			if (mask === 0) continue;
			if (isInflating && (mask & RUN) !== 0) this.#lookForMarks(at, mask, false);
			this.#at = at;
			return mask;
		}
		this.#at = at;
		return 0;
	}

	#judge(at: number, mask: number): Place | null {
		let place: Place | null = null;
		for (const start of this.#marked) place ??= this.#compressed(start);
		if ((mask & ENCODED) !== 0) {
			for (let o = 0; o < 4 && place === null; o++) if ((mask >> (Suspect.base64 + o)) & 1) place = this.#encoded(at, o, BASE64, 0);
			for (let o = 0; o < 2 && place === null; o++) if ((mask >> (Suspect.hex + o)) & 1) place = this.#encoded(at, o, HEX, 4);
			if ((mask >> Suspect.base32) & 1) for (let o = 0; o < 8 && place === null; o++) place = this.#encoded(at, o, BASE32, 6);
		}
		if (place !== null || (mask & (SPELLED | LINE_PAIRS)) === 0) return place;
		for (let o = 0; o < 3 && place === null; o++) if ((mask >> (Suspect.percents + o)) & 1) place = this.#percents(at + o);
		for (let o = 0; o < 2 && place === null; o++) if ((mask >> (Suspect.parted2 + o)) & 1) place = this.#letters(at + o, 2);
		for (let o = 0; o < 3 && place === null; o++) if ((mask >> (Suspect.parted3 + o)) & 1) place = this.#letters(at + o, 3);
		for (let o = 0; o < BLOCK_BYTES && place === null; o++) if ((mask >> (Suspect.parted + o)) & 1) place = this.#farLetters(at + o);
		if (place === null && (mask >> Suspect.decimals) & 1) place = this.#codes(at);
		for (let o = 0; o < 3 && place === null; o++) if ((mask >> (Suspect.hexPairs + o)) & 1) place = this.#pairs(at + o);
		if (place === null && (mask & LINE_PAIRS) !== 0) place = this.#linePairs(linePairAt(this.#bytes, at));
		return place;
	}

	/** @param offset where in a group of characters the block begins @param kind the first of as many as a group has */
	#encoded(at: number, offset: number, coding: Coding, kind: number): Place | null {
		const done = kind + ((at + coding.group - offset) % coding.group);
		if (at < (this.#done[done] ?? 0)) return null;
		const { stride, text, shortest } = this.#forms;
		if (!isTextAround(this.#bytes, at, offset, coding, text, shortest)) return null;
		// What begins before the block begins after the one before it.
		let from = at - offset - Math.ceil((stride + 2) / coding.group) * coding.group;
		while (from < 0) from += coding.group;
		const { bytes, start, end } = decodeAround(this.#bytes, from, Math.max(at, from), coding, text, shortest);
		this.#doneTo(done, end);
		if (bytes.length < shortest) return null;
		return this.#isInside(bytes) ? this.#runAround(start, end) : null;
	}

	/** Whether the block, which is in a run, is in one that begins as what is compressed does. */
	#lookForMarks(at: number, mask: number, wasInRun: boolean): void {
		if (!wasInRun || (this.#isChecked && !this.#goesOn(at))) {
			this.#isChecked = false;
			this.#runBegan = at;
		}
		const { stride, block } = this.#forms;
		// Of a run that goes on, what was not yet looked at.
		const least = Math.max(0, this.#isChecked ? at - stride + 1 : at - 2 * stride - block);
		this.#isChecked = true;
		const mayBeDigits = (mask & DIGITS) !== 0 && this.#bytes.length <= SHORT_MESSAGE;
		this.#marked = this.#markedStarts(at, least, mayBeDigits);
	}

	/** Something may begin at the beginning of the run, after a line's end as JSON writes it, and after what parts words in URLs and names. */
	#markedStarts(at: number, least: number, mayBeDigits: boolean): readonly number[] {
		const bytes = this.#bytes;
		let marked = NO_MARKS;
		for (let start = at; start >= least && start > this.#lookedAt; start--) {
			const before = bytes[start - 1] ?? 0;
			const isFirst = !isOfBase64(before) || isEscaped(bytes, start - 1);
			if (!isFirst && ALNUM[before] === 1) {
				// In the midst of a word, if it cannot be one by chance.
				const isShort = bytes.length <= SHORT_MESSAGE;
				if (isShort && (isMarkedPlainly(bytes, start, BASE64) || (mayBeDigits && isMarkedPlainly(bytes, start, HEX))))
					marked = [...marked, start];
				continue;
			}
			if (isMarked(bytes, start, BASE64) || (mayBeDigits && isMarked(bytes, start, HEX))) marked = [...marked, start];
			if (!isFirst) continue;
			// Lines may be so short that no block is in the first one.
			let end = start;
			while (isLineEnd(bytes, end - 1)) end -= isEscaped(bytes, end - 1) ? 2 : 1;
			if (end === start || !isOfBase64(bytes[end - 1] ?? 0)) break;
			start = end + 1;
		}
		this.#lookedAt = marked[0] ?? this.#lookedAt;
		return marked;
	}

	/** Whether the run that the last block was in goes on up to `at`. */
	#goesOn(at: number): boolean {
		const { stride, block } = this.#forms;
		let i = at - stride + block;
		while (i < at && isOfBase64(this.#bytes[i] ?? 0)) i++;
		return i >= at;
	}

	#compressed(start: number): Place | null {
		const { inflate } = this.#forms;
		const plain = inflate === null ? null : compressedAt(this.#bytes, start, inflate, this.#work.allowance);
		return plain !== null && this.#isArchived(plain.bytes) ? this.#runAround(start, plain.end) : null;
	}

	#percents(at: number): Place | null {
		const least = this.#done[PERCENTS] ?? 0;
		if (at < least) return null;
		const { bytes, start, end } = percentDecoded(this.#bytes, at, least);
		this.#doneTo(PERCENTS, end);
		return bytes.length >= this.#forms.shortest && this.#isInside(bytes) ? { start, end } : null;
	}

	/** Parted by what is no letter, three of these at least: how many, they say themselves. */
	#farLetters(at: number): Place | null {
		const ahead = gapAfter(this.#bytes, at) + 1;
		const behind = gapBefore(this.#bytes, at) + 1;
		const place = ahead < 4 || ahead > LONGEST_PERIOD ? null : this.#letters(at, ahead);
		return place !== null || behind === ahead || behind < 4 || behind > LONGEST_PERIOD ? place : this.#letters(at, behind);
	}

	#codes(at: number): Place | null {
		const least = this.#done[DECIMALS] ?? 0;
		return mayBeCodes(this.#bytes, at, this.#forms.text) ? this.#said(codesAround(this.#bytes, at, least), DECIMALS) : null;
	}

	#doneTo(kind: number, end: number): void {
		if (this.#done === NOTHING) this.#done = new Int32Array(KINDS);
		this.#done[kind] = end;
	}

	#letters(at: number, period: number): Place | null {
		const kind = LETTERS + period * LONGEST_PERIOD + (at % period);
		if (at < (this.#done[kind] ?? 0) || !isParted(this.#bytes, at, period)) return null;
		return this.#said(lettersAround(this.#bytes, at, period), kind);
	}

	#pairs(at: number): Place | null {
		const kind = PAIRS + (at % 3);
		if (at < (this.#done[kind] ?? 0) || !isPaired(this.#bytes, at)) return null;
		return this.#said(pairsAround(this.#bytes, at, 3), kind);
	}

	/** @param at -1: there are none */
	#linePairs(at: number): Place | null {
		const kind = LINES + (at % 4);
		return at < 0 || at < (this.#done[kind] ?? 0) ? null : this.#said(pairsAround(this.#bytes, at, 4), kind);
	}

	#said(spelled: Spelled, kind: number): Place | null {
		const { starts, bytes, from, to, end } = spelled;
		this.#doneTo(kind, end);
		if (bytes.length < this.#forms.shortest) return null;
		for (let found = this.#spelled.first(bytes); found !== null; found = this.#spelled.first(bytes, found.end))
			if (found.end - found.start >= SHORTEST_PART || (found.start <= from && found.end >= to))
				return { start: starts(found.start), end: found.end === bytes.length ? end : starts(found.end - 1) + spelled.width };
		if (this.#depth <= 1 || bytes.length < SHORTEST_PART) return null;
		return this.#scanOf(bytes).next() === null ? null : { start: starts(from), end: starts(to - 1) + spelled.width };
	}

	/** Of what was decoded. Outside of archives, nothing but what was made for it takes more work than there is. */
	#isInside(bytes: Uint8Array): boolean {
		const work = this.#isInArchive ? this.#work.inside : this.#work;
		work.left -= bytes.length;
		if (work.left < 0 && !this.#isInArchive) return true;
		if (this.#forms.search.first(bytes) !== null) return true;
		return this.#depth > 1 && work.left >= 0 && this.#scanOf(bytes).next() !== null;
	}

	/** Of what was inflated. That is searched whatever work is left; what is hidden in it once more, as long as there is some. */
	#isArchived(bytes: Uint8Array): boolean {
		if (this.#forms.search.first(bytes) !== null) return true;
		const { inside } = this.#work;
		inside.left -= bytes.length;
		return this.#depth > 1 && inside.left >= 0 && this.#scanOf(bytes, true).next() !== null;
	}

	#scanOf(bytes: Uint8Array, isArchived = this.#isInArchive): Scan {
		return new Scan(this.#forms, bytes, this.#depth - 1, this.#work, this.#forms.search, isArchived);
	}

	/** All of the characters around what was decoded: what is left of them would still say it in part. */
	#runAround(from: number, to: number): Place {
		let [start, end] = [from, to];
		while (start > 0 && isOfRun(this.#bytes[start - 1] ?? 0)) start--;
		while (end < this.#bytes.length && isOfRun(this.#bytes[end] ?? 0)) end++;
		return { start, end };
	}
}

const EQUALS = 0x3d;
/** Bytes after which it is a picture. */
const LONG_RUN = 4096;
const RUN = 1 << Suspect.run;
const LOWER = 1 << Suspect.lower;
const DIGITS = 1 << Suspect.digits;
const CODES = 1 << Suspect.decimals;
const LINE_PAIRS = 3 << Suspect.linePairs;
const PLAIN = RUN | LOWER | DIGITS | CODES | LINE_PAIRS;
/** Beyond it, what is compressed and then written in digits is not looked for. */
const SHORT_MESSAGE = 64 * 1024;
const ENCODED = RUN - 1;
const SPELLED = (1 << Suspect.lower) - (1 << Suspect.parted2);
/** The longest separator is one less: a quote, a comma, a line's end, four blanks and a quote, as JSON inside of JSON has them. */
const LONGEST_PERIOD = 12;
/** Of these a block may have no letter but at its ends. */
const FAR_PERIODS = Array.from({ length: LONGEST_PERIOD - BLOCK_BYTES + 2 }, (_, i) => BLOCK_BYTES - 1 + i);
/** Kinds of suspicion, after those of the encodings. */
const PERCENTS = 14;
const DECIMALS = 15;
const PAIRS = 16;
const LETTERS = 20;
const LINES = LETTERS + (LONGEST_PERIOD + 1) * LONGEST_PERIOD;
const KINDS = LINES + 4;
const NO_MARKS: readonly number[] = [];
const NOTHING = new Int32Array(0);

function isOfBase64(byte: number): boolean {
	return (BASE64.values[byte] ?? -1) >= 0;
}

function isLineEnd(source: Uint8Array, at: number): boolean {
	return source[at] === 10 || source[at] === 13 || isEscaped(source, at);
}

function isOfRun(byte: number): boolean {
	return isOfBase64(byte) || byte === EQUALS;
}
