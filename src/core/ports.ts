import type { Result } from "./result.ts";

/**
 * A place for secrets. `path` is what follows `scheme://` in a secret reference. Values are never empty strings.
 * Every method that cannot reach the vault fails with a Problem whose remedy a person can follow.
 */
export interface Vault {
	readonly scheme: VaultScheme;
	/** `null`: the vault was reached and has no such entry. */
	read(path: string): Promise<Result<string | null>>;
	/** Never overwrites: `equal` when the very value is there already, `different` when another one is. */
	create(path: string, value: string): Promise<Result<"created" | "equal" | "different">>;
	/** Overwrites: for *rotate* alone. */
	replace(path: string, value: string): Promise<Result<void>>;
	/** `false`: there was nothing to delete. */
	delete(path: string): Promise<Result<boolean>>;
	/** Paths in order, never values. */
	list(): Promise<Result<readonly string[]>>;
}

export type VaultScheme = "keychain" | "sealed";
