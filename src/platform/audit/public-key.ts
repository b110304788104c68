import * as fs from "node:fs";
import * as path from "node:path";
import { PendingFile } from "../files/atomic-file.ts";

/** The public half of the key whose other half is in the vault: new sessions give it their first key. Nothing secret is in it. */
function publicKeyFile(folder: string): string {
	return path.join(folder, "seal.pub");
}

/** 32 bytes. Null: there is none, for the vault was never reached, or none that can be used. */
export function readPublicKey(folder: string): Buffer | null {
	try {
		const text = fs.readFileSync(publicKeyFile(folder), "latin1").trim();
		return /^[0-9a-f]{64}$/.test(text) ? Buffer.from(text, "hex") : null;
	} catch {
		return null;
	}
}

export function writePublicKey(folder: string, key: Buffer): void {
	const pending = new PendingFile(publicKeyFile(folder), `${key.toString("hex")}\n`);
	try {
		pending.commit();
	} finally {
		pending.discard();
	}
}
