import * as z from "zod/mini";
import { isoTime } from "../iso-time.ts";

const Hex = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const Month = z.string().check(z.regex(/^\d{4}-\d\d$/));
const Head = z.strictObject({
	version: z.literal(1),
	/** The private half of the key to which sessions give the first key of their seals. */
	secret: Hex,
	/** When it was made: what was recorded before is not covered. ISO 8601, UTC. */
	since: z.string(),
	/** Of each list of sessions, by its month: so many bytes from its beginning have this SHA-256. */
	lists: z.record(Month, z.strictObject({ bytes: z.int(), digest: Hex })),
	/** Times at which a list was found to be another one than it was: at most the last 20, oldest first. */
	breaches: z.array(z.strictObject({ at: z.string(), list: Month })),
});

/** What the vault keeps of the logs of a home. It can be rolled back, or made anew, only by whoever can write to the vault. */
export type Head = z.infer<typeof Head>;

/** Breaches that are kept. */
const MOST_BREACHES = 20;

/** Null: it is none. */
export function parseHead(text: string): Head | null {
	try {
		const parsed = Head.safeParse(JSON.parse(text));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
}

/** A list of sessions as it is: its month, its whole bytes, and SHA-256 over any number of them from the beginning. */
export interface ListState {
	readonly month: string;
	readonly bytes: number;
	readonly digest: (bytes: number) => string;
}

/** The months whose lists are not what the head says: gone, cut, or changed. Empty: all are, and what is new in them is behind that. */
export function changedLists(head: Head, lists: readonly ListState[]): readonly string[] {
	return Object.entries(head.lists).flatMap(([month, { bytes, digest }]) => {
		const list = lists.find((each) => each.month === month);
		return list !== undefined && list.bytes >= bytes && list.digest(bytes) === digest ? [] : [month];
	});
}

/**
 * The head over the lists as they are now. What was changed since is noted as a breach, so that it stays known.
 *
 * @param dropped months whose lists are about to be removed, since all their logs are
 */
export function advancedHead(head: Head, lists: readonly ListState[], now: Date, dropped: ReadonlySet<string> = new Set()): Head {
	const at = isoTime(now);
	const breaches = changedLists(head, lists).map((list) => ({ at, list }));
	return {
		...head,
		lists: Object.fromEntries(
			lists.filter(({ month }) => !dropped.has(month)).map(({ month, bytes, digest }) => [month, { bytes, digest: digest(bytes) }]),
		),
		breaches: [...head.breaches, ...breaches].slice(-MOST_BREACHES),
	};
}
