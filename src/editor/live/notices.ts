import { groupRefusals, logLine, noticeText, serverText } from "./groups.ts";
import type { Refusal } from "./refusal.ts";

export interface NoticesOptions {
	/** Milliseconds for which refusals are collected into one message. */
	readonly collectMs: number;
	/** Milliseconds from the end of a server's message to its next one. */
	readonly pauseMs: number;
	/** Of these refusals those that the person should still be told of. Empty: none. */
	readonly worthTelling: (refusals: readonly Refusal[]) => Promise<readonly Refusal[]>;
	/** Shows one message; resolves when it is gone: true when its button was pressed. */
	readonly show: (text: string) => PromiseLike<boolean>;
	/** The button was pressed on a message about these. */
	readonly review: (refusals: readonly Refusal[]) => void;
	readonly log: (line: string) => void;
}

interface OfServer {
	collected: Refusal[];
	untold: readonly Refusal[];
	/** A message stands, or is on its way. */
	busy: boolean;
	notBefore: number;
	timer: NodeJS.Timeout | undefined;
}

/** Refusals of one server that wait to be told, and lines that one look at them writes into the log. */
const MOST_WAITING = 200;
const MOST_LINES = 20;

/** One quiet message a server: what comes while it stands waits for the next one. The log has everything. */
export class Notices {
	readonly #options: NoticesOptions;
	readonly #servers = new Map<string, OfServer>();
	#disposed = false;

	constructor(options: NoticesOptions) {
		this.#options = options;
	}

	add(refusal: Refusal): void {
		const key = serverText(refusal.server);
		const server = this.#servers.get(key) ?? { collected: [], untold: [], busy: false, notBefore: 0, timer: undefined };
		this.#servers.set(key, server);
		server.collected = [...server.collected, refusal].slice(-MOST_WAITING);
		this.#later(server, this.#options.collectMs);
	}

	dispose(): void {
		this.#disposed = true;
		for (const { timer } of this.#servers.values()) clearTimeout(timer);
	}

	#later(server: OfServer, ms: number): void {
		server.timer ??= setTimeout(() => {
			server.timer = undefined;
			void this.#look(server);
		}, ms);
	}

	async #look(server: OfServer): Promise<void> {
		const groups = groupRefusals(server.collected);
		for (const group of groups.slice(0, MOST_LINES)) this.#options.log(logLine(group));
		if (groups.length > MOST_LINES) this.#options.log(`and ${groups.length - MOST_LINES} other things were refused`);
		server.untold = [...server.untold, ...server.collected].slice(-MOST_WAITING);
		server.collected = [];
		if (this.#disposed || server.busy || server.untold.length === 0) return;
		const wait = server.notBefore - Date.now();
		if (wait > 0) return this.#later(server, wait);
		server.busy = true;
		try {
			await this.#tell(server);
		} finally {
			server.busy = false;
		}
		if (server.untold.length > 0) this.#later(server, this.#options.pauseMs);
	}

	async #tell(server: OfServer): Promise<void> {
		const told = await this.#options.worthTelling(server.untold);
		server.untold = [];
		const text = noticeText(groupRefusals(told));
		if (text === null || this.#disposed) return;
		const pressed = await this.#options.show(text);
		server.notBefore = Date.now() + this.#options.pauseMs;
		if (!pressed) return;
		// Whoever looks now sees what came in the meantime too.
		this.#options.review([...told, ...server.untold]);
		server.untold = [];
	}
}
