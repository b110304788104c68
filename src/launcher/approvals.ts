import { ok, type Result } from "../core/result.ts";
import { type Accepted, readAccepted } from "../platform/acceptance/accepted.ts";
import type { Home } from "../platform/home.ts";
import { keychainSocket } from "../platform/vault/keychain-child.ts";
import { SecretService } from "../platform/vault/secret-service.ts";

/** What a person accepted, for one launch. */
export class Approvals {
	readonly #home: Home;
	#service: SecretService | null = null;
	#first: Promise<Result<Accepted>> | null = null;
	#last: Promise<unknown> = Promise.resolve();
	#known: Accepted | null = null;

	constructor(home: Home) {
		this.#home = home;
	}

	/** The connection to the keychain, for the secrets of this launch. Null: there is none in this environment, or nothing was read yet. */
	get service(): SecretService | null {
		return this.#service;
	}

	/** What was last known to be accepted; null: nothing is known yet. */
	get known(): Accepted | null {
		return this.#known;
	}

	/** Asks the vault, once. */
	first(): Promise<Result<Accepted>> {
		this.#first ??= this.#begin();
		return this.#first;
	}

	#begin(): Promise<Result<Accepted>> {
		const socket = keychainSocket();
		this.#service = socket === null ? null : new SecretService(socket);
		const first = this.#read(this.#service);
		this.#last = first;
		return first;
	}

	/** Asks the vault again, for what may have been accepted since; one question after the other. A Problem changes nothing of what is known. */
	again(): Promise<Result<Accepted>> {
		const asked = this.#last.then(() => this.#read(null));
		this.#last = asked;
		return asked;
	}

	/** Ends the connection that the first question was asked on; for others a new one is opened. */
	close(): void {
		this.#service?.close();
	}

	async #read(service: SecretService | null): Promise<Result<Accepted>> {
		const read = await readAccepted(this.#home, service === null ? {} : { service });
		if (!read.ok) return read;
		// A keychain that has gone while a server runs is no reason to believe anything else.
		if (this.#known !== null && this.#known.place !== read.value.place) return ok(this.#known);
		this.#known = read.value;
		return read;
	}
}
