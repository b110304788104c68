import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { liveLine } from "../../core/live/encode.ts";
import type { LiveHello, LiveMessage } from "../../core/live/message.ts";
import type { Home } from "../home.ts";
import { addressIn, connectTo, type LiveFolder, openLiveFolder, removeStale, sessionOf, socketName } from "./folder.ts";

/** Messages that a reader which connects late is still told, the last ones of what says how things stand not counted. */
const KEPT = 200;
const MOST_READERS = 16;
/** Bytes that may wait for a reader. One that is further behind is dropped; it can connect again. */
const MOST_UNREAD = 512 * 1024;
/** Sockets of other launchers that are looked at when this one starts. */
const MOST_SWEPT = 256;
/** Milliseconds after which a socket that never got its name is a dead launcher's. */
const UNNAMED_MS = 60_000;

/** What says how things stand: the last of each kind is enough, and is never crowded out. */
const STATES: ReadonlySet<LiveMessage["kind"]> = new Set(["tools", "listed"]);

/**
 * Tells whoever connects what a running launcher does. It listens to nobody, waits for nobody, and keeps no process alive: what
 * goes wrong here never concerns the server.
 */
export class Publisher {
	readonly #hello: LiveHello;
	readonly #readers = new Set<net.Socket>();
	readonly #states = new Map<LiveMessage["kind"], string>();
	#events: string[] = [];
	#sequence = 0;
	#server: net.Server | null = null;
	#file: string | null = null;
	#release: () => void = () => {};

	constructor(hello: LiveHello) {
		this.#hello = hello;
	}

	/** Before `open` it is only kept. */
	publish(message: LiveMessage): void {
		const line = liveLine(++this.#sequence, message);
		if (STATES.has(message.kind)) this.#states.set(message.kind, line);
		else {
			this.#events.push(line);
			if (this.#events.length > 2 * KEPT) this.#events = this.#events.slice(-KEPT);
		}
		for (const reader of this.#readers) this.#send(reader, line);
	}

	/** Makes the socket, mode 0600. False: there is none, and none will be. */
	open(home: Pick<Home, "state">): boolean {
		const folder = openLiveFolder(home);
		if (folder === null) return false;
		// It takes its name once it listens: nobody finds it earlier, and takes it for a dead launcher's.
		const unnamed = `.${this.#hello.session}`;
		const place = addressIn(folder, unnamed);
		if (place === null) return false;
		const server = net.createServer((socket) => this.#welcome(socket));
		server.maxConnections = MOST_READERS;
		server.unref();
		// It listens before `listen` returns, or fails with an event.
		server.on("error", () => this.#close());
		try {
			server.listen(place.address);
			if (!server.listening) throw new Error("the name is taken");
			fs.chmodSync(path.join(folder, unnamed), 0o600);
			const file = path.join(folder, socketName(this.#hello.session));
			fs.renameSync(path.join(folder, unnamed), file);
			this.#server = server;
			this.#file = file;
			this.#release = place.release;
		} catch {
			server.close();
			place.release();
			return false;
		}
		sweep(folder, this.#hello.session);
		return true;
	}

	/** Says the last word, and takes the socket away. Nothing can be published afterwards. */
	end(message: Extract<LiveMessage, { kind: "ended" }>): void {
		this.publish(message);
		this.#close();
	}

	#close(): void {
		if (this.#file !== null) fs.rmSync(this.#file, { force: true });
		this.#file = null;
		this.#server?.close();
		this.#server = null;
		this.#release();
		this.#release = () => {};
		for (const reader of this.#readers) reader.destroySoon();
		this.#readers.clear();
	}

	#welcome(socket: net.Socket): void {
		socket.unref();
		socket.on("error", () => {});
		socket.once("close", () => this.#readers.delete(socket));
		// A reader has nothing to say. One that talks is none, or means to keep us busy.
		socket.on("data", () => socket.destroy());
		this.#readers.add(socket);
		const events = this.#events.slice(-KEPT);
		this.#send(socket, [liveLine(0, this.#hello), ...this.#states.values(), ...events].join(""));
	}

	#send(reader: net.Socket, text: string): void {
		if (reader.destroyed) return;
		reader.write(text);
		if (reader.writableLength > MOST_UNREAD) reader.destroy();
	}
}

/** Removes the sockets of launchers that died without a word. Nobody waits for it. */
function sweep(folder: LiveFolder, own: string): void {
	let names: readonly string[];
	try {
		names = fs.readdirSync(folder).slice(0, MOST_SWEPT);
	} catch {
		return;
	}
	for (const name of names) {
		const session = sessionOf(name);
		if (session === own) continue;
		if (session === null) sweepUnnamed(folder, name);
		else probe(folder, name);
	}
}

function probe(folder: LiveFolder, name: string): void {
	const socket = connectTo(folder, name);
	socket?.unref();
	socket?.once("connect", () => socket.destroy());
	socket?.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code === "ECONNREFUSED") removeStale(folder, name);
	});
}

function sweepUnnamed(folder: LiveFolder, name: string): void {
	if (!/^\.[0-9a-f]{24}$/.test(name)) return;
	try {
		if (Date.now() - fs.lstatSync(path.join(folder, name)).mtimeMs > UNNAMED_MS) removeStale(folder, name);
	} catch {}
}
