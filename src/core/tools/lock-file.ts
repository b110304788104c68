import * as z from "zod/mini";
import { fail, ok, type Result } from "../result.ts";
import { pinOf, toolName } from "./pin.ts";

/**
 * `sallyport.lock.json`: what the servers of a workspace were when somebody last looked: launch lines, packages, tools. It is committed,
 * and a check in CI compares it with what is there. It proposes and grants nothing: what was approved stands in each person's own policy.
 */
export const LOCK_FILE = "sallyport.lock.json";

const Sha256 = z.string().check(z.regex(/^sha256:[0-9a-f]{64}$/));
const Text = z.string().check(z.maxLength(100_000));

const LockedServer = z.strictObject({
	name: z.string().check(z.minLength(1), z.maxLength(200)),
	/** The config file, from the folder of the lock file, with `/`. */
	config: Text,
	command: Text,
	/** Credentials are masked (a change of one is not seen); the workspace's and the home's paths are written as `${workspace}` and `~`. */
	args: z.array(Text),
	/** Where it starts, if the entry says so. */
	cwd: z.optional(Text),
	/** By name: what the entry gives a variable, masked as above; a reference as it stands; null: whatever the host puts there. */
	env: z.record(Text, z.nullable(Text)),
	/** True: code beside what is named here can change without being seen. */
	mutable: z.optional(z.boolean()),
	package: z.optional(z.strictObject({ name: Text, version: Text, lock: Sha256 })),
	/** The entry file of a server that is no package. */
	script: z.optional(z.strictObject({ path: Text, sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)) })),
	/** What it says for the model, if anything; its paths are written as those of `args`. */
	instructions: z.optional(Text),
	/** True: Sallyport cannot start it, so nothing but what stands in its entry is known. */
	unlisted: z.optional(z.boolean()),
	/** Definitions as listed, without `_meta`, by name. */
	tools: z.array(z.record(z.string(), z.unknown())),
});
/** A server of another machine: its tools are listed by nobody here. */
const RemoteServer = z.strictObject({ name: Text, config: Text, url: Text });
const LockFile = z.strictObject({ version: z.literal(1), servers: z.array(LockedServer), remote: z.array(RemoteServer) });

export type LockedServer = z.infer<typeof LockedServer>;
export type RemoteServer = z.infer<typeof RemoteServer>;

export interface Lock {
	readonly servers: readonly LockedServer[];
	readonly remote: readonly RemoteServer[];
}

export function parseLockFile(text: string): Result<Lock> {
	let value: unknown;
	try {
		value = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
	} catch {
		return broken("is not valid JSON");
	}
	const parsed = LockFile.safeParse(value);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		return broken(
			`does not have the format of version 1 (at ${issue === undefined || issue.path.length === 0 ? "its top" : issue.path.slice(0, 4).join(".")})`,
		);
	}
	const { servers, remote } = parsed.data;
	const keys = [...servers, ...remote].map(keyOf);
	if (new Set(keys).size < keys.length) return broken("names a server twice");
	return ok({ servers, remote });
}

function broken(what: string): Result<never> {
	return fail("lock-broken", `${LOCK_FILE} ${what}.`, "Take it from the last commit, or write it anew: sallyport tools lock");
}

/** The text of a lock file: in a fixed order, a line a value, so that a change reads well in a review. */
export function formatLockFile({ servers, remote }: Lock): string {
	const inOrder = <T extends LockedServer | RemoteServer>(all: readonly T[]): readonly T[] =>
		[...all].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
	return `${JSON.stringify({ version: 1, servers: inOrder(servers), remote: inOrder(remote) }, null, "\t")}\n`;
}

/** Definitions as they are kept: without `_meta`, keys and tools in order. Null: one of them cannot be pinned. */
export function lockedTools(tools: readonly Readonly<Record<string, unknown>>[]): LockedServer["tools"] | null {
	if (tools.some((tool) => pinOf(tool) === null)) return null;
	return tools
		.map(({ _meta, ...definition }) => sorted(definition) as Record<string, unknown>)
		.sort((a, b) => ((toolName(a) ?? "") < (toolName(b) ?? "") ? -1 : 1));
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== "object" || value === null) return value;
	const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

export type DriftKind =
	| "server-new"
	| "server-gone"
	| "launch"
	| "address"
	| "package"
	| "script"
	| "instructions"
	| "tool-new"
	| "tool-gone"
	| "tool-changed";

/** One thing that is not as it was locked. */
export interface Drift {
	readonly name: string;
	readonly config: string;
	readonly kind: DriftKind;
	/** The tool; null where it is none. */
	readonly tool: string | null;
	/** As texts to compare, a line a value; empty: nothing. */
	readonly before: string;
	readonly after: string;
}

/** What has changed since. Only servers of `now` and `locked` that have the same name and file are the same server. */
export function driftBetween(locked: Lock, now: Lock): readonly Drift[] {
	const before = new Map([...locked.servers, ...locked.remote].map((server) => [keyOf(server), server]));
	const after = new Map([...now.servers, ...now.remote].map((server) => [keyOf(server), server]));
	return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key) => driftOf(before.get(key), after.get(key)));
}

type Either = LockedServer | RemoteServer;

function driftOf(before: Either | undefined, after: Either | undefined): readonly Drift[] {
	const named = before ?? after;
	if (named === undefined) return [];
	const { name, config } = named;
	const drift = (kind: DriftKind, was: unknown, is: unknown, tool: string | null = null): Drift => ({
		name,
		config,
		kind,
		tool,
		before: text(was),
		after: text(is),
	});
	if (before === undefined) return [drift("server-new", undefined, line(after))];
	if (after === undefined) return [drift("server-gone", line(before), undefined)];
	if ("url" in before || "url" in after)
		return text(line(before)) === text(line(after)) ? [] : [drift("address", line(before), line(after))];
	const tools = (server: LockedServer) => new Map(server.tools.map((tool) => [toolName(tool) ?? "", tool]));
	const [old, current] = [tools(before), tools(after)];
	return [
		...(text(line(before)) === text(line(after)) ? [] : [drift("launch", line(before), line(after))]),
		...(text(before.package) === text(after.package) ? [] : [drift("package", before.package, after.package)]),
		...(text(before.script) === text(after.script) ? [] : [drift("script", before.script, after.script)]),
		...(before.instructions === after.instructions ? [] : [drift("instructions", said(before), said(after))]),
		...[...new Set([...old.keys(), ...current.keys()])].sort().flatMap((tool) => {
			const [was, is] = [old.get(tool), current.get(tool)];
			if (was === undefined) return [drift("tool-new", was, is, tool)];
			if (is === undefined) return [drift("tool-gone", was, is, tool)];
			return pinOf(was) === pinOf(is) ? [] : [drift("tool-changed", was, is, tool)];
		}),
	];
}

/** Line by line, so that a difference shows the one that changed. */
function said({ instructions }: LockedServer): readonly string[] | undefined {
	return instructions?.split("\n");
}

function line(server: Either | undefined): unknown {
	if (server === undefined) return undefined;
	if ("url" in server) return { url: server.url };
	const { command, args, cwd, env, mutable, unlisted } = server;
	return {
		command,
		args,
		env,
		...(cwd === undefined ? {} : { cwd }),
		...(mutable === true ? { mutable } : {}),
		...(unlisted === true ? { unlisted } : {}),
	};
}

function text(value: unknown): string {
	return value === undefined ? "" : `${JSON.stringify(sorted(value), null, 2)}\n`;
}

function keyOf({ config, name }: Pick<Either, "config" | "name">): string {
	return JSON.stringify([config, name]);
}
