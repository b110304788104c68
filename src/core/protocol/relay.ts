import type { AuditEvent } from "../audit/event.ts";
import { ASK_KINDS, type Asks } from "../policy/asks.ts";
import type { MessageLimits } from "../policy/limits.ts";
import { NO_OFFERS, type Offers } from "../policy/offers.ts";
import type { KnownValues } from "../secrets/known-values.ts";
import type { HiddenKind } from "../visible-text.ts";
import { ErrorCode, encode, refusal } from "./answers.ts";
import { AskGate, type AskVerdict, subjectOf } from "./ask-gate.ts";
import { CallRate } from "./call-rate.ts";
import type { GrantedTools } from "./catalog.ts";
import { cutResult } from "./cut-result.ts";
import { type Action, Desk } from "./desk.ts";
import { about, changed, isModern, line, type Notification, type Request, type Response, type Source } from "./exchange.ts";
import type { LineEvent } from "./frame.ts";
import { withHalvesShown } from "./half-characters.ts";
import { type FoundSecret, HostSecrets } from "./host-secrets.ts";
import type { InFlight } from "./in-flight.ts";
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
} from "./message.ts";
import {
	changedOffers,
	deniedOffers,
	deniedSubscriptions,
	isOfferList,
	isOfferRequest,
	isOfOlderEra,
	isReachable,
	mayHear,
	offeredPage,
} from "./offered.ts";
import { readPlainAnswer } from "./plain-answer.ts";
import { PLAIN_DEPTH } from "./plain-json.ts";
import type { Reason } from "./reasons.ts";
import { redactMessage } from "./redaction.ts";
import { hasAlikeResult, isComplete } from "./result-shape.ts";
import {
	emptiedList,
	filteredList,
	hasDeniedCapability,
	Meta,
	privateList,
	withListChanged,
	withOffers,
	withoutDeniedCapabilities,
	withSubscriptions,
	withToolsAcknowledged,
} from "./rewrite.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { Clock } from "./token-bucket.ts";
import { type MayCall, ToolGate, type ToolGateLimits } from "./tool-gate.ts";
import { visibleMessage } from "./visible-message.ts";

export type { Withheld } from "./catalog.ts";
export type { Action } from "./desk.ts";

export interface RelayPolicy {
	/** Empty: no tool is listed, none can be called. */
	readonly tools: GrantedTools;
	/** Whether a granted tool may be called with these arguments. Left out: with any. */
	readonly mayCall?: MayCall;
	/** Prompts, resources, templates and completions. Left out: none. */
	readonly offers?: Offers;
	/** What the server may ask its host for. Left out: nothing. */
	readonly asks?: Asks;
	/** Where the host may send secrets that are not the server's own: tools, or `*`. Left out: nowhere. */
	readonly hostSecrets?: readonly string[];
	/** Of calls and their answers. Left out: those of the relay alone. */
	readonly limits?: MessageLimits;
}

export interface RelayLimits extends ToolGateLimits {
	/** Requests of the host that are forwarded and not answered. */
	readonly inFlight: number;
	readonly read: ReadLimits;
}

const DEFAULT_LIMITS: RelayLimits = { inFlight: 1024, held: 1024, heldBytes: 32 * 1024 * 1024, pages: 100, read: DEFAULT_READ_LIMITS };

export interface RelayOptions {
	readonly policy: RelayPolicy;
	/** The server's name, for messages to people. */
	readonly server: string;
	/** Makes the ids of the relay's own requests unguessable: letters and digits, fresh in each session. */
	readonly random: string;
	/**
	 * Hands an event to the audit log; false when it could not be written. It is called before the message that it is
	 * about is given out, and a call whose event was not written is refused. How a call ended comes as an action, after its answer.
	 */
	readonly record: (event: AuditEvent) => boolean;
	readonly limits?: Partial<RelayLimits>;
	/** What is granted so many times a minute is counted by it. Left out: time stands still. */
	readonly clock?: Clock;
	/** The server's secrets: taken out of all that it sends to the host. Left out: it has none. */
	readonly secrets?: KnownValues;
}

