import { ErrorCode, encode, refusal } from "./answers.ts";
import { type AskGate, subjectOf } from "./ask-gate.ts";
import type { CallRate } from "./call-rate.ts";
import { Catalog, type GrantedTools, type Listing } from "./catalog.ts";
import type { Desk } from "./desk.ts";
import { about, isModern, type Request, type Response, type Source } from "./exchange.ts";
import type { InFlight } from "./in-flight.ts";
import { isObject, type JsonObject, type RequestId } from "./message.ts";
import { HeldCalls, nextPage, type OwnListRun } from "./own-list.ts";
import type { Reason } from "./reasons.ts";
import { hasAlikeResult, isComplete } from "./result-shape.ts";
import { filteredList, Meta, privateList, withoutToolMeta } from "./rewrite.ts";
import { judgeToolMeta } from "./tool-meta.ts";

export interface ToolGateLimits {
	/** Calls that wait for the relay's own listing, in number and in bytes. */
	readonly held: number;
	readonly heldBytes: number;
	/** Pages of one listing of the relay's own. */
	readonly pages: number;
}

interface HeldCall {
	readonly request: Request;
	readonly source: Source;
	readonly size: number;
}

/** Whether the policy allows a call of this tool with these arguments. */
export type MayCall = (tool: string, args: JsonObject) => boolean;

interface GatePolicy {
	readonly tools: GrantedTools;
	readonly toolMeta?: GrantedTools;
	readonly mayCall?: MayCall;
}

const NONE: GrantedTools = new Map();
const MAX_RESTARTS = 3;
/** Listings of the host's that may stand open at their next page. */
const MAX_CURSORS = 64;

/**
 * Decides over tools: a tool is shown, and can be called, while it is granted and its definition, as the server lists it
 * in this session, is the one that was approved. A call that comes before any list waits while the gate lists by itself.
 */
export class ToolGate {
	readonly #desk: Desk;
	readonly #asks: AskGate;
	readonly #rate: CallRate;
	readonly #limits: ToolGateLimits;
	readonly #ownPrefix: string;
	readonly #catalog: Catalog;
	readonly #held: HeldCalls<HeldCall>;
	readonly #cursors = new Map<string, Listing>();
	#granted: GrantedTools;
	#toolMeta: GrantedTools;
	#mayCall: MayCall | undefined;
	#ownList: OwnListRun | null = null;
	#ownIds = 0;

	constructor(desk: Desk, asks: AskGate, rate: CallRate, policy: GatePolicy, limits: ToolGateLimits, random: string) {
		this.#desk = desk;
		this.#asks = asks;
		this.#rate = rate;
		this.#limits = limits;
		this.#ownPrefix = `sallyport-${random}-`;
		this.#granted = policy.tools;
		this.#toolMeta = policy.toolMeta ?? NONE;
		this.#mayCall = policy.mayCall;
		this.#catalog = new Catalog(policy.tools);
		this.#held = new HeldCalls(limits.held, limits.heldBytes);
	}

