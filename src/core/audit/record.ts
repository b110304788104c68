import * as z from "zod/mini";
import type { Outcome } from "./event.ts";

/** Every one there is. */
export const OUTCOMES = [
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
	/** The code of the seal before; of the session's name in the first one. Only where there is a seal. */
	previous: z.optional(Digest),
	/**
	 * The seal: HMAC-SHA256 of the bytes of all lines since the seal before, and of this one's without this member. Undefined: a later
	 * line that was written together with this one seals it. In version 1 every line has one. From version 3 on each seal has a key of its own.
	 */
	mac: z.optional(Digest),
};
const Opened = z.strictObject({
	kind: z.literal("open"),
	version: z.literal([1, 2, 3]),
	...common,
	/** The account's name. From version 3 on; null: it has none. */
	user: z.optional(z.nullable(z.string())),
	/** The version of the launcher. From version 3 on; null: not known. */
	launcher: z.optional(z.nullable(z.string())),
	/**
	 * What the policy files grant, as a digest: `sha256:` and 64 digits. What of it counted, `started` names. From version 3 on; null: nothing, or it
	 * was not looked up.
	 */
	policy: z.optional(z.nullable(z.string())),
	/** To which key the first key of the seals was given, and what that key needs to find it. Undefined: it is made of the home's own key. */
	sealedTo: z.optional(z.string().check(z.regex(/^[0-9a-f]{16}$/))),
	sealKey: z.optional(Digest),
});
/** A place that was reached through the proxy, over a whole session. */
const Reached = z.object({ target: z.string(), connections: z.number(), sent: z.number(), received: z.number() });
const Event = z.strictObject({
	kind: z.literal("event"),
	...common,
	request: z.nullable(z.union([z.string(), z.number()])),
	direction: z.enum(["host-to-server", "server-to-host", "launcher", "person"]),
	method: z.nullable(z.string()),
	tool: z.nullable(z.string()),
	decision: z.enum(["allow", "refuse"]),
	reason: z.string(),
	outcome: z.enum(OUTCOMES),
	arguments: z.optional(z.unknown()),
	count: z.optional(z.number()),
	/** Of the request, by W3C Trace Context: 32 hexadecimal digits, and 16 of the caller's span. Undefined: it named none. */
	trace: z.optional(z.string().check(z.regex(/^[0-9a-f]{32}$/))),
	span: z.optional(z.string().check(z.regex(/^[0-9a-f]{16}$/))),
	/** Of how a call came back: milliseconds, and bytes of the two messages. */
	latency: z.optional(z.number().check(z.minimum(0))),
	requestBytes: z.optional(z.int().check(z.minimum(0))),
	answerBytes: z.optional(z.int().check(z.minimum(0))),
	/** Of a refusal: the policy that decided it. */
	layer: z.optional(z.object({ source: z.enum(["managed", "user", "workspace", "argument"]), file: z.string(), says: z.string() })),
});
const Closed = z.strictObject({
	kind: z.literal("close"),
	...common,
	reason: z.string(),
	/** From version 3 on. Left out: nothing was reached, or the server has no network. */
	egress: z.optional(z.array(Reached)),
	/** Writes that took longer than the 5 ms that a call is to wait for its record. Left out: none. */
	slow: z.optional(z.int()),
});
const AnyRecord = z.discriminatedUnion("kind", [Opened, Event, Closed]);

/** One line of an audit log. A session's first is `open`, its last `close`. */
export type AuditRecord = z.infer<typeof AnyRecord>;
export type EventRecord = z.infer<typeof Event>;
/** Somewhere a server was in a session: `host:port`, the number of connections, and the bytes each way. */
export type Reached = z.infer<typeof Reached>;

/** Null: not a record of this version. Says nothing about whether it was changed: that is `verifyChain`. */
export function parseRecord(line: string): AuditRecord | null {
	try {
		const parsed = AnyRecord.safeParse(JSON.parse(line));
		return parsed.success ? parsed.data : null;
	} catch {
		return null;
	}
}
