import * as z from "zod/mini";
import { type Redact, redactValue } from "./redact.ts";

/** What happened, before it is written down. */
export interface AuditEvent {
	/** The request's id as its sender chose it; null for what has none. */
	readonly request: string | number | null;
	/** Who sent the message that was decided on; `launcher` for what concerns no message, such as a refused launch. */
	readonly direction: "host-to-server" | "server-to-host" | "launcher";
	readonly method: string | null;
	readonly tool: string | null;
	readonly decision: "allow" | "refuse";
	/** Kebab-case, for programs and people; never the wire. */
	readonly reason: string;
	readonly outcome: Outcome;
	/** As sent. Undefined: the message has none. */
	readonly arguments?: unknown;
	/** How often this happened so far, where only some of many alike are recorded. */
	readonly count?: number;
}

/**
 * `forwarded`: passed on, the answer is not in. `withheld`: not passed on. `answered`, `tool-error`, `error`: how a
 * forwarded call came back. `cancelled`, `unanswered`: it did not.
 */
export type Outcome = "forwarded" | "withheld" | "answered" | "tool-error" | "error" | "cancelled" | "unanswered";

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

/** The event's own members, with everything that came from outside redacted and bounded. */
export function eventBody(event: AuditEvent, redact: Redact): Record<string, unknown> {
	return {
		request: redactValue(event.request, redact),
		direction: event.direction,
		method: redactValue(event.method, redact),
		tool: redactValue(event.tool, redact),
		decision: event.decision,
		reason: event.reason,
		outcome: event.outcome,
		...(event.arguments === undefined ? {} : { arguments: redactValue(event.arguments, redact) }),
		...(event.count === undefined ? {} : { count: event.count }),
	};
}
