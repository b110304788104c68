import type { Reason } from "../../src/core/protocol/reasons.ts";
import type { Out, Script } from "../fixtures/servers/hostile-player.mjs";

export const ERAS = ["2025-11-25", "2026-07-28"] as const;
export type Era = (typeof ERAS)[number];

export type Json = { readonly [key: string]: unknown };

/** One thing that the host does. A text is a line; after a request it waits for the answer. */
export type Step = string | Exclude<Out, string> | { readonly line: string; readonly wait: false };

/** What both sides do, in one era. */
export interface Play {
	/** What the server says beside what a good one says. Empty: it is good. */
	readonly server?: Script;
	/** What the host does, once it has listed the tools. Empty: it calls `read` once. */
	readonly host?: readonly Step[];
	/** True: the host says nothing of its own before its steps. */
	readonly first?: boolean;
}

export type Family = "tools" | "text" | "secrets" | "framing" | "protocol" | "questions" | "calls" | "keys" | "arguments" | "envelopes";

/** One thing that a hostile server or a hostile host tries. What decides is what the other side got. */
export interface Attack {
	/** What the one who attacks does: "lists the approved tool twice". Unique. */
	readonly name: string;
	readonly by: "server" | "host";
	readonly family: Family;
	play(era: Era): Play;
	/** It got through when one of these is in what the other side (`at`) got, as bytes or as any text in its messages. */
	readonly never: readonly RegExp[];
	/** Who must not get it. Left out: the other side. */
	readonly at?: "host" | "server" | "stderr";
	/** What the log must have. One of several; null: there is nothing to refuse, only something not to show. */
	readonly logged: readonly Reason[] | null;
	/** The eras in which it can be tried. Left out: both. */
	readonly eras?: readonly Era[];
	/** Why this is not promised: it gets through, and the documentation says so. */
	readonly notPromised?: string;
}

/** The mark of what must not get through. */
export const EVIL = /EVIL/;

const MODERN_META = {
	"io.modelcontextprotocol/protocolVersion": "2026-07-28",
	"io.modelcontextprotocol/clientInfo": { name: "host", version: "1.0.0" },
	"io.modelcontextprotocol/clientCapabilities": { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} },
};

export function isModern(era: Era): boolean {
	return era === "2026-07-28";
}

/** What a request of the host has for params in this era. */
export function paramsOf(era: Era, params: Json = {}): Json {
	const meta = typeof params._meta === "object" ? params._meta : {};
	return isModern(era) ? { ...params, _meta: { ...MODERN_META, ...meta } } : params;
}

export function request(era: Era, method: string, params: Json = {}, id: string | number = `h-${method}`): string {
	return JSON.stringify({ jsonrpc: "2.0", id, method, params: paramsOf(era, params) });
}

export function call(era: Era, more: Json = {}, id: string | number = "call"): string {
	return request(era, "tools/call", { name: "read", arguments: {}, ...more }, id);
}

/** As a line of the host's whose `params` are written by hand; what makes the era goes before it. */
export function rawCall(era: Era, params: string, id = '"raw"'): string {
	const meta = isModern(era) ? `"_meta":${JSON.stringify(MODERN_META)},` : "";
	return `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{${meta}${params}}}`;
}

export function notification(method: string, params: Json = {}): string {
	return JSON.stringify({ jsonrpc: "2.0", method, params });
}

/** A server's answer to the request that it answers. `text` is JSON already. */
export function rawResult(text: string): string {
	return `{"jsonrpc":"2.0","id":{{id}},"result":${text}}`;
}

export function result(era: Era, value: Json): string {
	return rawResult(JSON.stringify({ ...(isModern(era) ? { resultType: "complete" } : {}), ...value }));
}

/** The result of a call whose text is written as it stands inside a JSON string. */
export function textResult(era: Era, written: string): string {
	return rawResult(`{${isModern(era) ? '"resultType":"complete",' : ""}"content":[{"type":"text","text":"${written}"}]}`);
}

export function error(value: Json): string {
	return `{"jsonrpc":"2.0","id":{{id}},"error":${JSON.stringify({ code: -32000, message: "no", ...value })}}`;
}

/** A server that answers calls with this. */
export function answersCalls(...outs: readonly Out[]): Play {
	return { server: { on: { "tools/call": [[...outs]] } } };
}

/** The same of any request, which the host then makes. */
export function answers(era: Era, method: string, params: Json, ...outs: readonly Out[]): Play {
	return { server: { on: { [method]: [[...outs]] } }, host: [request(era, method, params)] };
}

/** A server that says this before it answers a call. */
export function saysBefore(era: Era, ...outs: readonly Out[]): Play {
	return answersCalls(...outs, result(era, { content: [] }));
}
