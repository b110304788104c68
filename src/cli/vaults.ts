import * as fs from "node:fs";
import type { VaultScheme } from "../core/ports.ts";
import type { Home } from "../platform/home.ts";
import { Vaults } from "../platform/vault/index.ts";
import { sealedFile } from "../platform/vault/sealed.ts";
import { askHidden } from "./hidden-input.ts";
import type { Io } from "./io.ts";

/**
 * The vaults of a home. At a terminal a person can be asked for a passphrase and has a minute to unlock the keychain; without one
 * a closed vault is a Problem, never a wait.
 */
export function openVaults(home: Home, io: Io): Vaults {
	if (io.stdin.isTTY !== true) return new Vaults(home);
	return new Vaults(home, { ask: askPassphrase(io), timeoutMs: 60_000 });
}

export function askPassphrase(io: Io): () => Promise<string | null> {
	return () => askHidden(io, "Passphrase of the sealed vault (not shown): ");
}

/**
 * Where secrets go when nobody names a vault: the keychain. The encrypted file only where there is no keychain at all, and a
 * person has chosen that file before; a keychain that is locked or refuses is not gone round.
 */
export async function usualVault(home: Home, vaults: Vaults): Promise<VaultScheme> {
	if (!fs.existsSync(sealedFile(home))) return "keychain";
	const answer = await vaults.get("keychain").list();
	return !answer.ok && /^keychain-(?:missing|library)$/.test(answer.problem.code) ? "sealed" : "keychain";
}
