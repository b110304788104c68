import { brief } from "../../core/plain-text.ts";
import { unreachable } from "../../core/result.ts";
import { type Refusal, wordsFor } from "./refusal.ts";

/** Refusals that are alike: the same server, kind and subject. */
export interface RefusalGroup {
	readonly kind: Refusal["kind"];
	readonly server: Refusal["server"];
	/** The tool, `host:port` or path that it is about; null: neither. Plain, and cut. */
	readonly subject: string | null;
	/** Of the last one. */
	readonly reason: string;
	/** At least so many. */
	readonly count: number;
	/** Of the last one: ISO 8601, UTC. */
	readonly at: string;
	readonly by?: string;
}

/** The most recent first. */
export function groupRefusals(refusals: readonly Refusal[]): readonly RefusalGroup[] {
	const groups = new Map<string, Refusal[]>();
	for (const refusal of refusals) {
		const { kind, server, tool, target, reason } = refusal;
		// A tool that drifted is refused for more than one reason; what is in common is the drift.
		const key = JSON.stringify([serverText(server), kind, tool, target, kind === "drift" ? "" : reason]);
		groups.set(key, [...(groups.get(key) ?? []), refusal]);
	}
	return [...groups.values()].map(toGroup).sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

function toGroup(alike: readonly Refusal[]): RefusalGroup {
	const last = alike.reduce((a, b) => (b.at >= a.at ? b : a));
	const { kind, server, tool, target, reason, at, by } = last;
	// What is told rarely carries its own count.
	const count = Math.max(alike.length, ...alike.map((each) => each.count));
	return { kind, server, subject: tool ?? target, reason, count, at, ...(by === undefined ? {} : { by }) };
}

/** One text for each server. */
export function serverText({ name, config, workspace }: Refusal["server"]): string {
	return JSON.stringify([name, config, workspace]);
}

/** One line for the log: the reason in constant words, names, no arguments. */
export function logLine(group: RefusalGroup): string {
	const { server, subject, count } = group;
	return `${server.name}: ${wordsFor(group)}${subject === null ? "" : ` (${subject})`}${count === 1 ? "" : `, ${count} times`}`;
}

/** Subjects that one message names. */
const NAMED = 3;

/**
 * What one notification says of one server's refusals; null: nothing in them that a person could do anything about.
 */
export function noticeText(groups: readonly RefusalGroup[]): string | null {
	const of = (kind: Refusal["kind"]): readonly RefusalGroup[] => groups.filter((group) => group.kind === kind);
	const total = (some: readonly RefusalGroup[]): number => some.reduce((sum, { count }) => sum + count, 0);
	const parts: string[] = [];
	const [launch] = of("launch");
	if (launch !== undefined) parts.push(`it was not started: ${wordsFor(launch)}`);
	const drifts = of("drift");
	if (drifts.length > 0)
		parts.push(`${counted(drifts.length, "tool has changed and is", "tools have changed and are")} withheld${names(drifts)}`);
	const said = of("said");
	if (said.some(({ reason }) => reason.startsWith("instructions-")))
		parts.push("what it says of itself is not what you approved, and is left out");
	if (said.some(({ reason }) => reason === "prompt-meta-not-granted")) parts.push("the _meta of a prompt is left out");
	if (said.some(({ reason }) => reason.startsWith("prompt-") && reason !== "prompt-meta-not-granted"))
		parts.push("a prompt is not what you approved, and is withheld");
	const beside = said.filter(({ subject }) => subject !== null);
	if (beside.length > 0) parts.push(`the _meta of ${counted(beside.length, "tool is", "tools are")} left out${names(beside)}`);
	const calls = of("call");
	if (calls.length > 0) parts.push(`${counted(total(calls), "call was", "calls were")} refused${names(calls)}`);
	const narrowed = of("narrowed");
	if (narrowed.length > 0)
		parts.push(`${counted(total(narrowed), "call was", "calls were")} refused by another policy than yours${names(narrowed)}`);
	const secrets = of("host-secret");
	if (secrets.length > 0) parts.push(`${counted(total(secrets), "call", "calls")} with a key or token of yours stopped${names(secrets)}`);
	const connections = of("connection");
	if (connections.length > 0)
		parts.push(`${counted(total(connections), "connection was", "connections were")} refused${names(connections)}`);
	const paths = of("path");
	if (paths.length > 0) parts.push(`${counted(paths.length, "path was", "paths were")} not granted${names(paths)}`);
	const [first] = groups;
	return first === undefined || parts.length === 0 ? null : `${brief(first.server.name, 60)}: ${parts.join("; ")}`;
}

function counted(count: number, one: string, many: string): string {
	return `${count} ${count === 1 ? one : many}`;
}

function names(groups: readonly RefusalGroup[]): string {
	const subjects = [...new Set(groups.flatMap(({ subject }) => (subject === null ? [] : [brief(subject, 60)])))];
	if (subjects.length === 0) return "";
	return ` (${subjects.slice(0, NAMED).join(", ")}${subjects.length > NAMED ? " …" : ""})`;
}

/** What the row of a group is called in a list. */
export function groupLabel({ kind, subject, reason }: RefusalGroup): string {
	switch (kind) {
		case "launch":
			return "The server itself";
		case "said":
			return subject ?? (reason.startsWith("prompt-") ? "A prompt" : "What it says of itself");
		case "call":
		case "narrowed":
		case "drift":
		case "host-secret":
		case "connection":
		case "path":
		case "other":
			return subject ?? "A message";
		default:
			return unreachable(kind);
	}
}
