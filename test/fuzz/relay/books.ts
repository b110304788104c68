import { isDeepStrictEqual } from "node:util";
import { Chain } from "../../../src/core/audit/chain.ts";
import type { AuditEvent } from "../../../src/core/audit/event.ts";
import type { RelayPolicy } from "../../../src/core/protocol/relay.ts";
import { textRedactor } from "../../../src/core/secrets/redact.ts";
import { Broken, hasSecret, type Id, isId, isObject, isRefusal, type Json, PASSES } from "./oracle.ts";
import { FORBIDDEN, SECRET } from "./policies.ts";

/** Why a relay was asked to do something. `line` null: one that was too long. */
export type Cause =
	| { readonly from: "host" | "server"; readonly line: Uint8Array | null }
	| { readonly from: "person" }
	| { readonly from: "end"; readonly side: "host" | "server" };

interface Call {
	readonly method: string;
	readonly tool: string | null;
	readonly params: Json;
}

const OFFERS = /^(?:prompts\/get|resources\/(?:read|subscribe|unsubscribe)|completion\/complete)$/;

/** What may wait for the server's list. */
const HELD = /^(?:tools\/call|prompts\/get|completion\/complete)$/;
/** What may be about a prompt. */
const PROMPTED = /^(?:prompts\/get|completion\/complete)$/;

/** Why a request of the host may be refused, as far as another than the relay can know. Left out: for any of them. */
const MAY_REFUSE: Readonly<Record<string, (call: Call, policy: RelayPolicy) => boolean>> = {
	"tool-not-granted": ({ method, tool }, policy) => method === "tools/call" && !policy.tools.has(String(tool)),
	"tool-changed": ({ method, tool }, policy) => method === "tools/call" && policy.tools.has(String(tool)),
	"tool-duplicate": ({ method, tool }, policy) => method === "tools/call" && policy.tools.has(String(tool)),
	"tool-unreadable": ({ method, tool }, policy) => method === "tools/call" && policy.tools.has(String(tool)),
	"tool-not-listed": ({ method, tool }, policy) => method === "tools/call" && policy.tools.has(String(tool)),
	"argument-not-allowed": ({ method, params }) =>
		method === "tools/call" && isObject(params.arguments) && params.arguments.path === FORBIDDEN,
	"too-many-calls": ({ method }, policy) => method === "tools/call" && policy.limits?.callsPerMinute !== undefined,
	"too-many-held": ({ method }) => HELD.test(method),
	"not-initialized": ({ method }) => HELD.test(method),
	"list-failed": ({ method }) => HELD.test(method),
	"session-ended": ({ method }) => HELD.test(method),
	"too-many-session-calls": ({ method }) => method === "tools/call" || OFFERS.test(method),
	"session-calls-used-up": ({ method }) => method === "tools/call" || OFFERS.test(method),
	"prompt-changed": ({ method }) => PROMPTED.test(method),
	"prompt-duplicate": ({ method }) => PROMPTED.test(method),
	"prompt-unreadable": ({ method }) => PROMPTED.test(method),
	"prompt-not-listed": ({ method }) => PROMPTED.test(method),
	"kind-not-granted": ({ method }) => OFFERS.test(method),
	"task-not-granted": ({ method, params }) => method.startsWith("tasks/") || "task" in params,
	"unknown-method": ({ method }) => !PASSES.test(method),
};
/** Of what the host waited for, and does so no more. */
const MAY_GIVE_UP =
	/^(?:input-not-granted|result-unreadable|result-too-large|line-invalid|line-too-long|batch-not-negotiated|audit-failed|too-many-asks|credential-asked|bad-params|task-not-granted|server-request-not-granted|address-unsafe|context-asked)$/;
/** What is counted, and recorded the first, the tenth, the hundredth time: by who sent it. */
const NOTES = {
	"host-to-server":
		/^(?:line-too-long|line-invalid|batch-not-negotiated|response-unexpected|host-secret|bad-params|notification-not-granted)$/,
	"server-to-host":
		/^(?:line-too-long|line-invalid|batch-not-negotiated|response-unexpected|secret-redacted|text-made-visible|result-cut|url-asked|notification-not-granted|server-request-not-granted|id-reused|bad-params|too-many-asks|credential-asked|task-not-granted|audit-failed|address-unsafe|context-asked|tools-asked|instructions-(?:not-granted|changed)|tool-(?:changed|duplicate|unreadable|not-granted|meta-changed)|prompt-(?:changed|duplicate|unreadable|not-listed|meta-not-granted))$/,
	launcher: /^$/,
	// Nobody approves anything while it runs.
	person: /(?!)/,
};

