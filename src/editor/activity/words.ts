import * as z from "zod/mini";
import { type Activity, latencyOf, outcomeOf } from "../../core/audit/activity.ts";
import { type ActReason, saysOfAct } from "../../core/audit/acts.ts";
import type { EventRecord } from "../../core/audit/record.ts";
import { own } from "../../core/own.ts";
import { brief, plain } from "../../core/plain-text.ts";
import type { AskKind } from "../../core/policy/asks.ts";
import { saysOf } from "../../core/protocol/reasons.ts";
import { isOfSaid, kindOfCall, type Refusal, wordsFor } from "../live/refusal.ts";
import type { ExtraKey } from "../servers/extras.ts";

/** Characters of a name in a row. */
const LONGEST = 120;

const Named = z.object({
	target: z.optional(z.string()),
	path: z.optional(z.string()),
	name: z.optional(z.string()),
	uri: z.optional(z.string()),
});

/** What a record is about: the tool, the `host:port`, the path, the prompt or the URI. Null: none of these. As the log has it. */
export function subjectOf({ tool, method, reason, arguments: given }: EventRecord): string | null {
	if (tool !== null) return tool;
	const named = Named.safeParse(given);
	if (!named.success) return null;
	const { target, path, name, uri } = named.data;
	if (reason.startsWith("egress")) return target ?? null;
	if (reason.startsWith("path-")) return path ?? null;
	if (method?.startsWith("prompts/") === true) return name ?? null;
	return method?.startsWith("resources/") === true ? (uri ?? null) : null;
}

/** What a refusal is of, as the other surfaces have it. Meaningless for what was let through. */
export function refusalKind(record: EventRecord): Refusal["kind"] {
	const { direction, reason, tool } = record;
	if (takenBy(record) !== null) return "narrowed";
	if (reason.startsWith("egress-")) return "connection";
	if (reason.startsWith("path-")) return reason === "path-not-granted" ? "path" : "other";
	if (direction === "launcher") return "launch";
	if (isOfSaid(reason)) return "said";
	if (tool === null) return "other";
	return kindOfCall(reason);
}

/** The policy, other than the person's own, that took it away. Null: none, or none that can be named. */
export function takenBy({ layer }: EventRecord): string | null {
	return layer === undefined || layer.source === "user" ? null : layer.file;
}

/** What a person could allow beside tools, that this refusal is of. Null: nothing of that kind. */
export function extraOf(record: EventRecord): ExtraKey | null {
	const { method, reason, decision } = record;
	if (decision !== "refuse" || takenBy(record) !== null) return null;
	const name = subjectOf(record);
	// As it is now: the dialog shows what changed.
	if (reason === "prompt-changed" || reason === "prompt-meta-not-granted") return name === null ? null : { kind: "prompt", name };
	if (reason === "kind-not-granted") {
		if (method === "completion/complete") return { kind: "completion", name: "" };
		if (name === null) return null;
		return method === "prompts/get" ? { kind: "prompt", name } : { kind: "resource", name };
	}
	const ask = askOf(method);
	return reason === "server-request-not-granted" && ask !== null ? { kind: ask, name: "" } : null;
}

const ASKING: Readonly<Record<string, AskKind>> = {
	"sampling/createMessage": "sampling",
	"elicitation/create": "elicitation",
	"roots/list": "roots",
};

/** What a server asks its host for with this method. Null: nothing that is granted. */
export function askOf(method: string | null): AskKind | null {
	return method === null ? null : (own(ASKING, method) ?? null);
}

/** Of a connection the reason has a name in front. */
export function refusalReason({ reason }: Pick<EventRecord, "reason">): string {
	return reason.replace(/^egress-/, "");
}

const LET_THROUGH: Readonly<Record<string, string>> = {
	"tool-granted": "the tool is granted",
	"offer-granted": "what was asked for is granted",
	"ask-granted": "the server may ask its host for this",
	started: "the server was started, confined",
	"started-without-sandbox": "the server was started, without a sandbox",
	egress: "the server reached a granted host",
};

