import { isKeptWithin } from "../time-limit.ts";
import { LateWrites, type Piece, SLOW_MS } from "./late-writes.ts";
import type { LogDisk } from "./log-disk.ts";
import { LogEnd } from "./log-end.ts";

/** How long a disk that was slow has to be quick, and in how many writes, until it is waited for again. Milliseconds. */
const CALM_MS = 10_000;
const CALM_WRITES = 20;
/** That time is doubled each time that the disk is slow again, up to this. */
const LONGEST_CALM_MS = 10 * 60_000;

/**
 * A file to which pieces are added whole or not at all, in order. A piece that does not fit is kept, and comes before every other one: as soon as
 * there is room again, nothing is missing.
 *
 * A disk that takes no longer than a call may wait is waited for, which is quickest. One that did, or that somebody else answers for, is
 * written to while the program goes on (`LateWrites`), until it has been quick for a while.
 */
export class LogFile {
	readonly #disk: LogDisk;
	readonly #end: LogEnd;
	/** Slow writes that were waited for. */
	#slow = 0;
	/** The piece for which there was no room. Null: everything was written, or `#late` has it. */
	#waiting: Piece | null = null;
	/** Null: the disk is waited for. */
	#late: LateWrites | null = null;
	#calmMs = CALM_MS / 2;
	#isHeldUp = false;

	constructor(disk: LogDisk) {
		this.#disk = disk;
		this.#end = new LogEnd(disk);
	}

	/** True while nothing can be added. */
	get isStuck(): boolean {
		return this.#waiting !== null || this.#late?.isFull === true;
	}

	/** Pieces that took longer to hand over than a call is to wait. */
	get slow(): number {
		return this.#slow + (this.#late?.slow ?? 0);
	}

	/** Records that were added and are not handed over. */
	get records(): number {
		return this.#waiting?.records ?? this.#late?.records ?? 0;
	}

	/** Something is with the disk for longer than a call is to wait. */
	get isHeldUp(): boolean {
		return this.#isHeldUp || this.#late?.isHeldUp === true;
	}

	/** The disk is written to while the program goes on. */
	get isLate(): boolean {
		return this.#late !== null;
	}

	/**
	 * Hands the piece to the operating system, or keeps it in the queue of what is on its way. False: there is no room for it, and it is kept.
	 * Nothing may be added while the file is stuck.
	 */
	add(bytes: Uint8Array, records: number): boolean {
		if (this.isStuck) throw new Error("a log that is stuck");
		if (bytes.length === 0) return true;
		if (this.#late !== null) this.#endLate(this.#late);
		if (this.#late === null) return this.#handOver({ bytes, records });
		this.#late.add(bytes, records);
		return true;
	}

	/** What belongs to the piece before, and comes right behind it wherever that is: kept with it if it waits for room. False: it is kept. */
	goOn(bytes: Uint8Array, records: number): boolean {
		if (this.#waiting === null) {
			if (this.#late === null) return this.#handOver({ bytes, records });
			this.#late.add(bytes, records);
			return !this.isStuck;
		}
		this.#waiting = { bytes: Buffer.concat([this.#waiting.bytes, bytes]), records: this.#waiting.records + records };
		return false;
	}

	/** Tries again what waits for room. True: something can be added. */
	retry(): boolean {
		// A disk that is full says so at once: whether there is room again can be known by waiting for it.
		if (this.#late?.failsAtOnce === true && !this.#disk.isElsewhere) this.#waiting = this.#stopLate(this.#late);
		if (this.#waiting !== null) this.#handOver(this.#waiting);
		return !this.isStuck;
	}

	/** Null: all that was added is with the operating system. Else as `LateWrites` says. */
	written(): Promise<boolean> | null {
		return this.#late === null || this.#late.isIdle ? null : this.#late.written();
	}

	/** What is on its way gets so many milliseconds to arrive. */
	async drain(ms: number): Promise<void> {
		if (this.#late !== null) this.#isHeldUp = !(await isKeptWithin(ms, this.#late.drain()));
	}

	/** Takes it from memory to the disk, and closes it. False: that cannot be said of all of it. Not for a disk that is slow. */
	finishNow(): boolean {
		try {
			this.#disk.flushSync();
			return !this.isStuck;
		} catch {
			return false;
		} finally {
			this.#disk.closeSync();
		}
	}

	/** The same for any disk, in so many milliseconds. */
	async finish(ms: number): Promise<boolean> {
		return this.#late === null ? this.finishNow() : this.#finishLate(this.#late, ms);
	}

	async #finishLate(late: LateWrites, ms: number): Promise<boolean> {
		let isFlushed = false;
		const end = async (): Promise<void> => {
			await late.drain();
			isFlushed = await this.#disk.flush().then(
				() => true,
				() => false,
			);
			await this.#disk.close().catch(() => {});
		};
		this.#isHeldUp = !(await isKeptWithin(ms, end()));
		return isFlushed && late.isIdle;
	}

	/** False: it is kept. */
	#handOver(piece: Piece): boolean {
		const start = this.#disk.now();
		const isWritten = this.#end.writeSync(piece.bytes);
		const isSlow = this.#disk.now() - start > SLOW_MS;
		if (isSlow) this.#slow++;
		this.#waiting = null;
		if (isSlow || (isWritten && this.#disk.isElsewhere)) this.#beginLate();
		if (isWritten) return true;
		if (this.#late === null) this.#waiting = { ...piece, bytes: Uint8Array.from(piece.bytes) };
		else this.#late.add(piece.bytes, piece.records);
		return false;
	}

	#beginLate(): void {
		this.#late = new LateWrites(this.#disk, this.#end);
		this.#calmMs = Math.min(LONGEST_CALM_MS, this.#calmMs * 2);
	}

	#endLate(late: LateWrites): void {
		if (this.#disk.isElsewhere || !late.isIdle || late.calmFor(CALM_WRITES) < this.#calmMs) return;
		this.#stopLate(late);
	}

	/** Its queue as one piece. */
	#stopLate(late: LateWrites): Piece {
		this.#slow += late.slow;
		this.#late = null;
		return late.giveUp();
	}
}
