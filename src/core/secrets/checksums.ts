const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** GitHub and npm: the last six of 36 characters are the CRC-32 of the thirty before them, in base 62. */
export function hasGithubChecksum(body: string): boolean {
	return body.length === 36 && body.slice(30) === base62(crc32(body.slice(0, 30)));
}

/** Six digits, zeros in front. */
export function base62(value: number): string {
	let digits = "";
	for (let rest = value, i = 0; i < 6; i++, rest = Math.floor(rest / 62)) digits = ALPHABET.charAt(rest % 62) + digits;
	return digits;
}

export function crc32(text: string): number {
	let crc = 0xffffffff;
	for (let i = 0; i < text.length; i++) {
		crc ^= text.charCodeAt(i) & 0xff;
		for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return (crc ^ 0xffffffff) >>> 0;
}
