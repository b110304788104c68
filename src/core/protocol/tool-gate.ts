import { pinOf } from "../tools/pin.ts";
import { ErrorCode, refusal } from "./answers.ts";
import { type AskGate, subjectOf } from "./ask-gate.ts";
import type { CallRate } from "./call-rate.ts";
import type { HeldDefinition, Pinned, Withheld } from "./catalog.ts";
import type { Desk } from "./desk.ts";
import type { Request, Source } from "./exchange.ts";
import type { InFlight } from "./in-flight.ts";
import { isObject, type JsonObject } from "./message.ts";
import type { Reason } from "./reasons.ts";
import { filteredList, privateList, withoutMeta } from "./rewrite.ts";
import { judgeToolMeta } from "./tool-meta.ts";
import { type ListLimits, type Timing, VerifiedList } from "./verified-list.ts";

/** Whether the policy allows a call of this tool with these arguments. */
export type MayCall = (tool: string, args: JsonObject) => boolean;

interface GatePolicy {
	readonly tools: Pinned;
	readonly toolMeta?: Pinned;
	readonly mayCall?: MayCall;
}

const NONE: Pinned = new Map();

/**
 * Decides over tools: a tool is shown, and can be called, while it is granted and its definition, as the server lists it
 * in this session, is the one that was approved.
 */
export class ToolGate {
	/** What the server lists. */
	readonly listed: VerifiedList;
	readonly #desk: Desk;
	readonly #asks: AskGate;
	readonly #rate: CallRate;
	#granted: Pinned;
	#toolMeta: Pinned;
	#mayCall: MayCall | undefined;

	constructor(desk: Desk, asks: AskGate, rate: CallRate, policy: GatePolicy, limits: ListLimits, random: string) {
		this.#desk = desk;
		this.#asks = asks;
		this.#rate = rate;
		this.#granted = policy.tools;
		this.#toolMeta = policy.toolMeta ?? NONE;
		this.#mayCall = policy.mayCall;
		const owner = {
			method: "tools/list",
			key: "tools",
			mark: "",
			pinOf: (tool: unknown) => pinOf(tool),
			decide: (request: Request, source: Source) => this.#decide(request, source),
			withheld: (held: readonly HeldDefinition[]) => desk.noteWithheld(held.map(asTool)),
			whole: (tools: readonly unknown[]) => desk.listed(tools),
		} as const;
		this.listed = new VerifiedList(owner, desk, limits, random, policy.tools);
	}

	grant(policy: GatePolicy): void {
		this.#granted = policy.tools;
		this.#toolMeta = policy.toolMeta ?? NONE;
		this.#mayCall = policy.mayCall;
		this.listed.grant(policy.tools);
		this.#desk.forgetWithheld();
	}

	call(request: Request, source: Source, listing: Timing): void {
		if (this.#decide(request, source) === "unknown") this.listed.hold(request, source, listing);
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
		const standing = this.listed.standing(name, granted);
		if (standing === "unknown") return "unknown";
		if (standing !== "verified") return refuse(`tool-${standing}`);
		if (!this.#desk.hasRoom()) return refuse("too-many-requests");
		if (this.#mayCall?.(name, args) === false) return refuse("argument-not-allowed");
		const tooMany = this.#rate.take(name);
		if (tooMany !== null) return refuse(tooMany);
		if (this.#desk.writeForwarded(request, name)) {
			if (this.#desk.forward(request, source, name)) this.#asks.answered(subject, params);
		} else this.#desk.toHost(refusal(request.id, ErrorCode.invalidParams));
		return "done";
	}

	/** The text of a page as the host may have it; null when it is not a page. */
	page(request: InFlight, result: JsonObject, text: string): string | null {
		if (!Array.isArray(result.tools)) return null;
		const keep = this.listed.page(request, result, result.tools, text.length);
		const meta = judgeToolMeta(result.tools, keep, this.#toolMeta);
		this.#desk.noteToolMeta(meta.names);
		const filtered = filteredList(withoutMeta(text, "tools", meta.drop), "tools", keep);
		return request.modern ? privateList(filtered, result) : filtered;
	}
}

function asTool({ name, why, ...held }: HeldDefinition): Withheld {
	return { tool: name, reason: `tool-${why}`, ...held };
}