/** Why, in our own words: nothing from outside is in it but the path of a policy. */
export function reasonOf(record: EventRecord): string {
	const { decision, reason } = record;
	if (reason === "cancelled") return "the host took the call back while it waited";
	if (decision === "refuse") {
		const by = takenBy(record);
		return wordsFor({ kind: refusalKind(record), reason: refusalReason(record), ...(by === null ? {} : { by }) });
	}
	const act = saysOfAct(reason);
	return act === null ? (own(LET_THROUGH, reason) ?? saysOf(reason) ?? reason) : `a person ${act}`;
}

/** The name of a row: what it is about. Plain, and cut. */
export function labelOf(record: EventRecord): string {
	const subject = subjectOf(record);
	if (record.direction === "person") return "Approval";
	return subject === null ? (record.method === null ? "The server itself" : brief(record.method, LONGEST)) : brief(subject, LONGEST);
}

/** What became of it, in a word or two. */
export function outcomeWord(entry: Activity): string {
	const { record } = entry;
	const outcome = outcomeOf(entry);
	if (record.decision === "refuse") return outcome === "cancelled" ? "cancelled" : "refused";
	if (record.direction === "person") return own(ACT_WORDS, record.reason) ?? "accepted";
	switch (outcome) {
		case "forwarded":
			if (record.direction !== "launcher") return record.direction === "host-to-server" ? "not answered yet" : "passed on";
			return record.reason === "egress" ? "connected" : "started";
		case "withheld":
			return "withheld";
		case "answered":
			return "answered";
		case "tool-error":
			return "answered with an error";
		case "error":
			return "failed";
		case "cancelled":
			return "cancelled";
		case "unanswered":
			return "never answered";
	}
}

/** Of what a person approved or took back, the first thing, and how many more there were: `tool: echo and 2 more`. Plain; empty: the log does not say. */
export function actText({ direction, arguments: given }: EventRecord): string {
	const parsed = direction === "person" ? Changed.safeParse(given) : null;
	if (parsed?.success !== true) return "";
	const { gets, loses } = parsed.data;
	// Its tools say most, and that its command was approved least.
	const weight = (line: string): number => (line.startsWith("tool: ") ? 0 : line.startsWith("start: ") ? 2 : 1);
	const [first = "", ...more] = [...gets, ...loses].sort((a, b) => weight(a) - weight(b));
	return `${brief(first, 50)}${more.length === 0 ? "" : ` and ${more.length} more`}`;
}

const Changed = z.object({ gets: z.array(z.string()), loses: z.array(z.string()) });

/** Others are accepted. */
const ACT_WORDS: Readonly<Record<string, string>> = {
	"approval-granted": "granted",
	"approval-narrowed": "taken away",
	"approval-revoked": "revoked",
	"approval-struck-out": "struck out",
} satisfies Partial<Record<ActReason, string>>;

/** `34 ms`, `2.1 s`; empty where nothing was timed. */
export function latencyText(entry: Activity): string {
	const took = latencyOf(entry);
	if (took === null) return "";
	return took < 1000 ? `${took < 10 ? Math.round(took * 10) / 10 : Math.round(took)} ms` : `${(took / 1000).toFixed(1)} s`;
}

/** The time of the day, and the day where it is not today's. */
export function timeText(at: string, now: Date): string {
	const time = new Date(at);
	if (Number.isNaN(time.getTime())) return "";
	return time.toDateString() === now.toDateString() ? time.toLocaleTimeString() : time.toLocaleString();
}

/** What a screen reader says of a row: one sentence. */
export function spokenText(entry: Activity, now: Date): string {
	const { record } = entry;
	const took = latencyText(entry);
	const parts = [
		`${labelOf(record)} of ${brief(record.server, LONGEST)}: ${outcomeWord(entry)}`,
		...(record.decision === "refuse" ? [reasonOf(record)] : []),
		actText(record),
		...(took === "" ? [] : [`after ${took}`]),
		timeText(record.at, now),
	];
	return plain(parts.filter((part) => part !== "").join(", "));
}
