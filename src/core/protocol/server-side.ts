import type { Outcome } from "../audit/event.ts";
import type { HiddenKind } from "../visible-text.ts";
import { ErrorCode, encode, refusal } from "./answers.ts";
import type { AskVerdict } from "./ask-gate.ts";
import { withBriefOffers } from "./brief-offer.ts";
import { cutResult } from "./cut-result.ts";
import { changed, line, type Notification, type Request, type Response, type Source } from "./exchange.ts";
import { withoutBeside, withoutInstructions, withoutUnknown, withPlainInfo } from "./greeting.ts";
import { withHalvesShown } from "./half-characters.ts";
import { type InFlight, isAudited } from "./in-flight.ts";
import { hasAlikeGreeting, heldInstructions } from "./instructions-gate.ts";
import { isAnsweredByNothing, withKnownParams, withKnownResult } from "./known-members.ts";
import { type Batch, type Invalid, isObject, type JsonObject, lookalikesOf, type Message, type RequestId, readLine } from "./message.ts";
import { Meta } from "./meta.ts";
import { deniedOffers, deniedSubscriptions, isOfferList, isOfferRequest, listKey, mayHear, offeredPage } from "./offered.ts";
import { hasPlainVersions } from "./own-words.ts";
import { readPlainAnswer } from "./plain-answer.ts";
import { PLAIN_DEPTH } from "./plain-json.ts";
import type { Reason } from "./reasons.ts";
import { hasEscapesInText, redactMessage } from "./redaction.ts";
import { BATCH_VERSION, type RelayState } from "./relay-state.ts";
import { hasAlikeResult, isComplete } from "./result-shape.ts";
import {
	emptiedList,
	filteredList,
	privateList,
	withListChanged,
	withOffers,
	withoutMeta,
	withSubscriptions,
	withToolsAcknowledged,
} from "./rewrite.ts";
import { isUnambiguous } from "./unambiguous.ts";
import { Opaque, type Path, visibleMessage } from "./visible-message.ts";

const SERVER_NOTIFICATIONS: ReadonlySet<string> = new Set(["notifications/message"]);
const TOOLS_CHANGED = "notifications/tools/list_changed";
const PROMPTS_CHANGED = "notifications/prompts/list_changed";
/** 2025-11-25: an error that asks the person to open an address. It is a request for input by another name. */
const URL_ELICITATION_REQUIRED = -32042;
const hasAlikeAddresses = lookalikesOf(["elicitations"]);

/** True for what may be taken for such addresses, under whatever code it comes. */
function mentionsAddresses(data: unknown): boolean {
	return isObject(data) && ("elicitations" in data || hasAlikeAddresses(data));
}

/** What a server lists when it is asked for it, and nowhere else: there nobody would filter it. */
const LISTED = ["tools", "prompts", "resources", "resourceTemplates"];
const MAX_SERVER_PINGS = 16;

/** By method, where it is more than the subscription that one belongs to. */
const OPAQUE_IN_NOTIFICATIONS: ReadonlyMap<string, readonly Path[]> = new Map([
	["notifications/progress", [Opaque.stream, Opaque.progressToken]],
	["notifications/cancelled", [Opaque.stream, Opaque.cancelledRequest]],
]);

function opaqueInAnswer(method: string): readonly Path[] {
	return method === "tools/list" || isOfferList(method) ? [Opaque.cursor] : [];
}

/** Decides over what the server sends. */
export class ServerSide {
	readonly #state: RelayState;
	/** What is cut loses its secrets before, or the first half of one would stay. */
	readonly #clean = (text: string): string => this.#state.secrets?.redact(text) ?? text;

	constructor(state: RelayState) {
		this.#state = state;
	}

	line(bytes: Uint8Array): void {
		if (!this.#passAnswer(bytes)) this.#line(bytes);
	}

	#line(bytes: Uint8Array): void {
		const read = readLine(bytes, this.#state.limits.read);
		if (read?.kind === "single") this.#message(read.message, { text: read.text, bytes });
		else if (read?.kind === "invalid" && read.code === "lone-surrogate") this.#halves(bytes);
		else if (read?.kind === "invalid") this.#invalid(read);
		else if (read?.kind === "batch") this.#batch(read);
	}

	/** A text that was cut through the midst of a character. Nobody is to guess what stands there: it is shown as its code. */
	#halves(bytes: Uint8Array): void {
		this.#state.desk.flag("text-made-visible", "half-character");
		this.#line(withHalvesShown(bytes));
	}

