import { type Offers, promptPin as pinIn } from "../policy/offers.ts";
import { isPin, metaPinOf, type Pin, pinOf, promptPinOf } from "../tools/pin.ts";
import { ErrorCode, refusal } from "./answers.ts";
import { type AskGate, subjectOf } from "./ask-gate.ts";
import type { CallRate } from "./call-rate.ts";
import type { HeldDefinition, Pinned } from "./catalog.ts";
import type { Desk } from "./desk.ts";
import { about, isModern, type Request, type Source } from "./exchange.ts";
import type { InFlight } from "./in-flight.ts";
import { isObject, type JsonObject } from "./message.ts";
import { isOfOlderEra, isReachable, promptIn } from "./offered.ts";
import type { Reason } from "./reasons.ts";
import { type ListLimits, type Timing, VerifiedList } from "./verified-list.ts";

/** No definition has this digest. */
const NO_DEFINITION: Pin = `sha256:${"0".repeat(64)}`;

/**
 * Decides over what is asked for beside tools. A prompt that is granted with the definition that was approved is shown, and can be asked for,
 * while the server lists it as that; one that is granted without, or by `*`, whatever its definition.
 */
export class OfferGate {
	/** The prompts that the server lists. */
	readonly prompts: VerifiedList;
	readonly #desk: Desk;
	readonly #asks: AskGate;
	readonly #rate: CallRate;
	#offers: Offers;
	#pins: Pinned;

	constructor(desk: Desk, asks: AskGate, rate: CallRate, offers: Offers, limits: ListLimits, random: string) {
		this.#desk = desk;
		this.#asks = asks;
		this.#rate = rate;
		this.#offers = offers;
		this.#pins = pinsOf(offers);
		const owner = {
			method: "prompts/list",
			key: "prompts",
			mark: "p",
			pinOf: promptPin,
			decide: (request: Request, source: Source) => this.#decide(request, source),
			withheld: (held: readonly HeldDefinition[]) => desk.noteWithheldPrompts(held),
		} as const;
		this.prompts = new VerifiedList(owner, desk, limits, random, this.#pins);
	}

	grant(offers: Offers): void {
		this.#offers = offers;
		this.#pins = pinsOf(offers);
		this.prompts.grant(this.#pins);
		this.prompts.retryHeld();
	}

	/** For one thing beside tools. What is not granted, and what is not there, gets one answer. */
	reach(request: Request, source: Source, listing: Timing): void {
		if (this.#decide(request, source) === "unknown") this.prompts.hold(request, source, listing);
	}

	#decide(request: Request, source: Source): "done" | "unknown" {
		const { params = {} } = request;
		const refuse = (reason: Reason, code: ErrorCode = ErrorCode.invalidParams) => {
			this.#desk.refuse(request, reason, code);
			return "done" as const;
		};
		if (!isReachable(this.#offers, request.method, params)) return refuse("kind-not-granted", notGranted(request));
		if (!isObject(params.arguments ?? {})) return refuse("bad-params");
		if ("task" in params) return refuse("task-not-granted");
		const subject = subjectOf(request.method, params);
		if (!this.#asks.mayAnswer(subject, params)) return refuse("input-not-granted");
		const prompt = promptIn(request);
		const approved = prompt === null ? undefined : this.#pins.get(prompt);
		const standing = prompt === null || approved === undefined ? "verified" : this.prompts.standing(prompt, approved);
		if (standing === "unknown") return "unknown";
		if (standing !== "verified") return refuse(`prompt-${standing}`);
		if (!this.#desk.hasRoom()) return refuse("too-many-requests");
		const tooMany = this.#rate.take(null);
		if (tooMany !== null) return refuse(tooMany);
		if (this.#desk.write({ ...about(request), decision: "allow", reason: "offer-granted", outcome: "forwarded" })) {
			if (this.#desk.forward(request, source)) this.#asks.answered(subject, params);
		} else this.#desk.toHost(refusal(request.id, ErrorCode.invalidParams));
		return "done";
	}

	/**
	 * By their places, which prompts of a page may be shown, as far as their definitions go, and which of those without their `_meta`: a version
	 * before this did not show it to whoever approved them.
	 */
	page(request: InFlight, result: JsonObject, prompts: readonly unknown[], size: number): PromptPage {
		const verified = this.prompts.page(request, result, prompts, size);
		const names = prompts.map((prompt) => (isObject(prompt) && typeof prompt.name === "string" ? prompt.name : null));
		const keep = names.map((name, index) => verified[index] === true || (name !== null && !this.#pins.has(name)));
		const dropMeta = prompts.map(
			(prompt, index) => verified[index] === true && metaPinOf(prompt) !== undefined && isBare(prompt, this.#pins),
		);
		this.#desk.notePromptMeta(names.filter((name, index): name is string => dropMeta[index] === true && name !== null));
		return { keep, dropMeta };
	}
}

/** Both by the place in the page. */
interface PromptPage {
	readonly keep: readonly boolean[];
	readonly dropMeta: readonly boolean[];
}

/** A prompt is approved with its `_meta`; one that was approved by a version before this, without. */
function promptPin(prompt: unknown, approved: Pin): Pin | null {
	return pinOf(prompt) === approved ? approved : promptPinOf(prompt);
}

function isBare(prompt: unknown, pins: Pinned): boolean {
	return isObject(prompt) && typeof prompt.name === "string" && pins.get(prompt.name) === pinOf(prompt);
}

/** A pin that is none fits nothing, rather than anything. */
function pinsOf(offers: Offers): Pinned {
	return new Map(
		Object.keys(offers.promptPins ?? {}).map((name) => {
			const pin = pinIn(offers, name) ?? "";
			return [name, isPin(pin) ? pin : NO_DEFINITION] as const;
		}),
	);
}

/** In the stateless era nobody has a method of the older one, whatever it is asked about. */
function notGranted(request: Request): ErrorCode {
	return isModern(request) && isOfOlderEra(request.method) ? ErrorCode.methodNotFound : ErrorCode.invalidParams;
}
