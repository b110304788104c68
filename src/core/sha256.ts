import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** SHA-256, and HMAC-SHA256 under a key: 64 hexadecimal digits, in small letters. */
export interface Sha256 {
	readonly digest: (bytes: Uint8Array) => string;
	readonly keyed: (key: Uint8Array, bytes: Uint8Array) => string;
}

let used: Sha256 = {
	digest: (bytes) => bytesToHex(sha256(bytes)),
	keyed: (key, bytes) => bytesToHex(hmac(sha256, key, bytes)),
};

/**
 * Takes the place of the library for this program: what its platform has gives the same, and need not be compiled first, which costs a program that
 * starts for each server time and memory. To be called before anything is hashed.
 */
export function useSha256(own: Sha256): void {
	used = own;
}

export function sha256Hex(bytes: Uint8Array): string {
	return used.digest(bytes);
}

export function hmacSha256Hex(key: Uint8Array, bytes: Uint8Array): string {
	return used.keyed(key, bytes);
}
