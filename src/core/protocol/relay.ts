import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { AuditEvent, Outcome } from "../audit/record.ts";
import { brief } from "../plain-text.ts";
import { ErrorCode, encode, refusal } from "./answers.ts";
import { Catalog, type GrantedTools, type Listing, type Withheld } from "./catalog.ts";
import { type InFlight, InFlightRequests } from "./in-flight.ts";
import {
	type Batch,
	DEFAULT_READ_LIMITS,
	type Invalid,
	isObject,
	type JsonObject,
	lookalikesOf,
	type Message,
	type ReadLimits,
	type RequestId,
	readLine,
	type Single,
} from "./message.ts";
import { HeldCalls, nextPage, type OwnListRun } from "./own-list.ts";
import { describe, type Reason } from "./reasons.ts";
import {
	emptiedList,
	filteredList,
	hasDeniedCapability,
	Meta,
	privateList,
	withListChanged,
	withoutDeniedCapabilities,
	withoutResourceSubscriptions,
	withToolsAcknowledged,
} from "./rewrite.ts";
import { Subscriptions } from "./subscriptions.ts";

export interface RelayPolicy {
	/** Empty: no tool is listed, none can be called. */
	readonly tools: GrantedTools;
}

export interface RelayLimits {
	/** Requests of the host that are forwarded and not answered. */
	readonly inFlight: number;
	/** Calls that wait for the relay's own listing, in number and in bytes. */
	readonly held: number;
	readonly heldBytes: number;
	/** Pages of one listing of the relay's own. */
	readonly pages: number;
	readonly read: ReadLimits;
}

export const DEFAULT_RELAY_LIMITS: RelayLimits = {
	inFlight: 1024,
	held: 32,
	heldBytes: 32 * 1024 * 1024,
	pages: 100,
	read: DEFAULT_READ_LIMITS,
};

export interface RelayOptions {
	readonly policy: RelayPolicy;
	/** The server's name, for messages to people. */
	readonly server: string;
	/** Makes the ids of the relay's own requests unguessable: letters and digits, fresh in each session. */
	readonly random: string;
	/**
	 * Hands an event to the audit log; false when it could not be written. It is called before the message that it is
	 * about is given out, and a call whose event was not written is refused.
	 */
	readonly record: (event: AuditEvent) => boolean;
	readonly limits?: Partial<RelayLimits>;
}

/** What the caller is to do, in this order. `bytes` is one line without its newline; `warn` is one line for the person. */
export type Action =
	| { readonly to: "host" | "server"; readonly bytes: Uint8Array }
	| { readonly warn: string }
	| { readonly stop: "host-closed" | "server-closed" };

type Request = Extract<Message, { kind: "request" }>;
type Notification = Extract<Message, { kind: "notification" }>;
type Response = Extract<Message, { kind: "result" | "error" }>;

/** One message and the bytes it came in. */
interface Source {
	readonly text: string;
	readonly bytes: Uint8Array;
}

interface HeldCall {
	readonly request: Request;
	readonly source: Source;
	readonly size: number;
}

