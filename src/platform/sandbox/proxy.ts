import { timingSafeEqual } from "node:crypto";
import * as dns from "node:dns/promises";
import * as http from "node:http";
import { connect, isIP, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isPublicAddress } from "./addresses.ts";
import { type EgressTarget, parseTarget, sameTarget, targetText } from "./egress-target.ts";

/** What a server tried to reach and was not let through to, for people. `target` is as short as a host and a port. */
export interface EgressRefusal {
	readonly target: string;
	readonly reason: "not-granted" | "private-address" | "unresolved" | "host-header";
}

export interface ProxyOptions {
	/** Where it listens: a unix socket in a folder that only this user can enter. */
	readonly socket: string;
	/** What the client must say as `sallyport:PASSWORD`. */
	readonly password: string;
	/** Empty: nothing passes. */
	readonly grants: readonly EgressTarget[];
	/** Granted names may resolve to addresses that are not on the open internet. */
	readonly allowPrivate: boolean;
	readonly onRefused: (refusal: EgressRefusal) => void;
	/** Every address of a name. Undefined: the system's resolver. */
	readonly resolve?: (host: string) => Promise<readonly string[]>;
}

export interface RunningProxy {
	close(): Promise<void>;
}

const MAX_CONNECTIONS = 256;
const CONNECT_TIMEOUT_MS = 15_000;
const HEADERS_TIMEOUT_MS = 30_000;

/** Headers that concern one connection and are not passed on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
	"connection",
	"keep-alive",
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

type Checked =
	| { readonly ok: true; readonly addresses: readonly string[] }
	| { readonly ok: false; readonly reason: EgressRefusal["reason"] };

/**
 * An HTTP proxy that lets one server reach exactly the granted hosts and ports. It resolves names itself, checks the addresses and
 * dials the one it checked, so that an answer which changes between two questions gains nothing.
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
	const sockets = new Set<Duplex>();
	const keep = <T extends Duplex>(socket: T): T => {
		sockets.add(socket);
		socket.on("error", () => socket.destroy());
		socket.on("close", () => sockets.delete(socket));
		return socket;
	};
	const server = http.createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 });
	server.maxConnections = MAX_CONNECTIONS;
	server.on("connection", keep);
	server.on("clientError", (_error, socket) => socket.destroy());
	server.on("connect", (request: http.IncomingMessage, client: Duplex, head: Buffer) => {
		tunnel(request, keep(client), head, options, keep).catch(() => client.destroy());
	});
	server.on("upgrade", (_request, client: Duplex) => answer(keep(client), 501));
	server.on("request", (request, response) => {
		forward(request, response, options, keep).catch(() => response.destroy());
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(options.socket, resolve);
	});
	return {
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}

async function tunnel(
	request: http.IncomingMessage,
	client: Duplex,
	head: Buffer,
	options: ProxyOptions,
	keep: <T extends Duplex>(socket: T) => T,
): Promise<void> {
	if (!isAuthorized(request, options.password)) return answer(client, 407);
	const target = parseTarget(request.url ?? "");
	if (target === null) return answer(client, 400);
	const checked = await check(target, request, target.port, options);
	if (!checked.ok) {
		options.onRefused({ target: targetText(target), reason: checked.reason });
		return answer(client, 403);
	}
	const upstream = await dial(checked.addresses, target.port);
	if (upstream === null) return answer(client, 502);
	keep(upstream);
	if (client.destroyed) {
		upstream.destroy();
		return;
	}
	upstream.once("close", () => client.destroy());
	client.once("close", () => upstream.destroy());
	client.write("HTTP/1.1 200 Connection established\r\n\r\n");
	if (head.length > 0) upstream.write(head);
	upstream.pipe(client);
	client.pipe(upstream);
}

async function forward(
	request: http.IncomingMessage,
	response: http.ServerResponse,
	options: ProxyOptions,
	keep: <T extends Duplex>(socket: T) => T,
): Promise<void> {
	if (!isAuthorized(request, options.password)) {
		response.writeHead(407, { "proxy-authenticate": 'Basic realm="sallyport"' }).end();
		return;
	}
	const url = absoluteForm(request.url ?? "");
	const target = url === null ? null : parseTarget(`${url.hostname}:${url.port === "" ? "80" : url.port}`);
	if (url === null || target === null || !isPlainlyFramed(request.headers)) {
		response.writeHead(400).end();
		return;
	}
	const checked = await check(target, request, 80, options);
	if (!checked.ok) {
		options.onRefused({ target: targetText(target), reason: checked.reason });
		response.writeHead(403, { "content-type": "text/plain" }).end("Not available.\n");
		return;
	}
	const connection = await dial(checked.addresses, target.port);
	if (connection === null) {
		response.writeHead(502).end();
		return;
	}
	keep(connection);
	// Not `http.request`: an editor replaces that by one of its own, which goes around a connection that is already made and checked.
	const upstream = new http.ClientRequest({
		createConnection: () => connection,
		method: request.method ?? "GET",
		path: `${url.pathname}${url.search}`,
		headers: [...endToEnd(request.headers, request.rawHeaders), ...bodyFraming(request.headers)],
		setHost: false,
	});
	upstream.on("response", (answered) => {
		answered.on("error", () => response.destroy());
		try {
			response.writeHead(answered.statusCode ?? 502, endToEnd(answered.headers, answered.rawHeaders));
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

/** Is it granted, does the Host header say the same, and which address may be dialled? */
async function check(
	target: EgressTarget,
	request: http.IncomingMessage,
	defaultPort: number,
	{ grants, allowPrivate, resolve = systemResolve }: ProxyOptions,
): Promise<Checked> {
	const grant = grants.find((candidate) => sameTarget(candidate, target));
	if (grant === undefined) return { ok: false, reason: "not-granted" };
	if (!hostHeaderAgrees(request, target, defaultPort)) return { ok: false, reason: "host-header" };
	// The person wrote this very address.
	if (isIP(target.host) !== 0) return { ok: true, addresses: [target.host] };
	const addresses = await resolve(target.host).catch(() => []);
	if (addresses.length === 0) return { ok: false, reason: "unresolved" };
	const allowed = addresses.filter((candidate) => isIP(candidate) !== 0 && (allowPrivate || isPublicAddress(candidate)));
	return allowed.length === 0 ? { ok: false, reason: "private-address" } : { ok: true, addresses: allowed };
}

