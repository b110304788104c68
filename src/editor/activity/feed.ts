import * as vscode from "vscode";
import { type Activity, ActivityLog } from "../../core/audit/activity.ts";
import { followAuditLogs } from "../../platform/audit/tail.ts";
import type { Services } from "../services.ts";

/** Rows that are kept, all servers together. */
const MOST_ROWS = 1_000;
/** Milliseconds between two refreshes: with few rows, and for each row more. A thousand records a second are a few refreshes. */
const REFRESH_MS = 250;
const ROW_MS = 0.5;

/** What the launchers of this person did and do, by the audit log. Reads nothing before `start`, and nothing after `stop`. */
export class ActivityFeed implements vscode.Disposable {
	readonly #services: Pick<Services, "home">;
	readonly #log = new ActivityLog(MOST_ROWS);
	readonly #changed = new vscode.EventEmitter<void>();
	/** `entries` or `waiting` is another one now. */
	readonly onDidChange = this.#changed.event;
	#follower: { dispose(): void } | null = null;
	#timer: NodeJS.Timeout | undefined;
	/** What was there when it was paused; null: it is not. */
	#frozen: readonly Activity[] | null = null;
	#waiting = 0;
	/** What is not newer was cleared away: ISO 8601. */
	#clearedAt = "";

	constructor(services: Pick<Services, "home">) {
		this.#services = services;
	}

	/** Newest first. While it is paused, as it was then. */
	get entries(): readonly Activity[] {
		return this.#frozen ?? this.#log.entries;
	}

	get isPaused(): boolean {
		return this.#frozen !== null;
	}

	/** Records that came since it was paused. */
	get waiting(): number {
		return this.#waiting;
	}

	/** Reads what is there, and follows. Idempotent; does nothing where there is no home yet. */
	start(): void {
		if (this.#follower !== null) return;
		const home = this.#services.home();
		if (!home.ok) return;
		let isEarlier = true;
		this.#follower = followAuditLogs(home.value, MOST_ROWS, (records) => {
			const news = records.filter(({ at }) => at > this.#clearedAt);
			this.#log.add(news);
			if (this.isPaused && !isEarlier) this.#waiting += news.length;
			this.#later();
		});
		isEarlier = false;
	}

	/** What comes from now on is read at the next start. */
	stop(): void {
		this.#follower?.dispose();
		this.#follower = null;
	}

	pause(): void {
		this.#frozen ??= this.#log.entries;
		this.#changed.fire();
	}

	resume(): void {
		this.#frozen = null;
		this.#waiting = 0;
		this.#changed.fire();
	}

	/** Takes the rows away; the log stays as it is. */
	clear(): void {
		this.#clearedAt = new Date().toISOString();
		this.#log.clear();
		this.#waiting = 0;
		if (this.isPaused) this.#frozen = [];
		this.#changed.fire();
	}

	dispose(): void {
		this.stop();
		clearTimeout(this.#timer);
		this.#changed.dispose();
	}

	#later(): void {
		this.#timer ??= setTimeout(
			() => {
				this.#timer = undefined;
				this.#changed.fire();
			},
			REFRESH_MS + this.entries.length * ROW_MS,
		);
	}
}