	/**
	 * It was not kept. Which request it answered cannot be known, so those that a host waits for are given up, rather than left to hang.
	 */
	lineTooLong(): void {
		this.#state.desk.note("server-to-host", "line-too-long");
		for (const [id, request] of this.#state.desk.inFlight.takeAll()) {
			if (request.method === "subscriptions/listen") this.#state.desk.inFlight.putBack(id, request);
			else this.#state.desk.giveUp(id, request, "line-too-long");
		}
		this.#state.refuseHeld("list-failed");
	}

	#invalid({ id, code }: Invalid): void {
		this.#state.desk.note("server-to-host", "line-invalid", code);
		if (id !== null) this.#giveUpId(id, "line-invalid");
	}

	#batch(batch: Batch): void {
		const negotiated = this.#state.version === BATCH_VERSION;
		if (!negotiated) this.#state.desk.note("server-to-host", "batch-not-negotiated");
		for (const element of batch.elements) {
			if (element.kind === "invalid") this.#invalid(element);
			else if (negotiated) this.#message(element.message, line(element.text));
			else if (element.message.kind === "result" || element.message.kind === "error") {
				if (element.message.id !== null) this.#giveUpId(element.message.id, "batch-not-negotiated");
			}
		}
	}

	#message(message: Message, source: Source): void {
		if (message.kind === "request") this.#request(message, source);
		else if (message.kind === "notification") this.#notification(message, source);
		else if (!this.#state.takeOwnResponse(message, source.text.length)) this.#response(message, source);
	}

	/** The short way for the answer to a call in which there is nothing to change. False: it has to go the other one. */
	#passAnswer(bytes: Uint8Array): boolean {
		const mayPass = this.#state.limits.read.depth >= PLAIN_DEPTH && bytes.length <= this.#state.resultBytes;
		const answer = mayPass ? readPlainAnswer(bytes) : null;
		const request = answer === null ? undefined : this.#state.desk.inFlight.get(answer.id);
		if (answer === null || request === undefined || request.tool === null) return false;
		const { secrets } = this.#state;
		if (secrets !== null && (hasEscapesInText(bytes) || secrets.mayBeIn(bytes))) return false;
		this.#state.desk.inFlight.take(answer.id);
		this.#state.desk.toHost(bytes);
		this.#state.desk.outcome(answer.id, request, answer.isError ? "tool-error" : "answered", bytes.length);
		return true;
	}

	#request(request: Request, original: Source): void {
		const { id, method, params = {} } = request;
		const source = changed(original, withKnownParams(original.text, method, params));
		// The host gives an id back letter for letter, so nothing can be taken out of it.
		if (this.#state.secrets?.isIn(String(id)) === true) {
			this.#state.desk.note("server-to-host", "secret-redacted");
			this.#state.desk.toServer(refusal(id, ErrorCode.invalidRequest));
			return;
		}
		const isTaken = this.#state.serverPings.has(id) || this.#state.asks.isOpen(id);
		if (method === "ping" && !isTaken && this.#state.serverPings.size < MAX_SERVER_PINGS) {
			this.#state.serverPings.add(id);
			this.#toHost(source);
			return;
		}
		const { refuse, flag } = this.#judgedAsk(request, isTaken);
		if (refuse === null) {
			if (flag !== null) this.#state.desk.flag(flag);
			this.#state.desk.recorded("host", this.#cleaned(source).bytes, id);
		} else {
			this.#state.desk.noteMessage("server-to-host", refuse, request);
			this.#state.desk.toServer(refusal(id, ErrorCode.methodNotFound));
		}
	}

	/** What is let through is recorded, and waits for its answer. */
	#judgedAsk({ id, method, params }: Request, isTaken: boolean): AskVerdict {
		if (isTaken) return { refuse: "id-reused", flag: null };
		if (!isUnambiguous(params)) return { refuse: "bad-params", flag: null };
		const verdict = this.#state.asks.judge(method, params);
		if (verdict.refuse !== null) return verdict;
		if (!this.#state.asks.open(id, method)) return { refuse: "too-many-asks", flag: null };
		const event = { request: id, direction: "server-to-host", method, tool: null, decision: "allow", reason: "ask-granted" } as const;
		if (this.#state.desk.write({ ...event, outcome: "forwarded" })) return verdict;
		this.#state.asks.close(id);
		return { refuse: "audit-failed", flag: null };
	}

	#notification(notification: Notification, source: Source): void {
		if (notification.method === TOOLS_CHANGED) this.#state.tools.listed.listChanged();
		if (notification.method === PROMPTS_CHANGED) this.#state.offering.prompts.listChanged();
		const { method, params = {} } = notification;
		const text = this.#judgedNotification(notification, withKnownParams(source.text, method, params));
		if (text === null) this.#state.desk.noteMessage("server-to-host", "notification-not-granted", notification);
		else this.#toHost(changed(source, text), OPAQUE_IN_NOTIFICATIONS.get(method) ?? [Opaque.stream]);
	}

	/**
	 * All that a server says goes this way to the host.
	 *
	 * @param opaque what of it the host sends back letter for letter
	 */
	#toHost(source: Source, opaque: readonly Path[] = []): void {
		this.#state.desk.toHost(this.#cleaned(source, opaque).bytes);
	}

	#cleaned(source: Source, opaque: readonly Path[] = []): Source {
		const redacted = this.#state.secrets === null ? source : redactMessage(source, this.#state.secrets);
		if (redacted !== source) this.#state.desk.note("server-to-host", "secret-redacted");
		const kinds = new Set<HiddenKind>();
		const visible = visibleMessage(redacted, (kind) => kinds.add(kind), opaque);
		for (const kind of kinds) this.#state.desk.flag("text-made-visible", kind);
		return visible;
	}

	/** The text of a notification as the host may have it; null when it may not. */
	#judgedNotification({ method, params = {} }: Notification, text: string): string | null {
		if (!isUnambiguous(params)) return null;
		const stream = isObject(params._meta) ? params._meta[Meta.subscriptionId] : undefined;
		const subscription = this.#state.subscriptions.get(stream);
		if (method === "notifications/subscriptions/acknowledged") {
			if (subscription === undefined || subscription.local || !isObject(params.notifications)) return null;
			subscription.acknowledged = true;
			const { drop, keep } = deniedSubscriptions(this.#state.offers, params.notifications);
			const granted = withSubscriptions(text, drop, keep);
			return subscription.tools && params.notifications.toolsListChanged !== true ? withToolsAcknowledged(granted) : granted;
		}
		if (stream !== undefined && subscription?.acknowledged !== true) return null;
		if (method === "notifications/cancelled") return this.#mayCancel(params.requestId) ? text : null;
		if (method === "notifications/elicitation/complete") return this.#state.asks.grants("elicitation") ? text : null;
		if (method === "notifications/progress") return this.#state.desk.inFlight.hasProgressToken(params.progressToken) ? text : null;
		const isHeard = mayHear(this.#state.offers, method, params) ?? (method === TOOLS_CHANGED || SERVER_NOTIFICATIONS.has(method));
		return isHeard ? text : null;
	}

	/** A server ends its own requests and subscriptions; nothing else is its to cancel. */
	#mayCancel(id: unknown): boolean {
		if (typeof id !== "string" && typeof id !== "number") return false;
		if (this.#state.subscriptions.get(id) === undefined) return this.#state.serverPings.delete(id) || this.#state.asks.close(id);
		this.#state.subscriptions.close(id);
		this.#state.desk.inFlight.take(id);
		return true;
	}

	#response(response: Response, source: Source): void {
		const { id } = response;
		const request = id === null ? undefined : this.#state.desk.inFlight.take(id);
		if (id === null || request === undefined) this.#state.desk.note("server-to-host", "response-unexpected");
		else if (source.bytes.length > this.#state.resultBytes && isAudited(request)) this.#overlong(id, request, response, source);
		else if (response.kind === "error") this.#errorResponse(id, request, response.error, source);
		else this.#resultResponse(id, request, response.result, source);
	}

	/** Its secrets are taken out before it is cut, or the first half of one would stay. */
	#overlong(id: RequestId, request: InFlight, response: Response, source: Source): void {
		const mayCut = this.#state.cuts && response.kind === "result" && !isAnsweredByNothing(request.method) && isJudgeable(response.result);
		const read = mayCut ? readLine(this.#cleaned(source).bytes, this.#state.limits.read) : null;
		const result = read?.kind === "single" && read.message.kind === "result" ? read.message.result : null;
		const cut = result === null ? null : cutResult(id, result, this.#state.resultBytes);
		if (cut === null) {
			this.#giveUp(id, request, "result-too-large");
			return;
		}
		this.#state.desk.flag("result-cut");
		this.#state.desk.toHost(cut);
		if (isAudited(request)) this.#state.desk.outcome(id, request, howAnswered(request, result), source.bytes.length);
	}

	#errorResponse(id: RequestId, request: InFlight, error: JsonObject, source: Source): void {
		const { code } = error;
		const refuse = code === URL_ELICITATION_REQUIRED || mentionsAddresses(error.data) ? this.#judgedAddresses(error.data) : null;
		if (refuse !== null) this.#giveUp(id, request, refuse);
		else if (code === ErrorCode.methodNotFound && this.#state.subscriptions.get(id)?.tools === true) this.#keepSubscription(id, request);
		else {
			this.#state.subscriptions.close(id);
			if (request.method === "initialize") this.#state.refuseHeld("not-initialized");
			this.#toHost(source);
			if (isAudited(request)) this.#state.desk.outcome(id, request, "error", source.bytes.length);
		}
	}

	/** Why the person may not be sent to these addresses; null: they may, and are told. */
	#judgedAddresses(data: unknown): Reason | null {
		const addresses = isObject(data) ? data.elicitations : null;
		if (isObject(data) && hasAlikeAddresses(data)) return "result-unreadable";
		if (!this.#state.asks.grants("elicitation") || !Array.isArray(addresses) || addresses.length === 0) return "input-not-granted";
		for (const address of addresses) {
			const { refuse } = isObject(address)
				? this.#state.asks.judge("elicitation/create", address)
				: { refuse: "result-unreadable" as const };
			if (refuse !== null) return refuse;
		}
		this.#state.desk.flag("url-asked");
		return null;
	}

	/** The relay announced changes of the tools, so it serves the subscription when the server does not. */
	#keepSubscription(id: RequestId, request: InFlight): void {
		this.#state.subscriptions.keep(id);
		this.#state.desk.inFlight.putBack(id, request);
		const params = { _meta: { [Meta.subscriptionId]: id }, notifications: { toolsListChanged: true } };
		this.#state.desk.toHost(encode({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params }));
	}

	#resultResponse(id: RequestId, request: InFlight, result: JsonObject, source: Source) {
		if (!isComplete(result)) return this.#inputRequired(id, request, result, source);
		const text = isJudgeable(result) ? this.#judgedResult(request, result, source.text) : null;
		if (text === null) return this.#giveUp(id, request, "result-unreadable");
		this.#state.subscriptions.close(id);
		this.#toHost(changed(source, text), opaqueInAnswer(request.method));
		if (isAudited(request)) this.#state.desk.outcome(id, request, howAnswered(request, result), source.bytes.length);
		if (request.method === "tools/list") this.#state.tools.listed.pageDelivered();
		if (request.method === "prompts/list") this.#state.offering.prompts.pageDelivered();
		if (request.method === "initialize" && this.#state.isReady) this.#state.listForHeld();
	}

	/** The server asks for input before it goes on. */
	#inputRequired(id: RequestId, request: InFlight, result: JsonObject, source: Source): void {
		const { method, subject, modern } = request;
		const mayAsk = modern && result.resultType === "input_required" && (method === "tools/call" || isOfferRequest(method));
		const { refuse, flag } =
			!mayAsk || hasAlikeResult(result)
				? { refuse: "input-not-granted" as const, flag: null }
				: this.#state.asks.judgeRound(subject, result);
		if (refuse !== null) {
			this.#giveUp(id, request, refuse);
			return;
		}
		if (flag !== null) this.#state.desk.flag(flag);
		this.#toHost(source, [Opaque.state]);
		if (isAudited(request)) this.#state.desk.outcome(id, request, "answered", source.bytes.length);
	}

	/** The text of an answer as the host may have it; null when its shape is not what the method gives. */
	#judgedResult(request: InFlight, result: JsonObject, text: string): string | null {
		if (isOfferList(request.method)) return this.#offeredList(request, result, this.#listedBy(result, text, listKey(request.method)));
		switch (request.method) {
			case "initialize":
				if (!isGreeting(result)) return null;
				if (typeof result.protocolVersion !== "string") return null;
				this.#state.version = result.protocolVersion;
				this.#state.hasTools = isObject(result.capabilities) && isObject(result.capabilities.tools);
				this.#state.announced = this.#kindsIn(result.capabilities);
				return this.#greeting(request, result, text);
			case "server/discover":
				return isGreeting(result) ? this.#greeting(request, result, text) : null;
			case "tools/list":
				return this.#state.tools.page(request, result, this.#listedBy(result, text, "tools"));
			default:
				return isAnsweredByNothing(request.method) ? this.#listedBy(result, text, null) : text;
		}
	}

	/** What is granted of a page. */
	#offeredList(request: InFlight, result: JsonObject, text: string): string | null {
		const page = offeredPage(this.#state.offers, request.method, result);
		if (page === null) return null;
		const { key, keep } = page;
		if (keep === null) return emptiedList(text, key);
		const { prompts } = result;
		const isPrompts = key === "prompts" && Array.isArray(prompts);
		const approved = isPrompts ? this.#state.offering.page(request, result, prompts, text.length) : { keep, dropMeta: [] };
		const shown = keep.map((is, index) => is && approved.keep[index] === true);
		const brief = isPrompts ? withoutMeta(text, "prompts", approved.dropMeta) : withBriefOffers(text, key, result[key], shown, this.#clean);
		const filtered = filteredList(brief, key, shown);
		return request.modern ? privateList(filtered, result) : filtered;
	}

	/**
	 * Of the answer that tells a host whom it speaks with. What a server says of itself reaches the host only as a person approved it, however often
	 * the server is asked.
	 */
	#greeting({ method }: InFlight, result: JsonObject, text: string): string {
		const told = withoutUnknown(this.#withCapabilities(text, result.capabilities), result);
		const held = heldInstructions(result, this.#state.instructions);
		this.#state.introduced = held === null ? introduction(result) : null;
		if (held === null) return told;
		this.#state.desk.noteInstructions(method, held);
		const quiet = held.drops.instructions ? withoutInstructions(told) : told;
		return held.drops.beside ? withoutBeside(quiet, result, this.#clean) : quiet;
	}

	/**
	 * In the stateless era a server may say in every answer who it is. A list comes before anybody has asked it for anything.
	 *
	 * @param list what it lists; null: nothing
	 */
	#listedBy(result: JsonObject, text: string, list: string | null): string {
		const known = withKnownResult(text, result, list);
		return this.#state.introduced !== null && this.#state.introduced === introduction(result)
			? known
			: withPlainInfo(known, result, this.#clean);
	}

	#withCapabilities(text: string, capabilities: unknown): string {
		return withOffers(withListChanged(text, capabilities), capabilities, deniedOffers(this.#state.offers));
	}

	/** Of the server's own word, what the host may know. */
	#kindsIn(capabilities: unknown): ReadonlySet<string> {
		const denied = deniedOffers(this.#state.offers);
		return new Set(isObject(capabilities) ? Object.keys(capabilities).filter((kind) => !denied.has(kind)) : []);
	}

	#giveUpId(id: RequestId, reason: Reason): void {
		if (this.#state.giveUpOwn(id)) return;
		const request = this.#state.desk.inFlight.take(id);
		if (request !== undefined) this.#giveUp(id, request, reason);
	}

	#giveUp(id: RequestId, request: InFlight, reason: Reason) {
		this.#state.subscriptions.close(id);
		if (request.method === "initialize") this.#state.refuseHeld("not-initialized");
		this.#state.desk.giveUp(id, request, reason);
	}
}

/** False for a result that two hosts could read in two ways: as what it says, or as a question. */
function isJudgeable(result: JsonObject): boolean {
	return isComplete(result) && !hasAlikeResult(result) && !("inputRequests" in result);
}

/** Of a call, its result says whether the tool failed. */
function howAnswered({ tool }: InFlight, result: JsonObject | null): Outcome {
	return tool !== null && result?.isError === true ? "tool-error" : "answered";
}

/** False for an answer that two hosts could read in two ways, or that lists what nobody would filter there. */
function isGreeting(result: JsonObject): boolean {
	return !LISTED.some((key) => key in result) && !hasAlikeGreeting(result) && hasPlainVersions(result);
}

/** How a server calls itself in the `_meta` of an answer, to be compared with another. Empty: it does not. */
function introduction({ _meta: meta }: JsonObject): string {
	return isObject(meta) && isObject(meta[Meta.serverInfo]) ? JSON.stringify(meta[Meta.serverInfo]) : "";
}
