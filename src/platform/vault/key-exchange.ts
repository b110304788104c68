import type { KeyObject, KeyPairKeyObjectResult } from "node:crypto";
import { nodeCrypto } from "../node-crypto.ts";

/** The second Oakley group (RFC 2409), which is the only one that Secret Services know. Bytes of its prime. */
const GROUP = "modp2";
const PRIME_BYTES = 128;

/** Of Node; its types leave this kind of key out. */
type GenerateInGroup = (kind: "dh", options: { readonly group: string }) => KeyPairKeyObjectResult;

const SEQUENCE = 0x30;
const BIT_STRING = 0x03;
const INTEGER = 0x02;

/**
 * One side of a Diffie-Hellman exchange. Node's class for it looks at every start whether the group's prime is one, which takes longer than
 * all the rest of a launch's cryptography; its key objects know the group, and speak DER alone. Throws where the group is not known, as in
 * an editor's binary, and on a number that is no public key of it.
 */
export class KeyExchange {
	readonly #privateKey: KeyObject;
	readonly #algorithm: Buffer;
	/** What the other side is told: the number's bytes, without a sign. */
	readonly ownPublic: Buffer;

	constructor() {
		const generate = nodeCrypto().generateKeyPairSync as unknown as GenerateInGroup;
		const { privateKey, publicKey } = generate("dh", { group: GROUP });
		this.#privateKey = privateKey;
		// SubjectPublicKeyInfo: which algorithm, and the key as a string of bits in which an integer stands.
		const [info] = elements(publicKey.export({ format: "der", type: "spki" }));
		const [algorithm, key] = elements(info?.content);
		if (algorithm === undefined || key === undefined) throw new Error("a public key of another form");
		this.#algorithm = algorithm.whole;
		this.ownPublic = unsigned(elements(key.content.subarray(1))[0]?.content ?? Buffer.alloc(0));
	}

	/** As many bytes as the prime has. */
	sharedWith(theirPublic: Buffer): Buffer {
		const number = unsigned(theirPublic);
		const key = Buffer.concat([Buffer.of(0), element(INTEGER, Buffer.concat([Buffer.of(0).subarray(0, (number[0] ?? 0) >> 7), number]))]);
		const info = element(SEQUENCE, Buffer.concat([this.#algorithm, element(BIT_STRING, key)]));
		const publicKey = nodeCrypto().createPublicKey({ key: info, format: "der", type: "spki" });
		const shared = nodeCrypto().diffieHellman({ privateKey: this.#privateKey, publicKey });
		return Buffer.concat([Buffer.alloc(PRIME_BYTES - shared.length), shared]);
	}
}

function element(tag: number, content: Buffer): Buffer {
	const { length } = content;
	const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
	return Buffer.concat([Buffer.of(tag, ...size), content]);
}

/** The elements that stand one after the other. */
function elements(bytes: Buffer | undefined): readonly { readonly whole: Buffer; readonly content: Buffer }[] {
	const found: { whole: Buffer; content: Buffer }[] = [];
	for (let at = 0; bytes !== undefined && at < bytes.length; ) {
		const first = bytes.readUInt8(at + 1);
		const sizeBytes = first < 0x80 ? 0 : first & 0x7f;
		const start = at + 2 + sizeBytes;
		const end = start + (sizeBytes === 0 ? first : bytes.readUIntBE(at + 2, sizeBytes));
		found.push({ whole: bytes.subarray(at, end), content: bytes.subarray(start, end) });
		at = end;
	}
	return found;
}

/** Without the zeros in front. */
function unsigned(bytes: Buffer): Buffer {
	const start = bytes.findIndex((byte) => byte !== 0);
	return start < 0 ? Buffer.alloc(0) : bytes.subarray(start);
}
