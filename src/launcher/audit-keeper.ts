import type { Retention } from "../core/audit/retention.ts";
import { advanceHead } from "../platform/audit/head.ts";
import { sweepLogs } from "../platform/audit/retention.ts";
import type { AuditLog } from "../platform/audit/writer.ts";
import type { Home } from "../platform/home.ts";
import { isKeptWithin } from "../platform/time-limit.ts";

/** When the vault hears of a session for the first time: its host has long had its first answers. Milliseconds. */
const FIRST_MS = 2_000;

/** And how often from then on, if there was anything new. */
const EVERY_MS = 5 * 60_000;

/** How long the end of a launcher waits for the vault. What it does not hear now, the next launcher tells it. */
const LAST_MS = 100;

/** Logs of earlier sessions were taken away. */
const LOGS_REMOVED = {
	request: null,
	direction: "launcher",
	method: null,
	tool: null,
	decision: "allow",
	reason: "logs-removed",
	outcome: "forwarded",
} as const;

/** Tells the vault how far a log has come, and takes away what is too old. Nothing waits for it, and nothing of it fails anything. */
export class AuditKeeper {
	readonly #home: Home;
	readonly #audit: AuditLog;
	readonly #retention: Retention;
	readonly #timers: NodeJS.Timeout[] = [];
	#isEnding = false;

	constructor(home: Home, audit: AuditLog, retention: Retention) {
		this.#home = home;
		this.#audit = audit;
		this.#retention = retention;
	}

	start(): void {
		const first = setTimeout(() => void this.#first().catch(() => {}), FIRST_MS);
		const again = setInterval(() => void this.#again().catch(() => {}), EVERY_MS);
		this.#timers.push(first.unref(), again.unref());
	}

	/** After the log is closed. */
	async end(): Promise<void> {
		this.#isEnding = true;
		for (const timer of this.#timers) clearTimeout(timer);
		if (this.#audit.isHeldUp) return;
		await isKeptWithin(
			LAST_MS,
			advanceHead(this.#home, new Date()).catch(() => {}),
		);
	}

	async #first(): Promise<void> {
		await this.#again();
		if (this.#isEnding || this.#audit.isHeldUp) return;
		const swept = await sweepLogs(this.#home, this.#retention, new Date());
		if (swept !== null && !this.#isEnding) this.#audit.append({ ...LOGS_REMOVED, arguments: swept });
	}

	async #again(): Promise<void> {
		// Whoever looked into the folder now would wait for its disk as well.
		if (this.#audit.isHeldUp) return;
		await this.#audit.note();
		await advanceHead(this.#home, new Date());
	}
}
