import { BASE32, BASE64, type Coding, HEX } from "./coding.ts";

/** Bytes of a text that are looked at together. */
export const BLOCK_BYTES = 8;

/**
 * What a block of bytes may be a part of, as bits: a text in an encoding, by where in a group of its characters the block begins; a run of
 * Base64's characters, whatever it says; characters that are parted by others, by where the first one is; codes of characters.
 */
export const Suspect = {
	base64: 0,
	hex: 4,
	base32: 6,
	run: 7,
	/** Every second byte is a character, every third; or one with three others on both sides. */
	parted2: 8,
	parted3: 10,
	parted: 13,
	decimals: 21,
	hexPairs: 22,
	percents: 25,
	/** Small letters and digits alone; hexadecimal digits alone. */
	lower: 28,
	digits: 29,
	/** Two hexadecimal digits and a line's end or a tab as JSON writes them, or digits alone, by the first one's parity. */
	linePairs: 30,
} as const;

const SEPARATORS_OF_CODES = ',; :-.|/\\nrt[]"\t\r\n';

/** 1: a letter or a digit. */
export const ALNUM = new Uint8Array(256).fill(1, 0x30, 0x3a).fill(1, 0x41, 0x5b).fill(1, 0x61, 0x7b);

/** As JSON writes a line's end or a tab: n, r and t stand behind a backslash. */
export function isEscapeLetter(byte: number): boolean {
	return byte === 0x6e || byte === 0x72 || byte === 0x74;
}

/** Bytes of text: ASCII that is seen, with blanks, and whatever else stands in what is looked for. */
export function textBytes(forms: readonly Uint8Array[]): Uint8Array {
	const text = new Uint8Array(256).fill(1, 9, 11).fill(1, 13, 14).fill(1, 0x20, 0x7f);
	// Nearly all forms are ASCII that is seen, and many: that is told in native code.
	for (const form of forms) if (UNUSUAL.test(decoder.decode(form))) for (const byte of form) text[byte] = 1;
	return text;
}

const UNUSUAL = /[^\t\n\r\x20-\x7e]/;
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * For each of so many places in a block, 256 entries by byte: what is not excluded by it. The entries of a block's bytes, put together by
 * AND, say what the block may be. Places beyond `bytes` exclude nothing.
 */
export function blockTables(text: Uint8Array, bytes: number): Int32Array {
	const tables = new Int32Array(BLOCK_BYTES * 256).fill(-1);
	const { kinds, kindOf } = kindsOfBytes(text);
	for (let place = 0; place < bytes; place++) {
		const ofKind = kinds.map(({ byte, encoded }) => turned(encoded, place) | parted(byte, place));
		for (let byte = 0; byte < 256; byte++) tables[place * 256 + byte] = ofKind[kindOf[byte] ?? 0] ?? 0;
	}
	return tables;
}

/** Bytes that nothing here tells apart: one of them, and what it does not exclude of a text in an encoding whose group begins with it. */
interface Kind {
	readonly byte: number;
	readonly encoded: number;
}

/**
 * Few kinds of bytes differ. Made for each byte by itself, the tables alone would be work enough for the last of V8's compilers, whose code
 * then takes more memory than all else of a launcher.
 */
function kindsOfBytes(text: Uint8Array): { readonly kinds: readonly Kind[]; readonly kindOf: Uint8Array } {
	const [base64, hex] = [BASE64, HEX].map((coding) => allowedIn(coding, text)) as [Uint8Array[], Uint8Array[]];
	const kinds: Kind[] = [];
	const kindOf = new Uint8Array(256);
	const known = new Map<number, number>();
	for (let byte = 0; byte < 256; byte++) {
		const encoded = encodedBits(byte);
		// The bits of texts that are parted are free in it.
		const key = encoded | ((KIND[byte] ?? 0) << Suspect.parted2);
		const kind = known.get(key) ?? kinds.push({ byte, encoded }) - 1;
		known.set(key, kind);
		kindOf[byte] = kind;
	}
	return { kinds, kindOf };

	function encodedBits(byte: number): number {
		let bits = 0;
		for (const [place, allowed] of base64.entries()) bits |= (allowed[byte] ?? 0) << (Suspect.base64 + place);
		for (const [place, allowed] of hex.entries()) bits |= (allowed[byte] ?? 0) << (Suspect.hex + place);
		if ((BASE32.values[byte] ?? -1) >= 0) bits |= 1 << Suspect.base32;
		if ((BASE64.values[byte] ?? -1) >= 0) bits |= 1 << Suspect.run;
		if (ALNUM[byte] === 1 && (byte < 0x41 || byte > 0x5a)) bits |= 1 << Suspect.lower;
		if ((HEX.values[byte] ?? -1) >= 0) bits |= 1 << Suspect.digits;
		return bits;
	}
}

