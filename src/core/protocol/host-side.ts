import { ASK_KINDS } from "../policy/asks.ts";
import { ErrorCode, refusal } from "./answers.ts";
import { changed, isModern, line, type Notification, type Request, type Source } from "./exchange.ts";
import type { FoundSecret } from "./host-secrets.ts";
import { type Batch, type Invalid, isObject, lookalikesOf, type Message, readLine } from "./message.ts";
import { Meta } from "./meta.ts";
import { deniedSubscriptions, isOfferList, isOfferRequest } from "./offered.ts";
import { BATCH_VERSION, type RelayState } from "./relay-state.ts";
import { hasDeniedCapability, withoutDeniedCapabilities, withSubscriptions } from "./rewrite.ts";
import { isUnambiguous } from "./unambiguous.ts";
import type { Timing } from "./verified-list.ts";

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
		const answerable = id !== null && !this.#state.isTaken(id) && !this.#state.isOwn(id);
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
		if (this.#state.isOwn(id)) this.#state.desk.refuse(request, "id-reserved", invalidRequest);
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
		else if (method === "tools/list") this.#state.tools.listed.list(request, source);
		else if (method === "prompts/list") this.#state.offering.prompts.list(request, source);
		else if (method === "subscriptions/listen") this.#listen(request, source);
		else if (isOfferRequest(method)) this.#state.offering.reach(request, source, this.#timing(request));
		else if (PASS.has(method) || isOfferList(method)) {
			if (this.#state.desk.forward(request, source) && method === "initialize") this.#state.initializing = true;
		} else this.#state.desk.refuse(request, "unknown-method", ErrorCode.methodNotFound);
	}

	/** What the relay denies to servers it does not offer to them either. */
	#withoutCapabilities({ method, params }: Request, source: Source): Source {
		const meta = params?._meta;
		const isSaid = method === "initialize" || (isObject(meta) && meta[Meta.clientCapabilities] !== undefined);
		if (!isSaid) return source;
		let text = source.text;
		const denied = new Set(["tasks", ...ASK_KINDS.filter((kind) => !this.#state.asks.grants(kind))]);
		if (method === "initialize" && hasDeniedCapability(params?.capabilities, denied))
			text = withoutDeniedCapabilities(text, denied, "params", "capabilities");
		if (isObject(meta) && hasDeniedCapability(meta[Meta.clientCapabilities], denied))
			text = withoutDeniedCapabilities(text, denied, "params", "_meta", Meta.clientCapabilities);
		return changed(source, text);
	}

	/** When the server can be asked for its tools. A host may send everything at once, before its `initialize` is answered. */
	#timing(request: Request): Timing {
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
		if ((typeof id !== "string" && typeof id !== "number") || this.#state.cancelHeld(id) || !this.#state.desk.cancel(id)) return;
		const local = this.#state.subscriptions.get(id)?.local === true;
		this.#state.subscriptions.close(id);
		if (local) this.#state.desk.inFlight.take(id);
		else this.#state.desk.toServer(source.bytes);
	}
}
