import type * as http from "node:http";
import { Child, type Json, type Start } from "./child.ts";

const VERSION = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
const SUBSCRIPTION = "io.modelcontextprotocol/subscriptionId";
const FIRST_STATELESS = "2026-07-28";
const HEADER_MISMATCH = -32020;
/** What these errors are in HTTP; any other is in a successful answer. */
const STATUS: ReadonlyMap<unknown, number> = new Map([
	[-32601, 404],
	[HEADER_MISMATCH, 400],
	[-32021, 400],
	[-32022, 400],
]);

interface Exchange {
	readonly id: unknown;
	readonly token: unknown;
	readonly response: http.ServerResponse;
}

/** The stateless era over HTTP: each request stands by itself, and all go to one server. */
export class StatelessSide {
	readonly #start: Start;
	#child: Child | null = null;
	#ids = 0;
	/** By the id that the server sees: many hosts begin to count at one. */
	readonly #open = new Map<number, Exchange>();

	constructor(start: Start) {
		this.#start = start;
	}

	/** True for what this era's hosts send: its version is in the header or in the request. */
	static isFor({ headers }: http.IncomingMessage, body: Json): boolean {
		const header = headers["mcp-protocol-version"];
		return (
			(typeof header === "string" && header >= FIRST_STATELESS) || metaOf(body)[VERSION] !== undefined || body.method === "server/discover"
		);
	}

	async handle(request: http.IncomingMessage, response: http.ServerResponse, body: Json): Promise<void> {
		const fault = faultOf(request, body);
		if (fault !== null) {
			const message = { jsonrpc: "2.0", id: body.id ?? null, error: { code: fault.code, message: fault.message } };
			response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify(message));
			return;
		}
		this.#child ??= new Child(this.#start, (line) => this.#fromServer(JSON.parse(line) as Json));
		if (body.id === undefined) {
			this.#child.write(JSON.stringify(body));
			response.writeHead(202).end();
			return;
		}
		const id = ++this.#ids;
		this.#open.set(id, { id: body.id, token: metaOf(body).progressToken, response });
		response.on("close", () => {
			if (!this.#open.delete(id)) return;
			this.#child?.write(JSON.stringify({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } }));
		});
		this.#child.write(JSON.stringify({ ...body, id }));
	}

	async end(): Promise<void> {
		await this.#child?.end();
	}

	#fromServer(message: Json): void {
		if (message.method !== undefined) {
			const exchange = this.#about(message);
			if (exchange !== undefined) stream(exchange.response, withOwnId(message, exchange.id));
			return;
		}
		const exchange = this.#open.get(message.id as number);
		if (exchange === undefined) return;
		this.#open.delete(message.id as number);
		const { response } = exchange;
		const own = withOwnId({ ...message, id: exchange.id }, exchange.id);
		if (response.headersSent) {
			stream(response, own);
			response.end();
		} else {
			const { error } = message as { error?: Json };
			response.writeHead(STATUS.get(error?.code) ?? 200, { "content-type": "application/json" }).end(JSON.stringify(own));
		}
	}

	/** Of a notification: a token or a subscription says which request it is about; else it is the youngest. */
	#about({ params }: Json): Exchange | undefined {
		const { progressToken, _meta } = (params ?? {}) as { progressToken?: unknown; _meta?: Json };
		const subscription = _meta?.[SUBSCRIPTION];
		if (subscription !== undefined) return this.#open.get(Number(subscription));
		const all = [...this.#open.values()];
		return progressToken === undefined ? all.at(-1) : all.find(({ token }) => token === progressToken);
	}
}

function metaOf(body: Json): Json {
	return ((body.params as Json | undefined)?._meta as Json | undefined) ?? {};
}

/** What a server behind HTTP has to refuse by the headers, and by what every request of this era has. */
function faultOf({ headers }: http.IncomingMessage, body: Json): { readonly code: number; readonly message: string } | null {
	const meta = metaOf(body);
	if (body.id !== undefined && (typeof meta[VERSION] !== "string" || typeof meta[CAPABILITIES] !== "object"))
		return { code: -32602, message: "The request does not say which protocol it speaks" };
	const params = (body.params ?? {}) as Json;
	const name =
		body.method === "resources/read" ? params.uri : ["tools/call", "prompts/get"].includes(String(body.method)) ? params.name : undefined;
	const said = [
		[headers["mcp-protocol-version"], meta[VERSION] ?? headers["mcp-protocol-version"]],
		[headers["mcp-method"], body.method],
		...(name === undefined ? [] : [[headers["mcp-name"], name]]),
	];
	return said.every(([header, value]) => header === value) ? null : { code: HEADER_MISMATCH, message: "A header and the request differ" };
}

/** A subscription is named by the id of the request that opened it. */
function withOwnId(message: Json, id: unknown): Json {
	const where = message.method === undefined ? "result" : "params";
	const part = message[where] as Json | undefined;
	const meta = part?._meta as Json | undefined;
	return meta?.[SUBSCRIPTION] === undefined
		? message
		: { ...message, [where]: { ...part, _meta: { ...meta, [SUBSCRIPTION]: typeof id === "number" ? String(id) : id } } };
}

function stream(response: http.ServerResponse, message: Json): void {
	if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
	response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
}
