import type { KeyObject } from "node:crypto";
import type { SealEscrow } from "../../core/audit/chain.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { Ratchet } from "./ratchet.ts";

/** Bytes before the key in the DER of a public and a private key of X25519, which are always the same. */
const SPKI = Buffer.from("302a300506032b656e032100", "hex");
const PKCS8 = Buffer.from("302e020100300506032b656e04220420", "hex");

/** A new pair of keys, 32 bytes each. */
export function newKeyPair(): { readonly publicKey: Buffer; readonly privateKey: Buffer } {
	const { publicKey, privateKey } = nodeCrypto().generateKeyPairSync("x25519");
	return {
		publicKey: publicKey.export({ format: "der", type: "spki" }).subarray(SPKI.length),
		privateKey: privateKey.export({ format: "der", type: "pkcs8" }).subarray(PKCS8.length),
	};
}

/** How a public key is named where a log says to which it was sealed. */
function keyName(publicKey: Buffer): string {
	return nodeCrypto().createHash("sha256").update(publicKey).digest("hex").slice(0, 16);
}

/** The public key of a private one. */
export function publicKeyOf(privateKey: Buffer): Buffer {
	return nodeCrypto().createPublicKey(privateKeyOf(privateKey)).export({ format: "der", type: "spki" }).subarray(SPKI.length);
}

/**
 * The ratchet of a new session. Where there is a public key, the first key is made of an exchange with it, of which nothing is kept here: not even
 * the home's own key leads back to it. Else it is made of the home's key, and whoever can read that can make it anew.
 *
 * @param publicKey of the pair whose private half is in the vault; null: there is none
 */
export function newSessionRatchet(
	auditKey: Buffer,
	session: string,
	publicKey: Buffer | null,
): { readonly ratchet: Ratchet; readonly escrow: SealEscrow | null } {
	if (publicKey === null) return { ratchet: new Ratchet(firstKey(auditKey, session, Buffer.alloc(0))), escrow: null };
	const { generateKeyPairSync, diffieHellman } = nodeCrypto();
	const own = generateKeyPairSync("x25519");
	const shared = diffieHellman({ privateKey: own.privateKey, publicKey: publicObject(publicKey) });
	const ratchet = new Ratchet(firstKey(auditKey, session, shared));
	shared.fill(0);
	const key = own.publicKey.export({ format: "der", type: "spki" }).subarray(SPKI.length).toString("hex");
	return { ratchet, escrow: { to: keyName(publicKey), key } };
}

/** The same again, for whoever checks. Null: it was given to another key than this one, or to none that can be. */
export function sessionRatchetAgain(
	auditKey: Buffer,
	session: string,
	escrow: SealEscrow | null,
	privateKey: Buffer | null,
): Ratchet | null {
	if (escrow === null) return new Ratchet(firstKey(auditKey, session, Buffer.alloc(0)));
	if (privateKey === null || keyName(publicKeyOf(privateKey)) !== escrow.to) return null;
	try {
		const publicKey = publicObject(Buffer.from(escrow.key, "hex"));
		return new Ratchet(firstKey(auditKey, session, nodeCrypto().diffieHellman({ privateKey: privateKeyOf(privateKey), publicKey })));
	} catch {
		return null;
	}
}

function firstKey(auditKey: Buffer, session: string, shared: Buffer): Buffer {
	return Buffer.from(nodeCrypto().hkdfSync("sha256", shared, auditKey, `session ${session}`, 32));
}

function publicObject(key: Buffer): KeyObject {
	return nodeCrypto().createPublicKey({ key: Buffer.concat([SPKI, key]), format: "der", type: "spki" });
}

function privateKeyOf(key: Buffer): KeyObject {
	return nodeCrypto().createPrivateKey({ key: Buffer.concat([PKCS8, key]), format: "der", type: "pkcs8" });
}
