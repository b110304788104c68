import { randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Looks like a GitHub token in every way, its checksum included, and has never been one. */
export function generateFakeToken(): string {
	const body = Array.from({ length: 30 }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
	let rest = crc32(body);
	let check = "";
	for (let i = 0; i < 6; i++) {
		check = (ALPHABET[rest % 62] ?? "0") + check;
		rest = Math.floor(rest / 62);
	}
	return `ghp_${body}${check}`;
}
