import type { AskKind, Asks } from "../policy/asks.ts";
import { asksForCredential } from "./credential-question.ts";
import { InputRounds } from "./input-rounds.ts";
import { isObject, type JsonObject, lookalikesOf, type RequestId } from "./message.ts";
import type { Reason } from "./reasons.ts";
import { type Clock, TokenBucket } from "./token-bucket.ts";

const KINDS: ReadonlyMap<string, AskKind> = new Map([
	["sampling/createMessage", "sampling"],
	["elicitation/create", "elicitation"],
	["roots/list", "roots"],
]);

/** Questions at once, before the rate of a minute counts. */
const BURST = 5;
/** Where many are granted, this part of a minute's may come at once: a tool that asks for each of its files asks in one go. */
const BURST_PART = 1 / 10;
/** Rounds a minute that ask for nothing but to be called again. */
const ROUNDS_PER_MINUTE = 10;
/** Requests of the server that the host has not answered; and questions in one answer. */
const MOST_OPEN = 16;

const hasAlikeRequest = lookalikesOf(["method", "params"]);
const hasAlikeQuestion = lookalikesOf(["message", "requestedSchema", "mode", "url"]);
const hasAlikeSampling = lookalikesOf(["includeContext", "messages", "systemPrompt", "task", "tools", "toolChoice"]);
/** What a model may be asked with of what else the host knows: nothing, or what this server said itself. */
const OWN_CONTEXT: ReadonlySet<unknown> = new Set([undefined, "none", "thisServer"]);
/** An address that a browser opens over TLS, or on this machine; nothing before the host, and no character that programs read differently. */
const WEB_ADDRESS = /^(?:https:\/\/[a-z0-9[][^/?#@\\]*|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?)(?:[/?#][^\\]*)?$/i;
const PRINTABLE = /^[\x21-\x7e]+$/;
/** They say more than that a kind is not granted. */
const TOLD: ReadonlySet<Reason> = new Set(["credential-asked", "context-asked", "tools-asked", "address-unsafe"]);

/** What a server may ask of a host: `refuse` null lets it through; `flag` is told to the person. */
export interface AskVerdict {
	readonly refuse: Reason | null;
	readonly flag: "url-asked" | null;
}

const refused = (refuse: Reason): AskVerdict => ({ refuse, flag: null });

/** What a request or a retry is about, to tell it from another. */
export function subjectOf(method: string, params: JsonObject | undefined): string {
	return JSON.stringify([method, params?.name ?? params?.uri ?? null]);
}

/** Decides over what a server asks of its host: by kind, so often a minute, and nothing that asks a person for a credential. */
export class AskGate {
	readonly #clock: Clock;
	readonly #rounds = new InputRounds();
	readonly #open = new Map<RequestId, AskKind>();
	readonly #again: TokenBucket;
	#buckets: ReadonlyMap<AskKind, TokenBucket> = new Map();

	constructor(asks: Asks, clock: Clock) {
		this.#clock = clock;
		this.#again = new TokenBucket(ROUNDS_PER_MINUTE, BURST, clock);
		this.grant(asks);
	}

	/** Gives the requests that wait for the host and are not granted any more: nobody waits for their answers now. */
	grant(asks: Asks): readonly RequestId[] {
		const kinds = [...KINDS.values()];
		this.#buckets = new Map(
			kinds.flatMap((kind) => {
				const perMinute = asks[kind];
				if (perMinute === undefined) return [];
				const before = this.#buckets.get(kind);
				// One that is granted anew as it was has not been waiting.
				return [[kind, before?.perMinute === perMinute ? before : new TokenBucket(perMinute, burstOf(perMinute), this.#clock)]];
			}),
		);
		const lost = [...this.#open].filter(([, kind]) => !this.#buckets.has(kind)).map(([id]) => id);
		for (const id of lost) this.#open.delete(id);
		return lost;
	}

	grants(kind: AskKind): boolean {
		return this.#buckets.has(kind);
	}

	// ---- requests of the server

	/** Takes one from what is left for this minute. */
	judge(method: string, params: JsonObject = {}): AskVerdict {
		const { reason, kind, flag } = this.#judged(method, params);
		if (reason !== null) return refused(reason);
		return kind !== null && this.#buckets.get(kind)?.take() === true ? { refuse: null, flag } : refused("too-many-asks");
	}

	/** The request goes to the host. False: too many are open, or this id is taken. */
	open(id: RequestId, method: string): boolean {
		const kind = KINDS.get(method);
		if (kind === undefined || this.#open.has(id) || this.#open.size >= MOST_OPEN) return false;
		this.#open.set(id, kind);
		return true;
	}

	isOpen(id: RequestId): boolean {
		return this.#open.has(id);
	}

	/** Its answer is here, or it was called off. False: there is no such request. */
	close(id: RequestId): boolean {
		return this.#open.delete(id);
	}

	// ---- answers that ask for input

	/** Judges an answer of the stateless era that asks for input before the request it answers can go on; opens the round if it may. */
	judgeRound(subject: string, { inputRequests = {}, requestState }: JsonObject): AskVerdict {
		if (this.#buckets.size === 0) return refused("input-not-granted");
		if (!isObject(inputRequests) || (requestState !== undefined && typeof requestState !== "string")) return refused("result-unreadable");
		const questions = Object.entries(inputRequests);
		if (questions.length > MOST_OPEN || (questions.length === 0 && requestState === undefined)) return refused("result-unreadable");
		const asked = new Map<string, AskKind>();
		let flag: AskVerdict["flag"] = null;
		for (const [key, question] of questions) {
			if (!isObject(question) || typeof question.method !== "string" || hasAlikeRequest(question)) return refused("result-unreadable");
			const params = question.params ?? {};
			if (!isObject(params)) return refused("result-unreadable");
			const judged = this.#judged(question.method, params);
			if (judged.reason !== null || judged.kind === null)
				return refused(judged.reason !== null && TOLD.has(judged.reason) ? judged.reason : "input-not-granted");
			asked.set(key, judged.kind);
			flag ??= judged.flag;
		}
		if (!this.#takeAll([...asked.values()])) return refused("too-many-asks");
		this.#rounds.open(subject, { state: requestState, asked });
		return { refuse: null, flag };
	}

	/** Of a request: whether it may bring answers back to the server. One that brings none may. */
	mayAnswer(subject: string, params: JsonObject): boolean {
		if (!bringsAnswers(params)) return true;
		const kinds = this.#rounds.answered(subject, params);
		return this.#buckets.size > 0 && kinds?.every((kind) => this.#buckets.has(kind)) === true;
	}

	/** The request goes on to the server, with the answers that it brings. */
	answered(subject: string, params: JsonObject): void {
		if (bringsAnswers(params)) this.#rounds.close(subject, params);
	}

	#takeAll(kinds: readonly AskKind[]): boolean {
		if (kinds.length === 0) return this.#again.take();
		return [...new Set(kinds)].every((kind) => this.#buckets.get(kind)?.take(kinds.filter((each) => each === kind).length) === true);
	}

	#judged(
		method: string,
		params: JsonObject,
	): { readonly reason: Reason | null; readonly kind: AskKind | null; readonly flag: AskVerdict["flag"] } {
		const kind = KINDS.get(method) ?? null;
		const no = (reason: Reason) => ({ reason, kind, flag: null });
		if (kind === null || !this.#buckets.has(kind)) return no("server-request-not-granted");
		if ("task" in params) return no("task-not-granted");
		if (kind === "sampling" && hasAlikeSampling(params)) return no("bad-params");
		if (kind === "sampling" && !OWN_CONTEXT.has(params.includeContext)) return no("context-asked");
		// Definitions that nobody approved, which the model would take for its host's own.
		if (kind === "sampling" && ("tools" in params || "toolChoice" in params)) return no("tools-asked");
		if (kind !== "elicitation") return { reason: null, kind, flag: null };
		if (hasAlikeQuestion(params)) return no("bad-params");
		if (asksForCredential(params)) return no("credential-asked");
		if (params.mode !== "url" && !("url" in params)) return { reason: null, kind, flag: null };
		return isWebAddress(params.url) ? { reason: null, kind, flag: "url-asked" } : no("address-unsafe");
	}
}

/** One that leads where it seems to, whoever opens it: no other scheme, which a program on this machine would take, no name before the host. */
function isWebAddress(url: unknown): boolean {
	return typeof url === "string" && PRINTABLE.test(url) && WEB_ADDRESS.test(url);
}

function burstOf(perMinute: number): number {
	return Math.min(perMinute, Math.max(BURST, Math.floor(perMinute * BURST_PART)));
}

function bringsAnswers(params: JsonObject): boolean {
	return "inputResponses" in params || "requestState" in params;
}
