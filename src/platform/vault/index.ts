import { randomBytes } from "node:crypto";
import { formatReference, type SecretReference } from "../../core/config/references.ts";
import type { Vault, VaultScheme } from "../../core/ports.ts";
import { fail, ok, type Result, unreachable } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { type KeychainOptions, KeychainVault } from "./keychain.ts";
import { type SealedOptions, SealedVault } from "./sealed.ts";

export type VaultOptions = KeychainOptions & SealedOptions;

/** Opening does nothing yet; the first method that is called reaches the vault. */
export function openVault(scheme: VaultScheme, home: Home, options: VaultOptions = {}): Vault {
	switch (scheme) {
		case "keychain":
			return new KeychainVault(home, options);
		case "sealed":
			return new SealedVault(home, options);
		default:
			return unreachable(scheme);
	}
}

/** The vaults of a home, each opened once, so that several references share one keychain process. */
export class Vaults {
	readonly #open = new Map<VaultScheme, Vault>();
	readonly #home: Home;
	readonly #options: VaultOptions;

	constructor(home: Home, options: VaultOptions = {}) {
		this.#home = home;
		this.#options = options;
	}

	get(scheme: VaultScheme): Vault {
		const vault = this.#open.get(scheme) ?? openVault(scheme, this.#home, this.#options);
		this.#open.set(scheme, vault);
		return vault;
	}

	/** Ends what the vaults keep running. */
	close(): void {
		for (const vault of this.#open.values()) if (vault instanceof KeychainVault) vault.close();
	}

	/** The secret behind a reference; an entry that is not there is a Problem. */
	async resolve(reference: SecretReference): Promise<Result<string>> {
		const value = await this.get(reference.scheme).read(reference.path);
		if (!value.ok) return value;
		if (value.value !== null) return ok(value.value);
		const text = formatReference(reference);
		return fail("secret-missing", `${text} is not in the vault.`, `Set it: sallyport secrets set ${text}`);
	}
}

/** One reference, in a vault opened for it alone. For several, use `Vaults`. */
export async function resolveReference(reference: SecretReference, home: Home, options: VaultOptions = {}): Promise<Result<string>> {
	const vaults = new Vaults(home, options);
	const value = await vaults.resolve(reference);
	vaults.close();
	return value;
}

/** A real round trip with a random entry that is gone afterwards; nothing is left where it fails. */
export async function probeVault(scheme: VaultScheme, home: Home, options: VaultOptions = {}): Promise<Result<void>> {
	const vault = openVault(scheme, home, options);
	if (vault instanceof KeychainVault) {
		const probed = await vault.probe();
		vault.close();
		return probed;
	}
	const path = `sallyport-probe/${randomBytes(8).toString("hex")}`;
	const value = randomBytes(16).toString("base64");
	const created = await vault.create(path, value);
	if (!created.ok) return created;
	const back = await vault.read(path);
	const gone = await vault.delete(path);
	if (!back.ok) return back;
	if (!gone.ok) return gone;
	if (created.value === "created" && back.value === value && gone.value) return ok(undefined);
	return fail("vault-failed", `The ${scheme} vault does not give back what it was given.`, "Run: sallyport doctor");
}
