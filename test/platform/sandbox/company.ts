import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as http from "node:http";
import * as http2 from "node:http2";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import type * as tls from "node:tls";

/** What a company's certificate authority has made: nobody else trusts it. */
export interface Authority {
	/** PEM. */
	readonly certificate: string;
	/** Key and certificate for these names, in PEM. */
	issue(names: readonly string[]): { readonly key: string; readonly cert: string };
	remove(): void;
}

export function makeAuthority(): Authority {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), "authority-"));
	const openssl = (...args: string[]) =>
		execFileSync("openssl", args, { cwd: folder, stdio: ["ignore", "pipe", "ignore"], encoding: "utf8" });
	const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
	const usage = "basicConstraints=critical,CA:TRUE";
	openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Company Test Root", "-addext", usage);
	let count = 0;
	return {
		certificate: fs.readFileSync(path.join(folder, "ca.pem"), "utf8"),
		issue(names) {
			const name = `n${count++}`;
			const alternatives = names.map((each) => (/^[\d.]+$/.test(each) ? `IP:${each}` : `DNS:${each}`)).join();
			openssl(
				...["req", "-x509", ...key, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${names[0]}`],
				...[
					"-CA",
					"ca.pem",
					"-CAkey",
					"ca.key",
					"-addext",
					`subjectAltName=${alternatives}`,
					"-addext",
					"basicConstraints=critical,CA:FALSE",
				],
			);
			const read = (ending: string) => fs.readFileSync(path.join(folder, `${name}.${ending}`), "utf8");
			return { key: read("key"), cert: read("pem") };
		},
		remove: () => fs.rmSync(folder, { recursive: true }),
	};
}

/** A company's proxy: everything it is asked for is answered by services of this machine, as if they stood elsewhere. */
export class CompanyProxy {
	/** What it was asked, in order: `CONNECT host:port` or `GET http://…`. */
	readonly asked: string[] = [];
	/** Headers of the last request. */
	last: http.IncomingHttpHeaders = {};
	/** `user:password`. Null: it wants none. */
	credentials: string | null = null;
	/** Ports that it lets tunnels through to. Null: every one. */
	tunnelsTo: readonly number[] | null = null;
	/** What it answers to plain requests by itself, as an error. Null: it asks the place. */
	page: ((request: http.IncomingMessage) => string) | null = null;
	readonly #server: http.Server;
	readonly #sockets = new Set<Socket>();

	private constructor(server: http.Server, portOf: (host: string, port: number) => number | null) {
		this.#server = server;
		const isWelcome = ({ headers }: http.IncomingMessage) => {
			const wanted = this.credentials === null ? null : `Basic ${Buffer.from(this.credentials).toString("base64")}`;
			return wanted === null || headers["proxy-authorization"] === wanted;
		};
		const keep = (socket: Socket) => {
			this.#sockets.add(socket);
			socket.on("error", () => {});
			socket.on("close", () => this.#sockets.delete(socket));
		};
		server.on("connection", keep);
		server.on("secureConnection", keep);
		server.on("connect", (request, client: Socket, head: Buffer) => {
			keep(client);
			this.asked.push(`CONNECT ${request.url}`);
			this.last = request.headers;
			const [host = "", port = "0"] = (request.url ?? "").split(":");
			const to = portOf(host, Number(port));
			if (!isWelcome(request)) return client.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
			if (to === null || this.tunnelsTo?.includes(Number(port)) === false)
				return client.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
			const upstream = connect({ host: "127.0.0.1", port: to, allowHalfOpen: true }, () => {
				client.write("HTTP/1.1 200 OK\r\nVia: company\r\n\r\n");
				upstream.write(head);
				client.pipe(upstream).pipe(client);
			});
			keep(upstream);
			upstream.once("error", () => client.destroy());
		});
		server.on("request", (request, response) => {
			this.asked.push(`${request.method} ${request.url}`);
			this.last = request.headers;
			if (!isWelcome(request)) return response.writeHead(407, { "proxy-authenticate": "Basic" }).end("who are you?");
			if (this.page !== null) return response.writeHead(503, { "x-page": "its own" }).end(this.page(request));
			const url = new URL(request.url ?? "");
			const port = portOf(url.hostname, Number(url.port || 80));
			if (port === null) return response.writeHead(403).end();
			const { method } = request;
			const { "proxy-authorization": _own, ...headers } = request.headers;
			const onward = http.request(
				{ host: "127.0.0.1", port, method, headers, path: url.pathname + url.search, setHost: false },
				(answer) => {
					response.writeHead(answer.statusCode ?? 502, answer.headers);
					answer.pipe(response);
				},
			);
			onward.on("error", () => response.destroy());
			request.pipe(onward);
		});
	}

	/**
	 * @param portOf the port of this machine where a place is in truth; null: the proxy does not let through to it
	 * @param secured key and certificate: the proxy itself is spoken to by TLS
	 */
	static async open(
		portOf: (host: string, port: number) => number | null,
		secured?: { readonly key: string; readonly cert: string },
	): Promise<CompanyProxy> {
		const server = secured === undefined ? http.createServer() : (await import("node:https")).createServer(secured);
		const proxy = new CompanyProxy(server, portOf);
		await listening(server);
		return proxy;
	}

	get port(): number {
		return portOf(this.#server);
	}

	close(): void {
		for (const socket of this.#sockets) socket.destroy();
		this.#server.close();
	}
}

/** A site that knows HTTP/1.1, HTTP/2, server-sent events and WebSockets, by TLS. It echoes the size of what it is sent. */
export async function openSite(secured: { readonly key: string; readonly cert: string }): Promise<http2.Http2SecureServer> {
	const site = http2.createSecureServer({ ...secured, allowHTTP1: true }, (request, response) => {
		if (request.url === "/events") {
			response.writeHead(200, { "content-type": "text/event-stream" });
			const timer = setInterval(() => response.write("data: tick\n\n"), 50);
			response.once("close", () => clearInterval(timer));
			return;
		}
		let size = 0;
		request.on("data", (part: Buffer) => {
			size += part.length;
		});
		request.on("end", () => response.end(`WELCOME ${request.httpVersion} ${request.headers.host ?? request.authority} ${size}`));
	});
	site.on("upgrade", (_request, socket: Socket) => {
		socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
		socket.on("data", (part) => socket.write(part));
		socket.on("error", () => {});
	});
	await listening(site);
	return site;
}

export function portOf(server: { address(): AddressInfo | string | null }): number {
	const address = server.address();
	if (address === null || typeof address === "string") throw new Error("it does not listen on a port");
	return address.port;
}

export function listening(server: Server | tls.Server): Promise<void> {
	return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
}

/** A server for what comes in, on a port of this machine. */
export async function openPlain(serve: (socket: Socket) => void): Promise<Server> {
	const server = createServer({ allowHalfOpen: true }, (socket) => {
		socket.on("error", () => {});
		serve(socket);
	});
	await listening(server);
	return server;
}
