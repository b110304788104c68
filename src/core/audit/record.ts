import * as z from "zod/mini";
import type { Outcome } from "./event.ts";

const OUTCOMES = [
	"forwarded",
	"withheld",
	"answered",
	"tool-error",
	"error",
	"cancelled",
	"unanswered",
] as const satisfies readonly Outcome[];

const Digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const common = {
	/** Counts from 0 in each session. */
	sequence: z.int().check(z.minimum(0)),
	/** ISO 8601, UTC, milliseconds. */
	at: z.string(),
	session: z.string(),
	host: z.nullable(z.string()),
	server: z.string(),
	/** The code of the record before; of the session's name in the first one. */
	previous: Digest,
	/** HMAC-SHA256 of this record's own bytes without this member. */
	mac: Digest,
};
const Opened = z.strictObject({ kind: z.literal("open"), version: z.literal(1), ...common });
const Event = z.strictObject({
	kind: z.literal("event"),
	...common,
	request: z.nullable(z.union([z.string(), z.number()])),
	direction: z.enum(["host-to-server", "server-to-host", "launcher"]),
	method: z.nullable(z.string()),
	tool: z.nullable(z.string()),
	decision: z.enum(["allow", "refuse"]),
	reason: z.string(),
	outcome: z.enum(OUTCOMES),
	arguments: z.optional(z.unknown()),
	count: z.optional(z.number()),
});
const Closed = z.strictObject({ kind: z.literal("close"), ...common, reason: z.string() });
const AnyRecord = z.discriminatedUnion("kind", [Opened, Event, Closed]);

/** One line of an audit log. A session's first is `open`, its last `close`. */
export type AuditRecord = z.infer<typeof AnyRecord>;
export type EventRecord = z.infer<typeof Event>;

/** Null: not a record of this version. Says nothing about whether it was changed: that is `verifyChain`. */
export function parseRecord(line: string): AuditRecord | null {
	try {
		const parsed = AnyRecord.safeParse(JSON.parse(line));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
}
