import { ASK_KINDS } from "../policy/asks.ts";
import { ErrorCode, refusal } from "./answers.ts";
import { subjectOf } from "./ask-gate.ts";
import { about, changed, isModern, line, type Notification, type Request, type Source } from "./exchange.ts";
import type { FoundSecret } from "./host-secrets.ts";
import { type Batch, type Invalid, isObject, lookalikesOf, type Message, readLine } from "./message.ts";
import { deniedSubscriptions, isOfferList, isOfferRequest, isOfOlderEra, isReachable } from "./offered.ts";
import type { Reason } from "./reasons.ts";
import { BATCH_VERSION, type RelayState } from "./relay-state.ts";
import { hasDeniedCapability, Meta, withoutDeniedCapabilities, withSubscriptions } from "./rewrite.ts";
import { isUnambiguous } from "./unambiguous.ts";

/** Requests that pass, with a meaning for the relay or without one. */
const PASS: ReadonlySet<string> = new Set(["initialize", "server/discover", "ping", "logging/setLevel"]);
const hasAlikeNotification = lookalikesOf(["toolsListChanged", "promptsListChanged", "resourcesListChanged", "resourceSubscriptions"]);

/** Decides over what the host sends. */
export class HostSide {
	readonly #state: RelayState;

	constructor(state: RelayState) {
		this.#state = state;
	}

	line(bytes: Uint8Array): void {
		const read = readLine(bytes, this.#state.limits.read);
		if (read?.kind === "single") this.#message(read.message, { text: read.text, bytes });
		else if (read?.kind === "invalid") this.#invalid(read);
		else if (read?.kind === "batch") this.#batch(read);
	}

	/** It was not kept. */
	lineTooLong(): void {
		this.#state.desk.note("host-to-server", "line-too-long");
		this.#state.desk.toHost(refusal(null, ErrorCode.invalidRequest));
	}

	#invalid({ id, code }: Invalid): void {
		this.#state.desk.note("host-to-server", "line-invalid", code);
		const answerable = id !== null && !this.#state.isTaken(id) && !this.#state.tools.isOwn(id);
		const unparsed = code === "not-json" || code === "invalid-utf8";
		this.#state.desk.toHost(refusal(answerable ? id : null, unparsed ? ErrorCode.parse : ErrorCode.invalidRequest));
	}

