const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const VALUES: ReadonlyMap<string, number> = new Map([...ALPHABET].map((c, i) => [c, i]));

/** Decodes base64 or base64url to text, one character a byte as far as it is ASCII; null when it is neither, or holds control characters. */
export function decodeBase64(text: string): string | null {
	const plain = text
		.replace(/-/g, "+")
		.replace(/_/g, "/")
		.replace(/={1,2}$/, "");
	if (plain.length % 4 === 1) return null;
	const bytes: number[] = [];
	let buffer = 0;
	let bits = 0;
	for (const c of plain) {
		const value = VALUES.get(c);
		if (value === undefined) return null;
		buffer = ((buffer << 6) | value) & 0xffff;
		bits += 6;
		if (bits < 8) continue;
		bits -= 8;
		bytes.push((buffer >> bits) & 0xff);
	}
	let decoded = "";
	for (const byte of bytes) {
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