/** Requests that pass, with a meaning for the relay or without one. */
const PASS: ReadonlySet<string> = new Set(["initialize", "server/discover", "ping", "logging/setLevel"]);
/** Lists of what is not granted: they pass, and come back empty. */
const EMPTIED: ReadonlyMap<string, string> = new Map([
	["prompts/list", "prompts"],
	["resources/list", "resources"],
	["resources/templates/list", "resourceTemplates"],
]);
const NOT_GRANTED: ReadonlySet<string> = new Set([
	"prompts/get",
	"resources/read",
	"resources/subscribe",
	"resources/unsubscribe",
	"completion/complete",
]);
const SERVER_NOTIFICATIONS: ReadonlySet<string> = new Set([
	"notifications/message",
	"notifications/prompts/list_changed",
	"notifications/resources/list_changed",
]);
/** Members that decide something. One that differs from these in case alone would be read by some programs. */
const hasAlikeParams = lookalikesOf([
	"name",
	"arguments",
	"_meta",
	"cursor",
	"task",
	"inputResponses",
	"requestState",
	"notifications",
	"capabilities",
	"protocolVersion",
	"requestId",
	"progressToken",
]);
const hasAlikeResult = lookalikesOf([
	"tools",
	"prompts",
	"resources",
	"resourceTemplates",
	"resultType",
	"inputRequests",
	"nextCursor",
	"capabilities",
	"_meta",
]);
const hasAlikeMeta = lookalikesOf(Object.values(Meta));
/** 2025-11-25: an error that asks the person to open an address. It is a request for input by another name. */
const URL_ELICITATION_REQUIRED = -32042;
const BATCH_VERSION = "2025-03-26";
const MAX_RESTARTS = 3;
const MAX_CURSORS = 64;
const MAX_SERVER_PINGS = 16;
const MAX_WARNINGS = 256;
/** Characters of a foreign name in a message to a person. */
const SHOWN = 64;

/**
 * Stands between one host and one server and lets through what the policy grants. Pure: lines in, actions out; no clock,
 * no timer, no stream. Bytes are forwarded as they came unless something in the message had to change, and then only
 * that is changed in them.
 *
 * Arrays of messages are taken only where 2025-03-26 was negotiated; each element is decided on by itself and travels on
 * as a line of its own.
 */
export class Relay {
	readonly #server: string;
	readonly #record: (event: AuditEvent) => boolean;
	readonly #limits: RelayLimits;
	readonly #ownPrefix: string;
	readonly #catalog: Catalog;
	readonly #inFlight: InFlightRequests;
	readonly #held: HeldCalls<HeldCall>;
	readonly #subscriptions = new Subscriptions();
	readonly #serverPings = new Set<RequestId>();
	readonly #cursors = new Map<string, Listing>();
	readonly #tally = new Map<string, number>();
	#policy: RelayPolicy;
	#ownList: OwnListRun | null = null;
	#ownIds = 0;
	#version: string | null = null;
	#ready = false;
	#hasTools = false;
	#closed = false;
	#out: Action[] = [];

	constructor(options: RelayOptions) {
		this.#server = brief(options.server, SHOWN);
		this.#record = options.record;
		this.#limits = { ...DEFAULT_RELAY_LIMITS, ...options.limits };
		this.#ownPrefix = `sallyport-${options.random}-`;
		this.#policy = options.policy;
		this.#catalog = new Catalog(options.policy.tools);
		this.#inFlight = new InFlightRequests(this.#limits.inFlight);
		this.#held = new HeldCalls(this.#limits.held, this.#limits.heldBytes);
	}

