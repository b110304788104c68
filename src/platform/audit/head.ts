import * as fs from "node:fs";
import * as path from "node:path";
import { advancedHead, type Head, type ListState, parseHead } from "../../core/audit/head.ts";
import { isoTime } from "../../core/iso-time.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { keychainSocket } from "../vault/keychain-child.ts";
import { SecretService } from "../vault/secret-service.ts";
import { ledgerFiles } from "./ledger.ts";
import { auditFolder } from "./place.ts";
import { readPublicKey, writePublicKey } from "./public-key.ts";
import { newKeyPair, publicKeyOf } from "./session-key.ts";

/** The entry in the home's namespace. No reference can name it, so that it cannot be granted to a server. */
const ACCOUNT = "audit:head";

/** How long another launcher may take to make the first head, in milliseconds. */
const MAKING_MS = 30_000;

/** The lists of sessions of a home as they are now. */
export function listStates(folder: string): readonly ListState[] {
	return ledgerFiles(folder).flatMap(({ month, file }) => {
		try {
			const content = fs.readFileSync(file);
			// What is not a whole line may still become one, or be ended as half of one.
			const bytes = content.lastIndexOf(0x0a) + 1;
			const known = new Map<number, string>();
			const digest = (length: number): string => {
				const code = known.get(length) ?? nodeCrypto().createHash("sha256").update(content.subarray(0, length)).digest("hex");
				known.set(length, code);
				return code;
			};
			return [{ month, bytes, digest }];
		} catch {
			return [];
		}
	});
}

/**
 * Brings the head in the vault to the lists of sessions as they are, and makes it if there is none. It asks nobody: a keychain that is
 * locked or not there stays as it is, and what it kept stays true.
 *
 * @param dropped months whose lists are about to be removed
 * @returns false: the head was not reached
 */
export async function advanceHead(home: Home, now: Date, dropped?: ReadonlySet<string>): Promise<boolean> {
	const socket = keychainSocket();
	if (socket === null) return false;
	const vault = new SecretService(socket);
	try {
		const found = await vault.look(home.vaultNamespace, ACCOUNT);
		if (found === null) return false;
		const head = found === "absent" ? null : parseHead(found.value);
		if (found !== "absent" && head === null) return false;
		return head === null
			? await makeHead(home, vault, now)
			: await keep(home, vault, advancedHead(head, listStates(auditFolder(home)), now, dropped));
	} finally {
		vault.close();
	}
}

/** The secret of the head, without asking anybody. Null: it was not reached, or there is none. */
export async function readSecret(home: Home): Promise<string | null> {
	const socket = keychainSocket();
	if (socket === null) return null;
	const vault = new SecretService(socket);
	try {
		const found = await vault.look(home.vaultNamespace, ACCOUNT);
		return found === null || found === "absent" ? null : (parseHead(found.value)?.secret ?? null);
	} finally {
		vault.close();
	}
}

/** The head, for whoever checks. Null: the vault was reached, and has none. */
export async function readHead(home: Home): Promise<Result<Head | null>> {
	const { KeychainVault } = await import("../vault/keychain.ts");
	const vault = new KeychainVault(home);
	try {
		const read = await vault.read(ACCOUNT);
		return read.ok ? ok(read.value === null ? null : parseHead(read.value)) : read;
	} finally {
		vault.close();
	}
}

/** One launcher makes it: of two that made one each, one would be lost, with the sessions that were sealed to it. */
async function makeHead(home: Home, vault: SecretService, now: Date): Promise<boolean> {
	const marker = path.join(auditFolder(home), "head.making");
	if (!takeTurn(marker, now)) return false;
	try {
		// Another one may have made it while the turn was taken.
		if ((await vault.look(home.vaultNamespace, ACCOUNT)) !== "absent") return false;
		const { privateKey } = newKeyPair();
		const empty: Head = { version: 1, secret: privateKey.toString("hex"), since: isoTime(now), lists: {}, breaches: [] };
		return await keep(home, vault, advancedHead(empty, listStates(auditFolder(home)), now));
	} finally {
		fs.rmSync(marker, { force: true });
	}
}

async function keep(home: Home, vault: SecretService, head: Head): Promise<boolean> {
	if (!(await vault.write(home.vaultNamespace, ACCOUNT, JSON.stringify(head)))) return false;
	const publicKey = publicKeyOf(Buffer.from(head.secret, "hex"));
	const folder = auditFolder(home);
	// Sessions are sealed to it from now on, and only to one whose other half is in the vault.
	if (readPublicKey(folder)?.equals(publicKey) !== true) writePublicKey(folder, publicKey);
	return true;
}

/** False: another launcher is at it. One that died at it is not waited for. */
function takeTurn(marker: string, now: Date): boolean {
	const stat = fs.statSync(marker, { throwIfNoEntry: false });
	if (stat !== undefined && now.getTime() - stat.mtimeMs > MAKING_MS) fs.rmSync(marker, { force: true });
	try {
		fs.closeSync(fs.openSync(marker, "wx", 0o600));
		return true;
	} catch {
		return false;
	}
}
