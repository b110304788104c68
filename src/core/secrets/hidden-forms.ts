import { ArchiveStarts, isOfBase64, SHORT_MESSAGE } from "./archive-starts.ts";
import { BLOCK_BYTES, blockTables, Suspect, textBytes } from "./block-tables.ts";
import { BASE32, BASE64, type Coding, decodeAround, HEX, isTextAround } from "./coding.ts";
import { type Allowance, allowanceFor, compressedAt, type Inflate } from "./compressed.ts";
import type { FormSearch, Place } from "./form-search.ts";
import { percentDecoded } from "./percent.ts";
import {
	codesAround,
	gapAfter,
	gapBefore,
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

const EQUALS = 0x3d;
/** The longest separator of letters is one less: a quote, a comma, a line's end, four blanks and a quote, as JSON inside of JSON has them. */
const LONGEST_PERIOD = 12;
/** Of letters that stand so far apart a block may have none but at its ends, where they are not told. */
const FAR_PERIODS = Array.from({ length: LONGEST_PERIOD - BLOCK_BYTES + 2 }, (_, i) => BLOCK_BYTES - 1 + i);

/** Bits of a block's mask, and several together. */
const RUN = 1 << Suspect.run;
const LOWER = 1 << Suspect.lower;
const DIGITS = 1 << Suspect.digits;
const CODES = 1 << Suspect.decimals;
const LINE_PAIRS = 3 << Suspect.linePairs;
/** What words, names, sums and numbers are, too: by itself it says nothing. */
const PLAIN = RUN | LOWER | DIGITS | CODES | LINE_PAIRS;
/** A text in an encoding. */
const ENCODED = RUN - 1;
/** Characters that stand apart, or are said by their codes. */
const SPELLED = (1 << Suspect.lower) - (1 << Suspect.parted2);

/**
 * Slots, one for each way in which something may be written and each place in its groups at which it may begin: what was looked at in a slot is not
 * looked at again. Base64 has the first four, hexadecimal digits two, Base32 eight.
 */
const Slot = {
	base64: 0,
	hex: 4,
	base32: 6,
	percents: 14,
	decimals: 15,
	pairs: 16,
	letters: 20,
	lines: 20 + (LONGEST_PERIOD + 1) * LONGEST_PERIOD,
} as const;
const SLOTS = Slot.lines + 4;

const NO_STARTS: readonly number[] = [];
const NOTHING = new Int32Array(0);

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

	/**
	 * True when a form is hidden in the bytes.
	 *
	 * @param spelled what is looked for in letters that stand apart; left out: the forms
	 */
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
	/** Made when there is a run to look at. */
	#archives: ArchiveStarts | null = null;
	/** Where an archive may begin that reaches into the block that is judged. Empty: nowhere. */
	#starts: readonly number[] = NO_STARTS;
	/** By slot: up to where it was looked at. */
	#lookedTo = NOTHING;

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
		this.#starts = NO_STARTS;
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
			if (isInflating && inRun) {
				// In a long message, what has no capitals is a word or a sum: of what is compressed, one block in a hundred.
				if (!isShort && (mask & LOWER) !== 0) this.#ofArchives.passOver(wasInRun);
				// A picture goes on and on. What stands right behind it is not looked at for what is compressed.
				else if (isShort || !this.#ofArchives.isInPicture(at, wasInRun))
					this.#starts = this.#ofArchives.around(at, wasInRun, (mask & DIGITS) !== 0);
			}
			// Most are words, names, sums, numbers.
			const isPlain = (mask & ~PLAIN) === 0 && this.#starts.length === 0 && !((mask & CODES) !== 0 && mayBeCodes(bytes, at, text));
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
			if (isInflating && (mask & RUN) !== 0) this.#starts = this.#ofArchives.around(at, false, (mask & DIGITS) !== 0);
			this.#at = at;
			return mask;
		}
		this.#at = at;
		return 0;
	}

	#judge(at: number, mask: number): Place | null {
		let place: Place | null = null;
		for (const start of this.#starts) place ??= this.#compressed(start);
		if ((mask & ENCODED) !== 0) {
			for (let o = 0; o < 4 && place === null; o++)
				if ((mask >> (Suspect.base64 + o)) & 1) place = this.#encoded(at, o, BASE64, Slot.base64);
			for (let o = 0; o < 2 && place === null; o++) if ((mask >> (Suspect.hex + o)) & 1) place = this.#encoded(at, o, HEX, Slot.hex);
			if ((mask >> Suspect.base32) & 1) for (let o = 0; o < 8 && place === null; o++) place = this.#encoded(at, o, BASE32, Slot.base32);
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

	/** @param offset where in a group of characters the block begins @param first of as many slots as a group has places */
	#encoded(at: number, offset: number, coding: Coding, first: number): Place | null {
		const slot = first + ((at + coding.group - offset) % coding.group);
		if (this.#isLookedAt(at, slot)) return null;
		const { stride, text, shortest } = this.#forms;
		if (!isTextAround(this.#bytes, at, offset, coding, text, shortest)) return null;
		// What begins before the block begins after the one before it.
		let from = at - offset - Math.ceil((stride + 2) / coding.group) * coding.group;
		while (from < 0) from += coding.group;
		const { bytes, start, end } = decodeAround(this.#bytes, from, Math.max(at, from), coding, text, shortest);
		this.#looked(slot, end);
		if (bytes.length < shortest) return null;
		return this.#isInside(bytes) ? this.#runAround(start, end) : null;
	}

	get #ofArchives(): ArchiveStarts {
		this.#archives ??= new ArchiveStarts(this.#bytes, this.#forms.block, this.#forms.stride);
		return this.#archives;
	}

	#compressed(start: number): Place | null {
		const { inflate } = this.#forms;
		const plain = inflate === null ? null : compressedAt(this.#bytes, start, inflate, this.#work.allowance);
		return plain !== null && this.#isArchived(plain.bytes) ? this.#runAround(start, plain.end) : null;
	}

	#percents(at: number): Place | null {
		const least = this.#lookedTo[Slot.percents] ?? 0;
		if (at < least) return null;
		const { bytes, start, end } = percentDecoded(this.#bytes, at, least);
		this.#looked(Slot.percents, end);
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
		const least = this.#lookedTo[Slot.decimals] ?? 0;
		return mayBeCodes(this.#bytes, at, this.#forms.text) ? this.#spelledOut(codesAround(this.#bytes, at, least), Slot.decimals) : null;
	}

	#isLookedAt(at: number, slot: number): boolean {
		return at < (this.#lookedTo[slot] ?? 0);
	}

	#looked(slot: number, to: number): void {
		if (this.#lookedTo === NOTHING) this.#lookedTo = new Int32Array(SLOTS);
		this.#lookedTo[slot] = to;
	}

	#letters(at: number, period: number): Place | null {
		const slot = Slot.letters + period * LONGEST_PERIOD + (at % period);
		if (this.#isLookedAt(at, slot) || !isParted(this.#bytes, at, period)) return null;
		return this.#spelledOut(lettersAround(this.#bytes, at, period), slot);
	}

	#pairs(at: number): Place | null {
		const slot = Slot.pairs + (at % 3);
		if (this.#isLookedAt(at, slot) || !isPaired(this.#bytes, at)) return null;
		return this.#spelledOut(pairsAround(this.#bytes, at, 3), slot);
	}

	/** @param at -1: there are none */
	#linePairs(at: number): Place | null {
		const slot = Slot.lines + (at % 4);
		return at < 0 || this.#isLookedAt(at, slot) ? null : this.#spelledOut(pairsAround(this.#bytes, at, 4), slot);
	}

	/** Whether what was put together holds a form, by itself or hidden once more. */
	#spelledOut(spelled: Spelled, slot: number): Place | null {
		const { starts, bytes, from, to, end } = spelled;
		this.#looked(slot, spelled.resume ?? end);
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

function isOfRun(byte: number): boolean {
	return isOfBase64(byte) || byte === EQUALS;
}
