import type { AuditEvent, CallCost, DecidingLayer, Outcome } from "../audit/event.ts";
import { brief, plain } from "../plain-text.ts";
import type { Asks } from "../policy/asks.ts";
import type { Asked } from "../policy/explain.ts";
import type { MessageLimits } from "../policy/limits.ts";
import { ErrorCode, refusal } from "./answers.ts";
import { subjectOf } from "./ask-gate.ts";
import { askedAbout, type RefusedThing } from "./asked.ts";
import type { HeldDefinition, Listing, Withheld } from "./catalog.ts";
import { about, isModern, type Notification, type Request, type Source, traced } from "./exchange.ts";
import type { FoundSecret } from "./host-secrets.ts";
import { type InFlight, InFlightRequests, isAudited } from "./in-flight.ts";
import type { HeldInstructions } from "./instructions-gate.ts";
import type { RequestId } from "./message.ts";
import { promptIn } from "./offered.ts";
import { describe, type Reason } from "./reasons.ts";
import { RefusalTally } from "./refusal-tally.ts";
import type { Clock } from "./token-bucket.ts";

/**
 * What the caller of a relay is to do, in this order. `bytes` is one line without its newline; `warn` is one line for the
 * person. `stop` `host-closed`: nothing more will be sent to the server, close its input; `server-closed`: all is done.
 * `withheld` says so once for each definition that was met in the place of an approved one, `heldPrompt` the same of a prompt,
 * `heldInstructions` for each text that was not approved. `listed` is the server's whole list,
 * as it was sent, each time that it was seen whole. `record` is for the audit log, and waits for nothing: how a call ended that was
 * recorded when it began. `needs` is the id of the request that `bytes` is, where it may be given out only with its record in the log
 * (`Relay.recordsLost`); left out: it waits for nothing.
 */
export type Action =
	| { readonly to: "host" | "server"; readonly bytes: Uint8Array; readonly needs?: RequestId }
	| { readonly warn: string }
	| { readonly withheld: Withheld }
	| { readonly heldInstructions: HeldInstructions }
	| { readonly heldPrompt: HeldDefinition }
	| { readonly listed: readonly unknown[] }
	| { readonly record: AuditEvent }
	| { readonly stop: "host-closed" | "server-closed" };

/** Which policy refused what was asked for, where one did by itself. */
export type DecidedBy = (asked: Asked) => DecidingLayer | undefined;

/** Different things that are counted apart. */
const MAX_COUNTERS = 256;
/** Characters of a foreign name in a message to a person. */
const SHOWN = 64;

/** Where a decision becomes messages, records and words: everything that leaves a relay leaves it here. */
export class Desk {
	/** What the host waits for. */
	readonly inFlight: InFlightRequests;
	readonly #server: string;
	readonly #record: (event: AuditEvent) => boolean;
	readonly #clock: Clock | null;
	readonly #decidedBy: DecidedBy;
	readonly #clean: (text: string) => string;
	/** What the server is held to, for what a person could change about it. */
	#held: { readonly limits: MessageLimits; readonly asks: Asks } = { limits: {}, asks: {} };
	readonly #counters = new Map<string, number>();
	readonly #refusals = new RefusalTally((event) => this.write(event));
	readonly #warned = new Set<string>();
	readonly #drifts = new Set<string>();
	/** What was counted and is not in the log yet. */
	readonly #unwritten = new Set<string>();
	#out: Action[] = [];

	/**
	 * @param clock null: nothing is timed
	 * @param clean takes the server's secrets out of a text
	 */
	constructor(
		server: string,
		record: (event: AuditEvent) => boolean,
		maxInFlight: number,
		clock: Clock | null,
		decidedBy: DecidedBy = () => undefined,
		clean: (text: string) => string = (text) => text,
	) {
		this.#clean = clean;
		this.#clock = clock;
		this.inFlight = new InFlightRequests(maxInFlight);
		this.#server = server;
		this.#record = record;
		this.#decidedBy = decidedBy;
	}

	/** What the server is held to from now on. */
	hold(limits: MessageLimits, asks: Asks): void {
		this.#held = { limits, asks };
	}

	toHost(bytes: Uint8Array): void {
		this.#out.push({ to: "host", bytes });
	}

	toServer(bytes: Uint8Array): void {
		this.#out.push({ to: "server", bytes });
	}

