import * as http from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type EgressTarget, parseTarget, targetText } from "../../core/policy/egress.ts";
import { upstreamHeaders } from "./egress-upstream.ts";
import { answer, type Gate } from "./proxy-gate.ts";

/** Headers that concern one connection and are not passed on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
	"connection",
	"http2-settings",
	"keep-alive",
	// With it a request says which proxy on the way is to answer, in the place of the host.
	"max-forwards",
	"proxy-authenticate",
	"proxy-authorization",
	"proxy-connection",
	"te",
	"trailer",
	"transfer-encoding",
	"upgrade",
]);

/** Headers that say where a message ends and whom it is for: a client that has them dropped gets a second request past the check. */
const FRAMING = ["content-length", "host", "transfer-encoding"];

/** Where a request leads, and what it asks for there. */
export interface Wanted {
	readonly target: EgressTarget;
	readonly path: string;
}

/** What a request to the proxy itself asks for; null when that is no plain HTTP address. */
export function targetOf(request: http.IncomingMessage): Wanted | null {
	const url = absoluteForm(request.url ?? "");
	const target = url === null ? null : parseTarget(`${url.hostname}:${url.port === "" ? "80" : url.port}`);
	return url === null || target === null ? null : { target, path: `${url.pathname}${url.search}` };
}

/** What a request inside a tunnel asks for; null when it does not name a path alone, or names no host where the tunnel has none. */
export function targetInside(request: http.IncomingMessage, { targets }: Gate): Wanted | null {
	const end = targets.get(request.socket);
	const path = request.url ?? "";
	if (end === undefined || !(path.startsWith("/") || path === "*")) return null;
	const target = end.host === null ? saidHost(request, end.port) : { host: end.host, port: end.port };
	return target === null ? null : { target, path };
}

/** What the Host header names. Whether there is one alone is looked at later, for every request. */
function saidHost({ headers: { host } }: http.IncomingMessage, port: number): EgressTarget | null {
	const said = host === undefined ? null : (parseTarget(host) ?? parseTarget(`${host}:${port}`));
	return said?.port === port ? said : null;
}

export async function forward(
	request: http.IncomingMessage,
	response: http.ServerResponse,
	wanted: Wanted | null,
	{ reach, keep }: Gate,
): Promise<void> {
	if (isTrace(request)) return void response.writeHead(405).end();
	if (wanted === null || !isPlainlyFramed(request.headers)) {
		response.writeHead(400).end();
		return;
	}
	const { target, path } = wanted;
	const route = await reach.check(target, hostHeaderAgrees(request, target, 80), "request");
	if (route === null) {
		response.writeHead(403, { "content-type": "text/plain" }).end("Not available.\n");
		return;
	}
	const opened = await reach.openForRequest(route, target);
	if (opened === null) {
		response.writeHead(502).end();
		return;
	}
	const { socket: connection, asked: via } = opened;
	keep(connection);
	// Gone while it was dialled.
	if (response.destroyed) return void connection.destroy();
	const headers = [...endToEnd(request.headers, request.rawHeaders), ...bodyFraming(request.headers)];
	if (via !== null) headers.push(...Object.entries(upstreamHeaders(via)).flat());
	// `*` asks for no place on the host, and has no place in an address.
	const place = via === null ? path : `http://${targetText(target)}${path === "*" ? "" : path}`;
	const upstream = requestOver(connection, request, place, headers);
	upstream.on("response", (answered) => {
		answered.on("error", () => response.destroy());
		try {
			if (via !== null && answered.statusCode === 407) {
				// It concerns us, and would make the client doubt the password that it has for this proxy.
				reach.refused(target, "proxy-credentials");
				connection.destroy();
				response.writeHead(502).end();
				return;
			}
			if (via !== null && via.authorization !== null && isPerhapsTheProxys(answered)) {
				withhold(answered, response);
				return;
			}
			response.writeHead(answered.statusCode ?? 502, endToEnd(answered.headers, answered.rawHeaders));
			// A stream of events says nothing for a while after its headers.
			response.flushHeaders();
			answered.pipe(response);
		} catch {
			// A status or a header that is none.
			connection.destroy();
			response.destroy();
		}
	});
	upstream.on("error", () => (response.headersSent ? response.destroy() : response.writeHead(502).end()));
	upstream.on("upgrade", (_answered, socket) => {
		socket.destroy();
		response.destroy();
	});
	response.on("close", () => upstream.destroy());
	request.pipe(upstream);
}

/** Asks for nothing but a WebSocket: of every other protocol nobody here could say whom it speaks to. */
export function isWebSocket({ headers }: http.IncomingMessage): boolean {
	return headers.upgrade?.trim().toLowerCase() === "websocket";
}

/** A request whose answer is the request, as whoever answers got it: with what was said to the proxy on the way. */
function isTrace({ method }: http.IncomingMessage): boolean {
	return method?.toUpperCase() === "TRACE";
}

/** Of an answer that may be the company's proxy's own: what a client cannot do without, and none of it repeats a request's headers. */
const HARMLESS = new Set([
	"allow",
	"date",
	"etag",
	"expires",
	"last-modified",
	"location",
	"retry-after",
	"set-cookie",
	"vary",
	"www-authenticate",
]);

/**
 * True for what a proxy answers by itself. Such pages are known to show the request with its password, in whatever spelling; looking for
 * it in them would let whoever writes pages try passwords, and see which one is held back.
 */
