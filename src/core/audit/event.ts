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
