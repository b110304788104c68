import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { AuditEvent } from "../audit/event.ts";
import { type Trace, traceOf } from "../audit/trace.ts";
import { isObject, type Message } from "./message.ts";
import { Meta } from "./meta.ts";
import { isOfferRequest } from "./offered.ts";

export type Request = Extract<Message, { kind: "request" }>;
export type Notification = Extract<Message, { kind: "notification" }>;
export type Response = Extract<Message, { kind: "result" | "error" }>;

/** One message's text, and the bytes that it came in or will go out in. */
export interface Source {
	readonly text: string;
	readonly bytes: Uint8Array;
}

/** The original, unless the text is another. */
export function changed(source: Source, text: string): Source {
	return text === source.text ? source : line(text);
}

export function line(text: string): Source {
	return { text, bytes: utf8ToBytes(text) };
}

/** True in the stateless era, where each request says which protocol it speaks. */
export function isModern({ params }: Request): boolean {
	return isObject(params?._meta) && typeof params._meta[Meta.protocolVersion] === "string";
}

/** What an audit record says of a host's request. */
export function about(request: Request): Pick<AuditEvent, "request" | "direction" | "method" | "tool" | "arguments" | "trace"> {
	const { name, uri, ref } = request.params ?? {};
	const call = request.method === "tools/call";
	const asked = isOfferRequest(request.method) ? { name, uri, ref } : null;
	return {
		request: request.id,
		direction: "host-to-server",
		method: request.method,
		tool: call && typeof name === "string" ? name : null,
		...(call && request.params?.arguments !== undefined ? { arguments: request.params.arguments } : {}),
		...(asked === null ? {} : { arguments: asked }),
		...traced(request),
	};
}

/** The trace of a request, if it names one. */
export function traced({ params }: Request): { readonly trace?: Trace } {
	const trace = params?._meta === undefined ? null : traceOf(params._meta);
	return trace === null ? {} : { trace };
}
