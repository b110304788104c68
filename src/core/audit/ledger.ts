import { utf8ToBytes } from "@noble/hashes/utils.js";
import * as z from "zod/mini";
import type { Mac } from "./chain.ts";

const Digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const common = {
	/** ISO 8601, UTC. */
	at: z.string(),
	session: z.string().check(z.regex(/^[0-9a-f]{24}$/)),
};
const Entry = z.discriminatedUnion("kind", [
	z.strictObject({
		kind: z.literal("opened"),
		...common,
		/** The log's name in its folder. */
		file: z.string(),
		/** Of its first record. */
		seal: Digest,
		/** The launcher, and when it was started: `starttime` of `/proc/PID/stat`; null where there is none. */
		pid: z.int(),
		started: z.nullable(z.string()),
	}),
	/** How far a session had come; `closed`: it came no further. */
	z.strictObject({ kind: z.enum(["seen", "closed"]), ...common, records: z.int(), seal: Digest }),
	/** Its log was taken away because of its age or for room. `code`: who did it had the vault's head; left out: there is none. */
	z.strictObject({ kind: z.literal("pruned"), ...common, why: z.enum(["age", "size"]), code: z.optional(Digest) }),
]);

/** One line of a list of sessions. */
export type LedgerEntry = z.infer<typeof Entry>;

/** What a list says of one session. */
export interface LedgerSession {
	readonly session: string;
	readonly file: string;
	readonly opened: string;
	readonly pid: number;
	readonly started: string | null;
	/** Its seals by the number of records up to them, as far as they were noted. The first is after one record. */
	readonly seals: ReadonlyMap<number, string>;
	/** How many records it had in the end. Null: it was not closed. */
	readonly closed: number | null;
	/** Null: it was not taken away. `code`: null where there is none. */
	readonly pruned: { readonly at: string; readonly why: "age" | "size"; readonly code: string | null } | null;
}

/** Records that it had, as far as that was noted. */
export function knownRecords({ closed, seals }: LedgerSession): number {
	return closed ?? Math.max(...seals.keys());
}

export interface Ledger {
	/** In the order in which they were opened. */
	readonly sessions: ReadonlyMap<string, LedgerSession>;
	/** Lines, from 1, that are not as they were written. What is torn at the end does not count. */
	readonly broken: readonly number[];
}

/** @param texts of the lists, oldest first */
export function readLedger(texts: readonly string[], mac: Mac): Ledger {
	const sessions = new Map<string, LedgerSession>();
	const broken: number[] = [];
	for (const text of texts) {
		const lines = text.split("\n");
		lines.pop();
		for (const [index, line] of lines.entries()) {
			const entry = parseLine(line, mac);
			const known = entry === null ? undefined : sessions.get(entry.session);
			if (entry === null || (entry.kind === "opened") !== (known === undefined)) {
				// A crash or a full disk leaves half a line, which the next writer ends.
				if (line.endsWith('"}')) broken.push(index + 1);
			} else sessions.set(entry.session, withEntry(known, entry));
		}
	}
	return { sessions, broken };
}

function withEntry(known: LedgerSession | undefined, entry: LedgerEntry): LedgerSession {
	if (entry.kind === "opened") {
		const { session, file, at, pid, started, seal } = entry;
		return { session, file, opened: at, pid, started, seals: new Map([[1, seal]]), closed: null, pruned: null };
	}
	if (known === undefined) throw new Error("a session that was not opened");
	if (entry.kind === "pruned") return { ...known, pruned: { at: entry.at, why: entry.why, code: entry.code ?? null } };
	const seals = new Map([...known.seals, [entry.records, entry.seal] as const]);
	return { ...known, seals, closed: entry.kind === "closed" ? entry.records : known.closed };
}

/** Null: it is not as it was written, or half of it. */
function parseLine(line: string, mac: Mac): LedgerEntry | null {
	const [, text = "", code] = LINE.exec(line) ?? [];
	if (code === undefined || mac(utf8ToBytes(`${text}}`)) !== code) return null;
	const parsed = Entry.safeParse(JSON.parse(`${text}}`));
	return parsed.success ? parsed.data : null;
}

const LINE = /^(\{.{1,2000}),"mac":"([0-9a-f]{64})"\}$/;