	/** A request whose record must be in the log before it is given out. */
	recorded(to: "host" | "server", bytes: Uint8Array, needs: RequestId): void {
		this.#out.push({ to, bytes, needs });
	}

	stop(stop: "host-closed" | "server-closed"): void {
		this.#out.push({ stop });
	}

	/** What was put out since the last time. */
	take(): readonly Action[] {
		const out = this.#out;
		this.#out = [];
		return out;
	}

	/** Sends a request of the host on. False: too many are in flight, and it was refused. */
	forward(request: Request, { bytes }: Source, tool: string | null = null, listing: Listing | null = null): boolean {
		const { method, params } = request;
		const meta = params?._meta;
		const hasRoom = this.hasRoom();
		const token = typeof meta === "object" && meta !== null && "progressToken" in meta ? meta.progressToken : undefined;
		const sent: InFlight = {
			method,
			tool,
			subject: subjectOf(method, params),
			listing,
			progressToken: typeof token === "string" || typeof token === "number" ? token : null,
			modern: isModern(request),
			sentAt: this.#clock?.(),
			bytes: bytes.length,
			...traced(request),
		};
		const added = hasRoom && this.inFlight.add(request.id, sent);
		if (!added) this.refuse(request, "too-many-requests", ErrorCode.invalidParams);
		else if (isAudited(sent)) this.recorded("server", bytes, request.id);
		else this.toServer(bytes);
		return added;
	}

