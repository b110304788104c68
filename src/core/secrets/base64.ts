const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/** By character code, of base64 and of base64url; -1: of neither. */
const VALUES = Int8Array.from({ length: 128 }, (_, code) => ALPHABET.indexOf(String.fromCharCode(code)));
VALUES[0x2d] = 62;
VALUES[0x5f] = 63;

/** Decodes base64 or base64url to text, one character a byte as far as it is ASCII; null when it is neither, or holds control characters. */
export function decodeBase64(text: string): string | null {
	let length = text.length;
	for (let i = 0; i < 2 && text.charCodeAt(length - 1) === 0x3d; i++) length--;
	if (length % 4 === 1) return null;
	let decoded = "";
	let buffer = 0;
	let bits = 0;
	for (let i = 0; i < length; i++) {
		const code = text.charCodeAt(i);
		const value = code < 128 ? (VALUES[code] ?? -1) : -1;
		if (value < 0) return null;
		buffer = ((buffer << 6) | value) & 0xffff;
		bits += 6;
		if (bits < 8) continue;
		bits -= 8;
		const byte = (buffer >> bits) & 0xff;
		// Random bytes end here soon.
		if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) return null;
		decoded += String.fromCharCode(byte);
	}
	return decoded;
}

/** Hex as text; null when it holds anything but printable ASCII. */
export function decodeHex(text: string): string | null {
	let decoded = "";
	for (let i = 0; i + 1 < text.length; i += 2) {
		const byte = Number.parseInt(text.slice(i, i + 2), 16);
		if (byte < 32 || byte > 126) return null;
		decoded += String.fromCharCode(byte);
	}
	return decoded;
}

/** Base64 of a text's UTF-8 form, with padding. */
export function encodeBase64(bytes: Uint8Array): string {
	let encoded = "";
	for (let i = 0; i < bytes.length; i += 3) {
		const [a = 0, b, c] = [bytes[i], bytes[i + 1], bytes[i + 2]];
		const n = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
		encoded += ALPHABET.charAt(n >> 18) + ALPHABET.charAt((n >> 12) & 63);
		encoded += (b === undefined ? "=" : ALPHABET.charAt((n >> 6) & 63)) + (c === undefined ? "=" : ALPHABET.charAt(n & 63));
	}
	return encoded;
}