/** One Host header, naming the target: another name would reach another site behind the same address. A tunnel may have none. */
function hostHeaderAgrees(request: http.IncomingMessage, target: EgressTarget, defaultPort: number): boolean {
	const hosts = request.rawHeaders.filter((_, i) => i % 2 === 1 && request.rawHeaders[i - 1]?.toLowerCase() === "host");
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

function isAuthorized(request: http.IncomingMessage, password: string): boolean {
	const encoded = /^basic\s+(\S+)$/i.exec(request.headers["proxy-authorization"] ?? "")?.[1] ?? "";
	const said = Buffer.from(encoded, "base64");
	const wanted = Buffer.from(`sallyport:${password}`);
	return said.length === wanted.length && timingSafeEqual(said, wanted);
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
	const kept: string[] = [];
	for (let i = 0; i + 1 < raw.length; i += 2) {
		const name = raw[i] ?? "";
		if (!HOP_BY_HOP.has(name.toLowerCase()) && !named.has(name.toLowerCase())) kept.push(name, raw[i + 1] ?? "");
	}
	return kept;
}

async function systemResolve(host: string): Promise<readonly string[]> {
	return (await dns.lookup(host, { all: true, order: "ipv4first" })).map(({ address }) => address);
}

/** The first of these addresses that answers; null when none does. Never looks a name up. */
async function dial(addresses: readonly string[], port: number): Promise<Socket | null> {
	for (const host of addresses) {
		const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS });
		const connected = await new Promise<boolean>((resolve) => {
			socket.once("connect", () => resolve(true));
			socket.once("timeout", () => socket.destroy());
			socket.once("error", () => {});
			socket.once("close", () => resolve(false));
		});
		socket.setTimeout(0);
		if (connected) return socket;
	}
	return null;
}

const REASONS: Readonly<Record<number, string>> = {
	400: "Bad Request",
	403: "Forbidden",
	407: "Proxy Authentication Required",
	501: "Not Implemented",
	502: "Bad Gateway",
};

function answer(socket: Duplex, status: number): void {
	if (socket.destroyed || !socket.writable) return;
	const more = status === 407 ? 'Proxy-Authenticate: Basic realm="sallyport"\r\n' : "";
	socket.end(`HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n${more}Content-Length: 0\r\nConnection: close\r\n\r\n`);
}