	/** False: a request cannot be forwarded. One that the host cancelled long ago makes room; its answer will belong to nothing, so this is its end. */
	hasRoom(): boolean {
		const [id, request] = this.inFlight.makeRoom(this.#clock?.() ?? null) ?? [];
		if (id !== undefined && request !== undefined && isAudited(request)) this.outcome(id, request, "cancelled");
		return this.inFlight.hasRoom;
	}

	/** True: a request with this id is in flight, and the host does not want its answer any more. */
	cancel(id: RequestId): boolean {
		return this.inFlight.cancel(id, this.#clock?.() ?? null);
	}

	/** A request of the host holds a secret. Of what it says, nothing is recorded but where the secret stands. */
	refuseSecret(request: Request, { kind, place }: FoundSecret): void {
		const event = about(request);
		this.#refusals.add({ ...event, arguments: { kind, place }, decision: "refuse", reason: "host-secret", outcome: "withheld" });
		const subject = `${this.#shown(event.tool ?? request.method)}, ${kind} in ${place}`;
		this.#warn("host-secret", subject, event);
		this.toHost(refusal(request.id, ErrorCode.invalidParams));
	}

	/** Answers a request of the host with the constant refusal. `answerTo` null: its id belongs to another. */
	refuse(request: Request, reason: Reason, code: ErrorCode, answerTo: RequestId | null = request.id): void {
		const event = about(request);
		const layer = this.#layerOf(reason, event);
		this.#recordRefusal({ ...event, decision: "refuse", reason, outcome: "withheld", ...(layer === undefined ? {} : { layer }) });
		const other = reason.startsWith("prompt-") ? promptIn(request) : request.method;
		const subject = request.method === "tools/call" ? event.tool : other;
		this.#warn(reason, subject === null ? null : this.#shown(subject), event, layer);
		this.toHost(refusal(answerTo, code));
	}

	/** The host gave a call up that had not been let through. */
	calledOff(request: Request): void {
		this.#refusals.add({ ...about(request), decision: "refuse", reason: "cancelled", outcome: "cancelled" });
	}

	/** A call for whose record there was no room is in the log by itself once there is: that bounds itself. */
	#recordRefusal(event: AuditEvent): void {
		if (event.reason === "audit-failed") this.write(event);
		else this.#refusals.add(event);
	}

	/** Nothing more will be refused: the log is told how often what was. */
	settle(): void {
		this.#refusals.settle();
	}

	/** The server's answer cannot be passed on, and the host shall not wait for another. */
	giveUp(id: RequestId, request: InFlight, reason: Reason): void {
		const { method, tool, trace } = request;
		const event = { request: id, direction: "server-to-host", method, tool, decision: "refuse", reason, outcome: "withheld" } as const;
		const ended = { ...event, trace, cost: this.#costOf(request) };
		// A call that was let through has its end in the log, each by itself.
		if (isAudited(request)) this.write(ended);
		else this.#recordRefusal(ended);
		this.#warn(reason, this.#shown(tool ?? method), event);
		this.toHost(refusal(id, ErrorCode.invalidParams));
	}

	/**
	 * How a call came back that was let through, or a request for one thing beside tools. Its answer need not wait for the record: put it out
	 * first. `answerBytes`: of the answer as the server sent it; undefined where there is none.
	 */
	outcome(id: RequestId, request: InFlight, outcome: Outcome, answerBytes?: number): void {
		const { method, tool, trace } = request;
		const reason = tool === null ? "offer-granted" : "tool-granted";
		const event = { request: id, direction: "server-to-host", method, tool, decision: "allow", reason, outcome } as const;
		this.#out.push({ record: { ...event, trace, cost: this.#costOf(request, answerBytes) } });
	}

	#costOf({ sentAt, bytes }: InFlight, answerBytes?: number): CallCost {
		const latency = sentAt === undefined || this.#clock === null ? undefined : this.#clock() - sentAt;
		return { latency, requestBytes: bytes, answerBytes };
	}

	/** Of what was dropped, and could come again without end. `detail` is ours, never foreign text. */
	note(direction: AuditEvent["direction"], reason: Reason, detail: string | null = null): void {
		this.#rarely({ request: null, direction, method: null, tool: null, decision: "refuse", reason, outcome: "withheld" }, reason, detail);
	}

	/** The same, of a message that has a method. */
	noteMessage(direction: AuditEvent["direction"], reason: Reason, message: Request | Notification): void {
		const request = message.kind === "request" ? message.id : null;
		const { method } = message;
		this.#rarely({ request, direction, method, tool: null, decision: "refuse", reason, outcome: "withheld" }, reason, this.#shown(method));
	}

	/** Of what was passed on to the host, and a person should know of. */
	flag(reason: Reason, detail: string | null = null): void {
		const event = {
			request: null,
			direction: "server-to-host",
			method: null,
			tool: null,
			decision: "allow",
			reason,
			outcome: "forwarded",
		} as const;
		this.#rarely(event, reason, detail);
	}

	noteWithheld(withheld: readonly Withheld[]): void {
		for (const each of withheld) {
			const { tool, reason } = each;
			this.#drifted(each);
			this.#leftOut(reason, "tools/list", tool, { pins: pinsOf(each) });
		}
	}

	/** Prompts that are not what was approved. */
	noteWithheldPrompts(held: readonly HeldDefinition[]): void {
		for (const each of held) {
			const key = `${each.pin ?? each.why} prompt ${each.name}`;
			if (!this.#drifts.has(key) && this.#drifts.size < MAX_COUNTERS) {
				this.#drifts.add(key);
				this.#out.push({ heldPrompt: each });
			}
			this.#leftOut(`prompt-${each.why}`, "prompts/list", null, { name: each.name, pins: pinsOf(each) });
		}
	}

	/** Tools that are shown without their `_meta`. */
	noteToolMeta(tools: readonly string[]): void {
		for (const tool of tools) this.#leftOut("tool-meta-changed", "tools/list", tool);
	}

	/** Prompts that are shown without their `_meta`. */
	notePromptMeta(prompts: readonly string[]): void {
		for (const name of prompts) this.#leftOut("prompt-meta-not-granted", "prompts/list", null, { name });
	}

	/** What the server says for the model was left out of its answer to this. */
	noteInstructions(method: string, held: HeldInstructions): void {
		const key = `${held.pin ?? ""} instructions`;
		if (!this.#drifts.has(key) && this.#drifts.size < MAX_COUNTERS) {
			this.#drifts.add(key);
			this.#out.push({ heldInstructions: held });
		}
		this.#leftOut(held.reason, method, null, { pins: pinsOf(held) });
	}

	/**
	 * Of an answer that goes on otherwise. `name`: of what is no tool. `pins`: of the definition that was listed, or of the text that was said, by
	 * which it is found again; each other one is recorded by itself.
	 */
	#leftOut(
		reason: Reason,
		method: string,
		tool: string | null,
		{ name, pins }: { readonly name?: string; readonly pins?: ReturnType<typeof pinsOf> } = {},
	): void {
		const event = { request: null, direction: "server-to-host", method, tool, decision: "refuse", reason, outcome: "withheld" } as const;
		const about = tool ?? name ?? null;
		const subject = about === null ? null : this.#shown(about);
		const told = { ...(name === undefined ? {} : { name }), ...pins };
		const recorded = Object.keys(told).length === 0 ? event : { ...event, arguments: told };
		this.#rarely(recorded, reason, subject, pins === undefined ? subject : `${subject ?? ""} ${pins.listed}`);
	}

