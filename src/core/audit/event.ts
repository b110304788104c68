import { type Redact, redactedJson } from "./redact.ts";
import type { Trace } from "./trace.ts";

/** What happened, before it is written down. */
export interface AuditEvent {
	/** The request's id as its sender chose it; null for what has none. */
	readonly request: string | number | null;
	/**
	 * Who sent the message that was decided on; `launcher` for what concerns no message, such as a refused launch; `person` for what somebody
	 * approved or took back.
	 */
	readonly direction: "host-to-server" | "server-to-host" | "launcher" | "person";
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
	/** Of the request. Undefined: it said nothing of one. */
	readonly trace?: Trace | undefined;
	/** Of how a call came back: undefined where nothing did, or nothing was forwarded. */
	readonly cost?: CallCost | undefined;
	/** Of a refusal: the policy that decided. Undefined: no policy did, or none that can be named. */
	readonly layer?: DecidingLayer | undefined;
}

/** What a call took. */
export interface CallCost {
	/** Milliseconds from the forwarding of the request to its answer; undefined where no clock runs. */
	readonly latency?: number | undefined;
	/** Of the message as the server got it. */
	readonly requestBytes: number;
	/** Of the message as the server sent it; undefined where none came. */
	readonly answerBytes?: number | undefined;
}

/** The first policy that refused: what is behind it was not asked. */
export interface DecidingLayer {
	readonly source: "managed" | "user" | "workspace" | "argument";
	readonly file: string;
	/** What it says of the tool, in words. */
	readonly says: string;
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

export function eventAbout({ direction, method, tool, decision, reason, outcome, layer }: AuditEvent, redact: Redact): string {
	const subject = `"method":${redactedJson(method, redact)},"tool":${redactedJson(tool, redact)}`;
	const by = layer === undefined ? "" : `,"layer":${redactedJson(layer, redact)}`;
	return `,"direction":"${direction}",${subject},"decision":"${decision}","reason":${JSON.stringify(reason)},"outcome":"${outcome}"${by}`;
}

/**
 * What is another one in each event. Empty when it has none of it.
 *
 * @param toJson of the arguments; null: none of them is kept
 */
export function eventDetails({ arguments: given, count, trace, cost }: AuditEvent, toJson: (given: unknown) => string | null): string {
	const json = given === undefined ? null : toJson(given);
	let members = json === null ? "" : `,"arguments":${json}`;
	if (count !== undefined) members += `,"count":${count}`;
	if (trace !== undefined) members += `,"trace":"${trace.trace}","span":"${trace.span}"`;
	if (cost === undefined) return members;
	if (cost.latency !== undefined) members += `,"latency":${Math.max(0, Math.round(cost.latency * 1000) / 1000)}`;
	members += `,"requestBytes":${cost.requestBytes}`;
	return cost.answerBytes === undefined ? members : `${members},"answerBytes":${cost.answerBytes}`;
}

/** The id of a sender that counts its requests. So few digits tell nothing, and there is a new one in each record. */
function isCount(request: AuditEvent["request"]): boolean {
	return typeof request === "number" && request >= 0 && request < 100_000 && Number.isInteger(request) && !Object.is(request, -0);
}
