/** How bytes are written in characters: so many bits each. */
export interface Coding {
	/** Bits that a character stands for. */
	readonly bits: number;
	/** Characters after which a character begins with a byte again. */
	readonly group: number;
	/** By byte: what the character stands for; -1: it is none. */
	readonly values: Int8Array;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Also in the alphabet for URLs. */
export const BASE64: Coding = { bits: 6, group: 4, values: valuesOf(`${LETTERS}${LETTERS.toLowerCase()}0123456789+/`, "-_", 62) };
/** In digits large and small. */
export const HEX: Coding = { bits: 4, group: 2, values: valuesOf("0123456789abcdef", "ABCDEF", 10) };
/** RFC 4648, in capitals. */
export const BASE32: Coding = { bits: 5, group: 8, values: valuesOf(`${LETTERS}234567`, "", 0) };

/** `others` stand for values from `from` on as well. */
function valuesOf(alphabet: string, others: string, from: number): Int8Array {
	const values = new Int8Array(256).fill(-1);
	for (let value = 0; value < alphabet.length; value++) values[alphabet.charCodeAt(value)] = value;
	for (let i = 0; i < others.length; i++) values[others.charCodeAt(i)] = from + i;
	return values;
}

/** What came of decoding: `bytes`, from the characters between `start` and `end`. */
export interface Decoded {
	readonly bytes: Uint8Array;
	/** Of the bytes that there are, whether they are given or not. */
	readonly length: number;
	readonly start: number;
	readonly end: number;
}

/**
 * A quick look: false where characters around `at` do not say so many bytes of text, lines' ends aside.
 * @param offset where in a group of characters `at` is
 */
export function isTextAround(source: Uint8Array, at: number, offset: number, coding: Coding, text: Uint8Array, least: number): boolean {
	const group = at - offset;
	const first = Math.ceil((offset * coding.bits) / 8);
	let count = 0;
	let end = group;
	for (let k = first; count < least; k++, count++) {
		const byte = byteAt(source, group, k, coding);
		if (byte >= 0 && text[byte] === 1) continue;
		end = group + Math.floor((k * 8) / coding.bits);
		break;
	}
	for (let k = first - 1; count < least && text[byteAt(source, group, k, coding)] === 1; k--) count++;
	// A line's end may stand in the text: then more of it comes.
	return count >= least || afterLineEnd(source, end) > end || afterLineEnd(source, end + 1) > end + 1;
}

/** The byte with this index from where a group of characters begins, which may be before it; -1: there is none. */
function byteAt(source: Uint8Array, group: number, index: number, { bits, values }: Coding): number {
	const begin = index * 8;
	const at = Math.floor(begin / bits);
	const skip = begin - at * bits;
	let value = 0;
	let has = -skip;
	for (let i = group + at; has < 8; i++, has += bits) {
		const each = values[source[i] ?? 0] ?? -1;
		if (each < 0 || i < 0) return -1;
		value = (value << bits) | each;
	}
	return (value >> (has - 8)) & 0xff;
}

/** Where bytes are put first: nearly all that is decoded is thrown away at once. */
const scratch = new Uint8Array(4096);

/**
 * Decodes characters around a place as far as they say text. `from` is where a group of characters begins, at or before `at`; what says
 * no text before `at` is left out, and after it ends the text. Line ends (also as JSON writes them) between characters are passed over.
 * @param text by byte, 1: of text. Null: every byte is
 * @param least of fewer bytes, none are given
 */
export function decodeAround(
	source: Uint8Array,
	from: number,
	at: number,
	{ bits, values }: Coding,
	text: Uint8Array | null,
	least: number,
): Decoded {
	let out = scratch;
	let length = 0;
	let start = from;
	let buffer = 0;
	let has = 0;
	/** Characters, and the first one of which a byte may be made, since `from`. */
	let characters = 0;
	let whole = 0;
	/** In bits since `from`: where the next byte begins. */
	let begin = 0;
	let i = from;
	for (; i < source.length; i++) {
		const value = values[source[i] ?? 0] ?? -1;
		if (value < 0) {
			if (i >= at) {
				const next = afterLineEnd(source, i);
				if (next === i || (values[source[next] ?? 0] ?? -1) < 0) break;
				i = next - 1;
				continue;
			}
			whole = characters + 1;
			length = 0;
		}
		characters++;
		buffer = ((buffer << bits) | (value & 0x3f)) & 0xffff;
		has += bits;
		if (has < 8) continue;
		has -= 8;
		const byte = (buffer >> has) & 0xff;
		const isWhole = begin >= whole * bits;
		if (isWhole && (text === null || text[byte] === 1)) {
			if (length === 0) start = i - (characters - 1 - Math.floor(begin / bits));
			if (length === out.length) out = grown(out);
			out[length++] = byte;
		} else if (begin >= (at - from) * bits) break;
		else length = 0;
		begin += 8;
	}
	return { bytes: length < least ? NONE : out.slice(0, length), length, start, end: i };
}

const NONE = new Uint8Array(0);

/** The offset after line ends at `at`, which are bytes, or backslashes and a letter; `at` itself where there is none. */
function afterLineEnd(source: Uint8Array, at: number): number {
	for (let i = at; ; ) {
		let letter = i;
		while (source[letter] === 0x5c && letter < i + MOST_BACKSLASHES) letter++;
		if (letter > i && (source[letter] === 0x6e || source[letter] === 0x72)) i = letter + 1;
		else if (source[i] === 10 || source[i] === 13) i++;
		else return i;
	}
}

/** Of JSON in a text in JSON. */
const MOST_BACKSLASHES = 4;

function grown(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
	const larger = new Uint8Array(bytes.length * 2);
	larger.set(bytes);
	return larger;
}
