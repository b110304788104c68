import * as z from "zod/mini";
import type { RefusedThing } from "../protocol/asked.ts";
import type { EventRecord } from "./record.ts";
import { type SessionDrift, sessionDrifts } from "./session-drift.ts";

/** What a server was granted when it started, as the log has it: long lists are cut there. */
export interface GrantedThen {
	/** The config file that the grant is for; null: the log does not say, or has only its beginning. */
	readonly config: string | null;
	readonly unconfined: boolean;
	/** It ran in the weaker sandbox. */
	readonly weaker: boolean;
	readonly read: readonly string[];
	readonly write: readonly string[];
	readonly deny: readonly string[];
	readonly env: readonly string[];
	readonly egress: readonly string[];
	readonly secrets: readonly string[];
	readonly tools: readonly string[];
	readonly prompts: readonly string[];
	readonly resources: readonly string[];
	readonly templates: readonly string[];
	/** It may complete what a person types. */
	readonly completions: boolean;
	/** Kinds of what it may ask its host for. */
	readonly asks: readonly string[];
	/** Tools in whose calls the host may send it keys and tokens; `*`: in everything. */
	readonly hostSecrets: readonly string[];
	/** Name and value. */
	readonly limits: readonly (readonly [string, string | number])[];
}

/** One thing that was not let through in a run, however often. */
export interface Withheld {
	/** Of the last time. ISO 8601, UTC. */
	readonly at: string;
	readonly count: number;
	readonly kind: "read" | "write" | "network" | "tool" | "prompt" | "resource" | "other";
	/** The path, `host:port`, tool, prompt or URI; the method of anything else. Text from outside, and perhaps cut. */
	readonly subject: string;
	/** The log's. */
	readonly reason: string;
	/** A person could grant it. */
	readonly grantable: boolean;
	/** What it was about, for the relay's own reasons; whole, or null: the log has only a part of it. */
	readonly about: RefusedThing | null;
	/** The policy, other than the person's own, that decided; null: none, or none that can be named. */
	readonly takenBy: string | null;
	/** Of a tool, a prompt or instructions that were not what was approved: which definition it was. Undefined: it is no such thing, or the log does not say. */
	readonly drift?: SessionDrift;
	/** Why the server was not started, and what to do about it, in the launcher's own words and perhaps cut. Undefined: the reason says all. */
	readonly said?: { readonly message: string; readonly remedy: string };
}

export interface LastRun {
	readonly session: string;
	/** Of its first record. */
	readonly at: string;
	/** The program that started the launcher; null: not known. */
	readonly host: string | null;
	/** Null: it was not started, and `withheld` says why. */
	readonly granted: GrantedThen | null;
	/** In the order in which they first happened. */
	readonly withheld: readonly Withheld[];
}

const Texts = z._default(z.array(z.string()), []);
const Started = z.object({
	config: z.optional(z.string()),
	sandbox: z.optional(z.string()),
	tier: z.optional(z.string()),
	read: Texts,
	write: Texts,
	deny: Texts,
	env: Texts,
	egress: Texts,
	secrets: Texts,
	tools: Texts,
	prompts: Texts,
	resources: Texts,
	templates: Texts,
	completions: z._default(z.boolean(), false),
	asks: Texts,
	hostSecrets: Texts,
	limits: z._default(z.record(z.string(), z.union([z.string(), z.number()])), {}),
});
const Path = z.object({ access: z.enum(["read", "write"]), path: z.string() });
const Prompt = z.object({ name: z.string() });
const Resource = z.object({ uri: z.string() });
const Target = z.object({ target: z.string() });
const Said = z.object({ message: z.string(), remedy: z.string() });

/** The log keeps the beginning of a long text. */
export function isCut(text: string): boolean {
	return /…\[\d+ more characters\]$/.test(text);
}

/** True where one of these texts, or of the texts in them, is only a beginning. What a person is to paste must be whole. */
function isAnyCut(value: unknown): boolean {
	if (typeof value === "string") return isCut(value);
	return typeof value === "object" && value !== null && Object.values(value).some(isAnyCut);
}

/**
 * What the newest session in these records was granted, and what was withheld from it. Null: there is no session.
 *
 * @param records of one server, oldest first
 * @param configs a session that was started for another config file than these does not count; null: every one counts
 */