const BASE64_BITS = 0b1111 << Suspect.base64;
const HEX_BITS = 0b11 << Suspect.hex;

/** What a byte does not exclude at the block's beginning, for one that stands so many places behind it. */
function turned(encoded: number, place: number): number {
	const base64 = (encoded & BASE64_BITS) * 0b10001;
	const hex = ((encoded & HEX_BITS) >> Suspect.hex) * 0b101;
	const others = encoded & ~(BASE64_BITS | HEX_BITS);
	return others | ((base64 >> (place & 3)) & BASE64_BITS) | (((hex >> (place & 1)) << Suspect.hex) & HEX_BITS);
}

/** What a byte at this place does not exclude of texts whose characters stand apart. */
export function parted(byte: number, place: number): number {
	const isAlnum = ALNUM[byte] === 1;
	const isSeen = byte > 0x20;
	const isEscape = isEscapeLetter(byte);
	let bits = 0;
	for (let first = 0; first < 2; first++) if ((place - first) % 2 === 0 ? isSeen : !isAlnum) bits |= 1 << (Suspect.parted2 + first);
	for (let first = 0; first < 3; first++) {
		const at = (place - first + 3) % 3;
		if (at === 0 ? isSeen : !isAlnum || (at === 2 && isEscape)) bits |= 1 << (Suspect.parted3 + first);
	}
	// At the block's ends, every second key of an object would do.
	for (let first = 1; first < BLOCK_BYTES - 1; first++) {
		const from = place - first;
		// A letter may stand in the separator, but not first: \n\n, \r\n, and two backslashes and an n, as JSON in JSON has it.
		const isFree = Math.abs(from) > 3 || !isAlnum || (isEscape && from !== 1);
		if (from === 0 ? isAlnum : isFree) bits |= 1 << (Suspect.parted + first);
	}
	const isDigit = byte >= 0x30 && byte <= 0x39;
	if (isDigit || SEPARATORS_OF_CODES.includes(String.fromCharCode(byte))) bits |= 1 << Suspect.decimals;
	for (let first = 0; first < 3; first++)
		if ((place - first + 3) % 3 < 2 ? (HEX.values[byte] ?? -1) >= 0 : !isAlnum) bits |= 1 << (Suspect.hexPairs + first);
	for (let first = 0; first < 3; first++)
		if ((place - first + 3) % 3 === 0 ? byte === PERCENT : (HEX.values[byte] ?? -1) >= 0) bits |= 1 << (Suspect.percents + first);
	for (let first = 0; first < 2; first++) {
		const isOfEscape = (place - first) % 2 === 0 ? byte === BACKSLASH : isEscape;
		if (isOfEscape || (HEX.values[byte] ?? -1) >= 0) bits |= 1 << (Suspect.linePairs + first);
	}
	return bits;
}

const BACKSLASH = 0x5c;
const PERCENT = 0x25;
/** One byte of each kind that `parted` tells apart, and each byte's kind. */
const KINDS: number[] = [];
const KIND = new Uint8Array(256);
{
	const known = new Map<number, number>();
	for (let byte = 0; byte < 256; byte++) {
		const isCode = (byte >= 0x30 && byte <= 0x39) || SEPARATORS_OF_CODES.includes(String.fromCharCode(byte));
		const isHex = (HEX.values[byte] ?? -1) >= 0;
		const said = [ALNUM[byte] === 1, byte > 0x20, isEscapeLetter(byte), isCode, isHex, byte === PERCENT, byte === BACKSLASH];
		const key = said.reduce((sum, each) => sum * 2 + Number(each), 0);
		const kind = known.get(key) ?? KINDS.push(byte) - 1;
		known.set(key, kind);
		KIND[byte] = kind;
	}
}

/** By place in a group of characters, and by character: 1: a byte of text may begin in it, or none begins in it. */
function allowedIn({ bits, group, values }: Coding, text: Uint8Array): readonly Uint8Array[] {
	return Array.from({ length: group }, (_, place) => {
		// Where in the character a byte begins.
		const begin = (8 - ((place * bits) % 8)) % 8;
		const seen = bits - begin;
		const beginnings = new Set<number>();
		for (let byte = 0; byte < 256; byte++) if (text[byte] === 1) beginnings.add(byte >> (8 - seen));
		return Uint8Array.from(values, (value) => Number(value >= 0 && (seen <= 0 || beginnings.has(value & ((1 << seen) - 1)))));
	});
}
