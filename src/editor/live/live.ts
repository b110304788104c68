import * as vscode from "vscode";
import { messageName } from "../../core/live/message.ts";
import type { Pin } from "../../core/tools/pin.ts";
import type { Home } from "../../platform/home.ts";
import { readListing } from "../../platform/launch/listings.ts";
import { type LiveNews, watchLive } from "../../platform/live/reader.ts";
import type { Services } from "../services.ts";
import { type Refusal, refusalIn, type ServerKey } from "./refusal.ts";
import { RunningLauncher } from "./running-launcher.ts";

export type { ServerKey } from "./refusal.ts";

/** Refusals that are kept, all servers together. */
const MOST_REFUSALS = 200;
/** Launchers without a connection that are remembered. */
const MOST_GONE = 50;
/** Milliseconds for which changes are collected before they are told: a busy server must not keep the editor busy. */
const SETTLE_MS = 50;
/** Milliseconds before the start that still count as now: a host may start its servers while the editor still starts us. */
const JUST_BEFORE_MS = 10_000;

/** What running launchers tell. Connects to nothing before `start`. */
export class Live implements vscode.Disposable {
	readonly #services: Pick<Services, "home" | "log" | "onDidSetUp">;
	readonly #changed = new vscode.EventEmitter<void>();
	readonly #refused = new vscode.EventEmitter<Refusal>();
	readonly #setUp: vscode.Disposable;
	/** Something of what the methods below tell has changed. */
	readonly onDidChange = this.#changed.event;
	/** Something was refused just now. What was refused before `start` is in `refusals` alone. */
	readonly onRefusal = this.#refused.event;
	readonly #launchers = new Map<string, RunningLauncher>();
	#refusals: Refusal[] = [];
	#watch: { dispose(): void } | null = null;
	#since = "";
	#timer: NodeJS.Timeout | undefined;

	constructor(services: Pick<Services, "home" | "log" | "onDidSetUp">) {
		this.#services = services;
		this.#setUp = services.onDidSetUp(() => this.start());
	}

	/** Connects to the launchers that run, and to those to come. Idempotent; does nothing where there is no home yet. */
	start(): void {
		if (this.#watch !== null) return;
		const home = this.#services.home();
		if (!home.ok) return;
		this.#since = new Date(Date.now() - JUST_BEFORE_MS).toISOString();
		this.#watch = watchLive(home.value, {
			heard: (news) => this.#heard(home.value, news),
			gone: (session) => this.#gone(session),
		});
	}

	/** How many launchers of this server run now. */
	running(server: ServerKey): number {
		return this.#serving(server).length;
	}

	/** Which entry the launcher of a session serves; null: it does not run, or has not said. */
	serverOf(session: string): ServerKey | null {
		const hello = this.#launchers.get(session)?.hello;
		return hello === undefined ? null : { name: hello.server, config: hello.config, workspace: hello.workspace };
	}

	/** Tool → the pin that a running server lists now instead of the approved one; null: it cannot be pinned. Tools are named by `messageName`. */
	drift(server: ServerKey): ReadonlyMap<string, string | null> {
		return new Map(this.#serving(server).flatMap(({ drift }) => [...drift]));
	}

	/** The last refusals of all servers of this person, newest first; of those from before `start` what the launchers still know. */
	get refusals(): readonly Refusal[] {
		return this.#refusals;
	}

	dispose(): void {
		this.#watch?.dispose();
		clearTimeout(this.#timer);
		this.#setUp.dispose();
		this.#changed.dispose();
		this.#refused.dispose();
	}

	#serving(server: ServerKey): readonly RunningLauncher[] {
		return [...this.#launchers.values()].filter((launcher) => launcher.connected && launcher.serves(server));
	}

	#heard(home: Home, { session, message }: LiveNews): void {
		const known = this.#launchers.get(session);
		if (message.kind === "hello") {
			if (known === undefined) {
				this.#launchers.set(session, new RunningLauncher(message));
				this.#services.log.info(`${message.server}: runs (process ${message.pid})`);
			} else {
				known.hello = message;
				known.connected = true;
			}
		} else if (known !== undefined) {
			known.hear(message, () => listedPins(home, known.hello.fingerprint));
			if (message.kind === "ended") this.#services.log.info(`${known.hello.server}: ended (${message.reason})`);
		}
		const refusal = refusalIn(message, known?.hello ?? null);
		if (refusal !== null) this.#keep(refusal);
		this.#changeSoon();
	}

	#keep(refusal: Refusal): void {
		this.#refusals = [refusal, ...this.#refusals].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, MOST_REFUSALS);
		if (refusal.at >= this.#since) this.#refused.fire(refusal);
	}

	#gone(session: string): void {
		const launcher = this.#launchers.get(session);
		if (launcher === undefined) return;
		launcher.connected = false;
		if (launcher.ended) this.#launchers.delete(session);
		const gone = [...this.#launchers].filter(([, { connected }]) => !connected);
		for (const [each] of gone.slice(0, Math.max(0, gone.length - MOST_GONE))) this.#launchers.delete(each);
		this.#changeSoon();
	}

	#changeSoon(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.#changed.fire();
		}, SETTLE_MS);
	}
}

/** The list that is kept of a launch, by the names that messages carry. Empty: there is none. */
function listedPins(home: Home, fingerprint: string): ReadonlyMap<string, Pin | null> {
	return new Map((readListing(home, fingerprint)?.tools ?? []).map(({ name, pin }) => [messageName(name), pin]));
}