/**
 * Keeps the accounts of what the log has to hold, from what went in and what came out: each refusal with its own record, or, after twenty of
 * its kind, in a count that is exact in the end; each call with a beginning and one end, and no record without a cause.
 */
export class Books {
	readonly #askedBy: (id: Id) => readonly Json[];
	#policy: RelayPolicy = { tools: new Map() };
	/** Calls, and requests for one thing beside tools, that are with the server. */
	readonly #open = new Map<Id, Call>();
	/** Steps in which the log could not be written: what was counted meanwhile comes later, with any number. */
	#hasLost = false;
	readonly #times = new Map<string, number>();
	/** Refusals of which no record of their own tells: how many there were, and the counts that were recorded of them. Each stands for less than ten times as many. */
	#untold = 0;
	readonly #told: number[] = [];
	/** By reason, method and tool: refusals with a record of their own, and the last count of those of that kind. */
	readonly #kinds = new Map<string, { whole: number; count: number | null }>();
	/** Refusals without a record of their own that may be in one of these counts. */
	#tallied = 0;
	#cause: Cause = { from: "person" };
	#records: AuditEvent[] = [];
	#out: { readonly to: "host" | "server"; readonly message: Json }[] = [];
	#isOver = false;
	#areLost = false;
	readonly #chain = new Chain(() => "0".repeat(64), { id: "s", host: null, server: "files" }, textRedactor([SECRET]));

	/** @param askedBy what the host sent with an id */
	constructor(askedBy: (id: Id) => readonly Json[]) {
		this.#askedBy = askedBy;
	}

	policy(policy: RelayPolicy): void {
		this.#policy = policy;
	}

	/** @param areLost what is recorded in this step does not reach the log after all */
	begin(cause: Cause, areLost: boolean): void {
		this.#cause = cause;
		this.#areLost = areLost;
		this.#records = [];
		this.#out = [];
	}

