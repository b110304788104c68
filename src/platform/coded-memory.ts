import * as fs from "node:fs";
import * as z from "zod/mini";
import { PendingFile } from "./files/atomic-file.ts";

/** A keyed code over a text, which nobody makes who cannot use the vault that keeps the approvals: 64 hexadecimal digits. */
export type Code = (text: string) => string;

/** What was found out of a file or a folder, and when. `code` counts only where the key says that it is of this very entry. */
const Entry = z.strictObject({ fact: z.string(), code: z.string(), used: z.int() });
const Stored = z.strictObject({ version: z.literal(2), entries: z.record(z.string(), Entry) });

/** What is found in a memory before anybody can tell who wrote it. */
export interface Recalled {
	readonly fact: string;
	/** Whether who has this key wrote it. */
	isCoded(code: Code): boolean;
}

const MOST_ENTRIES = 400;

/**
 * What takes long to find out, kept in a file from one launch to the next. Any program may have written there, so that a fact counts only by its
 * code. A memory that is missing, broken or of another version holds nothing.
 */
export class CodedMemory {
	readonly #file: string;
	/** What it is of: two memories' codes differ. */
	readonly #kind: string;

	constructor(file: string, kind: string) {
		this.#file = file;
		this.#kind = kind;
	}

	/** Null: nothing is known. */
	recall(key: string): Recalled | null {
		const entry = this.#read()[key];
		if (entry === undefined) return null;
		return { fact: entry.fact, isCoded: (code) => code(this.#text(key, entry.fact)) === entry.code };
	}

	/** @param now milliseconds since the epoch */
	remember(key: string, fact: string, code: Code, now: number): void {
		// Read again: another launcher may have written since.
		const entry = { fact, code: code(this.#text(key, fact)), used: now };
		const all = Object.entries({ ...this.#read(), [key]: entry }).sort((a, b) => b[1].used - a[1].used);
		try {
			new PendingFile(this.#file, `${JSON.stringify({ version: 2, entries: Object.fromEntries(all.slice(0, MOST_ENTRIES)) })}\n`).commit();
		} catch {
			// A memory that cannot be kept only costs time.
		}
	}

	#text(key: string, fact: string): string {
		return JSON.stringify([`sallyport ${this.#kind} 1`, key, fact]);
	}

	#read(): Readonly<Record<string, z.infer<typeof Entry>>> {
		try {
			const stored = Stored.safeParse(JSON.parse(fs.readFileSync(this.#file, "utf8")));
			return stored.success ? Object.assign(Object.create(null), stored.data.entries) : Object.create(null);
		} catch {
			return Object.create(null);
		}
	}
}
