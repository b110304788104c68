import * as fs from "node:fs";
import * as path from "node:path";

/** Milliseconds until a folder that cannot be watched is looked at again. */
const UNWATCHED_MS = 5_000;

/**
 * Tells what changed in a folder, until it is closed: the name, or null where it may be any. The folder need not be there yet: then its parent is
 * watched for it. Where nothing can be watched, null is told every five seconds.
 */
export class FolderWatch {
	readonly #folder: string;
	readonly #changed: (name: string | null) => void;
	readonly #isPersistent: boolean;
	#watcher: fs.FSWatcher | null = null;
	/** The folder's inode; null: it was not there, and its parent is watched. */
	#watched: bigint | null = null;
	#timer: NodeJS.Timeout | undefined;
	#isClosed = false;

	/** @param isPersistent whether it keeps the process alive */
	constructor(folder: string, changed: (name: string | null) => void, isPersistent: boolean) {
		this.#folder = folder;
		this.#changed = changed;
		this.#isPersistent = isPersistent;
		this.#watch();
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		this.#watcher?.close();
	}

	#watch(): void {
		this.#watcher?.close();
		this.#watcher = null;
		if (this.#isClosed) return;
		this.#watched = inodeOf(this.#folder);
		const isThere = this.#watched !== null;
		try {
			const watcher = fs.watch(isThere ? this.#folder : path.dirname(this.#folder), { persistent: this.#isPersistent });
			watcher.on("change", (kind, name) => this.#heard(kind === "rename", typeof name === "string" ? name : null));
			watcher.on("error", () => this.#again());
			this.#watcher = watcher;
			// It may have been made meanwhile, or made anew.
			if (inodeOf(this.#folder) !== this.#watched) this.#restart();
		} catch {
			this.#again();
		}
	}

	/** @param isEntry something came or went, which may be the folder itself: then its own name is told, but not while a log in it is open */
	#heard(isEntry: boolean, name: string | null): void {
		if (this.#isClosed) return;
		const isItself = name === path.basename(this.#folder) && !fs.existsSync(path.join(this.#folder, name));
		if (isEntry && (isItself || inodeOf(this.#folder) !== this.#watched)) this.#restart();
		else if (this.#watched !== null) this.#changed(name);
	}

	#restart(): void {
		this.#watch();
		this.#changed(null);
	}

	#again(): void {
		this.#watcher?.close();
		this.#watcher = null;
		clearTimeout(this.#timer);
		const timer = setTimeout(() => this.#restart(), UNWATCHED_MS);
		this.#timer = this.#isPersistent ? timer : timer.unref();
	}
}

/** Null: there is no such folder. */
function inodeOf(folder: string): bigint | null {
	try {
		return fs.statSync(folder, { bigint: true }).ino;
	} catch {
		return null;
	}
}