	recorded(event: AuditEvent): void {
		this.#records.push(event);
		if (event.decision === "refuse" && event.count === undefined) {
			const kind = this.#kinds.get(keyOf(event)) ?? { whole: 0, count: null };
			this.#kinds.set(keyOf(event), { ...kind, whole: kind.whole + 1 });
		}
		this.#chain.event(new Date(0), event);
		if (hasSecret(Buffer.from(this.#chain.seal()).toString())) throw new Broken("a secret is in the log");
	}

	came(to: "host" | "server", message: Json): void {
		this.#out.push({ to, message });
	}

	/** @param isLogged whether the log could be written */
	end(isLogged: boolean): void {
		if (!isLogged) this.#hasLost = true;
		if (isLogged) this.#notes();
		else this.#count();
		const own = this.#records.filter(({ count }) => count === undefined);
		const left = new Set(own);
		this.#refusals(left, isLogged);
		this.#beginnings(left, isLogged);
		this.#ends(left, isLogged);
		for (const event of left) this.#isAsk(event);
		if (this.#cause.from === "end" && this.#cause.side === "server") {
			if (!this.#isOver) this.#settle();
			this.#isOver = true;
		}
	}

	// ---- what is counted

	#notes(): void {
		const isRare = !this.#hasLost;
		const counted = this.#records.filter((event) => event.count !== undefined && !this.#isTally(event));
		this.#count();
		for (const { direction, reason, count = 0, request } of counted) {
			const cameFrom = direction === "host-to-server" ? "host" : "server";
			if (!NOTES[direction].test(reason)) throw new Broken(`something is counted that must not be: ${reason}`);
			if (this.#cause.from !== cameFrom && !/^(?:tool|prompt)-/.test(reason)) throw new Broken("something is counted that nobody did");
			if (isRare && !/^10*$/.test(String(count))) throw new Broken("something is recorded that is not its turn");
			if (request !== null && !isId(request)) throw new Broken("a record has an id that is none");
			if (isRare && reason === "line-too-long" && count !== this.#times.get(`${cameFrom} ${reason}`))
				throw new Broken("a record counts wrong");
		}
		const tooLong = this.#tooLong();
		if (tooLong !== null && isRare && /^10*$/.test(String(this.#times.get(tooLong))))
			if (counted.filter(({ reason }) => reason === "line-too-long").length !== 1)
				throw new Broken("a line that is too long is not in the log");
		for (const { direction, reason, count = 0 } of counted)
			if (direction === "host-to-server" && /^(?:line-invalid|batch-not-negotiated)$/.test(reason)) this.#told.push(count);
	}

	/** Of refusals of requests: after twenty of a kind, and never of fewer. */
	#isTally({ decision, request, direction, reason, method, tool, count = 0 }: AuditEvent): boolean {
		const key = keyOf({ direction, reason, method, tool });
		const kind = this.#kinds.get(key) ?? { whole: 0, count: null };
		const isEnd = this.#cause.from === "end" && this.#cause.side === "server";
		const isMany = count > WHOLE && (kind.whole >= WHOLE || (this.#hasLost && !NOTES[direction].test(reason)));
		// At the end there is nothing else that could be counted, and what could not be written before may be fewer.
		if (decision !== "refuse" || request !== null || !(isMany || (isEnd && this.#hasLost))) return false;
		this.#kinds.set(key, kind);
		if (!this.#hasLost && !isEnd && !/^10+$/.test(String(count))) throw new Broken("a count of refusals is recorded that is not its turn");
		if (!this.#hasLost && count <= (kind.count ?? 0)) throw new Broken("a count of refusals is recorded twice");
		kind.count = count;
		return true;
	}

	/** A request of this id may have been refused once more for a reason for which it was refused often. */
	#isFlooded(id: Id | null): boolean {
		const calls = id === null ? null : this.#askedBy(id).map(callOf);
		return [...this.#kinds].some(([key, { whole }]) => {
			const { method, tool } = JSON.parse(key);
			return whole >= WHOLE && (calls === null || calls.some((call) => call.method === method && call.tool === tool));
		});
	}

	/** Each refusal is in the log by itself or in the last count of its kind. */
	#settle(): void {
		if (this.#hasLost) return;
		let counted = 0;
		for (const [key, { whole, count }] of this.#kinds)
			if (count !== null && JSON.parse(key).reason !== "cancelled") counted += count - whole;
		const noted = this.#told.reduce((sum, count) => sum + 9 * count, 0);
		if (counted > this.#tallied) throw new Broken("more refusals are counted in the log than there were");
		if (this.#tallied - counted > noted) throw new Broken("refusals are not in the log, nor in its counts");
	}

	#count(): void {
		const tooLong = this.#tooLong();
		if (tooLong !== null) this.#times.set(tooLong, (this.#times.get(tooLong) ?? 0) + 1);
	}

	#tooLong(): string | null {
		const cause = this.#cause;
		return !this.#isOver && "line" in cause && cause.line === null ? `${cause.from} line-too-long` : null;
	}

	// ---- what was refused

	#refusals(left: Set<AuditEvent>, isLogged: boolean): void {
		const refusals = this.#out.flatMap(({ to, message }) =>
			to === "host" && message.method === undefined && isRefusal(message.error) ? [isId(message.id) ? message.id : null] : [],
		);
		for (const event of [...left]) {
			if (event.decision !== "refuse") continue;
			left.delete(event);
			this.#isCaused(event);
			if (event.reason === "cancelled") continue;
			const answer = refusals.indexOf(event.reason === "id-reused" ? null : (event.request as Id));
			if (answer < 0) throw new Broken("a refusal is in the log that the host did not get");
			refusals.splice(answer, 1);
			if (event.direction === "server-to-host") this.#open.delete(event.request as Id);
		}
		if (!isLogged) {
			for (const id of refusals) if (id !== null && this.#cause.from !== "host") this.#open.delete(id);
			return;
		}
		if (this.#cause.from === "host" && this.#cause.line === null) {
			if (refusals.length > 1) throw new Broken("a line that is too long is refused more than once");
			return;
		}
		const isFlooded = refusals.map((id) => this.#isFlooded(id));
		this.#tallied += isFlooded.filter(Boolean).length;
		for (const index of [...isFlooded.keys()].reverse()) if (isFlooded[index] === true) refusals.splice(index, 1);
		if (refusals.length === 0) return;
		if (this.#cause.from !== "host") throw new Broken("a refusal is not in the log under its id");
		this.#untold += refusals.length;
		const most = this.#told.reduce((sum, count) => sum + 9 * count, 0);
		if (!this.#hasLost && this.#untold > most) throw new Broken("a refusal is not in the log under its id");
	}

	#isCaused(event: AuditEvent): void {
		const { request, direction, method, tool, reason } = event;
		if (!isId(request) || direction === "launcher") throw new Broken("a refusal is in the log that is of nothing");
		if (direction === "server-to-host") {
			if (!MAY_GIVE_UP.test(reason)) throw new Broken("an answer is withheld for a reason that is none");
			const open = this.#open.get(request);
			const isWaitedFor = open === undefined ? this.#asked(request, method, tool).length > 0 : open.method === method && open.tool === tool;
			if (!isWaitedFor) throw new Broken("an answer is withheld that nobody waits for");
			return;
		}
		const asked = this.#asked(request, method, tool);
		if (asked.length === 0) throw new Broken("a refusal is in the log of what the host has not sent");
		if (reason === "cancelled" ? this.#cause.from !== "host" : !asked.some((call) => MAY_REFUSE[reason]?.(call, this.#policy) ?? true))
			throw new Broken(`a refusal is in the log with a wrong reason: ${reason}`);
	}

	/** What the host sent with this id, method and tool. */
	#asked(id: Id, method: string | null, tool: string | null): readonly Call[] {
		return this.#askedBy(id)
			.map(callOf)
			.filter((call) => call.method === method && call.tool === tool);
	}

	// ---- what was let through

	#beginnings(left: Set<AuditEvent>, isLogged: boolean): void {
		const begun = [...left].filter(({ direction, outcome }) => direction === "host-to-server" && outcome === "forwarded");
		for (const event of begun) left.delete(event);
		for (const { to, message } of this.#out) {
			if (to !== "server" || typeof message.method !== "string" || !isId(message.id)) continue;
			const call = callOf(message);
			if (call.tool === null && !OFFERS.test(call.method)) continue;
			if (this.#open.has(message.id)) throw new Broken("a call has begun anew before it has ended");
			this.#open.set(message.id, call);
			if (!isLogged || this.#areLost) throw new Broken("a call reaches the server though the log cannot be written");
			const record = begun.findIndex((event) => event.request === message.id && event.method === call.method && event.tool === call.tool);
			const [event] = record < 0 ? [] : begun.splice(record, 1);
			if (event === undefined) throw new Broken("a call reaches the server and is not in the log");
			if (!isDeepStrictEqual(event.arguments ?? null, argumentsOf(call))) throw new Broken("a call is in the log with other arguments");
		}
		// One whose record was lost after all.
		const reason = (event: AuditEvent) => this.#areLost && event.reason === "audit-failed";
		for (const { request } of begun)
			if (!this.#records.some((event) => event.request === request && reason(event)))
				throw new Broken("a call is in the log that the server did not get");
	}

	#ends(left: Set<AuditEvent>, isLogged: boolean): void {
		const ended = [...left].filter(({ direction, outcome }) => direction === "server-to-host" && outcome !== "forwarded");
		for (const event of ended) left.delete(event);
		const take = (id: Id, outcome: string): void => {
			const call = this.#open.get(id);
			if (call === undefined) return;
			this.#open.delete(id);
			const record = ended.findIndex(
				(event) => event.request === id && event.method === call.method && event.tool === call.tool && event.outcome === outcome,
			);
			if (record >= 0) ended.splice(record, 1);
			else if (isLogged) throw new Broken("a call has ended and it is not in the log how");
		};
		for (const { to, message } of this.#out) {
			if (to !== "host" || message.method !== undefined || !isId(message.id) || isRefusal(message.error)) continue;
			const isCall = (this.#open.get(message.id)?.tool ?? null) !== null;
			const isError = isCall && isObject(message.result) && message.result.isError === true;
			take(message.id, "error" in message ? "error" : isError ? "tool-error" : "answered");
		}
		// Calls that the host called off, and that had to make room.
		for (const { request, outcome } of [...ended]) if (outcome === "cancelled" && isId(request)) take(request, outcome);
		if (this.#cause.from === "end" && this.#cause.side === "server") for (const id of [...this.#open.keys()]) take(id, "unanswered");
		if (ended.length > 0) throw new Broken("an end is in the log of a call that has none");
	}

	/** What is left are questions of the server that the host got, or did not get for want of a log. */
	#isAsk({ direction, reason, request }: AuditEvent): void {
		const isAsked = this.#out.some(({ to, message }) => to === "host" && message.id === request && typeof message.method === "string");
		if (isAsked && this.#areLost) throw new Broken("a question reaches the host though the log cannot be written");
		if (direction !== "server-to-host" || reason !== "ask-granted" || isAsked === this.#areLost)
			throw new Broken("something is in the log that has no cause");
	}
}

/** Refusals of a kind that have a record of their own, before they are counted. */
const WHOLE = 20;

function keyOf({ direction, reason, method, tool }: Pick<AuditEvent, "direction" | "reason" | "method" | "tool">): string {
	return JSON.stringify({ direction, reason, method, tool });
}

function callOf(message: Json): Call {
	const params = isObject(message.params) ? message.params : {};
	const method = String(message.method);
	return { method, tool: method === "tools/call" && typeof params.name === "string" ? params.name : null, params };
}

/** Null: it has none. */
function argumentsOf({ method, params }: Call): unknown {
	if (method === "tools/call") return params.arguments ?? null;
	const { name, uri, ref } = params;
	return { name, uri, ref };
}
