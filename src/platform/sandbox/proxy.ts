import { timingSafeEqual } from "node:crypto";
import * as http from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type EgressTarget, parseTarget } from "../../core/policy/egress.ts";
import { answer, type Gate } from "./proxy-gate.ts";
import { Reach, type ReachOptions } from "./proxy-reach.ts";
import { forward, hostHeaderAgrees, isWebSocket, targetInside, targetOf, upgrade } from "./proxy-requests.ts";
import { connectAnswers, openTunnel, serveNamed } from "./proxy-tunnel.ts";
import { answerSocks, readSocks, SOCKS_VERSION } from "./socks.ts";

export interface ProxyOptions extends ReachOptions {
	/** Where it listens: a unix socket in a folder that only this user can enter. */
	readonly socket: string;
	/** Sockets beside it that lead straight to one granted place each. Whoever can open one needs no password. Undefined: none. */
	readonly direct?: readonly { readonly socket: string; readonly target: EgressTarget }[];
	/** Sockets for a port each, on which the client says the name. Undefined: none. */
	readonly named?: readonly { readonly socket: string; readonly port: number }[];
	/** What the client must say as `sallyport:PASSWORD`. */
	readonly password: string;
	/** Undefined: as in {@link PATIENCE}. */
	readonly patience?: Patience;
}

/** Milliseconds. */
interface Patience {
	/** For the first byte, for the head of a request, and for each step of SOCKS. */
	readonly words: number;
}

export interface RunningProxy {
	close(): Promise<void>;
}

const PATIENCE: Patience = { words: 30_000 };

/** Of one server, whatever way they come. */
const MAX_CONNECTIONS = 256;
const MAX_HEADER_BYTES = 16 * 1024;

const USER = "sallyport";

/**
 * A proxy that lets one server reach exactly the granted hosts and ports, by CONNECT, absolute-form HTTP or SOCKS5. It resolves names
 * itself, checks the addresses and dials the one it checked, so that an answer which changes between two questions gains nothing; and
 * a name that is said inside a connection has to be the one that was granted.
 */
export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
	const { password, patience = PATIENCE } = options;
	const sockets = new Set<Duplex>();
	let isClosed = false;
	const inside = httpServer(patience);
	const reach = new Reach(options);
	const gate: Gate = {
		reach,
		inside,
		targets: new WeakMap(),
		keep(socket) {
			if (sockets.has(socket)) return socket;
			// Dialled while everything was closed.
			if (isClosed) socket.destroy();
			sockets.add(socket);
			socket.on("error", () => socket.destroy());
			socket.on("close", () => sockets.delete(socket));
			return socket;
		},
	};
	inside.on("request", (request, response) => {
		forward(request, response, targetInside(request, gate), gate).catch(() => response.destroy());
	});
	inside.on("upgrade", (request, client: Duplex, head: Buffer) => {
		upgrade(request, client, head, targetInside(request, gate), gate).catch(() => client.destroy());
	});

	const web = httpServer(patience);
	web.on("connect", (request: http.IncomingMessage, client: Duplex, head: Buffer) => {
		serveConnect(request, gate.keep(client), head, password, gate).catch(() => client.destroy());
	});
	web.on("upgrade", (request, client: Duplex, head: Buffer) => {
		if (!isAuthorized(request, password)) return answer(client, 407);
		upgrade(request, client, head, targetOf(request), gate).catch(() => client.destroy());
	});
	web.on("request", (request, response) => {
		if (!isAuthorized(request, password)) {
			response.writeHead(407, { "proxy-authenticate": 'Basic realm="sallyport"' }).end();
			return;
		}
		forward(request, response, targetOf(request), gate).catch(() => response.destroy());
	});

	let open = 0;
	let isFull = false;
	const listeners: Server[] = [];
	const line = (serve: (client: Socket) => void): Server => {
		// A client may say that it is done, and still listen.
		const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
			if (open >= MAX_CONNECTIONS) {
				client.destroy();
				if (!isFull) reach.trouble("too-many-connections");
				isFull = true;
				return;
			}
			open++;
			client.once("close", () => open--);
			serve(gate.keep(client));
		});
		listeners.push(server);
		return server;
	};
	const close = (): Promise<void> =>
		new Promise((resolve) => {
			const [first, ...others] = listeners;
			if (first === undefined) throw new Error("a proxy that never listened");
			isClosed = true;
			first.close(() => resolve());
			for (const other of others) other.close();
			for (const each of [web, inside]) each.close();
			for (const socket of sockets) socket.destroy();
		});

	// One address for both protocols, as clients know one: the first byte tells which it is.
	const first = line((socket) => {
		socket.setTimeout(patience.words, () => socket.destroy());
		socket.once("readable", () => {
			const byte: Buffer | null = socket.read(1);
			if (byte === null) return socket.destroy();
			socket.unshift(byte);
			if (byte[0] === SOCKS_VERSION) return void serveSocks(socket, password, gate).catch(() => socket.destroy());
			socket.setTimeout(0);
			web.emit("connection", socket);
		});
	});
	const straight = (options.direct ?? []).map(({ socket, target }) => ({
		socket,
		server: line((client) => void serveDirect(client, target, gate).catch(() => client.destroy())),
	}));
	const named = (options.named ?? []).map(({ socket, port }) => ({ socket, server: line((client) => serveNamed(client, port, gate)) }));
	await Promise.all([{ socket: options.socket, server: first }, ...straight, ...named].map(({ server, socket }) => listen(server, socket)));
	// Out of descriptors, for one. Half a network would be a riddle: there is none from then on, and that is said once.
	let isLost = false;
	for (const server of listeners)
		server.on("error", () => {
			if (isLost) return;
			isLost = true;
			reach.trouble("network-lost");
			void close();
		});
	return { close };
}