	#batch(batch: Batch): void {
		if (this.#state.version !== BATCH_VERSION) {
			this.#state.desk.note("host-to-server", "batch-not-negotiated");
			this.#state.desk.toHost(refusal(null, ErrorCode.invalidRequest));
			return;
		}
		for (const element of batch.elements) {
			if (element.kind === "invalid") this.#invalid(element);
			else this.#message(element.message, line(element.text));
		}
	}

	#message(message: Message, source: Source): void {
		const found = this.#state.hostSecrets.find(message, source.text);
		if (message.kind === "request") this.#request(message, source, found);
		else if (message.kind === "notification") this.#notification(message, source, found);
		else if (message.id !== null && (this.#state.serverPings.delete(message.id) || this.#state.asks.close(message.id))) {
			if (found !== null) this.#state.desk.note("host-to-server", "host-secret", `${found.kind} in ${found.place}`);
			this.#state.desk.toServer(found === null ? source.bytes : refusal(message.id, ErrorCode.invalidRequest));
		} else this.#state.desk.note("host-to-server", "response-unexpected");
	}

	#request(request: Request, original: Source, found: FoundSecret | null): void {
		const { id, method } = request;
		const { invalidRequest, invalidParams, methodNotFound } = ErrorCode;
		if (this.#state.tools.isOwn(id)) this.#state.desk.refuse(request, "id-reserved", invalidRequest);
		// An answer that bears the id would be taken for the answer to the first request.
		else if (this.#state.isTaken(id)) this.#state.desk.refuse(request, "id-reused", invalidRequest, null);
		else if (found !== null) this.#state.desk.refuseSecret(request, found);
		else if (!isUnambiguous(request.params)) this.#state.desk.refuse(request, "bad-params", invalidParams);
		else if (method.startsWith("tasks/")) this.#state.desk.refuse(request, "task-not-granted", methodNotFound);
		else this.#pass(request, this.#withoutCapabilities(request, original));
	}

	#pass(request: Request, source: Source): void {
		const { method } = request;
		if (method === "tools/call") this.#state.tools.call(request, source, this.#timing(request));
		else if (method === "tools/list") this.#state.tools.list(request, source);
		else if (method === "subscriptions/listen") this.#listen(request, source);
		else if (isOfferRequest(method)) this.#reach(request, source);
		else if (PASS.has(method) || isOfferList(method)) {
			if (this.#state.desk.forward(request, source) && method === "initialize") this.#state.initializing = true;
		} else this.#state.desk.refuse(request, "unknown-method", ErrorCode.methodNotFound);
	}

	/** For one thing beside tools. What is not granted, and what is not there, gets one answer. */
	#reach(request: Request, source: Source): void {
		const refuse = (reason: Reason) => this.#state.desk.refuse(request, reason, ErrorCode.invalidParams);
		const { params = {} } = request;
		if (!isReachable(this.#state.offers, request.method, params)) this.#state.desk.refuse(request, "kind-not-granted", notGranted(request));
		else if (!isObject(params.arguments ?? {})) refuse("bad-params");
		else if ("task" in params) refuse("task-not-granted");
		else if (!this.#state.asks.mayAnswer(subjectOf(request.method, params), params)) refuse("input-not-granted");
		else this.#reachCounted(request, source);
	}

	#reachCounted(request: Request, source: Source): void {
		const { params = {} } = request;
		const tooMany = this.#state.rate.take(null);
		if (tooMany !== null) this.#state.desk.refuse(request, tooMany, ErrorCode.invalidParams);
		else if (this.#state.desk.write({ ...about(request), decision: "allow", reason: "offer-granted", outcome: "forwarded" })) {
			if (this.#state.desk.forward(request, source)) this.#state.asks.answered(subjectOf(request.method, params), params);
		} else this.#state.desk.toHost(refusal(request.id, ErrorCode.invalidParams));
	}

	/** What the relay denies to servers it does not offer to them either. */
	#withoutCapabilities({ method, params }: Request, source: Source): Source {
		let text = source.text;
		const denied = new Set(["tasks", ...ASK_KINDS.filter((kind) => !this.#state.asks.grants(kind))]);
		if (method === "initialize" && hasDeniedCapability(params?.capabilities, denied))
			text = withoutDeniedCapabilities(text, denied, "params", "capabilities");
		const meta = params?._meta;
		if (isObject(meta) && hasDeniedCapability(meta[Meta.clientCapabilities], denied))
			text = withoutDeniedCapabilities(text, denied, "params", "_meta", Meta.clientCapabilities);
		return changed(source, text);
	}

	/** When the server can be asked for its tools. A host may send everything at once, before its `initialize` is answered. */
	#timing(request: Request): "now" | "later" | "never" {
		if (isModern(request) || this.#state.isReady) return "now";
		return this.#state.initialized ? "later" : "never";
	}

	#listen(request: Request, source: Source): void {
		const notifications = request.params?.notifications;
		if (!isObject(notifications) || hasAlikeNotification(notifications)) {
			this.#state.desk.refuse(request, "bad-params", ErrorCode.invalidParams);
			return;
		}
		const { drop, keep } = deniedSubscriptions(this.#state.offers, notifications);
		if (!this.#state.desk.forward(request, changed(source, withSubscriptions(source.text, drop, keep)))) return;
		const others = ["promptsListChanged", "resourcesListChanged"].filter((name) => notifications[name] === true);
		this.#state.subscriptions.open(request.id, notifications.toolsListChanged === true, new Set(others));
	}

	#notification(notification: Notification, source: Source, found: FoundSecret | null): void {
		const { method, params } = notification;
		if (found !== null) this.#state.desk.note("host-to-server", "host-secret", `${found.kind} in ${found.place}`);
		else if (!isUnambiguous(params)) this.#state.desk.noteMessage("host-to-server", "bad-params", notification);
		else if (method === "notifications/cancelled") this.#cancel(params?.requestId, source);
		else if (method === "notifications/progress") this.#state.desk.toServer(source.bytes);
		else if (method === "notifications/initialized" && this.#state.initializing) {
			this.#state.initialized = true;
			this.#state.desk.toServer(source.bytes);
		} else if (method === "notifications/roots/list_changed") {
			// Where they are not offered to the server, their changes are nothing to it.
			if (this.#state.asks.grants("roots")) this.#state.desk.toServer(source.bytes);
		} else this.#state.desk.noteMessage("host-to-server", "notification-not-granted", notification);
	}

	#cancel(id: unknown, source: Source): void {
		if ((typeof id !== "string" && typeof id !== "number") || this.#state.tools.cancel(id) || !this.#state.desk.inFlight.cancel(id)) return;
		const local = this.#state.subscriptions.get(id)?.local === true;
		this.#state.subscriptions.close(id);
		if (local) this.#state.desk.inFlight.take(id);
		else this.#state.desk.toServer(source.bytes);
	}
}

/** In the stateless era nobody has a method of the older one, whatever it is asked about. */
function notGranted(request: Request): ErrorCode {
	return isModern(request) && isOfOlderEra(request.method) ? ErrorCode.methodNotFound : ErrorCode.invalidParams;
}
