import { randomUUID } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { type JSONRPCMessage, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { Child, type Json, type Start } from "./child.ts";
import { StatelessSide } from "./stateless-side.ts";

/** A server on stdio, made reachable by HTTP: the suite of the protocol speaks nothing else to a server. */
export interface Bridge {
	readonly url: string;
	/** Ends every server that it started. */
	readonly close: () => Promise<void>;
}

/**
 * Listens on loopback. A session of the older era has a server of its own, which ends with it; requests of the stateless era share one. What
 * belongs to HTTP (sessions, streams, headers) is answered here, the same for every server; what is said over stdio is handed on as it is.
 */
export async function bridge(start: Start): Promise<Bridge> {
	const sessions = new Map<string, Session>();
	const stateless = new StatelessSide(start);
	const listener = http.createServer((request, response) => {
		handle(request, response).catch((error: unknown) => {
			if (!response.headersSent) response.writeHead(500);
			response.end(String(error));
		});
	});

	async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
		if (!isLocal(request)) return answer(response, 403, { jsonrpc: "2.0", id: null, error: { code: -32000, message: "Not a local name" } });
		const body = request.method === "POST" ? await readBody(request) : null;
		if (body !== null && StatelessSide.isFor(request, body)) return stateless.handle(request, response, body);
		const id = request.headers["mcp-session-id"];
		const session = typeof id === "string" ? sessions.get(id) : body?.method === "initialize" ? new Session(start, sessions) : undefined;
		if (session === undefined)
			return answer(response, id === undefined ? 400 : 404, {
				jsonrpc: "2.0",
				id: null,
				error: { code: -32001, message: "No such session" },
			});
		await session.handle(request, response, body);
	}

	listener.listen(0, "127.0.0.1");
	await new Promise((resolve) => listener.once("listening", resolve));
	return {
		url: `http://127.0.0.1:${(listener.address() as AddressInfo).port}/mcp`,
		async close() {
			listener.close();
			listener.closeAllConnections();
			await Promise.all([...sessions.values()].map((session) => session.end()));
			await stateless.end();
		},
	};
}

/** One session of the older era, and its server. */
class Session {
	readonly #child: Child;
	readonly #transport: StreamableHTTPServerTransport;
	/** Requests of the host that are not answered, oldest first, with their progress tokens. */
	readonly #open = new Map<string | number, unknown>();
	readonly #connected: Promise<void>;

	constructor(start: Start, sessions: Map<string, Session>) {
		this.#child = new Child(start, (line) => this.#fromServer(line));
		this.#transport = new StreamableHTTPServerTransport({
			sessionIdGenerator: () => randomUUID(),
			onsessioninitialized: (id) => {
				sessions.set(id, this);
			},
			onsessionclosed: async (id) => {
				sessions.delete(id);
				await this.end();
			},
		});
		this.#transport.onmessage = (message) => {
			if ("method" in message && "id" in message) this.#open.set(message.id, message.params?._meta?.progressToken);
			this.#child.write(JSON.stringify(message));
		};
		this.#connected = this.#transport.start();
	}

	async handle(request: http.IncomingMessage, response: http.ServerResponse, body: Json | null): Promise<void> {
		await this.#connected;
		await this.#transport.handleRequest(request, response, body ?? undefined);
	}

	end(): Promise<void> {
		return this.#child.end();
	}

	/** Stdio does not say which request a message is about. A token does; else it is the youngest. */
	#fromServer(line: string): void {
		const message = JSONRPCMessageSchema.parse(JSON.parse(line));
		if (!("method" in message)) {
			if (message.id !== undefined) this.#open.delete(message.id);
			this.#send(message);
			return;
		}
		const token = message.params?.progressToken;
		const about = token === undefined ? [...this.#open].at(-1) : [...this.#open].find(([, each]) => each === token);
		this.#send(message, about?.[0]);
	}

	/** A host that has hung up hears nothing. */
	#send(message: JSONRPCMessage, about?: string | number): void {
		this.#transport.send(message, about === undefined ? {} : { relatedRequestId: about }).catch(() => {});
	}
}

function isLocal({ headers: { host = "", origin } }: http.IncomingMessage): boolean {
	const names = [`http://${host}`, ...(origin === undefined ? [] : [origin])];
	return names.every((name) => URL.canParse(name) && ["127.0.0.1", "localhost"].includes(new URL(name).hostname));
}

async function readBody(request: http.IncomingMessage): Promise<Json> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return JSON.parse(Buffer.concat(chunks).toString()) as Json;
}

function answer(response: http.ServerResponse, status: number, body: Json): void {
	response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
