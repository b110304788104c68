import { matchesRuns } from "../policy/wildcards.ts";
import type { Outcome } from "./event.ts";
import type { EventRecord } from "./record.ts";

/** Which records are asked for. Every criterion has to hold; of a list one item has to fit, and an empty list asks for nothing. */
export interface AuditSearch {
	/** Names; `*` in one stands for any characters. */
	readonly servers: readonly string[];
	readonly tools: readonly string[];
	readonly methods: readonly string[];
	readonly reasons: readonly string[];
	readonly hosts: readonly string[];
	readonly sessions: readonly string[];
	readonly outcomes: readonly Outcome[];
	readonly decision: EventRecord["decision"] | null;
	/** From this time on, and up to this one. ISO 8601 as records have it: UTC, with milliseconds. */
	readonly since: string | null;
	readonly until: string | null;
	/** In a key or a text of the arguments, in whatever case. */
	readonly text: string | null;
	/** 32 hexadecimal digits, in small letters. */
	readonly trace: string | null;
	/** Milliseconds that the call took, at least. */
	readonly minLatency: number | null;
}

/** What can be asked of a line before it is parsed. */
export interface LineHead {
	readonly at: string;
	/** The whole line. */
	readonly text: string;
}

export interface Matcher {
	/** True: every record fits, and none has to be looked at. */
	readonly isAny: boolean;
	/** A quick look. False: the record in this line does not fit. */
	mayFit(line: LineHead): boolean;
	fits(record: EventRecord): boolean;
}

export function auditMatcher(search: AuditSearch): Matcher {
	const { servers, tools, methods, reasons, hosts, sessions, outcomes, decision, since, until, trace, minLatency } = search;
	const text = search.text?.toLowerCase() ?? null;
	const needles = [
		...needleOf("server", servers),
		...needleOf("tool", tools),
		...needleOf("method", methods),
		...needleOf("reason", reasons),
		...needleOf("session", sessions),
		...needleOf("decision", decision === null ? [] : [decision]),
		...needleOf("trace", trace === null ? [] : [trace]),
	];
	const isInTime = (at: string): boolean => (since === null || at >= since) && (until === null || at <= until);
	return {
		isAny:
			[servers, tools, methods, reasons, hosts, sessions, outcomes].every((list) => list.length === 0) &&
			[decision, since, until, text, trace, minLatency].every((criterion) => criterion === null),
		mayFit: (line) => isInTime(line.at) && needles.every((needle) => line.text.includes(needle)),
		fits: (record) =>
			isInTime(record.at) &&
			isOneOf(record.server, servers) &&
			isOneOf(record.tool, tools) &&
			isOneOf(record.method, methods) &&
			isOneOf(record.reason, reasons) &&
			isOneOf(record.host, hosts) &&
			isOneOf(record.session, sessions) &&
			(outcomes.length === 0 || outcomes.includes(record.outcome)) &&
			(decision === null || record.decision === decision) &&
			(trace === null || record.trace === trace) &&
			(minLatency === null || (record.latency !== undefined && record.latency >= minLatency)) &&
			(text === null || mentions(record.arguments, text)),
	};
}

/** How the log writes a member whose value is known letter for letter: a line without it need not be parsed. */
function needleOf(member: string, wanted: readonly string[]): readonly string[] {
	const [only] = wanted;
	return only === undefined || wanted.length > 1 || only.includes("*") ? [] : [`"${member}":${JSON.stringify(only)}`];
}

function isOneOf(value: string | null, wanted: readonly string[]): boolean {
	if (wanted.length === 0) return true;
	return value !== null && wanted.some((pattern) => fitsPattern(value, pattern));
}

function fitsPattern(value: string, pattern: string): boolean {
	if (!pattern.includes("*")) return value === pattern;
	return matchesRuns(
		value,
		pattern,
		(character) => character === "*",
		(character, wanted) => character === wanted,
	);
}

/** Arguments are bounded in depth: the log cuts them. */
function mentions(value: unknown, text: string): boolean {
	if (typeof value === "string") return value.toLowerCase().includes(text);
	if (typeof value === "number" || typeof value === "boolean") return String(value).includes(text);
	if (typeof value !== "object" || value === null) return false;
	return Object.entries(value).some(
		([key, member]) => (!Array.isArray(value) && key.toLowerCase().includes(text)) || mentions(member, text),
	);
}
