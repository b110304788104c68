import { createHash } from "node:crypto";
import type { Home } from "../platform/home.ts";
import { isKeptListing, listedTools, writeListing } from "../platform/launch/listings.ts";

/** Milliseconds that the relay is left alone after a list, and between two listings that are kept. */
const SETTLE_MS = 100;
const INTERVAL_MS = 1_000;

export interface KeptListingOptions {
	readonly home: Home;
	readonly fingerprint: string;
	/** True for text that must not be written down. */
	readonly isSecret: (text: string) => boolean;
	/** Another listing than before is kept now. */
	readonly kept: () => void;
}

/** Keeps the last whole list of a server's tools, away from the path of the messages and no more often than every second. */
export class KeptListing {
	readonly #options: KeptListingOptions;
	#waiting: readonly unknown[] | null = null;
	#timer: NodeJS.Timeout | null = null;
	#work: Promise<void> = Promise.resolve();
	#notBefore = 0;
	#last = "";

	constructor(options: KeptListingOptions) {
		this.#options = options;
	}

	/** A whole list was seen, which may be the one that is kept. */
	seen(tools: readonly unknown[]): void {
		this.#waiting = tools;
		this.#timer ??= setTimeout(() => void this.flush(), Math.max(SETTLE_MS, this.#notBefore - Date.now())).unref();
	}

	/** Keeps what waits now. Never rejects. */
	flush(): Promise<void> {
		if (this.#timer !== null) clearTimeout(this.#timer);
		this.#timer = null;
		this.#notBefore = Date.now() + INTERVAL_MS;
		const tools = this.#waiting;
		this.#waiting = null;
		if (tools !== null) this.#work = this.#work.then(() => this.#keep(tools)).catch(() => {});
		return this.#work;
	}

	async #keep(tools: readonly unknown[]): Promise<void> {
		const { home, fingerprint, isSecret, kept } = this.#options;
		const text = JSON.stringify(tools);
		const digest = createHash("sha256").update(text).digest("hex");
		if (digest === this.#last) return;
		this.#last = digest;
		if (isKeptListing(home, fingerprint, tools) || isSecret(text)) return;
		if (await writeListing(home, fingerprint, listedTools(tools))) kept();
	}
}
