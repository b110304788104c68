import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { readableJson } from "../../ascii-json.ts";
import { plain } from "../../plain-text.ts";
import type { EventRecord } from "../record.ts";
import type { RecordedCall } from "./calls.ts";

/**
 * A call as OpenTelemetry has it, by the semantic conventions for MCP:
 * https://github.com/open-telemetry/semantic-conventions-genai/blob/main/docs/gen-ai/mcp.md
 */
export interface CallSpan {
	readonly name: string;
	/** 32 hexadecimal digits: the caller's trace, or one that is always the same for this record. */
	readonly traceId: string;
	/** 16 hexadecimal digits, always the same for this record, so that what is exported twice is there once. */
	readonly spanId: string;
	/** The caller's span. Null: it named none. */
	readonly parentSpanId: string | null;
	/** Milliseconds since 1970, with a fraction. */
	readonly start: number;
	/** Milliseconds. */
	readonly duration: number;
	readonly isError: boolean;
	/** Nothing in a text drives a terminal or hides. */
	readonly attributes: Readonly<Record<string, string | number>>;
}

/**
 * Null: the record's time is none.
 *
 * @param withArguments hands on what the tool was given, as the log has it; the conventions leave that to whoever asks for it
 */
export function callSpan({ begun, ended }: RecordedCall, withArguments: boolean): CallSpan | null {
	const last = ended ?? begun;
	const first = begun ?? ended;
	if (first === null || last === null || first.method === null) return null;
	const end = Date.parse(last.at);
	const start = begun === null ? end - (last.latency ?? 0) : Date.parse(begun.at);
	if (Number.isNaN(start) || Number.isNaN(end)) return null;
	const traced = [first, last].find(({ trace, span }) => trace !== undefined && span !== undefined);
	const error = errorType(last);
	const prompt = textOf(first, "name");
	const uri = textOf(first, "uri");
	const target = first.tool ?? (first.method === "prompts/get" ? prompt : null);
	return {
		name: plain(target === null ? first.method : `${first.method} ${target}`),
		traceId: traced?.trace ?? idOf("trace", first).slice(0, 32),
		spanId: idOf("span", first).slice(0, 16),
		parentSpanId: traced?.span ?? null,
		start,
		// A clock that was set back makes no call shorter than nothing.
		duration: Math.max(0, last.latency ?? end - start),
		isError: error !== null,
		attributes: present({
			"mcp.method.name": first.method,
			"mcp.session.id": first.session,
			"jsonrpc.request.id": first.request === null ? null : String(first.request),
			"network.transport": "pipe",
			"gen_ai.operation.name": first.method === "tools/call" ? "execute_tool" : null,
			"gen_ai.tool.name": first.tool,
			"gen_ai.tool.call.arguments": withArguments && first.tool !== null ? jsonOf(first.arguments) : null,
			"gen_ai.prompt.name": first.method === "prompts/get" ? prompt : null,
			"mcp.resource.uri": first.method.startsWith("resources/") ? uri : null,
			"error.type": error,
			"sallyport.server": first.server,
			"sallyport.host": first.host,
			"sallyport.direction": first.direction === "server-to-host" ? first.direction : null,
			"sallyport.decision": last.decision,
			"sallyport.reason": last.reason,
			"sallyport.outcome": last.outcome,
			"sallyport.policy.source": last.layer?.source,
			"sallyport.request.size": last.requestBytes,
			"sallyport.answer.size": last.answerBytes,
			"sallyport.count": last.count,
		}),
	};
}

/** The class of the failure, of few values. Null: it is none. The log does not keep the code of a JSON-RPC error. */
function errorType({ outcome, reason }: EventRecord): string | null {
	switch (outcome) {
		case "answered":
		case "forwarded":
			return null;
		case "tool-error":
			return "tool_error";
		case "error":
			return "_OTHER";
		case "withheld":
			return reason;
		default:
			return outcome;
	}
}

function idOf(purpose: string, { session, sequence }: EventRecord): string {
	return bytesToHex(sha256(utf8ToBytes(`sallyport ${purpose} ${sequence} ${session}`)));
}

function textOf({ arguments: given }: EventRecord, member: string): string | null {
	const value: unknown = typeof given === "object" && given !== null ? Reflect.get(given, member) : null;
	return typeof value === "string" ? value : null;
}

function jsonOf(value: unknown): string | null {
	return value === undefined ? null : readableJson(value);
}

function present(members: Readonly<Record<string, string | number | null | undefined>>): Readonly<Record<string, string | number>> {
	const kept: Record<string, string | number> = {};
	for (const [key, value] of Object.entries(members))
		if (value !== null && value !== undefined) kept[key] = typeof value === "string" ? plain(value) : value;
	return kept;
}
