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

/** What both hosts say to a server that asks, or that tells something. */
function playedHost(heard: unknown[]) {
	return {
		async sampling({ params }: { readonly params: unknown }) {
			heard.push(["sampling", params]);
			return SAMPLED;
		},
		async elicitation({ params }: { readonly params: unknown }) {
			heard.push(["elicitation", params]);
			return filledIn(params as Json);
		},
		async roots() {
			heard.push(["roots"]);
			return ROOTS;
		},
		async notification({ method, params }: { readonly method: string; readonly params?: unknown }) {
			heard.push([method, params]);
		},
	};
}

/** What both SDKs' clients do by the same names. */
interface SdkClient {
	listTools(): Promise<unknown>;
	listPrompts(): Promise<unknown>;
	getPrompt(params: { name: string; arguments: Record<string, string> }): Promise<unknown>;
	listResources(): Promise<unknown>;
	listResourceTemplates(): Promise<unknown>;
	readResource(params: { uri: string }): Promise<unknown>;
	complete(params: {
		ref: Ref;
		argument: { name: string; value: string };
		context: { arguments: Record<string, string> };
	}): Promise<unknown>;
	setLoggingLevel(level: "debug"): Promise<unknown>;
	ping(): Promise<unknown>;
	subscribeResource(params: { uri: string }): Promise<unknown>;
	unsubscribeResource(params: { uri: string }): Promise<unknown>;
	sendRootsListChanged(): Promise<void>;
	close(): Promise<void>;
}

function asked(client: SdkClient): Omit<Host, "about" | "heard" | "callTool" | "listen"> {
	return {
		listTools: () => client.listTools(),
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
		close: () => client.close(),
	};
}

async function connectFirst(start: Start): Promise<Host> {
	const client = new FirstClient(NAME, { capabilities: CAPABILITIES });
	const heard: unknown[] = [];
	const played = playedHost(heard);
	client.setRequestHandler(CreateMessageRequestSchema, played.sampling);
	client.setRequestHandler(ElicitRequestSchema, played.elicitation);
	client.setRequestHandler(ListRootsRequestSchema, played.roots);
	client.fallbackNotificationHandler = played.notification;
	await client.connect(new FirstTransport({ ...start, args: [...start.args], env: { ...start.env }, stderr: "ignore" }));
	return {
		...asked(client),
		about: { capabilities: client.getServerCapabilities(), server: client.getServerVersion(), instructions: client.getInstructions() },
		heard,
		callTool: (name, args, options = {}) => client.callTool({ name, arguments: args }, undefined, options),
		listen: null,
	};
}

async function connectSecond(start: Start, mode: Mode): Promise<Host> {
	const client = new SecondClient(NAME, { capabilities: CAPABILITIES, versionNegotiation: { mode } });
	const heard: unknown[] = [];
	const played = playedHost(heard);
	client.setRequestHandler("sampling/createMessage", played.sampling);
	client.setRequestHandler("elicitation/create", played.elicitation);
	client.setRequestHandler("roots/list", played.roots);
	client.fallbackNotificationHandler = played.notification;
	await client.connect(new SecondTransport({ ...start, args: [...start.args], env: { ...start.env }, stderr: "ignore" }));
	return {
		...asked(client),
		about: {
			capabilities: client.getServerCapabilities(),
			server: client.getServerVersion(),
			instructions: client.getInstructions(),
			version: client.getNegotiatedProtocolVersion(),
		},
		heard,
		callTool: (name, args, options = {}) => client.callTool({ name, arguments: args }, options),
		async listen(filter) {
			const subscription = await client.listen(filter);
			return { honored: subscription.honoredFilter, close: () => subscription.close() };
		},
	};
}
