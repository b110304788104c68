import { timingSafeEqual } from "node:crypto";
import * as dns from "node:dns/promises";
import * as http from "node:http";
import { connect, createServer, isIP, type Server, type Socket } from "node:net";
import { type Duplex, duplexPair } from "node:stream";
import { isPublicAddress } from "./addresses.ts";
import { type EgressTarget, parseTarget, sameTarget, targetText } from "./egress-target.ts";
import { firstWords, LONGEST_GREETING } from "./first-words.ts";
import { answerSocks, readSocks, SOCKS_VERSION } from "./socks.ts";

/** What a server tried to reach and was not let through to, for people. `target` is as short as a host and a port. */
export interface EgressRefusal {
	readonly target: string;
	readonly reason: "not-granted" | "private-address" | "unresolved" | "host-header";
}

/** A connection that was let through, carried something, and is over. */
export interface EgressConnection {
	readonly target: string;
	/** Bytes that the server sent there, and got from there. */
	readonly sent: number;
	readonly received: number;
}

export interface ProxyOptions {
	/** Where it listens: a unix socket in a folder that only this user can enter. */
	readonly socket: string;
	/** Sockets beside it that lead straight to one granted place each. Whoever can open one needs no password. Undefined: none. */
	readonly direct?: readonly { readonly socket: string; readonly target: EgressTarget }[];
	/** What the client must say as `sallyport:PASSWORD`. */
	readonly password: string;
	/** Empty: nothing passes. */
	readonly grants: readonly EgressTarget[];
	/** Granted names may resolve to addresses that are not on the open internet. */
	readonly allowPrivate: boolean;
	readonly onRefused: (refusal: EgressRefusal) => void;
	/** Told of each connection when it is over. Undefined: nobody is. */
	readonly onClosed?: (connection: EgressConnection) => void;
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

const USER = "sallyport";

/** One run's proxy: what it was told, and what it has open. */
interface Gate {
	readonly options: ProxyOptions;
	/** Serves the plain HTTP that is spoken inside tunnels, request by request. */
	readonly inside: http.Server;
	/** Where the tunnels of `inside` lead. */
	readonly targets: WeakMap<object, EgressTarget>;
	keep<T extends Duplex>(socket: T): T;
}

/**
 * A proxy that lets one server reach exactly the granted hosts and ports, by CONNECT, absolute-form HTTP or SOCKS5. It resolves names
 * itself, checks the addresses and dials the one it checked, so that an answer which changes between two questions gains nothing; and
 * a name that is said inside a connection has to be the one that was granted.
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
	const sockets = new Set<Duplex>();
	const inside = http.createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 });
	const gate: Gate = {
		options,
		inside,
		targets: new WeakMap(),
		keep(socket) {
			sockets.add(socket);
			socket.on("error", () => socket.destroy());
			socket.on("close", () => sockets.delete(socket));
			return socket;
		},
	};
	inside.on("clientError", (_error, socket) => socket.destroy());
	inside.on("request", (request, response) => {
		forward(request, response, targetInside(request, gate), gate).catch(() => response.destroy());
	});
	inside.on("upgrade", (request, client: Duplex, head: Buffer) => {
		upgrade(request, client, head, targetInside(request, gate), gate).catch(() => client.destroy());
	});

	const web = http.createServer({ headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: 0 });
	web.on("clientError", (_error, socket) => socket.destroy());
	web.on("connect", (request: http.IncomingMessage, client: Duplex, head: Buffer) => {
		openTunnel(request, gate.keep(client), head, gate).catch(() => client.destroy());
	});
	web.on("upgrade", (request, client: Duplex, head: Buffer) => {
		if (!isAuthorized(request, options.password)) return answer(client, 407);
		upgrade(request, client, head, targetOf(request), gate).catch(() => client.destroy());
	});
	web.on("request", (request, response) => {
		if (!isAuthorized(request, options.password)) {
			response.writeHead(407, { "proxy-authenticate": 'Basic realm="sallyport"' }).end();
			return;
		}
		forward(request, response, targetOf(request), gate).catch(() => response.destroy());
	});

	// One address for both protocols, as clients know one: the first byte tells which it is.
	const server = createServer((socket) => {
		gate.keep(socket);
		socket.once("readable", () => {
			const first: Buffer | null = socket.read(1);
			if (first === null) return socket.destroy();
			socket.unshift(first);
			if (first[0] === SOCKS_VERSION) serveSocks(socket, gate).catch(() => socket.destroy());
			else web.emit("connection", socket);
		});
	});
	server.maxConnections = MAX_CONNECTIONS;
	const straight = (options.direct ?? []).map(({ socket, target }) => {
		const line = createServer((client) => serveDirect(gate.keep(client), target, gate).catch(() => client.destroy()));
		line.maxConnections = MAX_CONNECTIONS;
		return { line, socket };
	});
	await Promise.all([listen(server, options.socket), ...straight.map(({ line, socket }) => listen(line, socket))]);
	return {
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const { line } of straight) line.close();
				// They listen nowhere, and look after their connections' time limits.
				for (const each of [web, inside]) each.close();
				for (const socket of sockets) socket.destroy();
			}),
	};
}

function listen(server: Server, socket: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(socket, resolve);
	});
}

async function serveDirect(client: Socket, target: EgressTarget, gate: Gate): Promise<void> {
	const checked = await check(target, true, gate);
	const upstream = checked.ok ? await dialKept(checked.addresses, target, gate) : null;
	if (upstream === null) client.destroy();
	else joinTunnel(client, Buffer.alloc(0), upstream, target, gate);
}

async function openTunnel(request: http.IncomingMessage, client: Duplex, head: Buffer, gate: Gate): Promise<void> {
	if (!isAuthorized(request, gate.options.password)) return answer(client, 407);
	const target = parseTarget(request.url ?? "");
	if (target === null) return answer(client, 400);
	const checked = await check(target, hostHeaderAgrees(request, target, target.port), gate);
	if (!checked.ok) return answer(client, 403);
	const upstream = await dialKept(checked.addresses, target, gate);
	if (upstream === null) return answer(client, 502);
	client.write("HTTP/1.1 200 Connection established\r\n\r\n");
	joinTunnel(client, head, upstream, target, gate);
}

async function serveSocks(client: Socket, gate: Gate): Promise<void> {
	const target = await readSocks(client, USER, gate.options.password);
	if (target === null) return;
	const checked = await check(target, true, gate);
	if (!checked.ok) return answerSocks(client, "refused");
	const upstream = await dialKept(checked.addresses, target, gate);
	if (upstream === null) return answerSocks(client, "unreachable");
	answerSocks(client, "connected");
	joinTunnel(client, Buffer.alloc(0), upstream, target, gate);
}

/** The other side may speak first. The client is let through when it is clear that it says no other name than the granted one. */
function joinTunnel(client: Duplex, head: Buffer, upstream: Socket, target: EgressTarget, gate: Gate): void {
	if (client.destroyed) {
		upstream.destroy();
		return;
	}
	const endClient = () => client.destroy();
	upstream.once("close", endClient);
	client.once("close", () => upstream.destroy());
	upstream.pipe(client);
	let said = head;
	const hear = (part: Buffer) => {
		said = Buffer.concat([said, part]);
		judge();
	};
	const judge = () => {
		const words = firstWords(said);
		if (words.kind === "unclear" && said.length <= LONGEST_GREETING) return;
		client.off("data", hear);
		client.pause();
		if (words.kind === "other" || (words.kind === "tls" && (words.name === null || isName(words.name, target)))) {
			upstream.write(said);
			client.pipe(upstream);
		} else if (words.kind === "http") {
			// Each request may name another host, so each is looked at, on a connection of its own.
			upstream.off("close", endClient);
			upstream.unpipe(client);
			upstream.destroy();
			const [outer, inner] = duplexPair();
			gate.keep(outer);
			gate.keep(inner);
			gate.targets.set(inner, target);
			outer.write(said);
			client.pipe(outer).pipe(client);
			client.once("close", () => outer.destroy());
			outer.once("close", endClient);
			gate.inside.emit("connection", inner);
		} else {
			gate.options.onRefused({ target: targetText(target), reason: "host-header" });
			client.destroy();
		}
	};
	client.on("data", hear);
	if (said.length > 0) judge();
}

function isName(said: string, target: EgressTarget): boolean {
	return parseTarget(`${said}:${target.port}`)?.host === target.host;
}

/** What a request to the proxy itself asks for; null when that is no plain HTTP address. */
function targetOf(request: http.IncomingMessage): Wanted | null {
	const url = absoluteForm(request.url ?? "");
	const target = url === null ? null : parseTarget(`${url.hostname}:${url.port === "" ? "80" : url.port}`);
	return url === null || target === null ? null : { target, path: `${url.pathname}${url.search}` };
}

/** What a request inside a tunnel asks for; null when it does not name a path alone. */
function targetInside(request: http.IncomingMessage, { targets }: Gate): Wanted | null {
	const target = targets.get(request.socket);
	const path = request.url ?? "";
	return target !== undefined && (path.startsWith("/") || path === "*") ? { target, path } : null;
}

interface Wanted {
	readonly target: EgressTarget;
	readonly path: string;
}

async function forward(request: http.IncomingMessage, response: http.ServerResponse, wanted: Wanted | null, gate: Gate): Promise<void> {
	if (wanted === null || !isPlainlyFramed(request.headers)) {
		response.writeHead(400).end();
		return;
	}
	const { target, path } = wanted;
	const checked = await check(target, hostHeaderAgrees(request, target, 80), gate);
	if (!checked.ok) {
		response.writeHead(403, { "content-type": "text/plain" }).end("Not available.\n");
		return;
	}
	const connection = await dialKept(checked.addresses, target, gate);
	if (connection === null) {
		response.writeHead(502).end();
		return;
	}
	const headers = [...endToEnd(request.headers, request.rawHeaders), ...bodyFraming(request.headers)];
	const upstream = requestOver(connection, request, path, headers);
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

/** A request for another protocol, such as a WebSocket: it is the granted host that has to agree to it. */
async function upgrade(request: http.IncomingMessage, client: Duplex, head: Buffer, wanted: Wanted | null, gate: Gate): Promise<void> {
	gate.keep(client);
	const { upgrade: protocol, "content-length": length, "transfer-encoding": coding } = request.headers;
	if (wanted === null || protocol === undefined || length !== undefined || coding !== undefined) return answer(client, 400);
	const { target, path } = wanted;
	const checked = await check(target, hostHeaderAgrees(request, target, 80), gate);
	if (!checked.ok) return answer(client, 403);
	const connection = await dialKept(checked.addresses, target, gate);
	if (connection === null) return answer(client, 502);
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

/** A connection to the first address that answers, which is counted when it is over; null when none does. */
async function dialKept(addresses: readonly string[], target: EgressTarget, gate: Gate): Promise<Socket | null> {
	const socket = await dial(addresses, target.port);
	if (socket === null) return null;
	socket.once("close", () => {
		const { bytesWritten: sent, bytesRead: received } = socket;
		if (sent + received > 0) gate.options.onClosed?.({ target: targetText(target), sent, received });
	});
	return gate.keep(socket);
}

/**
 * Is it granted, and which address may be dialled? A refusal has been told of.
 *
 * @param agrees whether the request itself names no other host
 */
async function check(target: EgressTarget, agrees: boolean, gate: Gate): Promise<Checked> {
	const checked = await mayDial(target, agrees, gate.options);
	if (!checked.ok) gate.options.onRefused({ target: targetText(target), reason: checked.reason });
	return checked;
}

async function mayDial(
	target: EgressTarget,
	agrees: boolean,
	{ grants, allowPrivate, resolve = systemResolve }: ProxyOptions,
): Promise<Checked> {
	if (!grants.some((candidate) => sameTarget(candidate, target))) return { ok: false, reason: "not-granted" };
	if (!agrees) return { ok: false, reason: "host-header" };
	// The person wrote this very address.
	if (isIP(target.host) !== 0) return { ok: true, addresses: [target.host] };
	const addresses = await resolve(target.host).catch(() => []);
	if (addresses.length === 0) return { ok: false, reason: "unresolved" };
	const allowed = addresses.filter((candidate) => isIP(candidate) !== 0 && (allowPrivate || isPublicAddress(candidate)));
	return allowed.length === 0 ? { ok: false, reason: "private-address" } : { ok: true, addresses: allowed };
}

/** One Host header, naming the target: another name would reach another site behind the same address. A tunnel may have none. */
function hostHeaderAgrees(request: http.IncomingMessage, target: EgressTarget, defaultPort: number): boolean {
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

function isAuthorized(request: http.IncomingMessage, password: string): boolean {
	const encoded = /^basic\s+(\S+)$/i.exec(request.headers["proxy-authorization"] ?? "")?.[1] ?? "";
	const said = Buffer.from(encoded, "base64");
	const wanted = Buffer.from(`${USER}:${password}`);
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
	return pairs(raw).flatMap(([name, value]) => (HOP_BY_HOP.has(name.toLowerCase()) || named.has(name.toLowerCase()) ? [] : [name, value]));
}

/** Names and values, as they came. */
function pairs(raw: readonly string[]): readonly (readonly [name: string, value: string])[] {
	return Array.from({ length: raw.length >> 1 }, (_, i) => [raw[2 * i] ?? "", raw[2 * i + 1] ?? ""] as const);
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
