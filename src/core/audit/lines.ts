/** Bytes that are kept for the next lines. More than that are given back once they are written. */
const KEPT = 64 * 1024;
/** Bytes that a character becomes, at most. */
const BYTES = 3;
/** Up to this many characters, ASCII is copied here sooner than by the encoder. */
const SHORT = 20;

const encoder = new TextEncoder();

/** Text on its way to a file, as UTF-8 and in one piece. */
export class Lines {
	#buffer = new Uint8Array(KEPT);
	#length = 0;

	bytes(piece: Uint8Array): void {
		this.#reserve(piece.length);
		this.#buffer.set(piece, this.#length);
		this.#length += piece.length;
	}

	text(piece: string): void {
		this.#reserve(piece.length * BYTES);
		const isCopied = piece.length <= SHORT && this.#copy(piece);
		if (!isCopied) this.#length += encoder.encodeInto(piece, this.#buffer.subarray(this.#length)).written;
	}

	/** What was written so far. */
	get written(): Uint8Array {
		return this.#buffer.subarray(0, this.#length);
	}

	/** Takes the last byte away. */
	dropLast(): void {
		this.#length--;
	}

	/** What was written, to be used before anything else is written. */
	take(): Uint8Array {
		const written = this.written;
		this.#length = 0;
		if (this.#buffer.length > KEPT) this.#buffer = new Uint8Array(KEPT);
		return written;
	}

	/** False: it is not ASCII. */
	#copy(piece: string): boolean {
		const buffer = this.#buffer;
		const start = this.#length;
		for (let i = 0; i < piece.length; i++) {
			const unit = piece.charCodeAt(i);
			if (unit > 0x7f) return false;
			buffer[start + i] = unit;
		}
		this.#length = start + piece.length;
		return true;
	}

	#reserve(more: number): void {
		const needed = this.#length + more;
		if (needed <= this.#buffer.length) return;
		const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
		grown.set(this.written);
		this.#buffer = grown;
	}
}
