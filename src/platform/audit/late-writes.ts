import type { LogDisk } from "./log-disk.ts";
import type { LogEnd } from "./log-end.ts";

/** What a call is to wait for its record at most. Milliseconds. */
export const SLOW_MS = 5;

/** A timer comes late rather than early. */
const WAIT_MS = SLOW_MS - 1;

/** Bytes that may wait for the disk: some ten thousand records. */
const MOST_WAITING = 4 * 1024 * 1024;
/** Once there were so many, nothing is taken before this much of it is left. */
const ROOM_AGAIN = MOST_WAITING / 2;

/** How long a disk that failed is left alone. Milliseconds. */
const AGAIN_MS = 250;

/** Whole lines, that are written together or not at all. */
export interface Piece {
	readonly bytes: Uint8Array;
	readonly records: number;
}

interface Waiter {
	/** Pieces that are to be written, of all that ever were added. */
	readonly pieces: number;
	readonly tell: (isWritten: boolean) => void;
}

/**
 * Writes to a disk that is slow, while the program goes on: one write at a time, in order, each with all that waits by then. Nothing is
 * forgotten: what could not be written stays first, and is tried again.
 */
export class LateWrites {
	readonly #disk: LogDisk;
	readonly #end: LogEnd;
	#queue: Piece[] = [];
	#bytes = 0;
	#added = 0;
	#written = 0;
	#isFull = false;
	#isFailing = false;
	#failsAtOnce = false;
	/** Kept when it ends, whatever became of it; null: nothing is being written. */
	#writing: Promise<void> | null = null;
	#startedAt = 0;
	#again: NodeJS.Timeout | undefined;
	#waiters: Waiter[] = [];
	#slow = 0;
	#fast = 0;
	#slowAt: number;

	/** @param end of the file on that disk; nobody else writes there meanwhile */
	constructor(disk: LogDisk, end: LogEnd) {
		this.#disk = disk;
		this.#end = end;
		this.#slowAt = disk.now();
	}

	/** There is no room for more, or the disk takes nothing. */
	get isFull(): boolean {
		return this.#isFull || this.#isFailing;
	}

	/** Nothing waits. */
	get isIdle(): boolean {
		return this.#queue.length === 0;
	}

	/** The disk takes nothing, and was quick to say so. */
	get failsAtOnce(): boolean {
		return this.#isFailing && this.#writing === null && this.#failsAtOnce;
	}

	/** Records that wait. */
	get records(): number {
		return this.#queue.reduce((sum, { records }) => sum + records, 0);
	}

	/** Writes that took longer than a call is to wait. */
	get slow(): number {
		return this.#slow;
	}

	/** Milliseconds since the last of those, or since the beginning; 0 unless as many writes as this were quick since. */
	calmFor(writes: number): number {
		return this.#fast >= writes ? this.#disk.now() - this.#slowAt : 0;
	}

	/** The disk has had a write for longer than a call is to wait. */
	get isHeldUp(): boolean {
		return this.#writing !== null && this.#disk.now() - this.#startedAt > SLOW_MS;
	}

	/** The caller may change the bytes afterwards. */
	add(bytes: Uint8Array, records: number): void {
		this.#queue.push({ bytes: Uint8Array.from(bytes), records });
		this.#added++;
		this.#bytes += bytes.length;
		this.#isFull ||= this.#bytes >= MOST_WAITING;
		if (!this.#isFailing) this.#start();
	}

	/**
	 * Keeps true once all that was added is written, or has waited as long as a call may; then it goes on waiting. False: the disk does not take
	 * it.
	 */
	written(): Promise<boolean> {
		if (this.isIdle) return Promise.resolve(true);
		if (this.#isFailing) return Promise.resolve(false);
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				this.#waiters = this.#waiters.filter((each) => each !== waiter);
				resolve(true);
			}, WAIT_MS);
			const tell = (isWritten: boolean): void => {
				clearTimeout(timer);
				resolve(isWritten);
			};
			const waiter = { pieces: this.#added, tell };
			this.#waiters.push(waiter);
		});
	}

	/** Goes on until nothing waits, trying once more what failed. It takes as long as the disk does. */
	async drain(): Promise<void> {
		this.#isFailing = false;
		do {
			this.#start();
			await this.#writing;
		} while (!this.isIdle && !this.#isFailing);
		clearTimeout(this.#again);
	}

	/** What waits, as one piece. Nothing is tried again; only while nothing is being written. */
	giveUp(): Piece {
		clearTimeout(this.#again);
		return { bytes: Buffer.concat(this.#queue.map(({ bytes }) => bytes)), records: this.records };
	}

	#start(): void {
		if (this.#writing !== null || this.isIdle) return;
		clearTimeout(this.#again);
		this.#writing = this.#writeAll().then((isWritten) => {
			this.#writing = null;
			this.#isFailing = !isWritten;
			const told = this.#waiters.filter(({ pieces }) => !isWritten || pieces <= this.#written);
			this.#waiters = this.#waiters.filter((each) => !told.includes(each));
			for (const { tell } of told) tell(isWritten);
			if (isWritten) this.#start();
			else this.#again = setTimeout(() => this.#start(), AGAIN_MS).unref();
		});
	}

	/** All that waits now, in one write. False: none of it is in the file. */
	async #writeAll(): Promise<boolean> {
		const pieces = this.#queue.length;
		const bytes = Buffer.concat(this.#queue.map((piece) => piece.bytes));
		this.#startedAt = this.#disk.now();
		const isWritten = await this.#end.write(bytes);
		this.#count();
		if (!isWritten) {
			this.#failsAtOnce = this.#disk.now() - this.#startedAt <= SLOW_MS;
			return false;
		}
		this.#queue = this.#queue.slice(pieces);
		this.#written += pieces;
		this.#bytes -= bytes.length;
		this.#isFull &&= this.#bytes > ROOM_AGAIN;
		return true;
	}

	#count(): void {
		const now = this.#disk.now();
		if (now - this.#startedAt <= SLOW_MS) {
			this.#fast++;
			return;
		}
		this.#slow++;
		this.#fast = 0;
		this.#slowAt = now;
	}
}
