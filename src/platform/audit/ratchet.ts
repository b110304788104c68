import { nodeCrypto } from "../node-crypto.ts";

/** Bytes of a key, and of what SHA-256 gives. */
const KEY = 32;
/** Bytes that SHA-256 takes at once, to which HMAC fills up a key. */
const BLOCK = 64;
/** Bytes of a message for which there is room from the beginning. */
const ROOM = 8 * 1024;

/**
 * The key of one session's seals: HMAC-SHA256 under the key of the moment, which is then replaced by its own hash. Whoever takes a key
 * later can make no seal that came before. The keys lie outside the heap that is moved about, each in the place of the one before.
 *
 * HMAC is put together here because Node's takes five times as long under a key that is new each time.
 */
export class Ratchet {
	readonly #key = apart(KEY);
	/** The key and what tells its successor from a seal. */
	readonly #next = apart(KEY + 4);
	/** The key as HMAC takes it first, and the message behind it. */
	#inner = apart(BLOCK + ROOM);
	readonly #outer = apart(BLOCK + KEY);

	/** @param key 32 bytes; they are erased in it */
	constructor(key: Buffer) {
		this.#key.set(key);
		key.fill(0);
		this.#next.write("next", KEY);
	}

	/** The code of these bytes under the key of the moment: 64 hexadecimal digits. The next call has another key. */
	seal(bytes: Uint8Array): string {
		const { hash } = nodeCrypto();
		if (bytes.length > this.#inner.length - BLOCK) {
			this.#inner.fill(0);
			this.#inner = apart(BLOCK + bytes.length);
		}
		for (let i = 0; i < KEY; i++) {
			const byte = this.#key[i] ?? 0;
			this.#inner[i] = byte ^ 0x36;
			this.#outer[i] = byte ^ 0x5c;
			this.#next[i] = byte;
		}
		this.#inner.fill(0x36, KEY, BLOCK);
		this.#outer.fill(0x5c, KEY, BLOCK);
		this.#inner.set(bytes, BLOCK);
		this.#outer.set(hash("sha256", this.#inner.subarray(0, BLOCK + bytes.length), "buffer"), BLOCK);
		const code = hash("sha256", this.#outer, "hex");
		const next = hash("sha256", this.#next, "buffer");
		this.#key.set(next);
		next.fill(0);
		for (const used of [this.#inner.subarray(0, BLOCK), this.#outer, this.#next.subarray(0, KEY)]) used.fill(0);
		return code;
	}
}

function apart(bytes: number): Buffer {
	return Buffer.from(new ArrayBuffer(bytes));
}