	/** After a change of what is granted, the same drift is news. */
	forgetWithheld(): void {
		this.#drifts.clear();
	}

	/** The server's whole list was seen. */
	listed(tools: readonly unknown[]): void {
		this.#out.push({ listed: tools });
	}

	/** Records that a call goes on to the server. False: it must not. */
	writeForwarded(request: Request, tool: string): boolean {
		const { id, method, params } = request;
		const event: AuditEvent = {
			request: id,
			direction: "host-to-server",
			method,
			tool,
			decision: "allow",
			reason: "tool-granted",
			outcome: "forwarded",
			arguments: params?.arguments,
			...traced(request),
		};
		return this.write(event);
	}

	/** False: the event is not in the log, so what it is about must not happen. */
	write(event: AuditEvent): boolean {
		const written = this.#record(event);
		if (!written) this.#warn("audit-failed", null, event);
		return written;
	}

	#drifted(withheld: Withheld): void {
		const key = `${withheld.pin ?? withheld.reason} ${withheld.tool}`;
		if (this.#drifts.has(key) || this.#drifts.size >= MAX_COUNTERS) return;
		this.#drifts.add(key);
		this.#out.push({ withheld });
	}

	/** Recorded the first time, the tenth, the hundredth… with the count; and when it could not be, the next time. */
	#rarely(event: AuditEvent, reason: Reason, subject: string | null, counted = subject): void {
		const key = `${event.direction} ${reason} ${counted ?? ""}`;
		const count = this.#count(key, `${event.direction} ${reason}`);
		if (!/^10*$/.test(String(count)) && !this.#unwritten.has(key)) return;
		const layer = this.#layerOf(reason, event);
		if (this.write({ ...event, count, ...(layer === undefined ? {} : { layer }) })) this.#unwritten.delete(key);
		else if (this.#unwritten.size < MAX_COUNTERS) this.#unwritten.add(key);
		this.#warn(reason, subject, event, layer);
	}

	/** A foreign name for a person. A secret is looked for before the cut, or its first half would stay. */
	#shown(name: string): string {
		return brief(this.#clean(name), SHOWN);
	}

	/** Undefined: no policy decided by itself. */
	#layerOf(reason: Reason, event: Happened): DecidingLayer | undefined {
		const asked = askedAbout(thing(reason, event));
		return asked === null ? undefined : this.#decidedBy(asked);
	}

	/** Each warning once, and no more of them than that. */
	#warn(reason: Reason, subject: string | null, event: Happened, layer?: DecidingLayer): void {
		const key = `${reason} ${subject ?? ""}`;
		// However many names one reason was told of, another is still told.
		if (this.#warned.has(key) || (this.#warned.size >= MAX_COUNTERS && this.#warned.has(reason))) return;
		this.#warned.add(key).add(reason);
		const about = { ...thing(reason, event), server: this.#server, ...this.#held };
		const file = layer === undefined || layer.source === "user" ? null : plain(layer.file);
		this.#out.push({ warn: describe(reason, brief(this.#server, SHOWN), subject, about, file) });
	}

	/** Bounded: what comes after too many different things is counted together with all of its kind. */
	#count(key: string, kind: string): number {
		const counter = this.#counters.has(key) || this.#counters.size < MAX_COUNTERS ? key : kind;
		const count = (this.#counters.get(counter) ?? 0) + 1;
		this.#counters.set(counter, count);
		return count;
	}
}

type Happened = Pick<AuditEvent, "tool" | "method" | "arguments">;

/** Undefined: nothing was approved, or there is no one definition. */
function pinsOf({ approved, pin }: { readonly approved: string | null; readonly pin: string | null }) {
	return approved === null || pin === null ? undefined : { approved, listed: pin };
}

function thing(reason: Reason, { tool, method, arguments: given }: Happened): RefusedThing {
	return { reason, tool, method, given };
}