	/** True for an id of the gate's own requests, past, present or to come. */
	isOwn(id: RequestId | null): boolean {
		return typeof id === "string" && id.startsWith(this.#ownPrefix);
	}

	/** True while any call waits. */
	get holds(): boolean {
		return !this.#held.isEmpty;
	}

	/** True while a call with this id waits. */
	isHeld(id: RequestId): boolean {
		return this.#held.has(id);
	}

	grant(policy: GatePolicy): void {
		this.#granted = policy.tools;
		this.#toolMeta = policy.toolMeta ?? NONE;
		this.#mayCall = policy.mayCall;
		this.#catalog.grant(policy.tools);
		this.#desk.forgetWithheld();
	}

	/** The server said that its list changed. */
	listChanged(): void {
		this.#catalog.invalidate();
	}

	// ---- what the host asks

	list(request: Request, source: Source): void {
		const cursor = request.params?.cursor;
		const listing = typeof cursor === "string" ? (this.#cursors.get(cursor) ?? this.#catalog.beginAmid()) : this.#catalog.begin();
		if (typeof cursor === "string") this.#cursors.delete(cursor);
		this.#desk.forward(request, source, null, listing);
	}

	/** `listing`: when the server can be asked for its tools, if that is needed. `later` is at `listForHeld`. */
	call(request: Request, source: Source, listing: "now" | "later" | "never"): void {
		if (this.#decide(request, source) === "unknown") this.#hold(request, source, listing);
	}

	/** From now on the server can be asked: does so if a call waits for it. */
	listForHeld(): void {
		if (this.holds && this.#ownList === null) this.#beginOwnList(undefined, 0);
	}

	/** True: a call with this id waited and does so no more; the server never saw it. */
	cancel(id: RequestId): boolean {
		const held = this.#held.take(id);
		if (held === undefined) return false;
		this.#desk.write({ ...about(held.request), decision: "refuse", reason: "cancelled", outcome: "cancelled" });
		return true;
	}

	/** Refuses all calls that wait. */
	refuseHeld(reason: Reason): void {
		this.#ownList = null;
		for (const { request } of this.#held.takeAll()) this.#desk.refuse(request, reason, ErrorCode.invalidParams);
	}

	#decide(request: Request, source: Source): "done" | "unknown" {
		const params = request.params ?? {};
		const { name } = params;
		const args = params.arguments ?? {};
		const granted = typeof name === "string" ? this.#granted.get(name) : undefined;
		const refuse = (reason: Reason) => {
			this.#desk.refuse(request, reason, ErrorCode.invalidParams);
			return "done" as const;
		};
		if (typeof name !== "string" || !isObject(args)) return refuse("bad-params");
		if ("task" in params) return refuse("task-not-granted");
		const subject = subjectOf(request.method, params);
		if (!this.#asks.mayAnswer(subject, params)) return refuse("input-not-granted");
		if (granted === undefined) return refuse("tool-not-granted");
		const standing = this.#catalog.standing(name, granted);
		if (standing === "unknown") return "unknown";
		if (standing !== "verified") return refuse(standing);
		if (this.#mayCall?.(name, args) === false) return refuse("argument-not-allowed");
		const tooMany = this.#rate.take(name);
		if (tooMany !== null) return refuse(tooMany);
		if (this.#desk.writeForwarded(request, name)) {
			if (this.#desk.forward(request, source, name)) this.#asks.answered(subject, params);
		} else this.#desk.toHost(refusal(request.id, ErrorCode.invalidParams));
		return "done";
	}

	#hold(request: Request, source: Source, listing: "now" | "later" | "never"): void {
		const refuse = (reason: Reason) => this.#desk.refuse(request, reason, ErrorCode.invalidParams);
		if (listing === "never") refuse("not-initialized");
		else if (!this.#held.hold(request.id, { request, source, size: source.bytes.length })) refuse("too-many-held");
		else if (listing === "now" && this.#ownList === null) this.#beginOwnList(isModern(request) ? ownMeta(source.text) : undefined, 0);
	}

	#releaseHeld(): void {
		for (const { request, source } of this.#held.takeAll())
			if (this.#decide(request, source) === "unknown") this.#desk.refuse(request, "list-failed", ErrorCode.invalidParams);
	}

	// ---- what the server lists

	/** The text of a page as the host may have it; null when it is not a page. */
	page({ listing, modern }: InFlight, result: JsonObject, text: string): string | null {
		if (!Array.isArray(result.tools)) return null;
		// A page whose beginning was not seen is filtered like any other, but says nothing about the whole list.
		const { keep, withheld } = this.#catalog.page(listing ?? this.#catalog.beginAmid(), result.tools);
		this.#desk.noteWithheld(withheld);
		if (listing?.isWhole === true) {
			listing.collect(result.tools, text.length);
			const next = nextPage(result, new Set(), Number.POSITIVE_INFINITY);
			if (next.kind === "end") this.#finish(listing);
			if (next.kind === "cursor") this.#remember(next.cursor, listing);
		}
		const meta = judgeToolMeta(result.tools, keep, this.#toolMeta);
		this.#desk.noteToolMeta(meta.names);
		const filtered = filteredList(withoutToolMeta(text, meta.drop), "tools", keep);
		return modern ? privateList(filtered, result) : filtered;
	}

	#finish(listing: Listing): void {
		const whole = this.#catalog.finish(listing);
		if (whole !== null) this.#desk.listed(whole);
	}

	/** After the host has its page: it may have shown all that calls wait for. */
	pageDelivered(): void {
		if (this.#catalog.isComplete) this.#releaseHeld();
	}

	#remember(cursor: string, listing: Listing): void {
		const [oldest] = this.#cursors.keys();
		if (oldest !== undefined && this.#cursors.size >= MAX_CURSORS) this.#cursors.delete(oldest);
		this.#cursors.set(cursor, listing);
	}

	// ---- the gate's own listing

	/** True: the response was to the gate, and is dealt with. `size`: its characters. */
	takeOwnResponse(response: Response, size: number): boolean {
		const run = this.#ownList;
		if (run === null || response.id !== run.id) return false;
		this.#ownPage(run, response, size);
		return true;
	}

	/** The answer to the gate's request cannot be read. True: `id` is that request. */
	giveUpOwn(id: RequestId): boolean {
		if (id !== this.#ownList?.id) return false;
		this.refuseHeld("list-failed");
		return true;
	}

	#beginOwnList(meta: JsonObject | undefined, restarts: number): void {
		this.#requestOwnPage({ listing: this.#catalog.begin(), cursors: new Set(), restarts, meta }, null);
	}

	#requestOwnPage(run: Omit<OwnListRun, "id">, cursor: string | null): void {
		const id = `${this.#ownPrefix}${++this.#ownIds}`;
		this.#ownList = { ...run, id, cursors: cursor === null ? run.cursors : new Set([...run.cursors, cursor]) };
		const params = { ...(run.meta === undefined ? {} : { _meta: run.meta }), ...(cursor === null ? {} : { cursor }) };
		this.#desk.toServer(encode({ jsonrpc: "2.0", id, method: "tools/list", params }));
	}

	#ownPage(run: OwnListRun, response: Response, size: number): void {
		if (!this.#catalog.isCurrent(run.listing)) {
			if (run.restarts < MAX_RESTARTS) this.#beginOwnList(run.meta, run.restarts + 1);
			else this.refuseHeld("list-failed");
			return;
		}
		const next = response.kind === "result" ? this.#readOwnPage(run, response.result, size) : { kind: "bad" as const };
		if (next.kind === "bad") this.refuseHeld("list-failed");
		else if (next.kind === "cursor") this.#requestOwnPage(run, next.cursor);
		else {
			this.#finish(run.listing);
			this.#ownList = null;
			this.#releaseHeld();
		}
	}

	#readOwnPage(run: OwnListRun, result: JsonObject, size: number) {
		if (hasAlikeResult(result) || !isComplete(result) || !Array.isArray(result.tools)) return { kind: "bad" as const };
		this.#desk.noteWithheld(this.#catalog.page(run.listing, result.tools).withheld);
		run.listing.collect(result.tools, size);
		return nextPage(result, run.cursors, this.#limits.pages);
	}
}

/** What a stateless server must know to answer, as the host said it in the call that waits. */
function ownMeta(text: string): JsonObject {
	const call: unknown = JSON.parse(text);
	const meta = isObject(call) && isObject(call.params) && isObject(call.params._meta) ? call.params._meta : {};
	const handedOn = [Meta.protocolVersion, Meta.clientInfo, Meta.clientCapabilities];
	return Object.fromEntries(handedOn.flatMap((key) => (key in meta ? [[key, meta[key]]] : [])));
}
