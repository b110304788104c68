import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import type { Vault } from "../../core/ports.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { PendingFile, sweepLeftovers } from "../files/atomic-file.ts";
import { withLock } from "../files/lock.ts";
import type { Home } from "../home.ts";
import { type AskPassphrase, createIdentity, identityFile, readIdentity } from "./identity.ts";
import { checkPath, checkValue } from "./values.ts";

export function sealedFile(home: Pick<Home, "state">): string {
	return path.join(home.state, "sealed.age");
}

/** An age-encrypted file in the home, for machines without a keychain. Plaintext exists in memory alone. */
export class SealedVault implements Vault {
	readonly scheme = "sealed";
	readonly #home: Home;
	readonly #file: string;
	readonly #ask: AskPassphrase | undefined;

	constructor(home: Home, options: SealedOptions = {}) {
		this.#home = home;
		this.#file = sealedFile(home);
		this.#ask = options.ask;
	}

	async read(path: string): Promise<Result<string | null>> {
		const open = await this.#open();
		return open.ok ? ok(open.value.secrets.get(path) ?? null) : open;
	}

	async list(): Promise<Result<readonly string[]>> {
		const open = await this.#open();
		return open.ok ? ok([...open.value.secrets.keys()].sort()) : open;
	}

	async create(path: string, value: string): Promise<Result<"created" | "equal" | "different">> {
		const good = checkPath(path).ok ? checkValue(value) : checkPath(path);
		if (!good.ok) return good;
		return this.#change<"created" | "equal" | "different">((secrets) => {
			const there = secrets.get(path);
			if (there !== undefined) return { write: false, answer: there === value ? "equal" : "different" };
			secrets.set(path, value);
			return { write: true, answer: "created" };
		});
	}

	async replace(path: string, value: string): Promise<Result<void>> {
		const good = checkPath(path).ok ? checkValue(value) : checkPath(path);
		if (!good.ok) return good;
		return this.#change<void>((secrets) => {
			secrets.set(path, value);
			return { write: true, answer: undefined };
		});
	}

	async delete(path: string): Promise<Result<boolean>> {
		return this.#change<boolean>((secrets) => {
			const was = secrets.delete(path);
			return { write: was, answer: was };
		});
	}

	async #change<T>(change: (secrets: Map<string, string>) => { readonly write: boolean; readonly answer: T }): Promise<Result<T>> {
		return withLock<T>(path.join(this.#home.state, "vault.lock"), async () => {
			for (const file of [this.#file, identityFile(this.#home)]) sweepLeftovers(file);
			for (let attempt = 0; attempt < 5; attempt++) {
				const open = await this.#open();
				if (!open.ok) return open;
				const { write, answer } = change(open.value.secrets);
				if (!write) return ok(answer);
				const identity = open.value.identity === null ? await createIdentity(this.#home, this.#ask) : ok(open.value.identity);
				if (!identity.ok) return identity;
				const pending = new PendingFile(this.#file, await seal(identity.value, open.value.secrets));
				try {
					// Should the lock have been lost, another writer's file is here by now: start over from it.
					if (stamp(this.#file) !== open.value.stamp) continue;
					pending.commit();
				} finally {
					pending.discard();
				}
				return ok(answer);
			}
			return fail("busy", `${this.#file} keeps changing.`, "Try again when no other Sallyport is writing secrets.");
		});
	}

	async #open(): Promise<Result<Opened>> {
		const before = stamp(this.#file);
		let sealed: Uint8Array;
		try {
			sealed = fs.readFileSync(this.#file);
		} catch (error) {
			const code = (error as NodeJS.ErrnoException).code;
			if (code !== "ENOENT")
				return fail("sealed-unreadable", `${this.#file} cannot be read (${code}).`, "Make it a file that belongs to you.");
			const identity = await readIdentity(this.#home, this.#ask);
			return identity.ok ? ok({ identity: identity.value, secrets: new Map(), stamp: before }) : identity;
		}
		const identity = await readIdentity(this.#home, this.#ask);
		if (!identity.ok) return identity;
		if (identity.value === null)
			return fail(
				"sealed-key-missing",
				`${identityFile(this.#home)} is gone: without it the sealed secrets cannot be read.`,
				`Restore it from a backup. If there is none, move ${this.#file} away and set the secrets anew.`,
			);
		const secrets = await unseal(identity.value, sealed);
		if (secrets === null)
			return fail(
				"sealed-damaged",
				`${this.#file} is damaged, or was sealed with another key.`,
				"It was left as it is. Restore it from a backup, or move it away and set the secrets anew.",
			);
		return ok({ identity: identity.value, secrets, stamp: before });
	}
}

export interface SealedOptions {
	/** Undefined, as in a launcher: a vault closed by a passphrase is a Problem unless it was unlocked before. */
	readonly ask?: AskPassphrase;
}

interface Opened {
	/** Null: no key was made yet, so nothing was ever sealed. */
	readonly identity: string | null;
	readonly secrets: Map<string, string>;
	readonly stamp: string;
}

// Pairs, not an object: `__proto__` is a legal path.
const Content = z.strictObject({ version: z.literal(1), secrets: z.array(z.tuple([z.string(), z.string()])) });

async function seal(identity: string, secrets: ReadonlyMap<string, string>): Promise<Uint8Array> {
	const age = await import("age-encryption");
	const encrypter = new age.Encrypter();
	encrypter.addRecipient(await age.identityToRecipient(identity));
	return encrypter.encrypt(JSON.stringify({ version: 1, secrets: [...secrets] } satisfies z.infer<typeof Content>));
}

async function unseal(identity: string, sealed: Uint8Array): Promise<Map<string, string> | null> {
	const age = await import("age-encryption");
	try {
		const decrypter = new age.Decrypter();
		decrypter.addIdentity(identity);
		return new Map(Content.parse(JSON.parse(await decrypter.decrypt(sealed, "text"))).secrets);
	} catch {
		return null;
	}
}

/** Tells two states of a file apart; files are replaced, never written in place. */
function stamp(file: string): string {
	try {
		const stat = fs.statSync(file, { bigint: true });
		return `${stat.dev}:${stat.ino}:${stat.mtimeNs}:${stat.size}`;
	} catch {
		return "absent";
	}
}
