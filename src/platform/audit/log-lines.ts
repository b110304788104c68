import * as fs from "node:fs";

/** Bytes that are read at once. */
export const CHUNK = 256 * 1024;
/** No record is longer, in bytes; a line that is, is none. */
const LONGEST = 1024 * 1024;

/** Makes lines of the pieces in which a log is read. */
export class LogLines {
	#half: Buffer = Buffer.alloc(0);
	#isTooLong = false;

	/** The lines that end in this piece, without their ends, in order. Null: one that is too long to be a record. */
	push(bytes: Buffer): readonly (string | null)[] {
		const end = bytes.lastIndexOf(0x0a);
		if (end < 0) {
			this.#keep(bytes);
			return [];
		}
		const lines: (string | null)[] = Buffer.concat([this.#half, bytes.subarray(0, end)])
			.toString("utf8")
			.split("\n");
		if (this.#isTooLong) lines[0] = null;
		this.#isTooLong = false;
		this.#half = Buffer.alloc(0);
		this.#keep(bytes.subarray(end + 1));
		return lines;
	}

	/** There is the beginning of a line whose end has not come. */
	get hasHalf(): boolean {
		return this.#isTooLong || this.#half.length > 0;
	}

	#keep(bytes: Buffer): void {
		this.#isTooLong ||= this.#half.length + bytes.length > LONGEST;
		if (this.#isTooLong) this.#half = Buffer.alloc(0);
		else if (bytes.length > 0) this.#half = Buffer.concat([this.#half, bytes]);
	}
}

/** Opens a log to read it. Null: not a plain file, or not readable. */
export function openPlain(path: string): { readonly descriptor: number; readonly inode: bigint } | null {
	try {
		const descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
		const stat = fs.fstatSync(descriptor, { bigint: true });
		if (stat.isFile()) return { descriptor, inode: stat.ino };
		fs.closeSync(descriptor);
		return null;
	} catch {
		return null;
	}
}

/**
 * Reads a whole log, a piece after the other: memory does not grow with it. Null: it cannot be read. Else whether its last line has no end.
 *
 * @param take each line; null for one that is too long to be a record
 */
export function readLines(path: string, take: (line: string | null) => void): { readonly hasHalf: boolean } | null {
	const opened = openPlain(path);
	if (opened === null) return null;
	const buffer = Buffer.allocUnsafe(CHUNK);
	const lines = new LogLines();
	try {
		for (let at = 0; ; ) {
			const length = fs.readSync(opened.descriptor, buffer, 0, CHUNK, at);
			if (length === 0) return { hasHalf: lines.hasHalf };
			at += length;
			for (const line of lines.push(buffer.subarray(0, length))) take(line);
		}
	} catch {
		return null;
	} finally {
		fs.closeSync(opened.descriptor);
	}
}
