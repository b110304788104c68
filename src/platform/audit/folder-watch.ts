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
		const isThere = fs.existsSync(this.#folder);
		try {
			const watcher = fs.watch(isThere ? this.#folder : path.dirname(this.#folder), { persistent: this.#isPersistent });
			watcher.on("change", (_, name) => this.#heard(isThere, typeof name === "string" ? name : null));
			watcher.on("error", () => this.#again());
			this.#watcher = watcher;
			// It may have been made meanwhile.
			if (!isThere && fs.existsSync(this.#folder)) this.#restart();
		} catch {
			this.#again();
		}
	}

	#heard(isOfFolder: boolean, name: string | null): void {
		if (this.#isClosed) return;
		// Of a folder that is removed or moved, its own name is told.
		const isItself = name === null || name === path.basename(this.#folder);
		if (isOfFolder) this.#changed(name);
		if (isItself && (!isOfFolder || !fs.existsSync(path.join(this.#folder, name ?? "")))) this.#restart();
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