	/** One line from the host, without its newline. */
	fromHost(line: Uint8Array): readonly Action[] {
		if (this.#closed) return [];
		const read = readLine(line, this.#limits.read);
		if (read?.kind === "single") this.#hostMessage(read.message, { text: read.text, bytes: line });
		else if (read?.kind === "invalid") this.#hostInvalid(read);
		else if (read?.kind === "batch") this.#hostBatch(read);
		return this.#take();
	}

	/** One line from the server, without its newline. */
	fromServer(line: Uint8Array): readonly Action[] {
		if (this.#closed) return [];
		const read = readLine(line, this.#limits.read);
		if (read?.kind === "single") this.#serverMessage(read.message, { text: read.text, bytes: line });
		else if (read?.kind === "invalid") this.#serverInvalid(read);
		else if (read?.kind === "batch") this.#serverBatch(read);
		return this.#take();
	}

	/** The host sent a line over the limit; it was not kept. */
	hostLineTooLong(): readonly Action[] {
		if (this.#closed) return [];
		this.#note("host-to-server", "line-too-long");
		this.#toHost(refusal(null, ErrorCode.invalidRequest));
		return this.#take();
	}

	/**
	 * The server sent a line over the limit; it was not kept. Which request it answered cannot be known, so those that a
	 * host waits for are given up, rather than left to hang.
	 */
	serverLineTooLong(): readonly Action[] {
		if (this.#closed) return [];
		this.#note("server-to-host", "line-too-long");
		for (const [id, request] of this.#inFlight.takeAll()) {
			if (request.method === "subscriptions/listen") this.#inFlight.add(id, request);
			else this.#giveUp(id, request, "line-too-long");
		}
		if (this.#ownList !== null) this.#ownListFailed();
		return this.#take();
	}

	/** Applies at once: to the next call, to the calls that wait, and to every list from now on. */
	setPolicy(policy: RelayPolicy): readonly Action[] {
		if (this.#closed) return [];
		this.#policy = policy;
		this.#catalog.grant(policy.tools);
		this.#announceTools();
		return this.#take();
	}

	/** The host will send nothing more. */
	hostClosed(): readonly Action[] {
		return this.#close("host-closed");
	}

	/** The server is gone: calls that wait are refused; what it left unanswered stays so, as without the relay. */
	serverClosed(): readonly Action[] {
		return this.#close("server-closed");
	}

	// ---- from the host

	#hostInvalid(invalid: Invalid) {
		this.#note("host-to-server", "line-invalid", invalid.code);
		const id = invalid.id !== null && !this.#isTaken(invalid.id) && !this.#isOwn(invalid.id) ? invalid.id : null;
		this.#toHost(refusal(id, invalid.code === "not-json" || invalid.code === "invalid-utf8" ? ErrorCode.parse : ErrorCode.invalidRequest));
	}

	#hostBatch(batch: Batch) {
		if (this.#version !== BATCH_VERSION) {
			this.#note("host-to-server", "batch-not-negotiated");
			return this.#toHost(refusal(null, ErrorCode.invalidRequest));
		}
		for (const element of batch.elements) {
			if (element.kind === "invalid") this.#hostInvalid(element);
			else this.#hostMessage(element.message, ownLine(element));
		}
	}

	#hostMessage(message: Message, source: Source) {
		if (message.kind === "request") this.#hostRequest(message, source);
		else if (message.kind === "notification") this.#hostNotification(message, source);
		else if (message.id !== null && this.#serverPings.delete(message.id)) this.#toServer(source.bytes);
		else this.#note("host-to-server", "response-unexpected");
	}

	#hostRequest(request: Request, source: Source) {
		const { id, method } = request;
		if (this.#isOwn(id)) return this.#refuse(request, "id-reserved", ErrorCode.invalidRequest);
		// An answer that bears the id would be taken for the answer to the first request.
		if (this.#isTaken(id)) return this.#refuse(request, "id-reused", ErrorCode.invalidRequest, null);
		const params = request.params ?? {};
		const meta = params._meta;
		if (hasAlikeParams(params) || (meta !== undefined && !isObject(meta)) || (isObject(meta) && hasAlikeMeta(meta)))
			return this.#refuse(request, "bad-params", ErrorCode.invalidParams);
		const clean = this.#withoutCapabilities(request, source);
		if (method === "tools/call") return this.#call(request, clean, true);
		if (method === "tools/list") return this.#list(request, clean);
		if (method === "subscriptions/listen") return this.#listen(request, clean);
		if (PASS.has(method) || EMPTIED.has(method)) return this.#forward(request, clean);
		if (NOT_GRANTED.has(method)) return this.#refuse(request, "kind-not-granted", ErrorCode.invalidParams);
		return this.#refuse(request, method.startsWith("tasks/") ? "task-not-granted" : "unknown-method", ErrorCode.methodNotFound);
	}

	/** What the relay denies to servers it does not offer to them either. */
	#withoutCapabilities({ method, params }: Request, source: Source): Source {
		let text = source.text;
		if (method === "initialize" && hasDeniedCapability(params?.capabilities))
			text = withoutDeniedCapabilities(text, "params", "capabilities");
		const meta = params?._meta;
		if (isObject(meta) && hasDeniedCapability(meta[Meta.clientCapabilities]))
			text = withoutDeniedCapabilities(text, "params", "_meta", Meta.clientCapabilities);
		return changed(source, text);
	}

	#list(request: Request, source: Source) {
		const cursor = request.params?.cursor;
		let listing: Listing | undefined;
		if (typeof cursor === "string") {
			listing = this.#cursors.get(cursor);
			this.#cursors.delete(cursor);
		} else listing = this.#catalog.begin();
		this.#forward(request, source, { listing: listing ?? null });
	}

	#listen(request: Request, source: Source) {
		const notifications = request.params?.notifications;
		if (!isObject(notifications)) return this.#refuse(request, "bad-params", ErrorCode.invalidParams);
		if (!this.#forward(request, changed(source, withoutResourceSubscriptions(source.text)))) return;
		this.#subscriptions.open(request.id, notifications.toolsListChanged === true);
	}

	#call(request: Request, source: Source, mayWait: boolean) {
		const params = request.params ?? {};
		const refuse = (reason: Reason) => this.#refuse(request, reason, ErrorCode.invalidParams);
		const { name } = params;
		if (typeof name !== "string" || (params.arguments !== undefined && !isObject(params.arguments))) return refuse("bad-params");
		if ("task" in params) return refuse("task-not-granted");
		if ("inputResponses" in params || "requestState" in params) return refuse("input-not-granted");
		const granted = this.#policy.tools.get(name);
		if (granted === undefined) return refuse("tool-not-granted");
		const standing = this.#catalog.standing(name, granted);
		if (standing === "unknown") return mayWait ? this.#hold(request, source) : refuse("list-failed");
		if (standing !== "verified") return refuse(standing);
		const recorded = this.#write({ ...about(request), decision: "allow", reason: "tool-granted", outcome: "forwarded" });
		if (!recorded) return this.#toHost(refusal(request.id, ErrorCode.invalidParams));
		this.#forward(request, source, { tool: name });
	}

	#hold(request: Request, source: Source) {
		const modern = isModern(request);
		if (!modern && !this.#ready) return this.#refuse(request, "not-initialized", ErrorCode.invalidParams);
		const held = this.#held.hold(request.id, { request, source, size: source.bytes.length });
		if (!held) return this.#refuse(request, "too-many-held", ErrorCode.invalidParams);
		if (this.#ownList === null) this.#requestOwnPage(this.#catalog.begin(), new Set(), 0, modern ? ownMeta(source.text) : undefined, null);
	}

	/** False: it was refused. */
	#forward(request: Request, source: Source, more: { readonly tool?: string; readonly listing?: Listing | null } = {}): boolean {
		const meta = request.params?._meta;
		const token = isObject(meta) ? meta.progressToken : undefined;
		const added = this.#inFlight.add(request.id, {
			method: request.method,
			tool: more.tool ?? null,
			listing: more.listing ?? null,
			progressToken: typeof token === "string" || typeof token === "number" ? token : null,
			modern: isModern(request),
		});
		if (added) this.#toServer(source.bytes);
		else this.#refuse(request, "too-many-requests", ErrorCode.invalidParams);
		return added;
	}

	#hostNotification(notification: Notification, source: Source) {
		const { method } = notification;
		if (hasAlikeParams(notification.params ?? {})) return this.#note("host-to-server", "bad-params", null, notification);
		if (method === "notifications/initialized" && this.#version !== null) {
			this.#ready = true;
			return this.#toServer(source.bytes);
		}
		if (method === "notifications/progress") return this.#toServer(source.bytes);
		if (method === "notifications/cancelled") return this.#hostCancels(notification, source);
		// Roots are not offered to the server, so their changes are nothing to it.
		if (method === "notifications/roots/list_changed") return;
		this.#note("host-to-server", "notification-not-granted", brief(method, SHOWN), notification);
	}

	#hostCancels(notification: Notification, source: Source) {
		const id = notification.params?.requestId;
		if (typeof id !== "string" && typeof id !== "number") return;
		const held = this.#held.take(id);
		if (held !== undefined) return this.#write({ ...about(held.request), decision: "refuse", reason: "cancelled", outcome: "cancelled" });
		if (!this.#inFlight.cancel(id)) return;
		const local = this.#subscriptions.get(id)?.local === true;
		this.#subscriptions.close(id);
		if (local) this.#inFlight.take(id);
		else this.#toServer(source.bytes);
	}

	// ---- from the server

	#serverInvalid(invalid: Invalid) {
		this.#note("server-to-host", "line-invalid", invalid.code);
		if (invalid.id !== null) this.#giveUpId(invalid.id, "line-invalid");
	}

