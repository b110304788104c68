import { randomBytes } from "node:crypto";
import * as path from "node:path";
import { parseReference } from "../../core/config/references.ts";
import type { Vault } from "../../core/ports.ts";
import { fail, ok, type Problem, type Result } from "../../core/result.ts";
import { withLock } from "../files/lock.ts";
import type { Home } from "../home.ts";
import { keychainSocket } from "./keychain-child.ts";
import { type KeychainAnswer, KeychainProcess, type KeychainQuestion } from "./keychain-process.ts";
import { SecretService } from "./secret-service.ts";
import { checkPath, checkValue } from "./values.ts";

/** The OS keychain: Secret Service, macOS Keychain, Windows Credential Manager. The service is the home's namespace, the account the path. */
export class KeychainVault implements Vault {
	readonly scheme = "keychain";
	readonly #process: KeychainProcess;
	readonly #namespace: string;
	readonly #timeoutMs: number;
	/** Undefined: not tried yet. Null: it cannot be asked so, and the library is. */
	#direct: SecretService | null | undefined;
	readonly #lent: SecretService | undefined;
	readonly #lock: string;

	constructor(home: Home, options: KeychainOptions = {}) {
		this.#namespace = home.vaultNamespace;
		this.#timeoutMs = options.timeoutMs ?? 10_000;
		this.#direct = options.keytar === undefined ? options.service : null;
		this.#lent = options.service;
		this.#lock = path.join(home.state, "vault.lock");
		this.#process = new KeychainProcess({
			service: home.vaultNamespace,
			timeoutMs: this.#timeoutMs,
			...(options.keytar === undefined ? {} : { keytar: options.keytar }),
		});
	}

	async read(path: string): Promise<Result<string | null>> {
		const direct = await this.#readDirectly(path);
		if (direct !== null) return ok(direct);
		const value = await this.#get(path);
		if (!value.ok || value.value !== null) return value;
		// A locked Secret Service answers "no such entry". Only writing tells the two apart.
		const probe = await this.probe();
		return probe.ok ? value : probe;
	}

	async create(path: string, value: string): Promise<Result<"created" | "equal" | "different">> {
		const good = checkPath(path).ok ? checkValue(value) : checkPath(path);
		if (!good.ok) return good;
		return withLock<"created" | "equal" | "different">(this.#lock, async () => {
			const there = await this.#get(path);
			if (!there.ok) return there;
			if (there.value !== null) return ok(there.value === value ? "equal" : "different");
			const set = await this.#ask({ op: "set", account: path, value });
			return set.ok ? ok("created") : set;
		});
	}

	async replace(path: string, value: string): Promise<Result<void>> {
		const good = checkPath(path).ok ? checkValue(value) : checkPath(path);
		if (!good.ok) return good;
		return withLock<void>(this.#lock, async () => {
			const set = await this.#ask({ op: "set", account: path, value });
			return set.ok ? ok(undefined) : set;
		});
	}

	/** Stores an entry of Sallyport's own, over what was there, and reads it back. Its name is one that no reference has. */
	async keep(account: string, value: string): Promise<Result<void>> {
		return withLock<void>(this.#lock, async () => {
			const set = await this.#ask({ op: "set", account, value });
			if (!set.ok) return set;
			const back = await this.#get(account);
			if (!back.ok) return back;
			return back.value === value ? ok(undefined) : problem({ error: "died" });
		});
	}

	async delete(path: string): Promise<Result<boolean>> {
		return withLock<boolean>(this.#lock, async () => {
			const gone = await this.#ask({ op: "delete", account: path });
			if (!gone.ok) return gone;
			if (gone.value === true) return ok(true);
			const probe = await this.probe();
			return probe.ok ? ok(false) : probe;
		});
	}

	async list(): Promise<Result<readonly string[]>> {
		// On a locked keychain the search crashes the library: ask something harmless first.
		const probe = await this.probe();
		if (!probe.ok) return probe;
		const accounts = await this.#ask({ op: "accounts" });
		if (!accounts.ok) return accounts;
		const names = Array.isArray(accounts.value) ? accounts.value.filter((name) => typeof name === "string") : [];
		return ok([...new Set(names)].filter((name) => parseReference(`keychain://${name}`) !== null).sort());
	}

	/** A real round trip with an entry of its own, which no reference can name. */
	async probe(): Promise<Result<void>> {
		const account = `probe:${randomBytes(8).toString("hex")}`;
		const value = randomBytes(16).toString("base64");
		const set = await this.#ask({ op: "set", account, value });
		if (!set.ok) return set;
		const back = await this.#ask({ op: "get", account });
		const gone = await this.#ask({ op: "delete", account });
		if (!back.ok) return back;
		if (!gone.ok) return gone;
		return back.value === value && gone.value === true ? ok(undefined) : problem({ error: "died" });
	}

	/** Ends the helper process at once; the vault stays usable. */
	close(): void {
		this.#process.close();
		if (this.#direct === this.#lent) return;
		this.#direct?.close();
		if (this.#direct instanceof SecretService) this.#direct = undefined;
	}

	/**
	 * An entry of an open keychain is read in this process: the library's own is a whole program more to start. Null: the library has to be
	 * asked, which can have a keychain unlocked, and tells what is wrong.
	 */
	async #readDirectly(path: string): Promise<string | null> {
		if (this.#direct === undefined) {
			const socket = keychainSocket();
			this.#direct = socket === null ? null : new SecretService(socket);
		}
		const direct = this.#direct;
		if (direct === null) return null;
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<null>((resolve) => {
			timer = setTimeout(() => resolve(null), Math.min(DIRECT_MS, this.#timeoutMs));
		});
		const value = await Promise.race([direct.read(this.#namespace, path), late]).finally(() => clearTimeout(timer));
		// An empty value is none, as it is where the library is asked.
		if (value !== null && value !== "") return value;
		if (direct !== this.#lent) direct.close();
		this.#direct = null;
		return null;
	}

	async #get(path: string): Promise<Result<string | null>> {
		const answer = await this.#ask({ op: "get", account: path });
		if (!answer.ok) return answer;
		return ok(typeof answer.value === "string" && answer.value !== "" ? answer.value : null);
	}

	async #ask(question: KeychainQuestion): Promise<Result<unknown>> {
		const answer = await this.#process.ask(question);
		return answer.error === undefined ? ok(answer.value) : problem(answer);
	}
}

/** How long an open keychain may take: it takes milliseconds, and longer where fifty servers start at once. */
const DIRECT_MS = 3_000;

export interface KeychainOptions {
	/** How long a prompt may stay unanswered; ten seconds when left out. */
	readonly timeoutMs?: number;
	/** The module to load instead of the installed keytar; for tests. */
	readonly keytar?: string;
	/** A connection to the keychain of this environment, which stays the caller's. Undefined: one is opened, and closed with the vault. */
	readonly service?: SecretService;
}

/** Says which of the known ways it failed; the library's own words are in no message, since nobody promised what they hold. */
function problem(answer: Exclude<KeychainAnswer, { readonly error?: never }>): { readonly ok: false; readonly problem: Problem } {
	const text = answer.error === "refused" ? answer.text : "";
	if (answer.error === "library" || text === "library")
		return fail(
			"keychain-library",
			"The keychain's library (libsecret) cannot be loaded.",
			`Install it (Debian, Ubuntu: apt-get install libsecret-1-0), or ${SEALED}`,
		);
	if (
		/autolaunch|could not connect|connection (?:is closed|refused)|not provided by any|ServiceUnknown|NoReply|credentials|autostart|Spawn/i.test(
			text,
		)
	)
		return fail(
			"keychain-missing",
			"There is no OS keychain here: no Secret Service answers on D-Bus.",
			`Start one (gnome-keyring or KWallet in a D-Bus session), or ${SEALED}`,
		);
	if (answer.error === "timeout")
		return fail(
			"keychain-locked",
			"The keychain did not answer in time: it is locked, and nobody answered its prompt.",
			`Unlock it and try again, or ${SEALED}`,
		);
	if (/locked|dismissed|prompt|object does not exist|interaction is not allowed|canceled|cancelled/i.test(text))
		return fail(
			"keychain-locked",
			"The keychain is locked, or was never set up.",
			`Unlock it (logging in to the desktop does), or ${SEALED}`,
		);
	return fail("keychain-failed", "The keychain refused the request.", `Look at the keychain's own program, or ${SEALED}`);
}

const SEALED = "keep secrets in the encrypted file instead: sallyport fix --vault sealed";