export function lastRun(records: readonly EventRecord[], configs: readonly string[] | null = null): LastRun | null {
	// What a person approved is no run.
	const entries = records.filter(({ direction }) => direction !== "person");
	const elsewhere = new Set(
		entries.filter(isStart).flatMap((entry) => {
			const { config } = grantedIn(entry);
			return configs === null || config === null || configs.includes(config) ? [] : [entry.session];
		}),
	);
	const session = entries.findLast((entry) => !elsewhere.has(entry.session))?.session;
	const own = entries.filter((entry) => entry.session === session);
	const [first] = own;
	if (session === undefined || first === undefined) return null;
	const start = own.find(isStart);
	const withheld = new Map<string, Withheld>();
	for (const entry of own) {
		if (entry.decision !== "refuse") continue;
		const one = withheldIn(entry);
		const key = JSON.stringify([one.kind, one.subject, one.reason]);
		const before = withheld.get(key);
		// Of many alike only some are recorded, with how many they were so far. Which definition it was, a refused call does not say.
		const drift = one.drift ?? before?.drift;
		withheld.set(key, { ...one, count: Math.max((before?.count ?? 0) + 1, one.count), ...(drift === undefined ? {} : { drift }) });
	}
	return {
		session,
		at: first.at,
		host: first.host,
		granted: start === undefined ? null : grantedIn(start),
		withheld: [...withheld.values()],
	};
}

function isStart({ direction, decision }: EventRecord): boolean {
	return direction === "launcher" && decision === "allow";
}

function grantedIn({ reason, arguments: given }: EventRecord): GrantedThen {
	const parsed = Started.safeParse(given ?? {});
	const { config, sandbox, tier, limits, ...lists } = parsed.success ? parsed.data : Started.parse({});
	const unconfined = sandbox === "off" || reason === "started-without-sandbox";
	const whole = config === undefined || isCut(config) ? null : config;
	return { ...lists, config: whole, limits: Object.entries(limits), unconfined, weaker: tier === "landlock" };
}

/** Of a tool, what a person could allow. */
const GRANTABLE: ReadonlySet<string> = new Set(["tool-not-granted", "tool-meta-changed", "host-secret"]);

function withheldIn(entry: EventRecord): Withheld {
	const { at, direction, reason, tool, method, count = 1, arguments: given, layer } = entry;
	const about = direction === "launcher" || isAnyCut([tool, method, given]) ? null : { reason, tool, method, given };
	const takenBy = layer === undefined || layer.source === "user" ? null : layer.file;
	const [drift] = sessionDrifts([entry]);
	const common = { at, count, reason, about, takenBy, ...(drift === undefined ? {} : { drift }) };
	const path = reason.startsWith("path-") ? Path.safeParse(given) : null;
	if (path?.success === true)
		return {
			...common,
			kind: path.data.access,
			subject: path.data.path,
			grantable: reason === "path-not-granted" || reason === "path-absent",
		};
	const target = reason.startsWith("egress-") ? Target.safeParse(given) : null;
	if (target?.success === true)
		return { ...common, kind: "network", subject: target.data.target, grantable: reason === "egress-not-granted" };
	if (reason === "kind-not-granted") {
		const prompt = method === "prompts/get" ? Prompt.safeParse(given) : null;
		if (prompt?.success === true) return { ...common, kind: "prompt", subject: prompt.data.name, grantable: true };
		const resource = method?.startsWith("resources/") === true ? Resource.safeParse(given) : null;
		if (resource?.success === true) return { ...common, kind: "resource", subject: resource.data.uri, grantable: true };
	}
	const held = reason === "prompt-changed" || reason === "prompt-meta-not-granted" ? Prompt.safeParse(given) : null;
	if (held?.success === true) return { ...common, kind: "prompt", subject: held.data.name, grantable: true };
	if (tool !== null) return { ...common, kind: "tool", subject: tool, grantable: GRANTABLE.has(reason) };
	const said = direction === "launcher" ? Said.safeParse(given) : null;
	return {
		...common,
		kind: "other",
		subject: method ?? "",
		grantable: reason.startsWith("instructions-"),
		...(said?.success === true ? { said: said.data } : {}),
	};
}
