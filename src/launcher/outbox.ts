import type { Writable } from "node:stream";

const NEWLINE = 10;
const END = Uint8Array.of(NEWLINE);
const NOTHING = new Uint8Array(0);
/** Up to this many bytes one copy is cheaper than a write for each part. */
const COPY = 64 * 1024;

/**
 * Lines that leave together. Those that were read together, and go on as they came, are not even copied: with the newlines between them
 * they are one piece of what was read.
 */
export class Outbox {
	#parts: Uint8Array[] = [];
	#size = 0;
	/** The piece that can still grow: from `#start` to after the newline before `#end`, in `#bytes`. Empty: there is none. */
	#bytes: Uint8Array = NOTHING;
	#start = 0;
	#end = 0;

	/** One line, without its newline. Its bytes must not change until they are written. */
	add(line: Uint8Array): void {
		const start = line.byteOffset;
		const end = start + line.length;
		this.#size += line.length + 1;
		const isNext = line.buffer === this.#bytes.buffer && start === this.#end;
		if (!isNext || this.#bytes[end] !== NEWLINE) {
			this.#closePiece();
			if (line.buffer !== this.#bytes.buffer) this.#bytes = new Uint8Array(line.buffer);
			if (this.#bytes[end] !== NEWLINE) {
				this.#parts.push(line, END);
				return;
			}
			this.#start = start;
		}
		this.#end = end + 1;
	}

	/** Writes what was added. False: the reader is behind. */
	flush(target: Writable): boolean {
		if (this.#size === 0) return true;
		this.#closePiece();
		const [parts, size] = [this.#parts, this.#size];
		this.clear();
		const [first] = parts;
		if (first === undefined) return true;
		if (parts.length === 1) return target.write(first);
		if (size <= COPY) return target.write(Buffer.concat(parts, size));
		target.cork();
		let keepsUp = true;
		for (const part of parts) keepsUp = target.write(part);
		target.uncork();
		return keepsUp;
	}

	/** Forgets what was added. */
	clear(): void {
		this.#parts = [];
		this.#size = 0;
		this.#bytes = NOTHING;
		this.#start = 0;
		this.#end = 0;
	}

	#closePiece(): void {
		if (this.#end > this.#start) this.#parts.push(this.#bytes.subarray(this.#start, this.#end));
		this.#start = 0;
		this.#end = 0;
	}
}
