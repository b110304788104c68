import type { AskKind } from "../policy/asks.ts";
import type { Asked } from "../policy/explain.ts";
import { isObject } from "./message.ts";

/** What a refusal was about, as a record has it. */
export interface RefusedThing {
	readonly reason: string;
	/** Null: it was no call, or none of a tool. */
	readonly tool: string | null;
	readonly method: string | null;
	/** Of a call its arguments; of what is offered beside tools, `name`, `uri` and `ref`. Undefined: not known. */
	readonly given?: unknown;
}

const ASKS: Readonly<Record<string, AskKind>> = {
	"sampling/createMessage": "sampling",
	"elicitation/create": "elicitation",
	"roots/list": "roots",
};

/** What a server asks its host for by this method; null: nothing that could be granted. */
export function askKindOf(method: string | null): AskKind | null {
	return method !== null && Object.hasOwn(ASKS, method) ? (ASKS[method] ?? null) : null;
}

/** What a policy could be asked about a thing that was not granted. Null: no policy decides over it by itself, or it cannot be told. */
export function askedAbout({ reason, tool, method, given }: RefusedThing): Asked | null {
	if (tool !== null && reason === "tool-not-granted") return { kind: "tool", name: tool, arguments: null };
	if (tool !== null && reason === "argument-not-allowed") return { kind: "tool", name: tool, arguments: isObject(given) ? given : null };
	if (reason === "server-request-not-granted") {
		const kind = askKindOf(method);
		return kind === null ? null : { kind: "ask", name: kind };
	}
	if (reason !== "kind-not-granted") return null;
	const { name, uri } = isObject(given) ? given : {};
	if (method === "completion/complete") return { kind: "completions" };
	if (method === "prompts/get") return typeof name === "string" ? { kind: "prompt", name } : null;
	return method?.startsWith("resources/") === true && typeof uri === "string" ? { kind: "resource", name: uri } : null;
}
