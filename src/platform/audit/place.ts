import type { KeyObject } from "node:crypto";
import * as path from "node:path";
import type { Mac } from "../../core/audit/chain.ts";
import type { Home } from "../home.ts";
import { nodeCrypto } from "../node-crypto.ts";

/** Where the logs of a home lie, one file a session. It may not be there yet. */
export function auditFolder(home: Pick<Home, "state">): string {
	return path.join(home.state, "audit");
}

/** Of the logs of versions 1 and 2. */
export function fixedMac(home: Pick<Home, "key">): Mac {
	return macUnder(keyFor(home, "audit log, version 1"));
}

/** What the keys of sessions are made with. */
export function auditKey(home: Pick<Home, "key">): Buffer {
	return keyFor(home, "audit log, version 3");
}

/** Of the lists of sessions. */
export function ledgerMac(home: Pick<Home, "key">): Mac {
	return macUnder(keyFor(home, "audit ledger, version 1"));
}

/**
 * Of what the lists of sessions say was taken away.
 *
 * @param secret of the vault's head, in hexadecimal digits
 */
export function prunedMac(secret: string): Mac {
	return macUnder(keyFor({ key: Buffer.from(secret, "hex") }, "audit pruning, version 1"));
}

/** A key for one purpose, so that no keyed code made for another could be passed off as made for this one. */
function keyFor(home: Pick<Home, "key">, purpose: string): Buffer {
	return nodeCrypto().createHmac("sha256", home.key).update(`sallyport ${purpose}`).digest();
}

function macUnder(key: Buffer): Mac {
	// As an object: Node would make one of the bytes each time, which takes longer than the rest.
	const object: KeyObject = nodeCrypto().createSecretKey(key);
	return (bytes) => nodeCrypto().createHmac("sha256", object).update(bytes).digest("hex");
}
