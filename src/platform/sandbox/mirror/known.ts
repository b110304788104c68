import type { BigIntStats } from "node:fs";
import type { FolderWatch } from "./folder-watch.ts";

/** The state of a name that nothing has. */
export const ABSENT = "";

/** What was last seen of a name on both sides, when nothing was left to do. */
export interface Entry {
	readonly outside: string;
	readonly inside: string;
	/** Null: it is no folder, or one that is not gone into. */
	readonly folder: Folder | null;
	/** Milliseconds of the process's clock before which it is not passed on again. Undefined: at once. */
	readonly notBefore?: number;
}

/** A folder that is there on both sides. */
export class Folder {
	readonly entries = new Map<string, Entry>();
	watch: FolderWatch | null = null;
	gone = false;
	readonly depth: number;
	readonly #parent: Folder | null;
	readonly #name: string;

	constructor(parent: Folder | null, name: string) {
		this.#parent = parent;
		this.#name = name;
		this.depth = parent === null ? 0 : parent.depth + 1;
	}

	/** From the granted folder to this one; empty for that folder itself. */
	names(): readonly string[] {
		return this.#parent === null ? [] : [...this.#parent.names(), this.#name];
	}

	/** The path of a name in it, seen from the granted folder. */
	relative(name: string): string {
		return [...this.names(), name].join("/");
	}

	/** All names in it, however deep. */
	size(): number {
		let size = this.entries.size;
		for (const { folder } of this.entries.values()) size += folder?.size() ?? 0;
		return size;
	}

	/** Follows nothing in it any more. */
	forget(): void {
		this.gone = true;
		this.watch?.close();
		for (const { folder } of this.entries.values()) folder?.forget();
		this.entries.clear();
	}
}

/** Two states are equal when nothing has happened to what has the name. What happens in a folder is not the folder's. */
export function stateOf(stat: BigIntStats | null): string {
	if (stat === null) return ABSENT;
	const { ino, mode, size, mtimeNs, ctimeNs } = stat;
	if (stat.isDirectory()) return `folder:${ino}`;
	return [ino, mode, size, mtimeNs, ctimeNs].join(":");
}
