import { Client as SecondClient, type VersionNegotiationMode } from "@modelcontextprotocol/client";
import { StdioClientTransport as SecondTransport } from "@modelcontextprotocol/client/stdio";
import { Client as FirstClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as FirstTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { CreateMessageRequestSchema, ElicitRequestSchema, ListRootsRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Json, Start } from "./child.ts";

export interface CallOptions {
	readonly onprogress?: (progress: unknown) => void;
	readonly signal?: AbortSignal;
}

/** What hosts do with a server, by the names that both SDKs have for it. Each gives what the SDK gives, and throws what it throws. */
export interface Host {
	/** What it learnt of the server when it connected. */
	readonly about: Json;
	/** What the server sent by itself: notifications, and what it asked for. */
	readonly heard: unknown[];
	readonly listTools: () => Promise<unknown>;
	readonly callTool: (name: string, args: Json, options?: CallOptions) => Promise<unknown>;
	readonly listPrompts: () => Promise<unknown>;
	readonly getPrompt: (name: string, args: Record<string, string>) => Promise<unknown>;
	readonly listResources: () => Promise<unknown>;
	readonly listResourceTemplates: () => Promise<unknown>;
	readonly readResource: (uri: string) => Promise<unknown>;
	readonly complete: (ref: Ref, name: string, value: string, known?: Record<string, string>) => Promise<unknown>;
	readonly setLoggingLevel: () => Promise<unknown>;
	readonly ping: () => Promise<unknown>;
	readonly subscribe: (uri: string) => Promise<unknown>;
	readonly unsubscribe: (uri: string) => Promise<unknown>;
	readonly rootsChanged: () => Promise<void>;
	/** `subscriptions/listen`: gives what the server agreed to. The older era has none. */
	readonly listen: ((filter: Json) => Promise<{ readonly honored: unknown; readonly close: () => Promise<void> }>) | null;
	readonly close: () => Promise<void>;
}

type Ref = { readonly type: "ref/prompt"; readonly name: string } | { readonly type: "ref/resource"; readonly uri: string };

const NAME = { name: "conformance-host", version: "1.0.0" };
const CAPABILITIES = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } };
const ROOTS = { roots: [{ uri: "file:///srv/ünï/project", name: "project" }] };
const SAMPLED = { role: "assistant" as const, model: "test", content: { type: "text" as const, text: "the model's words" } };

/** A person who fills in all that is required, with the first that fits. */
function filledIn(params: Json): { readonly action: "accept"; readonly content?: Record<string, string | number | boolean | string[]> } {
	const schema = params.requestedSchema as { properties?: Record<string, Json>; required?: string[] } | undefined;
	if (schema === undefined) return { action: "accept" };
	const names = schema.required ?? [];
	return { action: "accept", content: Object.fromEntries(names.map((name) => [name, valueFor(schema.properties?.[name] ?? {})])) };
}

function valueFor({ type, minimum }: Json): string | number | boolean {
	if (type === "boolean") return true;
	return type === "string" ? "Ada" : typeof minimum === "number" ? minimum : 7;
}

export type SdkName = "first" | "second";
export type Mode = VersionNegotiationMode;

/** Connects with the SDK's own client over its own stdio transport. `mode`: of the second SDK alone. */
export function connect(sdk: SdkName, start: Start, mode: Mode): Promise<Host> {
	return sdk === "first" ? connectFirst(start) : connectSecond(start, mode);
}

async function connectFirst(start: Start): Promise<Host> {
	const client = new FirstClient(NAME, { capabilities: CAPABILITIES });
	const heard: unknown[] = [];
	client.setRequestHandler(CreateMessageRequestSchema, async ({ params }) => {
		heard.push(["sampling", params]);
		return SAMPLED;
	});
	client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
		heard.push(["elicitation", params]);
		return filledIn(params as Json);
	});
	client.setRequestHandler(ListRootsRequestSchema, async () => {
		heard.push(["roots"]);
		return ROOTS;
	});
	client.fallbackNotificationHandler = async ({ method, params }) => {
		heard.push([method, params]);
	};
	await client.connect(new FirstTransport({ ...start, args: [...start.args], env: { ...start.env }, stderr: "ignore" }));
	return {
		about: { capabilities: client.getServerCapabilities(), server: client.getServerVersion(), instructions: client.getInstructions() },
		heard,
		listTools: () => client.listTools(),
		callTool: (name, args, options = {}) => client.callTool({ name, arguments: args }, undefined, options),
		listPrompts: () => client.listPrompts(),
		getPrompt: (name, args) => client.getPrompt({ name, arguments: args }),
		listResources: () => client.listResources(),
		listResourceTemplates: () => client.listResourceTemplates(),
		readResource: (uri) => client.readResource({ uri }),
		complete: (ref, name, value, known = {}) => client.complete({ ref, argument: { name, value }, context: { arguments: known } }),
		setLoggingLevel: () => client.setLoggingLevel("debug"),
		ping: () => client.ping(),
		subscribe: (uri) => client.subscribeResource({ uri }),
		unsubscribe: (uri) => client.unsubscribeResource({ uri }),
		rootsChanged: () => client.sendRootsListChanged(),
		listen: null,
		close: () => client.close(),
	};
}

async function connectSecond(start: Start, mode: Mode): Promise<Host> {
	const client = new SecondClient(NAME, { capabilities: CAPABILITIES, versionNegotiation: { mode } });
	const heard: unknown[] = [];
	client.setRequestHandler("sampling/createMessage", async ({ params }) => {
		heard.push(["sampling", params]);
		return SAMPLED;
	});
	client.setRequestHandler("elicitation/create", async ({ params }) => {
		heard.push(["elicitation", params]);
		return filledIn(params as Json);
	});
	client.setRequestHandler("roots/list", async () => {
		heard.push(["roots"]);
		return ROOTS;
	});
	client.fallbackNotificationHandler = async ({ method, params }) => {
		heard.push([method, params]);
	};
	await client.connect(new SecondTransport({ ...start, args: [...start.args], env: { ...start.env }, stderr: "ignore" }));
	return {
		about: {
			capabilities: client.getServerCapabilities(),
			server: client.getServerVersion(),
			instructions: client.getInstructions(),
			version: client.getNegotiatedProtocolVersion(),
		},
		heard,
		listTools: () => client.listTools(),
		callTool: (name, args, options = {}) => client.callTool({ name, arguments: args }, options),
		listPrompts: () => client.listPrompts(),
		getPrompt: (name, args) => client.getPrompt({ name, arguments: args }),
		listResources: () => client.listResources(),
		listResourceTemplates: () => client.listResourceTemplates(),
		readResource: (uri) => client.readResource({ uri }),
		complete: (ref, name, value, known = {}) => client.complete({ ref, argument: { name, value }, context: { arguments: known } }),
		setLoggingLevel: () => client.setLoggingLevel("debug"),
		ping: () => client.ping(),
		subscribe: (uri) => client.subscribeResource({ uri }),
		unsubscribe: (uri) => client.unsubscribeResource({ uri }),
		rootsChanged: () => client.sendRootsListChanged(),
		async listen(filter) {
			const subscription = await client.listen(filter);
			return { honored: subscription.honoredFilter, close: () => subscription.close() };
		},
		close: () => client.close(),
	};
}