	#serverBatch(batch: Batch) {
		const negotiated = this.#version === BATCH_VERSION;
		if (!negotiated) this.#note("server-to-host", "batch-not-negotiated");
		for (const element of batch.elements) {
			if (element.kind === "invalid") this.#serverInvalid(element);
			else if (negotiated) this.#serverMessage(element.message, ownLine(element));
			else if ((element.message.kind === "result" || element.message.kind === "error") && element.message.id !== null)
				this.#giveUpId(element.message.id, "batch-not-negotiated");
		}
	}

	#serverMessage(message: Message, source: Source) {
		if (message.kind === "request") this.#serverRequest(message, source);
		else if (message.kind === "notification") this.#serverNotification(message, source);
		else this.#serverResponse(message, source);
	}

	#serverRequest(request: Request, source: Source) {
		const { id, method } = request;
		if (method === "ping" && !this.#serverPings.has(id) && this.#serverPings.size < MAX_SERVER_PINGS) {
			this.#serverPings.add(id);
			return this.#toHost(source.bytes);
		}
		this.#note("server-to-host", "server-request-not-granted", brief(method, SHOWN), request);
		this.#toServer(refusal(id, ErrorCode.methodNotFound));
	}

	#serverNotification(notification: Notification, source: Source) {
		const { method } = notification;
		const params = notification.params ?? {};
		const meta = params._meta;
		const drop = () => this.#note("server-to-host", "notification-not-granted", brief(method, SHOWN), notification);
		if (hasAlikeParams(params) || (isObject(meta) && hasAlikeMeta(meta))) return drop();
		if (method === "notifications/tools/list_changed") this.#catalog.invalidate();
		const stream = isObject(meta) ? meta[Meta.subscriptionId] : undefined;
		const subscription = this.#subscriptions.get(stream);
		if (method === "notifications/subscriptions/acknowledged") {
			if (subscription === undefined || subscription.local || !isObject(params.notifications)) return drop();
			subscription.acknowledged = true;
			const add = subscription.tools && params.notifications.toolsListChanged !== true;
			return this.#toHost(changed(source, add ? withToolsAcknowledged(source.text) : source.text).bytes);
		}
		if (stream !== undefined && subscription?.acknowledged !== true) return drop();
		if (method === "notifications/cancelled") return this.#serverCancels(params, source, drop);
		if (method === "notifications/progress")
			return this.#inFlight.hasProgressToken(params.progressToken) ? this.#toHost(source.bytes) : drop();
		if (method === "notifications/tools/list_changed" || SERVER_NOTIFICATIONS.has(method)) return this.#toHost(source.bytes);
		drop();
	}

	/** Of its own requests, and to end a subscription: nothing else is the server's to cancel. */
	#serverCancels(params: JsonObject, source: Source, drop: () => void) {
		const id = params.requestId;
		if (typeof id !== "string" && typeof id !== "number") return drop();
		if (this.#subscriptions.get(id) !== undefined) {
			this.#subscriptions.close(id);
			this.#inFlight.take(id);
		} else if (!this.#serverPings.delete(id)) return drop();
		this.#toHost(source.bytes);
	}

	#serverResponse(response: Response, source: Source) {
		if (response.id !== null && response.id === this.#ownList?.id) return this.#ownPage(this.#ownList, response);
		const request = response.id === null ? undefined : this.#inFlight.take(response.id);
		if (response.id === null || request === undefined) return this.#note("server-to-host", "response-unexpected");
		if (response.kind === "error") this.#errorResponse(response.id, request, response.error, source);
		else this.#resultResponse(response.id, request, response.result, source);
	}

	#errorResponse(id: RequestId, request: InFlight, error: { readonly code: number }, source: Source) {
		if (error.code === URL_ELICITATION_REQUIRED) return this.#giveUp(id, request, "input-not-granted");
		const subscription = this.#subscriptions.get(id);
		if (request.method === "subscriptions/listen" && subscription !== undefined) {
			if (error.code === ErrorCode.methodNotFound && subscription.tools) return this.#keepSubscription(id, request);
			this.#subscriptions.close(id);
		}
		if (request.tool !== null) this.#outcome(id, request, "error");
		this.#toHost(source.bytes);
	}

	/** The relay announced changes of the tools, so it serves the subscription when the server does not. */
	#keepSubscription(id: RequestId, request: InFlight) {
		const subscription = this.#subscriptions.get(id);
		if (subscription === undefined) return;
		subscription.local = true;
		subscription.acknowledged = true;
		this.#inFlight.add(id, request);
		const params = { _meta: { [Meta.subscriptionId]: id }, notifications: { toolsListChanged: true } };
		this.#toHost(encode({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params }));
	}

	#resultResponse(id: RequestId, request: InFlight, result: JsonObject, source: Source) {
		if (hasAlikeResult(result)) return this.#giveUp(id, request, "result-unreadable");
		if (!isComplete(result)) return this.#giveUp(id, request, "input-not-granted");
		const text = this.#judgedResult(request, result, source.text);
		if (text === null) return this.#giveUp(id, request, "result-unreadable");
		if (request.tool !== null) this.#outcome(id, request, result.isError === true ? "tool-error" : "answered");
		if (request.method === "subscriptions/listen") this.#subscriptions.close(id);
		this.#toHost(changed(source, text).bytes);
		// The host's own listing may have shown all that calls wait for.
		if (request.method === "tools/list" && this.#catalog.isComplete) this.#releaseHeld();
	}

	/** The text of an answer as the host may have it; null when its shape is not what the method gives. */
	#judgedResult(request: InFlight, result: JsonObject, text: string): string | null {
		const emptied = EMPTIED.get(request.method);
		if (emptied !== undefined) return Array.isArray(result[emptied]) ? emptiedList(text, emptied) : null;
		switch (request.method) {
			case "initialize":
				if (typeof result.protocolVersion !== "string") return null;
				this.#version = result.protocolVersion;
				this.#hasTools = isObject(result.capabilities) && isObject(result.capabilities.tools);
				return withListChanged(text, result.capabilities);
			case "server/discover":
				return withListChanged(text, result.capabilities);
			case "tools/list":
				return this.#listResult(request, result, text);
			default:
				return text;
		}
	}

	#listResult({ listing, modern }: InFlight, result: JsonObject, text: string): string | null {
		if (!Array.isArray(result.tools)) return null;
		// A page whose beginning was not seen is filtered like any other, but says nothing about the whole list.
		const pass = listing ?? this.#catalog.begin();
		const { keep, withheld } = this.#catalog.page(pass, result.tools);
		this.#noteWithheld(withheld);
		if (listing !== null) {
			const next = nextPage(result, new Set(), Number.POSITIVE_INFINITY);
			if (next.kind === "end") this.#catalog.finish(listing);
			if (next.kind === "cursor") this.#remember(next.cursor, listing);
		}
		const filtered = filteredList(text, "tools", keep);
		return modern ? privateList(filtered, result) : filtered;
	}

	#remember(cursor: string, listing: Listing) {
		const [oldest] = this.#cursors.keys();
		if (oldest !== undefined && this.#cursors.size >= MAX_CURSORS) this.#cursors.delete(oldest);
		this.#cursors.set(cursor, listing);
	}

	// ---- the relay's own listing

	#requestOwnPage(listing: Listing, cursors: ReadonlySet<string>, restarts: number, meta: JsonObject | undefined, cursor: string | null) {
		const id = `${this.#ownPrefix}${++this.#ownIds}`;
		this.#ownList = { id, listing, cursors: cursor === null ? cursors : new Set([...cursors, cursor]), restarts, meta };
		const params = { ...(meta === undefined ? {} : { _meta: meta }), ...(cursor === null ? {} : { cursor }) };
		this.#toServer(encode({ jsonrpc: "2.0", id, method: "tools/list", params }));
	}

	#ownPage(run: OwnListRun, response: Response) {
		const { listing, cursors, restarts, meta } = run;
		if (!this.#catalog.isCurrent(listing)) {
			if (restarts >= MAX_RESTARTS) return this.#ownListFailed();
			return this.#requestOwnPage(this.#catalog.begin(), new Set(), restarts + 1, meta, null);
		}
		if (response.kind === "error") return this.#ownListFailed();
		const { result } = response;
		if (hasAlikeResult(result) || !isComplete(result) || !Array.isArray(result.tools)) return this.#ownListFailed();
		this.#noteWithheld(this.#catalog.page(listing, result.tools).withheld);
		const next = nextPage(result, cursors, this.#limits.pages);
		if (next.kind === "bad") return this.#ownListFailed();
		if (next.kind === "cursor") return this.#requestOwnPage(listing, cursors, restarts, meta, next.cursor);
		this.#catalog.finish(listing);
		this.#ownList = null;
		this.#releaseHeld();
	}

	#releaseHeld() {
		for (const { request, source } of this.#held.takeAll()) this.#call(request, source, false);
	}

	#ownListFailed() {
		this.#ownList = null;
		for (const { request } of this.#held.takeAll()) this.#refuse(request, "list-failed", ErrorCode.invalidParams);
	}

	#announceTools() {
		const method = "notifications/tools/list_changed";
		if (this.#ready && this.#hasTools) this.#toHost(encode({ jsonrpc: "2.0", method }));
		for (const id of this.#subscriptions.listeningToTools())
			this.#toHost(encode({ jsonrpc: "2.0", method, params: { _meta: { [Meta.subscriptionId]: id } } }));
	}

	#close(stop: "host-closed" | "server-closed"): readonly Action[] {
		if (this.#closed) return [];
		for (const { request } of this.#held.takeAll()) this.#refuse(request, "session-ended", ErrorCode.invalidParams);
		for (const [id, request] of this.#inFlight.takeAll()) if (request.tool !== null) this.#outcome(id, request, "unanswered");
		this.#closed = true;
		this.#out.push({ stop });
		return this.#take();
	}

	// ---- saying and recording

	#refuse(request: Request, reason: Reason, code: ErrorCode, answerTo: RequestId | null = request.id) {
		this.#write({ ...about(request), decision: "refuse", reason, outcome: "withheld" });
		const subject = request.method === "tools/call" ? about(request).tool : request.method;
		this.#warn(reason, subject === null ? null : brief(subject, SHOWN));
		this.#toHost(refusal(answerTo, code));
	}

	/** The server's answer cannot be passed on, and the host shall not wait for another. */
	#giveUp(id: RequestId, request: InFlight, reason: Reason) {
		this.#write({
			request: id,
			direction: "server-to-host",
			method: request.method,
			tool: request.tool,
			decision: "refuse",
			reason,
			outcome: "withheld",
		});
		this.#warn(reason, request.tool === null ? brief(request.method, SHOWN) : brief(request.tool, SHOWN));
		this.#subscriptions.close(id);
		this.#toHost(refusal(id, ErrorCode.invalidParams));
	}

	#giveUpId(id: RequestId, reason: Reason) {
		if (id === this.#ownList?.id) return this.#ownListFailed();
		const request = this.#inFlight.take(id);
		if (request !== undefined) this.#giveUp(id, request, reason);
	}

	#outcome(id: RequestId, { method, tool }: InFlight, outcome: Outcome) {
		this.#write({ request: id, direction: "server-to-host", method, tool, decision: "allow", reason: "tool-granted", outcome });
	}

	/** For what one side could repeat without end: recorded the first time, the tenth, the hundredth… with the count. */
	#note(direction: AuditEvent["direction"], reason: Reason, detail: string | null = null, message?: Request | Notification) {
		const count = this.#countOf(`${direction} ${reason} ${detail ?? ""}`);
		if (!/^10*$/.test(String(count))) return;
		const request = message?.kind === "request" ? message.id : null;
		const method = message?.method ?? null;
		this.#write({ request, direction, method, tool: null, decision: "refuse", reason, outcome: "withheld", count });
		this.#warn(reason, detail);
	}

	#noteWithheld(withheld: readonly Withheld[]) {
		for (const { name: tool, reason } of withheld) {
			const count = this.#countOf(`${reason} ${tool}`);
			if (!/^10*$/.test(String(count))) continue;
			const method = "tools/list";
			this.#write({ request: null, direction: "server-to-host", method, tool, decision: "refuse", reason, outcome: "withheld", count });
			this.#warn(reason, brief(tool, SHOWN));
		}
	}

	/** Bounded: what comes after too many different things is counted together. */
	#countOf(key: string): number {
		const slot = this.#tally.has(key) || this.#tally.size < MAX_WARNINGS ? key : "";
		const count = (this.#tally.get(slot) ?? 0) + 1;
		this.#tally.set(slot, count);
		return count;
	}

	/** Each warning once. */
	#warn(reason: Reason, subject: string | null) {
		if (this.#countOf(`warned ${reason} ${subject ?? ""}`) === 1) this.#out.push({ warn: describe(reason, this.#server, subject) });
	}

	#write(event: AuditEvent): boolean {
		const written = this.#record(event);
		if (!written) this.#warn("audit-failed", null);
		return written;
	}

	#isOwn(id: RequestId): boolean {
		return typeof id === "string" && id.startsWith(this.#ownPrefix);
	}

	#isTaken(id: RequestId): boolean {
		return this.#inFlight.has(id) || this.#held.has(id);
	}

	#toHost(bytes: Uint8Array) {
		this.#out.push({ to: "host", bytes });
	}

	#toServer(bytes: Uint8Array) {
		this.#out.push({ to: "server", bytes });
	}

	#take(): readonly Action[] {
		const out = this.#out;
		this.#out = [];
		return out;
	}
}

