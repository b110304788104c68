import * as fs from "node:fs";
import * as path from "node:path";
import { FolderAt } from "./mirror/folder-at.ts";
import { FolderWatch } from "./mirror/folder-watch.ts";

/** Folders that are followed for one server, the upper ones first; names in deeper ones are not noticed. */
const MOST_FOLDERS = 8_000;
/** Not gone into: what is installed there is published, and there is too much of it. */
const SKIPPED: ReadonlySet<string> = new Set([".git", "node_modules", "site-packages", "dist-packages"]);

export interface Appearing {
	close(): void;
}

/**
 * Tells when something that a server may not see appears in folders that it sees as they are. It is there by then: whoever hears of
 * it can only stop the server, which had the time in between to look.
 *
 * @param isHidden by absolute path
 * @param appeared called once at most
 */
export function watchAppearing(
	folders: readonly string[],
	isHidden: (absolute: string) => boolean,
	appeared: (absolute: string) => void,
): Appearing {
	const watches = new Map<string, FolderWatch>();
	const waiting: string[] = [...folders];
	let closed = false;
	let working = false;
	const close = (): void => {
		closed = true;
		for (const watch of watches.values()) watch.close();
		watches.clear();
	};
	const tell = (absolute: string): void => {
		if (closed) return;
		close();
		appeared(absolute);
	};
	const changed = (folder: string, name: string | null): void => {
		const at = path.join(folder, name ?? "");
		const stat = fs.lstatSync(at, { throwIfNoEntry: false });
		// Some events were dropped: everything is looked at again.
		if (name === null) waiting.push(...watches.keys());
		else if (stat === undefined) forget(at);
		else if (isHidden(at)) tell(at);
		else if (stat.isDirectory() && !SKIPPED.has(name)) waiting.push(at);
		void work();
	};
	const forget = (at: string): void => {
		watches.get(at)?.close();
		watches.delete(at);
	};
	const follow = (folder: string): void => {
		const opened = FolderAt.open(folder);
		try {
			if (opened === null) throw new Error("it is gone");
			const watch = watches.get(folder) ?? new FolderWatch((name) => changed(folder, name));
			watches.set(folder, watch);
			watch.follow([opened]);
		} catch {
			// Or there are too many watches on this machine: what is above is followed.
			forget(folder);
		} finally {
			opened?.close();
		}
	};
	/** In pieces: the server's messages come first. */
	const work = async (): Promise<void> => {
		if (working) return;
		working = true;
		for (let folder = waiting.shift(); folder !== undefined && !closed; folder = waiting.shift()) {
			if (watches.size >= MOST_FOLDERS && !watches.has(folder)) continue;
			// First the watch, then the look: nothing can appear between the two.
			follow(folder);
			for (const entry of await fs.promises.readdir(folder, { withFileTypes: true }).catch(() => [])) {
				const at = path.join(folder, entry.name);
				if (isHidden(at)) return tell(at);
				if (entry.isDirectory() && !SKIPPED.has(entry.name)) waiting.push(at);
			}
		}
		working = false;
	};
	void work();
	return { close };
}
