import * as fs from "node:fs";
import { connect, type Socket } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { parseEgressGrant } from "../../../src/core/policy/egress.ts";
import { type ProxyOptions, type RunningProxy, startProxy } from "../../../src/platform/sandbox/proxy.ts";
import type { EgressConnection } from "../../../src/platform/sandbox/proxy-reach.ts";

/** One run's proxy, as its server meets it, and what was told of it. */
export class ProxyRoom {
	readonly refused: string[] = [];
	readonly closed: EgressConnection[] = [];
	readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), "proxy-room-"));
	#proxy: RunningProxy | null = null;

	/** Names lead to 127.0.0.1, which is allowed, unless the options say otherwise. */
	async open(grants: readonly string[], more: Partial<ProxyOptions> = {}): Promise<this> {
		this.#proxy = await startProxy({
			socket: this.at("proxy"),
			password: "secret",
			grants: grants.map((text) => {
				const grant = parseEgressGrant(text);
				if (grant === null) throw new Error(text);
				return grant;
			}),
			allowPrivate: true,
			resolve: async () => ["127.0.0.1"],
			onRefused: ({ target, reason }) => this.refused.push(`${reason} ${target}`),
			onClosed: (connection) => this.closed.push(connection),
			...more,
		});
		return this;
	}

	at(name: string): string {
		return path.join(this.#folder, name);
	}

	/** A connection on which nothing was said. */
	connect(name = "proxy"): Socket {
		const socket = connect({ path: this.at(name), allowHalfOpen: true });
		socket.on("error", () => {});
		return socket;
	}

	/** A tunnel, once it was answered; the answer's status. */
	async tunnel(authority: string): Promise<{ readonly socket: Socket; readonly status: string }> {
		const socket = this.connect();
		const credentials = Buffer.from("sallyport:secret").toString("base64");
		socket.write(`CONNECT ${authority} HTTP/1.1\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`);
		const head = await hears(socket, "\r\n\r\n");
		return { socket, status: head.split(" ")[1] ?? "closed" };
	}

	/** A plain request by the proxy, and all that came back. */
	async request(method: string, url: string, more: readonly string[] = []): Promise<string> {
		const socket = this.connect();
		const credentials = Buffer.from("sallyport:secret").toString("base64");
		const lines = [
			`${method} ${url} HTTP/1.1`,
			`Host: ${new URL(url).host}`,
			`Proxy-Authorization: Basic ${credentials}`,
			"Connection: close",
		];
		socket.write(`${[...lines, ...more].join("\r\n")}\r\n\r\n`);
		return hears(socket, null);
	}

	async close(): Promise<void> {
		await this.#proxy?.close();
		fs.rmSync(this.#folder, { recursive: true });
	}
}

/** Everything that comes until these words do, or until the end. */
export function hears(socket: Socket, words: string | null): Promise<string> {
	return new Promise((resolve) => {
		let text = "";
		const done = () => {
			socket.off("data", hear);
			resolve(text);
		};
		const hear = (part: Buffer) => {
			text += part.toString("latin1");
			if (words !== null && text.includes(words)) done();
		};
		socket.on("data", hear);
		socket.once("end", done);
		socket.once("close", done);
	});
}