function isPerhapsTheProxys({ statusCode = 502, headers }: http.IncomingMessage): boolean {
	return statusCode >= 300 || headers["content-type"]?.toLowerCase().startsWith("message/http") === true;
}

/** The status alone, in the place of the answer. */
function withhold({ statusCode = 502, rawHeaders }: http.IncomingMessage, response: http.ServerResponse): void {
	const kept = pairs(rawHeaders).flatMap(([name, value]) => (HARMLESS.has(name.toLowerCase()) ? [name, value] : []));
	const text = "This answer came by a proxy that was given a password: only its status is passed on.\n";
	response.writeHead(statusCode, [...kept, "Content-Type", "text/plain"]).end(text);
}

/** A request for a WebSocket: it is the granted host that has to agree to it. */
export async function upgrade(
	request: http.IncomingMessage,
	client: Duplex,
	head: Buffer,
	wanted: Wanted | null,
	{ reach, keep }: Gate,
): Promise<void> {
	keep(client);
	if (isTrace(request)) return answer(client, 405);
	const { upgrade: protocol, "content-length": length, "transfer-encoding": coding } = request.headers;
	// HTTP/2 in the clear names a host with every request.
	if (protocol !== undefined && !isWebSocket(request)) return answer(client, 501);
	if (wanted === null || protocol === undefined || length !== undefined || coding !== undefined) return answer(client, 400);
	const { target, path } = wanted;
	const route = await reach.check(target, hostHeaderAgrees(request, target, 80), "request");
	if (route === null) return answer(client, 403);
	const connection = await reach.open(route, target);
	if (connection === null) return answer(client, 502);
	keep(connection);
	if (client.destroyed) return void connection.destroy();
	const headers = [...endToEnd(request.headers, request.rawHeaders), "Connection", "Upgrade", "Upgrade", protocol];
	const upstream = requestOver(connection, request, path, headers);
	// What comes before the other side has agreed would be read by it as a second request.
	upstream.on("upgrade", (answered, socket, first) => {
		const lines = pairs(answered.rawHeaders).map(([name, value]) => `${name}: ${value}\r\n`);
		client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("")}\r\n`);
		client.write(first);
		if (head.length > 0) socket.write(head);
		socket.pipe(client);
		client.pipe(socket);
		socket.once("close", () => client.destroy());
	});
	upstream.on("response", () => {
		connection.destroy();
		answer(client, 502);
	});
	upstream.on("error", () => answer(client, 502));
	client.once("close", () => connection.destroy());
	upstream.end();
}

/** Not `http.request`: an editor replaces that by one of its own, which goes around a connection that is already made and checked. */
function requestOver(connection: Socket, request: http.IncomingMessage, path: string, headers: readonly string[]): http.ClientRequest {
	return new http.ClientRequest({
		createConnection: () => connection,
		method: request.method ?? "GET",
		path,
		headers: [...headers],
		setHost: false,
	});
}

/** One Host header, naming the target: another name would reach another site behind the same address. A tunnel may have none. */
export function hostHeaderAgrees(request: http.IncomingMessage, target: EgressTarget, defaultPort: number): boolean {
	const hosts = pairs(request.rawHeaders).flatMap(([name, value]) => (name.toLowerCase() === "host" ? [value] : []));
	const host = hosts[0];
	if (host === undefined) return request.method === "CONNECT";
	const said = parseTarget(host) ?? parseTarget(`${host}:${defaultPort}`);
	return hosts.length === 1 && said !== null && said.host === target.host && (said.port === target.port || request.method === "CONNECT");
}

function absoluteForm(text: string): URL | null {
	if (!/^http:\/\//i.test(text)) return null;
	try {
		const url = new URL(text);
		return url.username === "" && url.password === "" ? url : null;
	} catch {
		return null;
	}
}

/** What the client says of its connection leaves the message whole; of transfer codings, only the one that is written anew. */
function isPlainlyFramed(headers: http.IncomingHttpHeaders): boolean {
	const coding = headers["transfer-encoding"];
	const named = connectionNames(headers);
	return (coding === undefined || coding.trim().toLowerCase() === "chunked") && !FRAMING.some((name) => named.has(name));
}

/** Said outright: for methods that seldom have a body Node would write one without any framing. */
function bodyFraming(headers: http.IncomingHttpHeaders): readonly string[] {
	return headers["transfer-encoding"] === undefined ? [] : ["Transfer-Encoding", "chunked"];
}

/** The headers that `Connection` names, in small letters. */
function connectionNames(headers: http.IncomingHttpHeaders): Set<string> {
	return new Set((headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase()));
}

function endToEnd(headers: http.IncomingHttpHeaders, raw: readonly string[]): string[] {
	const named = connectionNames(headers);
	for (const name of FRAMING) named.delete(name);
	return pairs(raw).flatMap(([name, value]) => (HOP_BY_HOP.has(name.toLowerCase()) || named.has(name.toLowerCase()) ? [] : [name, value]));
}

/** Names and values, as they came. */
function pairs(raw: readonly string[]): readonly (readonly [name: string, value: string])[] {
	return Array.from({ length: raw.length >> 1 }, (_, i) => [raw[2 * i] ?? "", raw[2 * i + 1] ?? ""] as const);
}
