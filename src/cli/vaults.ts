import type { Home } from "../platform/home.ts";
import { Vaults } from "../platform/vault/index.ts";
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
