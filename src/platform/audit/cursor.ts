import * as fs from "node:fs";
import { parseRecord } from "../../core/audit/record.ts";
import type { LineHead } from "../../core/audit/search.ts";
import { CHUNK, LogLines, openPlain } from "./log-lines.ts";
import type { LogFile } from "./reader.ts";

/** Lines that one seal may stand for. What has more was not written by Sallyport, and is not kept in memory. */
const MOST_UNSEALED = 20_000;

/** The line of an event. */
export interface EventLine extends LineHead {
	/** In `state/audit`. */
	readonly file: string;
}

/** How the log begins a line: known without parsing it. */
const HEAD = /^\{"kind":"(open|event|close)","sequence":\d{1,15},"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)",/;
const SEAL = /"mac":"[0-9a-f]{64}"/;
/** Characters at the end of a line in which its seal is. */
const SEAL_END = 100;

/**
 * Reads one log, and goes on where it was when more has been written. It gives lines that a seal follows: what has none yet is still
 * being written, or was torn. It does not check the seals.
 */
export class LogCursor {
	/** Lines that are no records, so far; a file that cannot be read counts as one. */
	unreadable = 0;
	/** The session has ended: nothing will come any more. */
	isClosed = false;
	/** It is shorter than what was read of it, or another file has its name: there is no going on. */
	isCut = false;
	/** Bytes up to which it was read. */
	read: number;
	readonly #path: string;
	readonly #file: string;
	readonly #buffer: Buffer;
	#descriptor: number | null = null;
	#inode: bigint | null = null;
	readonly #pieces = new LogLines();
	#unsealed: EventLine[] = [];

	/**
	 * @param from bytes that are passed over: whole lines, the last of them a seal
	 * @param buffer that others may use too, while this one reads nothing
	 */
	constructor({ file, name }: LogFile, buffer: Buffer = readBuffer(), from = 0) {
		this.#path = file;
		this.#file = name;
		this.#buffer = buffer;
		this.read = from;
	}

	/** The events that were sealed since the last time, in order; an empty list is not the end. Null: there is nothing more for now. */
	next(): readonly EventLine[] | null {
		const descriptor = this.#open();
		if (descriptor === null) return null;
		try {
			const length = fs.readSync(descriptor, this.#buffer, 0, CHUNK, this.read);
			if (length > 0) {
				this.read += length;
				return this.#lines(this.#buffer.subarray(0, length));
			}
			this.isCut ||= fs.fstatSync(descriptor).size < this.read;
		} catch {
			this.unreadable++;
		}
		this.pause();
		return null;
	}

	/** Lines after the last seal: torn, or being written. */
	get pending(): number {
		return this.#unsealed.length + (this.#pieces.hasHalf ? 1 : 0);
	}

	/** Holds no file open until the next time. */
	pause(): void {
		if (this.#descriptor !== null) fs.closeSync(this.#descriptor);
		this.#descriptor = null;
	}

	/** Null: not a plain file, not readable, or not the one that it was. */
	#open(): number | null {
		if (this.#descriptor !== null || this.isCut) return this.#descriptor;
		const opened = openPlain(this.#path);
		if (opened === null) this.unreadable++;
		else if (this.#inode !== null && this.#inode !== opened.inode) {
			this.isCut = true;
			fs.closeSync(opened.descriptor);
			return null;
		}
		this.#inode = opened?.inode ?? this.#inode;
		this.#descriptor = opened?.descriptor ?? null;
		return this.#descriptor;
	}

	#lines(bytes: Buffer): readonly EventLine[] {
		const sealed: EventLine[] = [];
		for (const line of this.#pieces.push(bytes)) if (line !== "") this.#take(line, sealed);
		return sealed;
	}

	#take(text: string | null, sealed: EventLine[]): void {
		const head = text === null ? null : headOf(text);
		if (text === null || head === null) {
			this.unreadable++;
			return;
		}
		if (head.kind === "event") this.#unsealed.push({ file: this.#file, at: head.at, text });
		if (head.kind === "close") this.isClosed = true;
		if (head.isSealed) {
			for (const line of this.#unsealed) sealed.push(line);
			this.#unsealed = [];
		} else if (this.#unsealed.length > MOST_UNSEALED) {
			this.unreadable += this.#unsealed.length;
			this.#unsealed = [];
		}
	}
}

/** For several cursors, of which one reads at a time. */
export function readBuffer(): Buffer {
	return Buffer.allocUnsafe(CHUNK);
}

function headOf(text: string): { readonly kind: string; readonly at: string; readonly isSealed: boolean } | null {
	const head = HEAD.exec(text);
	if (head !== null) return { kind: head[1] ?? "", at: head[2] ?? "", isSealed: SEAL.test(text.slice(-SEAL_END)) };
	const record = parseRecord(text);
	return record === null ? null : { kind: record.kind, at: record.at, isSealed: record.mac !== undefined };
}

/** How a log ends at this time. */
export interface LogEnd {
	/** Of its last sealed line. Null: there is none near the end, or it cannot be read. */
	readonly at: string | null;
	/** The session has ended. */
	readonly isClosed: boolean;
	/** Bytes up to the end of that line; 0 when there is none. */
	readonly bytes: number;
}

/** Bytes at the end of a log in which its last line is looked for. */
const TAIL = 32 * 1024;

/** A look at the end alone. */
export function logEnd({ file }: LogFile): LogEnd {
	const nothing: LogEnd = { at: null, isClosed: false, bytes: 0 };
	const opened = openPlain(file);
	if (opened === null) return nothing;
	try {
		const { size } = fs.fstatSync(opened.descriptor);
		const from = Math.max(0, size - TAIL);
		const bytes = Buffer.alloc(Math.min(size, TAIL));
		const length = fs.readSync(opened.descriptor, bytes, 0, bytes.length, from);
		let end = bytes.lastIndexOf(0x0a, length - 1);
		while (end > 0) {
			const start = bytes.lastIndexOf(0x0a, end - 1) + 1;
			if (start === 0 && from > 0) return nothing;
			const head = headOf(bytes.toString("utf8", start, end));
			if (head?.isSealed === true) return { at: head.at, isClosed: head.kind === "close", bytes: from + end + 1 };
			end = start - 1;
		}
		return nothing;
	} catch {
		return nothing;
	} finally {
		fs.closeSync(opened.descriptor);
	}
}
