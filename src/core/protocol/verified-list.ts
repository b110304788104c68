import type { Pin } from "../tools/pin.ts";
import { ErrorCode, encode } from "./answers.ts";
import { Catalog, type HeldDefinition, type Listing, type Pinned, type Standing } from "./catalog.ts";
import type { Desk } from "./desk.ts";
import { isModern, type Request, type Response, type Source } from "./exchange.ts";
import type { InFlight } from "./in-flight.ts";
import { isObject, type JsonObject, type RequestId } from "./message.ts";
import { Meta } from "./meta.ts";
import { HeldCalls, nextPage, type OwnListRun } from "./own-list.ts";
import type { Reason } from "./reasons.ts";
import { hasAlikeResult, isComplete } from "./result-shape.ts";

export interface ListLimits {
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

/** When the server can be asked for its list, if that is needed. `later` is at `listForHeld`. */
export type Timing = "now" | "later" | "never";

/** Of what a list is, and who decides by it. */
export interface ListOwner {
	readonly method: "tools/list" | "prompts/list";
	/** Where its elements stand. */
	readonly key: "tools" | "prompts";
	/** In the ids of the relay's own requests, to tell them from those of another list. */
	readonly mark: string;
	/** The digest of an element, of which `approved` is what a person approved. Null: it has none. */
	readonly pinOf: (element: unknown, approved: Pin) => Pin | null;
	/** `unknown`: it still cannot be told. */
	readonly decide: (request: Request, source: Source) => "done" | "unknown";
	/** What was met in the place of what was approved. */
	readonly withheld: (held: readonly HeldDefinition[]) => void;
	/** The whole list was seen. Left out: nobody wants it, and it is not kept. */
	readonly whole?: (elements: readonly unknown[]) => void;
}

const MAX_RESTARTS = 3;
/** Listings of the host's that may stand open at their next page. */
const MAX_CURSORS = 64;

/**
 * What the server lists of one kind, as far as it has been seen, against what was approved. A request that comes before any list waits
 * while the relay lists by itself, in an id space of its own.
 */
export class VerifiedList {
	readonly #owner: ListOwner;
	readonly #desk: Desk;
	readonly #limits: ListLimits;
	readonly #reserved: string;
	readonly #catalog: Catalog;
	readonly #held: HeldCalls<HeldCall>;
	readonly #cursors = new Map<string, Listing>();
	#ownList: OwnListRun | null = null;
	#ownIds = 0;

	constructor(owner: ListOwner, desk: Desk, limits: ListLimits, random: string, granted: Pinned) {
		this.#owner = owner;
		this.#desk = desk;
		this.#limits = limits;
		this.#reserved = `sallyport-${random}-`;
		this.#catalog = new Catalog(granted, owner.pinOf);
		this.#held = new HeldCalls(limits.held, limits.heldBytes);
	}

