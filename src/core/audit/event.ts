import { type Redact, redactedJson } from "./redact.ts";

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

/** The event's own members as JSON, in three parts, for one of them is most often as it was. What came from outside is redacted and bounded. */
export function eventRequest({ request }: AuditEvent, redact: Redact): string {
	return `"request":${isCount(request) ? request : redactedJson(request, redact)}`;
}

export function eventAbout({ direction, method, tool, decision, reason, outcome }: AuditEvent, redact: Redact): string {
	const subject = `"method":${redactedJson(method, redact)},"tool":${redactedJson(tool, redact)}`;
	return `,"direction":"${direction}",${subject},"decision":"${decision}","reason":${JSON.stringify(reason)},"outcome":"${outcome}"`;
}

/** Empty when the event has neither arguments nor a count. */
export function eventArguments({ arguments: given, count }: AuditEvent, redact: Redact): string {
	const members = given === undefined ? "" : `,"arguments":${redactedJson(given, redact)}`;
	return count === undefined ? members : `${members},"count":${count}`;
}

/** The id of a sender that counts its requests. So few digits tell nothing, and there is a new one in each record. */
function isCount(request: AuditEvent["request"]): boolean {
	return typeof request === "number" && request >= 0 && request < 100_000 && Number.isInteger(request) && !Object.is(request, -0);
}
