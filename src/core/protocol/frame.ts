/** What comes out of a stream of bytes: a complete line without its line ending, or word that one was over the limit. */
export type LineEvent = { readonly kind: "line"; readonly line: Uint8Array } | { readonly kind: "too-long" };

/** Bytes in a line, its ending not counted. */
const DEFAULT_LINE_LIMIT = 16 * 1024 * 1024;

const NEWLINE = 10;
const RETURN = 13;
/** A buffer over this size is given back once its line is out. */
const KEEP = 256 * 1024;

/**
 * Splits newline-delimited messages. `\n` ends a line, and one `\r` before it belongs to the ending. A line over
 * the limit gives one `too-long` at the moment it crosses it, and the rest of it is discarded up to its end.
 * Bytes after the last newline are no line. Work is linear in the bytes, whatever the size of the chunks.
 */
export class LineSplitter {
	readonly #limit: number;
	#buffer = new Uint8Array(0);
	#length = 0;
	#discarding = false;

	constructor(limit: number = DEFAULT_LINE_LIMIT) {
		this.#limit = limit;
	}

	push(chunk: Uint8Array): readonly LineEvent[] {
		const events: LineEvent[] = [];
		let at = 0;
		for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, at)) {
			this.#take(chunk, at, end, events, true);
			at = end + 1;
		}
		if (at < chunk.length) this.#take(chunk, at, chunk.length, events, false);
		return events;
	}

	/** Bytes that wait for the end of their line. Never over the limit and one `\r`. */
	get waiting(): number {
		return this.#length;
	}

	/** `ends`: there is a newline at `end`. */
	#take(chunk: Uint8Array, start: number, end: number, events: LineEvent[], ends: boolean) {
		if (this.#discarding) {
			this.#discarding = !ends;
			return;
		}
		// One byte more than the limit may be the `\r` of the ending.
		if (this.#length + end - start > this.#limit + 1) return this.#overflow(events, ends);
		if (!ends) return this.#keep(chunk.subarray(start, end));
		const [line, from, to] = this.#length === 0 ? [chunk, start, end] : this.#join(chunk.subarray(start, end));
		const length = to > from && line[to - 1] === RETURN ? to - 1 - from : to - from;
		if (length > this.#limit) return this.#overflow(events, ends);
		this.#length = 0;
		// Sooner made than a part of a Buffer, which is what comes in.
		events.push({ kind: "line", line: new Uint8Array(line.buffer, line.byteOffset + from, length) });
	}

	#overflow(events: LineEvent[], ends: boolean) {
		this.#buffer = new Uint8Array(0);
		this.#length = 0;
		this.#discarding = !ends;
		events.push({ kind: "too-long" });
	}

	/** The bytes that waited with these after them, and where they begin and end in what is given. */
	#join(part: Uint8Array): readonly [Uint8Array, number, number] {
		this.#keep(part);
		const length = this.#length;
		if (this.#buffer.length <= KEEP) return [this.#buffer.slice(0, length), 0, length];
		const buffer = this.#buffer;
		this.#buffer = new Uint8Array(0);
		return [buffer, 0, length];
	}

	#keep(part: Uint8Array) {
		const needed = this.#length + part.length;
		if (needed > this.#buffer.length) {
			// In few steps: what is reserved and not written to takes no memory, and what is copied takes time.
			const grown = new Uint8Array(Math.min(Math.max(needed, this.#buffer.length * 8, 1024), this.#limit + 1));
			grown.set(this.#buffer.subarray(0, this.#length));
			this.#buffer = grown;
		}
		this.#buffer.set(part, this.#length);
		this.#length = needed;
	}
}
