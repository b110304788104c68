import { utf8ToBytes } from "@noble/hashes/utils.js";
import type { RequestId } from "./message.ts";

/** All that a host, and so a model, ever learns of a refusal. Constant: nothing a server or a person wrote is in it. */
export const NOT_AVAILABLE = "Not available. A person can review this in Sallyport.";

export const ErrorCode = { parse: -32700, invalidRequest: -32600, methodNotFound: -32601, invalidParams: -32602 } as const;
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

/** `id` null: the request could not be told. */
export function refusal(id: RequestId | null, code: ErrorCode): Uint8Array {
	return encode({ jsonrpc: "2.0", id, error: { code, message: NOT_AVAILABLE } });
}

export function encode(message: unknown): Uint8Array {
	return utf8ToBytes(JSON.stringify(message));
}