	/** True for an id of the relay's own requests, of any list: past, present or to come. */
	isOwn(id: RequestId | null): boolean {
		return typeof id === "string" && id.startsWith(this.#reserved);
	}

	/** True while any call waits. */
	get holds(): boolean {
		return !this.#held.isEmpty;
	}

	/** True while a call with this id waits. */
	isHeld(id: RequestId): boolean {
		return this.#held.has(id);
	}

	grant(granted: Pinned): void {
		this.#catalog.grant(granted);
	}

	/** The server said that its list changed. */
	listChanged(): void {
		this.#catalog.invalidate();
	}

	standing(name: string, approved: Pin): Standing {
		return this.#catalog.standing(name, approved);
	}

	// ---- what the host asks

	list(request: Request, source: Source): void {
		const cursor = request.params?.cursor;
		const listing = typeof cursor === "string" ? (this.#cursors.get(cursor) ?? this.#catalog.beginAmid()) : this.#catalog.begin();
		if (typeof cursor === "string") this.#cursors.delete(cursor);
		this.#desk.forward(request, source, null, listing);
	}

	/** Until the list has been seen. */
	hold(request: Request, source: Source, listing: Timing): void {
		const refuse = (reason: Reason) => this.#desk.refuse(request, reason, ErrorCode.invalidParams);
		if (listing === "never") refuse("not-initialized");
		else if (!this.#held.hold(request.id, { request, source, size: source.bytes.length })) refuse("too-many-held");
		else if (listing === "now" && this.#ownList === null) this.#beginOwnList(isModern(request) ? ownMeta(source.text) : undefined, 0);
	}

	/** From now on the server can be asked: does so if a call waits for it. */
	listForHeld(): void {
		if (this.holds && this.#ownList === null) this.#beginOwnList(undefined, 0);
	}

	/** True: a call with this id waited and does so no more; the server never saw it. */
	cancel(id: RequestId): boolean {
		const held = this.#held.take(id);
		if (held === undefined) return false;
		this.#desk.calledOff(held.request);
		return true;
	}

	/** Refuses all calls that wait. */
	refuseHeld(reason: Reason): void {
		this.#ownList = null;
		for (const { request } of this.#held.takeAll()) this.#desk.refuse(request, reason, ErrorCode.invalidParams);
	}

	/** What waits, and need not by what is granted now, goes on or is refused. */
	retryHeld(): void {
		for (const { request, source, size } of this.#held.takeAll())
			if (this.#owner.decide(request, source) === "unknown") this.#held.hold(request.id, { request, source, size });
	}

	#releaseHeld(): void {
		for (const { request, source } of this.#held.takeAll())
			if (this.#owner.decide(request, source) === "unknown") this.#desk.refuse(request, "list-failed", ErrorCode.invalidParams);
	}

	// ---- what the server lists

	/** Which elements of a page are what was approved, by their places. */
	page({ listing }: InFlight, result: JsonObject, elements: readonly unknown[], size: number): readonly boolean[] {
		// A page whose beginning was not seen is filtered like any other, but says nothing about the whole list.
		const { keep, withheld } = this.#catalog.page(listing ?? this.#catalog.beginAmid(), elements);
		this.#owner.withheld(withheld);
		if (listing?.isWhole === true) {
			if (this.#owner.whole !== undefined) listing.collect(elements, size);
			const next = nextPage(result, new Set(), Number.POSITIVE_INFINITY);
			if (next.kind === "end") this.#finish(listing);
			if (next.kind === "cursor") this.#remember(next.cursor, listing);
		}
		return keep;
	}

	#finish(listing: Listing): void {
		const whole = this.#catalog.finish(listing);
		if (whole !== null) this.#owner.whole?.(whole);
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

	// ---- the relay's own listing

	/** True: the response was to the relay, and is dealt with. `size`: its characters. */
	takeOwnResponse(response: Response, size: number): boolean {
		const run = this.#ownList;
		if (run === null || response.id !== run.id) return false;
		this.#ownPage(run, response, size);
		return true;
	}

	/** The answer to the relay's request cannot be read. True: `id` is that request. */
	giveUpOwn(id: RequestId): boolean {
		if (id !== this.#ownList?.id) return false;
		this.refuseHeld("list-failed");
		return true;
	}

	#beginOwnList(meta: JsonObject | undefined, restarts: number): void {
		this.#requestOwnPage({ listing: this.#catalog.begin(), cursors: new Set(), restarts, meta }, null);
	}

	#requestOwnPage(run: Omit<OwnListRun, "id">, cursor: string | null): void {
		const id = `${this.#reserved}${this.#owner.mark}${++this.#ownIds}`;
		this.#ownList = { ...run, id, cursors: cursor === null ? run.cursors : new Set([...run.cursors, cursor]) };
		const params = { ...(run.meta === undefined ? {} : { _meta: run.meta }), ...(cursor === null ? {} : { cursor }) };
		this.#desk.toServer(encode({ jsonrpc: "2.0", id, method: this.#owner.method, params }));
	}

	#ownPage(run: OwnListRun, response: Response, size: number): void {
		if (!this.#catalog.isCurrent(run.listing)) {
			if (!this.holds) this.#ownList = null;
			else if (run.restarts < MAX_RESTARTS) this.#beginOwnList(run.meta, run.restarts + 1);
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
		const elements = result[this.#owner.key];
		if (hasAlikeResult(result) || !isComplete(result) || !Array.isArray(elements)) return { kind: "bad" as const };
		this.#owner.withheld(this.#catalog.page(run.listing, elements).withheld);
		if (this.#owner.whole !== undefined) run.listing.collect(elements, size);
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
