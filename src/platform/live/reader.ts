import * as fs from "node:fs";
import * as path from "node:path";
import { LONGEST_LINE } from "../../core/live/bounds.ts";
import { type LiveLine, type LiveMessage, parseLiveLine, type RefusedLaunch } from "../../core/live/message.ts";
import { readBounded } from "../files/bounded-file.ts";
import type { Home } from "../home.ts";
import { listenTo } from "./connection.ts";
import { isRefusedLaunch, type LiveFolder, openLiveFolder, sessionOf } from "./folder.ts";

/** What a launcher said. Its `hello` comes first, and again after it was gone; then how things stand; then what happened. */
export interface LiveNews {
	readonly session: string;
	readonly message: LiveMessage;
}

export interface LiveListener {
	/** Each event once. Of a refused launch, which has no connection, too: its session is never `gone`. */
	heard(news: LiveNews): void;
	/** The launcher has ended, or its connection has: then `hello` comes again. */
	gone(session: string): void;
}

/** Milliseconds from a change in the folder until it is read. */
const SETTLE_MS = 20;
/** Milliseconds until a folder that cannot be watched is looked at again. */
const UNWATCHED_MS = 5_000;
/** Milliseconds until a launcher is tried again whose connection ended; doubled while it does not greet, up to the second. */
const AGAIN_MS = 250;
const LATEST_MS = 30_000;
const MOST_LAUNCHERS = 256;

/**
 * Hears every launcher of this home, those that run and those that will, until it is disposed of. It tells them nothing, starts
 * nothing, and keeps no process alive. The folder need not be there yet.
 */
export function watchLive(home: Pick<Home, "state">, listener: LiveListener): { dispose(): void } {
	const reader = new Reader(home, listener);
	reader.look();
	return reader;
}

/** One launcher, over all connections to it. */
interface Known {
	connection: { dispose(): void } | null;
	/** Of the last event that was heard; -1 before the first. */
	sequence: number;
	/** Connections in a row that ended before a greeting. */
	failures: number;
	/** When it may be tried again, in milliseconds of the clock. */
	notBefore: number;
}

class Reader {
	readonly #home: Pick<Home, "state">;
	readonly #listener: LiveListener;
	readonly #launchers = new Map<string, Known>();
	#refused: ReadonlySet<string> = new Set();
	#watcher: fs.FSWatcher | null = null;
	#watched = "";
	#timer: NodeJS.Timeout | undefined;
	#due = Number.POSITIVE_INFINITY;
	#disposed = false;

	constructor(home: Pick<Home, "state">, listener: LiveListener) {
		this.#home = home;
		this.#listener = listener;
	}

	/** Nothing is heard after this. */
	dispose(): void {
		this.#disposed = true;
		this.#unwatch();
		clearTimeout(this.#timer);
		for (const { connection } of this.#launchers.values()) connection?.dispose();
		this.#launchers.clear();
	}

	look(): void {
		const folder = openLiveFolder(this.#home);
		// First the watch, then the look: nothing can appear between the two.
		if (folder === null || !this.#watch(folder)) this.#later(UNWATCHED_MS);
		const names = folder === null ? null : namesIn(folder);
		if (folder === null || names === null) return;
		this.#connect(folder, names);
		this.#readRefused(folder, names);
	}

	/** Looks after so many milliseconds, or earlier if that is due. */
	#later(ms: number): void {
		const due = Date.now() + ms;
		if (this.#disposed || due >= this.#due) return;
		clearTimeout(this.#timer);
		this.#due = due;
		this.#timer = setTimeout(() => {
			this.#due = Number.POSITIVE_INFINITY;
			this.look();
		}, ms).unref();
	}

	#watch(folder: LiveFolder): boolean {
		try {
			const { ino, birthtimeMs } = fs.statSync(folder);
			// A folder that was removed and made anew is another one.
			const watched = `${ino} ${birthtimeMs}`;
			if (this.#watcher !== null && watched === this.#watched) return true;
			this.#unwatch();
			this.#watcher = fs.watch(folder, { persistent: false }, () => this.#later(SETTLE_MS));
			this.#watcher.on("error", () => {
				this.#unwatch();
				this.#later(UNWATCHED_MS);
			});
			this.#watched = watched;
			return true;
		} catch {
			return false;
		}
	}

	#unwatch(): void {
		this.#watcher?.close();
		this.#watcher = null;
	}

	#connect(folder: LiveFolder, names: readonly string[]): void {
		const there = new Set(names.map(sessionOf).filter((session) => session !== null));
		for (const [session, { connection }] of this.#launchers)
			if (connection === null && !there.has(session)) this.#launchers.delete(session);
		for (const session of there) {
			const known = this.#launchers.get(session) ?? { connection: null, sequence: -1, failures: 0, notBefore: 0 };
			if (known.connection !== null || (!this.#launchers.has(session) && this.#launchers.size >= MOST_LAUNCHERS)) continue;
			this.#launchers.set(session, known);
			const wait = known.notBefore - Date.now();
			if (wait > 0) this.#later(wait);
			else known.connection = this.#listen(folder, session, known);
		}
	}

	#listen(folder: LiveFolder, session: string, known: Known): { dispose(): void } | null {
		return listenTo(folder, session, {
			said: (line) => {
				if (isNews(line, known) && !this.#disposed) this.#listener.heard({ session, message: line.message });
			},
			closed: (greeted) => {
				known.connection = null;
				known.failures = greeted ? 0 : known.failures + 1;
				const wait = Math.min(AGAIN_MS * 2 ** known.failures, LATEST_MS);
				known.notBefore = Date.now() + wait;
				if (greeted && !this.#disposed) this.#listener.gone(session);
				this.#later(wait);
			},
		});
	}

	#readRefused(folder: LiveFolder, names: readonly string[]): void {
		const before = this.#refused;
		this.#refused = new Set(names.filter(isRefusedLaunch).sort());
		for (const name of this.#refused) {
			const message = before.has(name) ? null : readRefusedLaunch(folder, name);
			if (message !== null && !this.#disposed) this.#listener.heard({ session: message.session, message });
		}
	}
}

/** To a reader that comes back, all is said again: how things stand counts anew, an event does not. */
function isNews({ sequence, message: { kind } }: LiveLine, known: Known): boolean {
	if (kind === "hello" || kind === "tools" || kind === "listed") return true;
	if (kind === "launch-refused" || sequence <= known.sequence) return false;
	known.sequence = sequence;
	return true;
}

/** Null: it is gone again, or is not what its name says. */
function readRefusedLaunch(folder: LiveFolder, name: string): RefusedLaunch | null {
	const message = parseLiveLine(readBounded(path.join(folder, name), LONGEST_LINE) ?? "")?.message;
	return message?.kind === "launch-refused" && name.endsWith(`-${message.session}.refused`) ? message : null;
}

function namesIn(folder: LiveFolder): readonly string[] | null {
	try {
		return fs.readdirSync(folder);
	} catch {
		return null;
	}
}