/** Requests that pass, with a meaning for the relay or without one. */
const PASS: ReadonlySet<string> = new Set(["initialize", "server/discover", "ping", "logging/setLevel"]);
const SERVER_NOTIFICATIONS: ReadonlySet<string> = new Set(["notifications/message"]);
const TOOLS_CHANGED = "notifications/tools/list_changed";
/** Members that decide something. One that differs from these in case alone would be read by some programs. */
const hasAlikeParams = lookalikesOf([
	"name",
	"uri",
	"ref",
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
const hasAlikeNotification = lookalikesOf(["toolsListChanged", "promptsListChanged", "resourcesListChanged", "resourceSubscriptions"]);
const hasAlikeMeta = lookalikesOf(Object.values(Meta));
/** 2025-11-25: an error that asks the person to open an address. It is a request for input by another name. */
const URL_ELICITATION_REQUIRED = -32042;
/** What a server lists when it is asked for it, and nowhere else: there nobody would filter it. */
const LISTED = ["tools", "prompts", "resources", "resourceTemplates"];
const BATCH_VERSION = "2025-03-26";
const MAX_SERVER_PINGS = 16;

/**
 * Stands between one host and one server and lets through what the policy grants. Pure: lines in, actions out; no clock,
 * no timer, no stream. Bytes are forwarded as they came unless something in the message had to change, and then only
 * that is changed in them.
 *
 * Arrays of messages are taken only where 2025-03-26 was negotiated; each element is decided on by itself and travels on
 * as a line of its own.
 */
export class Relay {
	readonly #limits: RelayLimits;
	readonly #desk: Desk;
	readonly #tools: ToolGate;
	readonly #asks: AskGate;
	readonly #rate: CallRate;
	readonly #secrets: KnownValues | null;
	readonly #hostSecrets: HostSecrets;
	readonly #subscriptions = new Subscriptions();
	readonly #serverPings = new Set<RequestId>();
	/** Of the older era: the host's `initialize` was forwarded, it was answered (with this version), and the host said so. */
	#initializing = false;
	#version: string | null = null;
	#initialized = false;
	#hasTools = false;
	/** What the older era's server said that it has beside tools, and the host was told of. */
	#announced: ReadonlySet<string> = new Set();
	#offers: Offers;
	/** Bytes of an answer. */
	#resultBytes = Number.POSITIVE_INFINITY;
	#cuts = false;
	#hostClosed = false;
	#serverClosed = false;
	#stopped = false;

	constructor(options: RelayOptions) {
		this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
		this.#secrets = options.secrets ?? null;
		this.#hostSecrets = new HostSecrets(options.policy.hostSecrets ?? [], this.#secrets);
		this.#desk = new Desk(options.server, options.record, this.#limits.inFlight, options.clock ?? null);
		this.#offers = options.policy.offers ?? NO_OFFERS;
		const clock = options.clock ?? (() => 0);
		this.#asks = new AskGate(options.policy.asks ?? {}, clock);
		this.#rate = new CallRate(options.policy.limits?.callsPerMinute, clock);
		this.#limit(options.policy.limits ?? {});
		this.#tools = new ToolGate(this.#desk, this.#asks, this.#rate, options.policy, this.#limits, options.random);
	}

	/** What the host sent. */
	fromHost(events: readonly LineEvent[]): readonly Action[] {
		return this.#step(() => {
			for (const event of events) {
				if (event.kind === "line") this.#hostLine(event.line);
				else this.#hostLineTooLong();
			}
		});
	}

	/** What the server sent. */
	fromServer(events: readonly LineEvent[]): readonly Action[] {
		return this.#step(() => {
			for (const event of events) {
				if (event.kind !== "line") this.#serverLineTooLong();
				else if (!this.#passAnswer(event.line)) this.#serverLine(event.line);
			}
		});
	}

	/**
	 * What was recorded last did not reach the log, so what it was about was not given to the server: calls that the host waits for are
	 * given up, and what the server asks of it is called off.
	 */
	recordsLost(): readonly Action[] {
		return this.#step(() => {
			for (const [id, request] of this.#desk.inFlight.takeAll()) {
				if (!isAudited(request)) this.#desk.inFlight.add(id, request);
				else this.#desk.giveUp(id, request, "audit-failed");
			}
			this.#callOff(this.#asks.closeAll());
		});
	}

	/** Applies at once: to the next call, to the calls that wait, and to every list from now on. */
	setPolicy(policy: RelayPolicy): readonly Action[] {
		return this.#step(() => {
			this.#limit(policy.limits ?? {});
			this.#hostSecrets.grant(policy.hostSecrets ?? []);
			this.#tools.grant(policy);
			if (this.#isReady && this.#hasTools) this.#desk.toHost(encode({ jsonrpc: "2.0", method: TOOLS_CHANGED }));
			for (const id of this.#subscriptions.listeningToTools())
				this.#desk.toHost(encode({ jsonrpc: "2.0", method: TOOLS_CHANGED, params: { _meta: { [Meta.subscriptionId]: id } } }));
			this.#setOffers(policy.offers ?? NO_OFFERS);
			this.#callOff(this.#asks.grant(policy.asks ?? {}));
		});
	}

	/** Requests of the server that the host has, and is not to answer any more. */
	#callOff(ids: readonly RequestId[]): void {
		for (const id of ids) {
			this.#desk.toHost(encode({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } }));
			this.#desk.toServer(refusal(id, ErrorCode.methodNotFound));
		}
	}

	#limit({ callsPerMinute, resultBytes, overlong, pending }: MessageLimits): void {
		this.#rate.set(callsPerMinute);
		this.#resultBytes = resultBytes ?? Number.POSITIVE_INFINITY;
		this.#cuts = overlong === "cut";
		this.#desk.inFlight.bound(Math.min(this.#limits.inFlight, pending ?? Number.POSITIVE_INFINITY));
	}

	#setOffers(offers: Offers): void {
		const methods = changedOffers(this.#offers, offers);
		this.#offers = offers;
		for (const method of methods) {
			const kind = method.split("/")[1] ?? "";
			if (this.#isReady && this.#announced.has(kind)) this.#desk.toHost(encode({ jsonrpc: "2.0", method }));
			for (const id of this.#subscriptions.listeningTo(`${kind}ListChanged`))
				this.#desk.toHost(encode({ jsonrpc: "2.0", method, params: { _meta: { [Meta.subscriptionId]: id } } }));
		}
	}

	/**
	 * The host will send nothing more; it may still read. `stop` comes once no call waits to be sent to the server, at once
	 * or in a later step: the server's input can be closed then. Its answers are passed on until `serverClosed`.
	 */
	hostClosed(): readonly Action[] {
		return this.#step(() => {
			this.#hostClosed = true;
		});
	}

	/** The server is gone: calls that wait are refused; what it left unanswered stays so, as without the relay. */
	serverClosed(): readonly Action[] {
		return this.#step(() => {
			this.#serverClosed = true;
			this.#tools.refuseHeld("session-ended");
			for (const [id, request] of this.#desk.inFlight.takeAll()) if (isAudited(request)) this.#desk.outcome(id, request, "unanswered");
			this.#desk.stop("server-closed");
		});
	}

	/** True while the host waits for an answer. Lists that it keeps open do not count. */
	get isWaitedFor(): boolean {
		return this.#tools.holds || this.#desk.inFlight.waiting > this.#subscriptions.size;
	}

	#step(work: () => void): readonly Action[] {
		if (!this.#serverClosed) work();
		if (this.#hostClosed && !this.#serverClosed && !this.#stopped && !this.#tools.holds) {
			this.#stopped = true;
			this.#desk.stop("host-closed");
		}
		return this.#desk.take();
	}

	// ---- from the host

	#hostLine(bytes: Uint8Array): void {
		const read = readLine(bytes, this.#limits.read);
		if (read?.kind === "single") this.#hostMessage(read.message, { text: read.text, bytes });
		else if (read?.kind === "invalid") this.#hostInvalid(read);
		else if (read?.kind === "batch") this.#hostBatch(read);
	}

	/** It was not kept. */
	#hostLineTooLong(): void {
		this.#desk.note("host-to-server", "line-too-long");
		this.#desk.toHost(refusal(null, ErrorCode.invalidRequest));
	}

	#hostInvalid({ id, code }: Invalid): void {
		this.#desk.note("host-to-server", "line-invalid", code);
		const answerable = id !== null && !this.#isTaken(id) && !this.#tools.isOwn(id);
		const unparsed = code === "not-json" || code === "invalid-utf8";
		this.#desk.toHost(refusal(answerable ? id : null, unparsed ? ErrorCode.parse : ErrorCode.invalidRequest));
	}

	#hostBatch(batch: Batch): void {
		if (this.#version !== BATCH_VERSION) {
			this.#desk.note("host-to-server", "batch-not-negotiated");
			this.#desk.toHost(refusal(null, ErrorCode.invalidRequest));
			return;
		}
		for (const element of batch.elements) {
			if (element.kind === "invalid") this.#hostInvalid(element);
			else this.#hostMessage(element.message, line(element.text));
		}
	}

	#hostMessage(message: Message, source: Source): void {
		const found = this.#hostSecrets.find(message, source.text);
		if (message.kind === "request") this.#hostRequest(message, source, found);
		else if (message.kind === "notification") this.#hostNotification(message, source, found);
		else if (message.id !== null && (this.#serverPings.delete(message.id) || this.#asks.close(message.id))) {
			if (found !== null) this.#desk.note("host-to-server", "host-secret", `${found.kind} in ${found.place}`);
			this.#desk.toServer(found === null ? source.bytes : refusal(message.id, ErrorCode.invalidRequest));
		} else this.#desk.note("host-to-server", "response-unexpected");
	}

	#hostRequest(request: Request, original: Source, found: FoundSecret | null): void {
		const { id, method } = request;
		const { invalidRequest, invalidParams, methodNotFound } = ErrorCode;
		if (this.#tools.isOwn(id)) this.#desk.refuse(request, "id-reserved", invalidRequest);
		// An answer that bears the id would be taken for the answer to the first request.
		else if (this.#isTaken(id)) this.#desk.refuse(request, "id-reused", invalidRequest, null);
		else if (found !== null) this.#desk.refuseSecret(request, found);
		else if (!isUnambiguous(request.params)) this.#desk.refuse(request, "bad-params", invalidParams);
		else if (method.startsWith("tasks/")) this.#desk.refuse(request, "task-not-granted", methodNotFound);
		else this.#pass(request, this.#withoutCapabilities(request, original));
	}

	#pass(request: Request, source: Source): void {
		const { method } = request;
		if (method === "tools/call") this.#tools.call(request, source, this.#timing(request));
		else if (method === "tools/list") this.#tools.list(request, source);
		else if (method === "subscriptions/listen") this.#listen(request, source);
		else if (isOfferRequest(method)) this.#reach(request, source);
		else if (PASS.has(method) || isOfferList(method)) {
			if (this.#desk.forward(request, source) && method === "initialize") this.#initializing = true;
		} else this.#desk.refuse(request, "unknown-method", ErrorCode.methodNotFound);
	}

	/** For one thing beside tools. What is not granted, and what is not there, gets one answer. */
	#reach(request: Request, source: Source): void {
		const refuse = (reason: Reason) => this.#desk.refuse(request, reason, ErrorCode.invalidParams);
		const { params = {} } = request;
		if (!isReachable(this.#offers, request.method, params)) this.#desk.refuse(request, "kind-not-granted", notGranted(request));
		else if (!isObject(params.arguments ?? {})) refuse("bad-params");
		else if ("task" in params) refuse("task-not-granted");
		else if (!this.#asks.mayAnswer(subjectOf(request.method, params), params)) refuse("input-not-granted");
		else if (this.#desk.write({ ...about(request), decision: "allow", reason: "offer-granted", outcome: "forwarded" })) {
			if (this.#desk.forward(request, source)) this.#asks.answered(subjectOf(request.method, params), params);
		} else this.#desk.toHost(refusal(request.id, ErrorCode.invalidParams));
	}

	/** What the relay denies to servers it does not offer to them either. */
	#withoutCapabilities({ method, params }: Request, source: Source): Source {
		let text = source.text;
		const denied = new Set(["tasks", ...ASK_KINDS.filter((kind) => !this.#asks.grants(kind))]);
		if (method === "initialize" && hasDeniedCapability(params?.capabilities, denied))
			text = withoutDeniedCapabilities(text, denied, "params", "capabilities");
		const meta = params?._meta;
		if (isObject(meta) && hasDeniedCapability(meta[Meta.clientCapabilities], denied))
			text = withoutDeniedCapabilities(text, denied, "params", "_meta", Meta.clientCapabilities);
		return changed(source, text);
	}

	/** When the server can be asked for its tools. A host may send everything at once, before its `initialize` is answered. */
	#timing(request: Request): "now" | "later" | "never" {
		if (isModern(request) || this.#isReady) return "now";
		return this.#initialized ? "later" : "never";
	}

	get #isReady(): boolean {
		return this.#initialized && this.#version !== null;
	}

	#listen(request: Request, source: Source): void {
		const notifications = request.params?.notifications;
		if (!isObject(notifications) || hasAlikeNotification(notifications)) {
			this.#desk.refuse(request, "bad-params", ErrorCode.invalidParams);
			return;
		}
		const { drop, keep } = deniedSubscriptions(this.#offers, notifications);
		if (!this.#desk.forward(request, changed(source, withSubscriptions(source.text, drop, keep)))) return;
		const others = ["promptsListChanged", "resourcesListChanged"].filter((name) => notifications[name] === true);
		this.#subscriptions.open(request.id, notifications.toolsListChanged === true, new Set(others));
	}

	#hostNotification(notification: Notification, source: Source, found: FoundSecret | null): void {
		const { method, params } = notification;
		if (found !== null) this.#desk.note("host-to-server", "host-secret", `${found.kind} in ${found.place}`);
		else if (!isUnambiguous(params)) this.#desk.noteMessage("host-to-server", "bad-params", notification);
		else if (method === "notifications/cancelled") this.#hostCancels(params?.requestId, source);
		else if (method === "notifications/progress") this.#desk.toServer(source.bytes);
		else if (method === "notifications/initialized" && this.#initializing) {
			this.#initialized = true;
			this.#desk.toServer(source.bytes);
		} else if (method === "notifications/roots/list_changed") {
			// Where they are not offered to the server, their changes are nothing to it.
			if (this.#asks.grants("roots")) this.#desk.toServer(source.bytes);
		} else this.#desk.noteMessage("host-to-server", "notification-not-granted", notification);
	}

	#hostCancels(id: unknown, source: Source): void {
		if ((typeof id !== "string" && typeof id !== "number") || this.#tools.cancel(id) || !this.#desk.inFlight.cancel(id)) return;
		const local = this.#subscriptions.get(id)?.local === true;
		this.#subscriptions.close(id);
		if (local) this.#desk.inFlight.take(id);
		else this.#desk.toServer(source.bytes);
	}

	#isTaken(id: RequestId): boolean {
		return this.#desk.inFlight.has(id) || this.#tools.isHeld(id);
	}

	// ---- from the server

	#serverLine(bytes: Uint8Array): void {
		const read = readLine(bytes, this.#limits.read);
		if (read?.kind === "single") this.#serverMessage(read.message, { text: read.text, bytes });
		else if (read?.kind === "invalid" && read.code === "lone-surrogate") this.#serverHalves(bytes);
		else if (read?.kind === "invalid") this.#serverInvalid(read);
		else if (read?.kind === "batch") this.#serverBatch(read);
	}

	/** A text that was cut through the midst of a character. Nobody is to guess what stands there: it is shown as its code. */
	#serverHalves(bytes: Uint8Array): void {
		this.#desk.flag("text-made-visible", "half-character");
		this.#serverLine(withHalvesShown(bytes));
	}

	/**
	 * It was not kept. Which request it answered cannot be known, so those that a host waits for are given up, rather than left to hang.
	 */
	#serverLineTooLong(): void {
		this.#desk.note("server-to-host", "line-too-long");
		for (const [id, request] of this.#desk.inFlight.takeAll()) {
			if (request.method === "subscriptions/listen") this.#desk.inFlight.add(id, request);
			else this.#desk.giveUp(id, request, "line-too-long");
		}
		this.#tools.refuseHeld("list-failed");
	}

	#serverInvalid({ id, code }: Invalid): void {
		this.#desk.note("server-to-host", "line-invalid", code);
		if (id !== null) this.#giveUpId(id, "line-invalid");
	}

	#serverBatch(batch: Batch): void {
		const negotiated = this.#version === BATCH_VERSION;
		if (!negotiated) this.#desk.note("server-to-host", "batch-not-negotiated");
		for (const element of batch.elements) {
			if (element.kind === "invalid") this.#serverInvalid(element);
			else if (negotiated) this.#serverMessage(element.message, line(element.text));
			else if (element.message.kind === "result" || element.message.kind === "error") {
				if (element.message.id !== null) this.#giveUpId(element.message.id, "batch-not-negotiated");
			}
		}
	}

	#serverMessage(message: Message, source: Source): void {
		if (message.kind === "request") this.#serverRequest(message, source);
		else if (message.kind === "notification") this.#serverNotification(message, source);
		else if (!this.#tools.takeOwnResponse(message, source.text.length)) this.#serverResponse(message, source);
	}

	/** The short way for the answer to a call in which there is nothing to change. False: it has to go the other one. */
	#passAnswer(bytes: Uint8Array): boolean {
		const mayPass = this.#limits.read.depth >= PLAIN_DEPTH && bytes.length <= this.#resultBytes;
		const answer = mayPass ? readPlainAnswer(bytes) : null;
		const request = answer === null ? undefined : this.#desk.inFlight.get(answer.id);
		if (answer === null || request === undefined || request.tool === null) return false;
		if (this.#secrets !== null && this.#secrets.first(bytes) !== null) return false;
		this.#desk.inFlight.take(answer.id);
		this.#desk.toHost(bytes);
		this.#desk.outcome(answer.id, request, answer.isError ? "tool-error" : "answered", bytes.length);
		return true;
	}

	#serverRequest(request: Request, source: Source): void {
		const { id, method } = request;
		// The host gives an id back letter for letter, so nothing can be taken out of it.
		if (typeof id === "string" && this.#secrets !== null && this.#secrets.redact(id) !== id) {
			this.#desk.note("server-to-host", "secret-redacted");
			this.#desk.toServer(refusal(id, ErrorCode.invalidRequest));
			return;
		}
		const isTaken = this.#serverPings.has(id) || this.#asks.isOpen(id);
		if (method === "ping" && !isTaken && this.#serverPings.size < MAX_SERVER_PINGS) {
			this.#serverPings.add(id);
			this.#toHost(source);
			return;
		}
		const { refuse, flag } = this.#judgedAsk(request, isTaken);
		if (refuse === null) {
			if (flag !== null) this.#desk.flag(flag);
			this.#toHost(source);
		} else {
			this.#desk.noteMessage("server-to-host", refuse, request);
			this.#desk.toServer(refusal(id, ErrorCode.methodNotFound));
		}
	}

	/** What is let through is recorded, and waits for its answer. */
	#judgedAsk({ id, method, params }: Request, isTaken: boolean): AskVerdict {
		if (isTaken) return { refuse: "id-reused", flag: null };
		if (!isUnambiguous(params)) return { refuse: "bad-params", flag: null };
		const verdict = this.#asks.judge(method, params);
		if (verdict.refuse !== null) return verdict;
		if (!this.#asks.open(id, method)) return { refuse: "too-many-asks", flag: null };
		const event = { request: id, direction: "server-to-host", method, tool: null, decision: "allow", reason: "ask-granted" } as const;
		if (this.#desk.write({ ...event, outcome: "forwarded" })) return verdict;
		this.#asks.close(id);
		return { refuse: "audit-failed", flag: null };
	}

	#serverNotification(notification: Notification, source: Source): void {
		if (notification.method === TOOLS_CHANGED) this.#tools.listChanged();
		const text = this.#judgedNotification(notification, source.text);
		if (text === null) this.#desk.noteMessage("server-to-host", "notification-not-granted", notification);
		else this.#toHost(changed(source, text));
	}

	/** All that a server says goes this way to the host. */
	#toHost(source: Source): void {
		this.#desk.toHost(this.#cleaned(source).bytes);
	}

	#cleaned(source: Source): Source {
		const redacted = this.#secrets === null ? source : redactMessage(source, this.#secrets);
		if (redacted !== source) this.#desk.note("server-to-host", "secret-redacted");
		const kinds = new Set<HiddenKind>();
		const visible = visibleMessage(redacted, (kind) => kinds.add(kind));
		for (const kind of kinds) this.#desk.flag("text-made-visible", kind);
		return visible;
	}

	/** The text of a notification as the host may have it; null when it may not. */
	#judgedNotification({ method, params = {} }: Notification, text: string): string | null {
		if (!isUnambiguous(params)) return null;
		const stream = isObject(params._meta) ? params._meta[Meta.subscriptionId] : undefined;
		const subscription = this.#subscriptions.get(stream);
		if (method === "notifications/subscriptions/acknowledged") {
			if (subscription === undefined || subscription.local || !isObject(params.notifications)) return null;
			subscription.acknowledged = true;
			const { drop, keep } = deniedSubscriptions(this.#offers, params.notifications);
			const granted = withSubscriptions(text, drop, keep);
			return subscription.tools && params.notifications.toolsListChanged !== true ? withToolsAcknowledged(granted) : granted;
		}
		if (stream !== undefined && subscription?.acknowledged !== true) return null;
		if (method === "notifications/cancelled") return this.#mayCancel(params.requestId) ? text : null;
		if (method === "notifications/elicitation/complete") return this.#asks.grants("elicitation") ? text : null;
		if (method === "notifications/progress") return this.#desk.inFlight.hasProgressToken(params.progressToken) ? text : null;
		const isHeard = mayHear(this.#offers, method, params) ?? (method === TOOLS_CHANGED || SERVER_NOTIFICATIONS.has(method));
		return isHeard ? text : null;
	}

	/** A server ends its own requests and subscriptions; nothing else is its to cancel. */
	#mayCancel(id: unknown): boolean {
		if (typeof id !== "string" && typeof id !== "number") return false;
		if (this.#subscriptions.get(id) === undefined) return this.#serverPings.delete(id) || this.#asks.close(id);
		this.#subscriptions.close(id);
		this.#desk.inFlight.take(id);
		return true;
	}

	#serverResponse(response: Response, source: Source): void {
		const { id } = response;
		const request = id === null ? undefined : this.#desk.inFlight.take(id);
		if (id === null || request === undefined) this.#desk.note("server-to-host", "response-unexpected");
		else if (source.bytes.length > this.#resultBytes && isAudited(request)) this.#overlong(id, request, response, source);
		else if (response.kind === "error") this.#errorResponse(id, request, response.error, source);
		else this.#resultResponse(id, request, response.result, source);
	}

	/** Its secrets are taken out before it is cut, or the first half of one would stay. */
	#overlong(id: RequestId, request: InFlight, response: Response, source: Source): void {
		const mayCut = this.#cuts && response.kind === "result" && isComplete(response.result) && !hasAlikeResult(response.result);
		const read = mayCut ? readLine(this.#cleaned(source).bytes, this.#limits.read) : null;
		const result = read?.kind === "single" && read.message.kind === "result" ? read.message.result : null;
		const cut = result === null ? null : cutResult(id, result, this.#resultBytes);
		if (cut === null) {
			this.#giveUp(id, request, "result-too-large");
			return;
		}
		this.#desk.flag("result-cut");
		this.#desk.toHost(cut);
		if (isAudited(request)) this.#desk.outcome(id, request, result?.isError === true ? "tool-error" : "answered", source.bytes.length);
	}

	#errorResponse(id: RequestId, request: InFlight, error: JsonObject, source: Source): void {
		const { code } = error;
		const refuse = code === URL_ELICITATION_REQUIRED ? this.#judgedAddresses(error.data) : null;
		if (refuse !== null) this.#giveUp(id, request, refuse);
		else if (code === ErrorCode.methodNotFound && this.#subscriptions.get(id)?.tools === true) this.#keepSubscription(id, request);
		else {
			this.#subscriptions.close(id);
			if (request.method === "initialize") this.#tools.refuseHeld("not-initialized");
			this.#toHost(source);
			if (isAudited(request)) this.#desk.outcome(id, request, "error", source.bytes.length);
		}
	}

	/** Why the person may not be sent to these addresses; null: they may, and are told. */
	#judgedAddresses(data: unknown): Reason | null {
		const addresses = isObject(data) ? data.elicitations : null;
		if (!this.#asks.grants("elicitation") || !Array.isArray(addresses) || addresses.length === 0) return "input-not-granted";
		for (const address of addresses) {
			const { refuse } = isObject(address) ? this.#asks.judge("elicitation/create", address) : { refuse: "result-unreadable" as const };
			if (refuse !== null) return refuse;
		}
		this.#desk.flag("url-asked");
		return null;
	}

	/** The relay announced changes of the tools, so it serves the subscription when the server does not. */
	#keepSubscription(id: RequestId, request: InFlight): void {
		this.#subscriptions.keep(id);
		this.#desk.inFlight.add(id, request);
		const params = { _meta: { [Meta.subscriptionId]: id }, notifications: { toolsListChanged: true } };
		this.#desk.toHost(encode({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params }));
	}

	#resultResponse(id: RequestId, request: InFlight, result: JsonObject, source: Source) {
		if (!isComplete(result)) return this.#inputRequired(id, request, result, source);
		const text = hasAlikeResult(result) ? null : this.#judgedResult(request, result, source.text);
		if (text === null) return this.#giveUp(id, request, "result-unreadable");
		this.#subscriptions.close(id);
		this.#toHost(changed(source, text));
		if (isAudited(request)) this.#desk.outcome(id, request, result.isError === true ? "tool-error" : "answered", source.bytes.length);
		if (request.method === "tools/list") this.#tools.pageDelivered();
		if (request.method === "initialize" && this.#isReady) this.#tools.listForHeld();
	}

	/** The server asks for input before it goes on. */
	#inputRequired(id: RequestId, request: InFlight, result: JsonObject, source: Source): void {
		const { method, subject, modern } = request;
		const mayAsk = modern && result.resultType === "input_required" && (method === "tools/call" || isOfferRequest(method));
		const { refuse, flag } =
			!mayAsk || hasAlikeResult(result) ? { refuse: "input-not-granted" as const, flag: null } : this.#asks.judgeRound(subject, result);
		if (refuse !== null) {
			this.#giveUp(id, request, refuse);
			return;
		}
		if (flag !== null) this.#desk.flag(flag);
		this.#toHost(source);
		if (isAudited(request)) this.#desk.outcome(id, request, "answered", source.bytes.length);
	}

	/** The text of an answer as the host may have it; null when its shape is not what the method gives. */
	#judgedResult(request: InFlight, result: JsonObject, text: string): string | null {
		if (isOfferList(request.method)) return this.#offeredList(request, result, text);
		switch (request.method) {
			case "initialize":
				if (LISTED.some((key) => key in result)) return null;
				if (typeof result.protocolVersion !== "string") return null;
				this.#version = result.protocolVersion;
				this.#hasTools = isObject(result.capabilities) && isObject(result.capabilities.tools);
				this.#announced = this.#kindsIn(result.capabilities);
				return this.#withCapabilities(text, result.capabilities);
			case "server/discover":
				if (LISTED.some((key) => key in result)) return null;
				return this.#withCapabilities(text, result.capabilities);
			case "tools/list":
				return this.#tools.page(request, result, text);
			default:
				return text;
		}
	}

	/** What is granted of a page; all else of it stays as the server wrote it. */
	#offeredList({ method, modern }: InFlight, result: JsonObject, text: string): string | null {
		const page = offeredPage(this.#offers, method, result);
		if (page === null) return null;
		if (page.keep === null) return emptiedList(text, page.key);
		const filtered = filteredList(text, page.key, page.keep);
		return modern ? privateList(filtered, result) : filtered;
	}

	#withCapabilities(text: string, capabilities: unknown): string {
		return withOffers(withListChanged(text, capabilities), capabilities, deniedOffers(this.#offers));
	}

	/** Of the server's own word, what the host may know. */
	#kindsIn(capabilities: unknown): ReadonlySet<string> {
		const denied = deniedOffers(this.#offers);
		return new Set(isObject(capabilities) ? Object.keys(capabilities).filter((kind) => !denied.has(kind)) : []);
	}

	#giveUpId(id: RequestId, reason: Reason): void {
		if (this.#tools.giveUpOwn(id)) return;
		const request = this.#desk.inFlight.take(id);
		if (request !== undefined) this.#giveUp(id, request, reason);
	}

	#giveUp(id: RequestId, request: InFlight, reason: Reason) {
		this.#subscriptions.close(id);
		if (request.method === "initialize") this.#tools.refuseHeld("not-initialized");
		this.#desk.giveUp(id, request, reason);
	}
}

/** False when some program could find other parameters in these. */
function isUnambiguous(params: JsonObject = {}): boolean {
	const meta = params._meta ?? {};
	return !hasAlikeParams(params) && isObject(meta) && !hasAlikeMeta(meta);
}

/** In the stateless era nobody has a method of the older one, whatever it is asked about. */
function notGranted(request: Request): ErrorCode {
	return isModern(request) && isOfOlderEra(request.method) ? ErrorCode.methodNotFound : ErrorCode.invalidParams;
}

/** True for a call, and for a request for one thing beside tools: it is in the log, with how it ended, and its answer's size is limited. */
function isAudited({ tool, method }: InFlight): boolean {
	return tool !== null || isOfferRequest(method);
}
