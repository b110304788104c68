const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** GitHub, npm, Vercel: the last six characters are the CRC-32 of those before them, in base 62. */
export function hasCrcChecksum(body: string): boolean {
	return body.length > 6 && body.slice(-6) === base62(crc32(body.slice(0, -6)));
}

/** Grafana, `glsa_…_xxxxxxxx`: the last eight are the CRC-32 of all before the `_`, its lowest byte first, in hex. */
export function hasGrafanaChecksum(token: string): boolean {
	let sum = "";
	for (let rest = crc32(token.slice(0, -9)), i = 0; i < 4; i++, rest >>>= 8) sum += (rest & 0xff).toString(16).padStart(2, "0");
	return token.slice(-8).toLowerCase() === sum;
}

/** Six digits, zeros in front. */
export function base62(value: number): string {
	let digits = "";
	for (let rest = value, i = 0; i < 6; i++, rest = Math.floor(rest / 62)) digits = BASE62.charAt(rest % 62) + digits;
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

/** The twelve digits of the account that an AWS access key id belongs to; null for text that is none, and for ids of before 2019 that do not tell. */
export function awsAccount(keyId: string): string | null {
	if (!/^A[KS]IA[A-Z2-7]{16}$/.test(keyId)) return null;
	let bits = 0n;
	for (const c of keyId.slice(4)) bits = (bits << 5n) | BigInt(BASE32.indexOf(c));
	// Eighty bits; the first six bytes hold the account, shifted by seven.
	const account = ((bits >> 32n) & 0x7fffffffff80n) >> 7n;
	return account > 999_999_999_999n ? null : account.toString().padStart(12, "0");
}
