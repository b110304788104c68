import * as z from "zod/mini";
import { plain } from "../plain-text.ts";
import { LONGEST_NAME } from "./bounds.ts";

export { messageName } from "./bounds.ts";

/**
 * What a running launcher tells whoever listens at its socket: one JSON object a line, in UTF-8, version 1. Only its own
 * words, names and digests are in it; never an argument, a result or a secret. A reader skips lines and kinds that it does
 * not know, and whatever the version is of a launcher that starts with another `hello`.
 */

const Name = z.string().check(
	z.maxLength(LONGEST_NAME),
	z.refine((text) => plain(text) === text, "must be plain"),
);
/** To compare with, not to show: a path may hold anything. */
const Path = z.string().check(z.maxLength(4096));
const Code = z.string().check(z.regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/), z.maxLength(64));
const Digest = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));
/** ISO 8601, UTC, milliseconds. */
const Time = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/));
const Session = z.string().check(z.regex(/^[0-9a-f]{24}$/));
const Pid = z.int().check(z.positive());

/** The first line of every connection. */
const Hello = z.object({
	kind: z.literal("hello"),
	version: z.literal(1),
	/** The same as in the audit log. */
	session: Session,
	server: Name,
	/** The config file whose entry was approved. One of them, when several files have the same entry. */
	config: Path,
	/** Null: a per-user entry. */
	workspace: z.nullable(Path),
	fingerprint: Digest,
	/** The program that started the launcher; null where the system does not say. */
	host: z.nullable(Name),
	pid: Pid,
	startedAt: Time,
});

/** Something was withheld from the server or the host. `reason` is the audit log's. */
const Refused = z.object({
	kind: z.literal("refused"),
	at: Time,
	reason: Code,
	/** Null: it was no message. */
	method: z.nullable(Name),
	/** Null: it was no call. */
	tool: z.nullable(Name),
	/** How often so far, where only some of many alike are told; else 1. */
	count: z.int().check(z.positive()),
	/** The policy, other than the person's own, that took it away. Left out: none, or none that can be named. */
	by: z.optional(Path),
});

/** A granted tool is withheld, because it is not what was approved. */
const Drift = z.object({
	kind: z.literal("drift"),
	at: Time,
	tool: Name,
	approved: Digest,
	/** Null: there is no one definition (listed twice, or without a canonical form). */
	current: z.nullable(Digest),
	reason: z.enum(["tool-changed", "tool-duplicate", "tool-unreadable"]),
});

const EgressRefused = z.object({
	kind: z.literal("egress-refused"),
	at: Time,
	/** `host:port`, as the server said it. */
	target: Name,
	reason: Code,
});

/** A path that the server could not use, or what it made and was not passed on. */
const Blocked = z.object({
	kind: z.literal("blocked"),
	at: Time,
	access: z.enum(["read", "write"]),
	/** As the server said it. */
	path: Name,
	reason: Code,
});

/** The granted tools that the launcher goes by from now on. */
const Tools = z.object({
	kind: z.literal("tools"),
	at: Time,
	/** Empty: none. Sorted. */
	allowed: z.array(Name),
	/** How many more there are than fit into a line. */
	omitted: z.int().check(z.minimum(0)),
});

/** The server's whole list was seen, is not what was kept before, and is kept now. */
const Listed = z.object({ kind: z.literal("listed"), at: Time, fingerprint: Digest });

/** The last line of a launcher that could say it. */
const Ended = z.object({ kind: z.literal("ended"), at: Time, reason: Code });

/** A launch that did not come about. It has no connection: it is left in a file. */
const LaunchRefused = z.object({
	kind: z.literal("launch-refused"),
	version: z.literal(1),
	at: Time,
	session: Session,
	server: Name,
	/** Where the host says that it works; null when that cannot be told. */
	workspace: z.nullable(Path),
	host: z.nullable(Name),
	pid: Pid,
	/** Of the problem that the launcher wrote to stderr. */
	reason: Code,
});

const Message = z.discriminatedUnion("kind", [Hello, Refused, Drift, EgressRefused, Blocked, Tools, Listed, Ended, LaunchRefused]);
const Numbered = z.object({ sequence: z.int().check(z.minimum(0)) });

export type LiveMessage = z.infer<typeof Message>;
export type LiveHello = z.infer<typeof Hello>;
export type RefusedLaunch = z.infer<typeof LaunchRefused>;

export interface LiveLine {
	/** Counts from 0 in a session: a reader that connects again knows by it what it has seen. */
	readonly sequence: number;
	readonly message: LiveMessage;
}

/** Null: not JSON, of a kind or version that is not known here, or with something in it that may not be shown. */
export function parseLiveLine(line: string): LiveLine | null {
	try {
		const value: unknown = JSON.parse(line);
		return { sequence: Numbered.parse(value).sequence, message: Message.parse(value) };
	} catch {
		return null;
	}
}
