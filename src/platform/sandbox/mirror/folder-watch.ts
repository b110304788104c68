import * as fs from "node:fs";
import type { FolderAt } from "./folder-at.ts";

/** Events that arrive between two looks before it is assumed that the kernel has dropped some: its queue has 16384 places. */
const MANY = 4096;

let recent = 0;

/** Tells of every name that is made, changed or removed in some folders, though not of how. Keeps no process alive. */
export class FolderWatch {
	readonly #changed: (name: string | null) => void;
	#watchers: fs.FSWatcher[] = [];

	/** @param changed null: some events may be missing, here or in any folder that is watched */
	constructor(changed: (name: string | null) => void) {
		this.#changed = changed;
	}

	/** Follows these folders, as they are open now, and no others. @throws the system's error when there are too many watches */
	follow(folders: readonly FolderAt[]): void {
		// The new ones first, so that nothing is missed in between.
		const before = this.#watchers;
		this.#watchers = [];
		this.#add(folders);
		for (const watcher of before) watcher.close();
	}

	#add(folders: readonly FolderAt[]): void {
		for (const folder of folders) {
			const watcher = fs.watch(folder.path(""), { persistent: false }, (_event, name) => this.#heard(name));
			watcher.on("error", () => this.#changed(null));
			this.#watchers.push(watcher);
		}
	}

	close(): void {
		for (const watcher of this.#watchers) watcher.close();
		this.#watchers = [];
	}

	#heard(name: string | null): void {
		if (recent++ === 0)
			setImmediate(() => {
				recent = 0;
			});
		this.#changed(recent > MANY ? null : name);
	}
}
