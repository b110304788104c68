import * as fs from "node:fs";
import { formatReference, type SecretReference } from "../../core/config/references.ts";
import type { VaultScheme } from "../../core/ports.ts";
import type { Result } from "../../core/result.ts";
import { Vaults } from "../../platform/vault/index.ts";
import { sealedFile } from "../../platform/vault/sealed.ts";
import type { Services } from "../services.ts";

/** Whether a reference resolves; `unknown` where the vault does not answer. */
export type Resolves = "yes" | "no" | "unknown";

const ANSWER_MS = 2_000;
const FRESH_MS = 10_000;
/** A vault that did not answer may have asked for a password: not again right away. */
const REFUSED_MS = 60_000;

/**
 * Looks into the vaults while somebody reads or types: briefly, without asking for a passphrase, and never in a workspace that is not
 * trusted. What was seen is kept for ten seconds; a value is never kept.
 */
export class VaultLook {
	readonly #services: Services;
	readonly #there = new Kept<boolean>();
	readonly #paths = new Kept<readonly string[]>();

	constructor(services: Services) {
		this.#services = services;
	}

	/** Those that may hold something: the encrypted file only where there is one. */
	schemes(): readonly VaultScheme[] {
		const home = this.#services.trusted ? this.#services.home() : null;
		if (home?.ok !== true) return [];
		return fs.existsSync(sealedFile(home.value)) ? ["keychain", "sealed"] : ["keychain"];
	}

	async resolves(reference: SecretReference): Promise<Resolves> {
		const there = await this.#there.get(formatReference(reference), () =>
			this.#look(async (vaults): Promise<Result<boolean>> => {
				const value = await vaults.get(reference.scheme).read(reference.path);
				return value.ok ? { ok: true, value: value.value !== null } : value;
			}),
		);
		return there === null ? "unknown" : there ? "yes" : "no";
	}

	/** Names only. Empty where the vault does not answer. */
	async paths(scheme: VaultScheme): Promise<readonly string[]> {
		return (await this.#paths.get(scheme, () => this.#look((vaults) => vaults.get(scheme).list()))) ?? [];
	}

	/** Null: there is nothing to look at, it is refused, or it takes too long. */
	async #look<T>(look: (vaults: Vaults) => Promise<Result<T>>): Promise<T | null> {
		const home = this.#services.trusted ? this.#services.home() : null;
		if (home?.ok !== true) return null;
		const vaults = new Vaults(home.value, { timeoutMs: ANSWER_MS });
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<null>((resolve) => {
			timer = setTimeout(() => resolve(null), ANSWER_MS);
		});
		try {
			const answer = await Promise.race([look(vaults), late]);
			return answer?.ok === true ? answer.value : null;
		} finally {
			clearTimeout(timer);
			vaults.close();
		}
	}
}

/** Answers for a while; the same question is not asked twice at a time. */
class Kept<T> {
	readonly #answers = new Map<string, { readonly until: number; readonly answer: Promise<T | null> }>();

	async get(key: string, ask: () => Promise<T | null>): Promise<T | null> {
		const kept = this.#answers.get(key);
		if (kept !== undefined && Date.now() < kept.until) return kept.answer;
		const answer = ask();
		this.#answers.set(key, { until: Date.now() + FRESH_MS, answer });
		if ((await answer) === null) this.#answers.set(key, { until: Date.now() + REFUSED_MS, answer });
		return answer;
	}
}
