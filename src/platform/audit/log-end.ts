import type { LogDisk } from "./log-disk.ts";

/**
 * Where a log's file ends: each write is there whole, or not at all. What is left of one that failed is cut off before anything else is
 * written; as long as that cannot be, nothing is, so nothing stands behind half a line.
 */
export class LogEnd {
	readonly #disk: LogDisk;
	/** Bytes that are in the file for certain. */
	#size = 0;
	/** There may be more in the file. */
	#isTorn = false;

	constructor(disk: LogDisk) {
		this.#disk = disk;
	}

	/** False: none of it counts, and it is to be written again. */
	writeSync(bytes: Uint8Array): boolean {
		if (this.#isTorn && !this.#cutSync()) return false;
		try {
			for (let at = 0; at < bytes.length; ) at += this.#disk.writeSync(bytes, at);
			this.#size += bytes.length;
			return true;
		} catch {
			this.#isTorn = true;
			this.#cutSync();
			return false;
		}
	}

	/** The same while the program goes on. One at a time. */
	async write(bytes: Uint8Array): Promise<boolean> {
		if (this.#isTorn && !(await this.#cut())) return false;
		try {
			for (let at = 0; at < bytes.length; ) at += await this.#disk.write(bytes, at);
			this.#size += bytes.length;
			return true;
		} catch {
			this.#isTorn = true;
			await this.#cut();
			return false;
		}
	}

	#cutSync(): boolean {
		try {
			this.#disk.truncateSync(this.#size);
			this.#isTorn = false;
		} catch {}
		return !this.#isTorn;
	}

	async #cut(): Promise<boolean> {
		try {
			await this.#disk.truncate(this.#size);
			this.#isTorn = false;
		} catch {}
		return !this.#isTorn;
	}
}
