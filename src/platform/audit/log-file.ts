import * as fs from "node:fs";

/** What a call is to wait for its record at most. */
const SLOW_MS = 5;

/**
 * A file to which pieces are added whole or not at all. A piece that does not fit is kept, and comes before every other one: as soon as
 * there is room again, nothing is missing.
 */
export class LogFile {
	readonly #descriptor: number;
	#size = 0;
	#slow = 0;
	/** Null: everything was written. */
	#waiting: Uint8Array | null = null;

	private constructor(descriptor: number) {
		this.#descriptor = descriptor;
	}

	/** Makes the file, for this user alone. Throws the system's error. */
	static create(file: string): LogFile {
		const { O_WRONLY, O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
		return new LogFile(fs.openSync(file, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600));
	}

	/** True while a piece waits for room. */
	get isStuck(): boolean {
		return this.#waiting !== null;
	}

	/** Pieces that took longer to hand over than a call is to wait. */
	get slow(): number {
		return this.#slow;
	}

	/** Hands the piece to the operating system. False: it is kept. Nothing may be added while one waits. */
	add(bytes: Uint8Array): boolean {
		if (this.#waiting !== null) throw new Error("a log that is stuck");
		if (bytes.length === 0 || this.#write(bytes)) return true;
		this.#waiting = Uint8Array.from(bytes);
		return false;
	}

	/** Tries again what waits. True: nothing does now. */
	retry(): boolean {
		if (this.#waiting !== null && this.#write(this.#waiting)) this.#waiting = null;
		return this.#waiting === null;
	}

	/** Takes it from memory to the disk, and closes it. False: that cannot be said of all of it. */
	finish(): boolean {
		try {
			fs.fsyncSync(this.#descriptor);
			return !this.isStuck;
		} catch {
			return false;
		} finally {
			fs.closeSync(this.#descriptor);
		}
	}

	#write(bytes: Uint8Array): boolean {
		const start = performance.now();
		try {
			for (let at = 0; at < bytes.length; ) at += fs.writeSync(this.#descriptor, bytes, at);
			this.#size += bytes.length;
			return true;
		} catch {
			this.#takeBack();
			return false;
		} finally {
			if (performance.now() - start > SLOW_MS) this.#slow++;
		}
	}

	/** What was written of a piece that did not fit. If that fails too, the log ends in a torn line. */
	#takeBack(): void {
		try {
			fs.ftruncateSync(this.#descriptor, this.#size);
		} catch {}
	}
}