/** Serves connections that are handed to it. */
function httpServer(patience: Patience): http.Server {
	const server = http.createServer({
		headersTimeout: patience.words,
		connectionsCheckingInterval: Math.min(patience.words, 5000),
		requestTimeout: 0,
		keepAliveTimeout: patience.words,
		maxHeaderSize: MAX_HEADER_BYTES,
		// Whoever offers another protocol besides is answered in this one. A Node that does not know this asks `upgrade`, which refuses.
		shouldUpgradeCallback: isWebSocket,
	});
	server.on("clientError", (_error, socket) => socket.destroy());
	// Something may be written at the very moment in which a client goes.
	server.on("request", (_request, response) => response.on("error", () => response.destroy()));
	// It listens nowhere; but Node looks after the time that heads take only once a server says that it listens.
	server.emit("listening");
	return server;
}

function listen(server: Server, socket: string): Promise<void> {
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(socket, () => {
			server.off("error", reject);
			resolve();
		});
	});
}

async function serveDirect(client: Socket, target: EgressTarget, gate: Gate): Promise<void> {
	const route = await gate.reach.check(target, true, "tunnel");
	const decline = () => void client.destroy();
	if (route === null) decline();
	else await openTunnel(client, Buffer.alloc(0), { target, route }, { accept: () => {}, decline }, gate);
}

async function serveConnect(request: http.IncomingMessage, client: Duplex, head: Buffer, password: string, gate: Gate): Promise<void> {
	if (!isAuthorized(request, password)) return answer(client, 407);
	const target = parseTarget(request.url ?? "");
	if (target === null) return answer(client, 400);
	const route = await gate.reach.check(target, hostHeaderAgrees(request, target, target.port), "tunnel");
	if (route === null) return answer(client, 403);
	await openTunnel(client, head, { target, route }, connectAnswers(client), gate);
}

async function serveSocks(client: Socket, password: string, gate: Gate): Promise<void> {
	const target = await readSocks(client, USER, password);
	if (target === null) return;
	client.setTimeout(0);
	const route = await gate.reach.check(target, true, "tunnel");
	if (route === null) return answerSocks(client, "refused");
	const answers = { accept: () => answerSocks(client, "connected"), decline: () => answerSocks(client, "unreachable") };
	await openTunnel(client, Buffer.alloc(0), { target, route }, answers, gate);
}

function isAuthorized(request: http.IncomingMessage, password: string): boolean {
	const encoded = /^basic\s+(\S+)$/i.exec(request.headers["proxy-authorization"] ?? "")?.[1] ?? "";
	const said = Buffer.from(encoded, "base64");
	const wanted = Buffer.from(`${USER}:${password}`);
	return said.length === wanted.length && timingSafeEqual(said, wanted);
}
