import * as dgram from "node:dgram";
import * as fs from "node:fs";
import * as http from "node:http";
import * as net from "node:net";

/** What listens outside, as an attacker's own machine would. What arrives decides; a connection without a word counts for nothing. */
export class Listeners {
	readonly #arrived: { readonly at: string; words: string }[] = [];
	readonly #around: Listeners | null;
	readonly #open: { close(): unknown }[] = [];
	readonly #sockets = new Set<net.Socket>();

	/** @param around what else counts as outside; null: nothing */
	constructor(around: Listeners | null = null) {
		this.#around = around;
	}

	/**
	 * Did these words arrive?
	 *
	 * @param at an address that listens; undefined: at any
	 */
	heard(words: string, at?: string): boolean {
		const here = this.#arrived.some((each) => each.words.includes(words) && (at === undefined || each.at === at));
		return here || (this.#around?.heard(words, at) ?? false);
	}

	note(words: string, at = ""): void {
		this.#arrived.push({ at, words });
	}

	/** The port; 0 when the address cannot be listened on here. */
	async tcp(host: string, port = 0): Promise<number> {
		const server = net.createServer((socket) => this.#hear(socket));
		return (await this.#listen(server, { host, port })) ? (server.address() as net.AddressInfo).port : 0;
	}

	/** A stream socket in a file that everybody may open, or an abstract one (its name begins with NUL). */
	async unix(path: string): Promise<boolean> {
		if (!path.startsWith("\0")) fs.rmSync(path, { force: true });
		const there = await this.#listen(
			net.createServer((socket) => this.#hear(socket)),
			{ path },
		);
		if (there && !path.startsWith("\0")) fs.chmodSync(path, 0o777);
		return there;
	}

	async udp(host: string, port = 0): Promise<number> {
		const socket = dgram.createSocket(host.includes(":") ? "udp6" : "udp4");
		socket.on("message", (message) => this.note(message.toString("latin1")));
		const there = await new Promise<boolean>((resolve) => {
			socket.once("error", () => resolve(false));
			socket.bind(port, host, () => resolve(true));
		});
		if (there) this.#open.push(socket);
		return there ? socket.address().port : 0;
	}

	/** A web server. What it is asked for arrives; `answer` gives the headers of a redirect, or null for a plain page. */
	async http(host: string, answer: (request: http.IncomingMessage) => http.OutgoingHttpHeaders | null, port = 0): Promise<number> {
		const server = http.createServer((request, response) => {
			this.note(`${request.method} ${request.url} ${request.headers.host}`);
			const headers = answer(request);
			response.writeHead(headers === null ? 200 : 302, headers ?? {}).end("PAGE");
		});
		return (await this.#listen(server, { host, port })) ? (server.address() as net.AddressInfo).port : 0;
	}

	/** Answers every question for an address with what `resolve` says, and counts each name as words that arrived. */
	async dns(host: string, port: number, resolve: (name: string, type: number) => readonly Buffer[]): Promise<boolean> {
		const socket = dgram.createSocket("udp4");
		socket.on("message", (message, from) => {
			const { name, type, end } = question(message);
			this.note(name);
			const answers = resolve(name, type);
			const head = Buffer.from(message.subarray(0, 12));
			head.writeUInt16BE(0x8180, 2);
			head.writeUInt16BE(answers.length, 6);
			head.writeUInt32BE(0, 8);
			const records = answers.flatMap((address) => {
				const record = Buffer.alloc(12);
				record.writeUInt16BE(0xc00c, 0);
				record.writeUInt16BE(type, 2);
				record.writeUInt16BE(1, 4);
				record.writeUInt16BE(address.length, 10);
				return [record, address];
			});
			socket.send(Buffer.concat([head, message.subarray(12, end), ...records]), from.port, from.address);
		});
		const there = await new Promise<boolean>((done) => {
			socket.once("error", () => done(false));
			socket.bind(port, host, () => done(true));
		});
		if (there) this.#open.push(socket);
		return there;
	}

	close(): void {
		for (const each of this.#open) each.close();
		for (const socket of this.#sockets) socket.destroy();
	}

	#hear(socket: net.Socket): void {
		this.#sockets.add(socket);
		const heard = { at: socket.localAddress ?? "", words: "" };
		this.#arrived.push(heard);
		socket.on("data", (part) => {
			heard.words = (heard.words + part.toString("latin1")).slice(0, 100_000);
		});
		socket.on("error", () => {});
		socket.on("close", () => this.#sockets.delete(socket));
		socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
	}

	#listen(server: net.Server, where: net.ListenOptions): Promise<boolean> {
		return new Promise((resolve) => {
			server.once("error", () => resolve(false));
			server.listen(where, () => {
				this.#open.push(server);
				resolve(true);
			});
		});
	}
}

/** The one question of a query. `end` is where it ends. */
function question(message: Buffer): { readonly name: string; readonly type: number; readonly end: number } {
	const labels: string[] = [];
	let at = 12;
	for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
		labels.push(message.toString("latin1", at + 1, at + 1 + length));
		at += length + 1;
	}
	return { name: labels.join(".").toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 };
}
