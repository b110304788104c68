import type { LiveHello, LiveMessage } from "../../core/live/message.ts";
import { own } from "../../core/own.ts";
import { plain } from "../../core/plain-text.ts";
import { saysOf, takenAwayBy } from "../../core/protocol/reasons.ts";
import { unreachable } from "../../core/result.ts";

/** Which entry a running launcher serves. */
export interface ServerKey {
	readonly name: string;
	/** Real path. */
	readonly config: string;
	/** Null: a per-user entry. */
	readonly workspace: string | null;
}

/**
 * Something that a launcher did not let through. `call`: a tool that is not granted. `narrowed`: what the person granted, and another policy takes away. `drift`: a granted tool that is not what was
 * approved. `said`: what the server says of itself beside its tools' definitions is not what was approved, and is left out. `host-secret`: a call with a key or token of the
 * person's. `connection`: a host that is not granted. `path`: a file or folder that is not granted. `launch`: the server was not started at all. `other`: nothing that a
 * person could grant.
 */
export interface Refusal {
	readonly kind: "call" | "narrowed" | "drift" | "said" | "host-secret" | "connection" | "path" | "launch" | "other";
	/** ISO 8601, UTC, milliseconds. */
	readonly at: string;
	/** As the launcher names it: plain, and cut. `config` is null for a launch: which entry it was is not known. */
	readonly server: { readonly name: string; readonly config: string | null; readonly workspace: string | null };
	/** Kebab-case: the audit log's. */
	readonly reason: string;
	/** Null: it was no call. Plain, and cut. */
	readonly tool: string | null;
	/** `host:port` of a refused connection, or the path that could not be used, as the server said it: plain, and cut. */
	readonly target: string | null;
	/** How often so far, where only some of many alike are told; else 1. */
	readonly count: number;
	/** The policy that took it away. Left out: none, or none that can be named. */
	readonly by?: string;
}

/** What a refused call is, by its reason. */
export function kindOfCall(reason: string): Refusal["kind"] {
	if (DRIFT.has(reason)) return "drift";
	if (reason === "host-secret") return reason;
	return reason === "tool-not-granted" ? "call" : "other";
}

const DRIFT: ReadonlySet<string> = new Set(["tool-changed", "tool-duplicate", "tool-unreadable"]);

/** Null: the message tells of no refusal. `hello` is null for a launch that was refused, which has none. */
export function refusalIn(message: LiveMessage, hello: LiveHello | null): Refusal | null {
	if (message.kind === "launch-refused") {
		const { at, server: name, workspace, reason } = message;
		return { kind: "launch", at, server: { name, config: null, workspace }, reason, tool: null, target: null, count: 1 };
	}
	if (hello === null) return null;
	const server = { name: hello.server, config: hello.config, workspace: hello.workspace };
	switch (message.kind) {
		case "refused": {
			const { at, reason, tool, count, by } = message;
			const called = isOfSaid(reason) ? "said" : tool === null ? "other" : kindOfCall(reason);
			// What another policy takes away, the dialog that grants it would not bring back.
			const kind = called === "call" && by !== undefined ? "narrowed" : called;
			return { kind, at, server, reason, tool, target: null, count, ...(by === undefined ? {} : { by }) };
		}
		case "drift":
			return { kind: "drift", at: message.at, server, reason: message.reason, tool: message.tool, target: null, count: 1 };
		case "egress-refused": {
			const { at, reason, target } = message;
			return { kind: "connection", at, server, reason, tool: null, target, count: 1 };
		}
		case "blocked": {
			const { at, reason, path } = message;
			const kind = reason === "not-granted" ? "path" : "other";
			return { kind, at, server, reason: `path-${reason}`, tool: null, target: path, count: 1 };
		}
		case "hello":
		case "tools":
		case "listed":
		case "ended":
			return null;
		default:
			return unreachable(message);
	}
}

/** True for the reasons of what is left out of what the server says of itself. */
export function isOfSaid(reason: string): boolean {
	return SAID.has(reason);
}

const SAID: ReadonlySet<string> = new Set([
	"tool-meta-changed",
	"instructions-not-granted",
	"instructions-changed",
	"prompt-changed",
	"prompt-meta-not-granted",
	"prompt-duplicate",
	"prompt-unreadable",
]);

const CONNECTION: Readonly<Record<string, string>> = {
	"not-granted": "a host that is not granted was asked for",
	"private-address": "a granted name leads to a private address, which is not granted",
	unresolved: "a granted host has no address",
	"host-header": "a request named another host than its connection",
	"other-address": "a granted name leads to another address than the one that was granted",
	"too-many-names": "too many names beneath one wildcard were asked for",
	"too-many-connections": "there were too many connections at once",
	"proxy-unreachable": "your company's proxy did not answer",
	"proxy-credentials": "your company's proxy wants other credentials",
	"proxy-refused": "your company's proxy did not let a connection through",
	"network-lost": "its proxy failed, and there is no network any more",
};

const PATH: Readonly<Record<string, string>> = {
	"path-not-granted": "a file or folder that is not granted was asked for",
	"path-absent": "it looked for a file in a folder that is not granted, or tried to make one",
	"path-protected": "a file that no server may have was asked for",
	"path-link": "a link was made, and was not passed on to the granted folder",
	"path-unwritable": "a file was written that you may not write yourself, or the disk was full",
	"path-lost": "a granted folder was removed, and it was stopped",
	"path-appeared": "a file that no server may see appeared in a granted folder, and it was stopped",
};

const LAUNCH: Readonly<Record<string, string>> = {
	"not-approved": "it was never approved on this machine",
	"launch-changed": "its command is not the one that was approved",
	"code-changed": "its code is not what was approved",
	"other-workspace": "it was approved for another workspace",
	"no-workspace": "the workspace that its host names does not exist",
	"reference-not-granted": "it asks for a secret that is not granted",
	"secret-for-mutable": "its secrets would go to code that your other programs can change",
	"secret-missing": "a secret of it is not in the vault",
	"keychain-missing": "there is no keychain here",
	"grant-not-accepted": "what a policy file grants to it has not been accepted by a person",
	"network-not-accepted": "how servers reach the internet was written down by another program, and nobody accepted it",
	"keychain-closed": "the keychain that keeps the approvals is not there",
	"keychain-locked": "the keychain is locked",
	"sealed-locked": "the encrypted file is closed by a passphrase",
	"sandbox-missing": "bubblewrap is not installed, and nothing starts unconfined",
	"sandbox-forbidden": "this system forbids the sandbox, and nothing starts unconfined",
	"grant-missing": "a file or folder that it was granted is not there",
};

/** Why, in our own words: nothing from outside is in it but the path of a policy. */
export function wordsFor({ kind, reason, by = "another policy" }: Pick<Refusal, "kind" | "reason" | "by">): string {
	switch (kind) {
		case "narrowed":
			return `${saysOf(reason) ?? "it was refused"}: ${plain(takenAwayBy(by, { reason })).replace(/\.$/, "")}`;
		case "launch":
			return own(LAUNCH, reason) ?? `it was not started (${reason})`;
		case "connection":
			return own(CONNECTION, reason) ?? `a connection was refused (${reason})`;
		case "path":
			return own(PATH, reason) ?? `a file or folder was refused (${reason})`;
		case "call":
		case "drift":
		case "host-secret":
		case "said":
		case "other":
			return saysOf(reason) ?? own(PATH, reason) ?? `it was refused (${reason})`;
		default:
			return unreachable(kind);
	}
}