function isModern({ params }: Request): boolean {
	return isObject(params?._meta) && typeof params._meta[Meta.protocolVersion] === "string";
}

/** Absent in the older era. Any other word than `complete` asks the host for something. */
function isComplete(result: JsonObject): boolean {
	return result.resultType === undefined || result.resultType === "complete";
}

function about(request: Request): Pick<AuditEvent, "request" | "direction" | "method" | "tool" | "arguments"> {
	const name = request.params?.name;
	const call = request.method === "tools/call";
	return {
		request: request.id,
		direction: "host-to-server",
		method: request.method,
		tool: call && typeof name === "string" ? name : null,
		...(call && request.params?.arguments !== undefined ? { arguments: request.params.arguments } : {}),
	};
}

function changed(source: Source, text: string): Source {
	return text === source.text ? source : { text, bytes: utf8ToBytes(text) };
}

function ownLine({ text }: Single): Source {
	return { text, bytes: utf8ToBytes(text) };
}

/** What a stateless server must know to answer, as the host said it in the call that waits. */
function ownMeta(text: string): JsonObject {
	const call: unknown = JSON.parse(text);
	const meta = isObject(call) && isObject(call.params) && isObject(call.params._meta) ? call.params._meta : {};
	return Object.fromEntries(
		[Meta.protocolVersion, Meta.clientInfo, Meta.clientCapabilities].flatMap((key) => (key in meta ? [[key, meta[key]]] : [])),
	);
}
