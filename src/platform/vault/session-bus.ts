import * as fs from "node:fs";
import * as net from "node:net";
import * as path from "node:path";
import { type DbusCall, type DbusReply, decodeReply, encodeCall, messageLength } from "./dbus-message.ts";

/**
 * The socket of the D-Bus session, as its environment names it; null: it names none, or one that is reached in another way.
 *
 * @param env what a keychain's process may have of the environment
 */
export function sessionSocket(env: Readonly<Record<string, string | undefined>>): string | null {
	const address = env.DBUS_SESSION_BUS_ADDRESS;
	if (address === undefined || address === "") {
		const bus = path.join(env.XDG_RUNTIME_DIR ?? "/nonexistent", "bus");
		const stat = fs.statSync(bus, { throwIfNoEntry: false });
		return stat?.isSocket() === true && stat.uid === process.getuid?.() ? bus : null;
	}
	const [, kind, value] = /^unix:(path|abstract)=([^,;]+)(?:,guid=[0-9a-f]+)?$/.exec(address) ?? [];
	if (value === undefined) return null;
	try {
		return (kind === "abstract" ? "\0" : "") + decodeURIComponent(value);
	} catch {
		return null;
	}
}

/** A connection to a message bus. What is called before it stands is sent along: all of it takes one way there and back. */
export class SessionBus {
	readonly #socket: net.Socket;
	readonly #waiting = new Map<number, (reply: DbusReply | null) => void>();
	#received: Buffer = Buffer.alloc(0);
	#isWelcome = false;
	#serial = 0;

	/** @param at a socket, as `sessionSocket` found it */
	constructor(at: string) {
		this.#socket = net.connect({ path: at });
		this.#socket.on("error", () => {});
		this.#socket.once("close", () => this.close());
		this.#socket.on("data", (chunk) => this.#receive(chunk));
		const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString("hex");
		this.#socket.write(`\0AUTH EXTERNAL ${uid}\r\nBEGIN\r\n`);
		void this.call({ ...BUS, member: "Hello", signature: "", body: () => {} });
	}

	/** Null: it was refused, or nobody will ever answer. */
	call(call: DbusCall): Promise<DbusReply | null> {
		if (this.#socket.destroyed) return Promise.resolve(null);
		const serial = ++this.#serial;
		this.#socket.write(encodeCall(serial, call));
		this.#socket.ref();
		return new Promise((resolve) => this.#waiting.set(serial, resolve));
	}

	/** Idempotent. */
	close(): void {
		this.#socket.destroy();
		for (const answer of this.#waiting.values()) answer(null);
		this.#waiting.clear();
	}

	#receive(chunk: Buffer): void {
		this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
		try {
			if (this.#isWelcome || this.#passedGreeting()) this.#readMessages();
		} catch (error) {
			// Nothing after what cannot be read can be read either.
			if (!(error instanceof RangeError)) throw error;
			this.close();
		}
	}

	/** The one line of text that comes before the messages. */
	#passedGreeting(): boolean {
		const end = this.#received.indexOf("\r\n");
		if (end < 0 && this.#received.length < LONGEST_GREETING) return false;
		if (this.#received.toString("latin1", 0, 3) !== "OK ") throw new RangeError("not welcome");
		this.#received = this.#received.subarray(end + 2);
		this.#isWelcome = true;
		return true;
	}

	#readMessages(): void {
		for (;;) {
			const length = messageLength(this.#received);
			if (length === null || this.#received.length < length) return;
			const reply = decodeReply(this.#received.subarray(0, length));
			this.#received = this.#received.subarray(length);
			if (reply === null) continue;
			this.#waiting.get(reply.replyTo)?.(reply.isError ? null : reply);
			this.#waiting.delete(reply.replyTo);
			// What only might be asked again must not keep this program alive.
			if (this.#waiting.size === 0) this.#socket.unref();
		}
	}
}

const LONGEST_GREETING = 512;

/** The bus itself. */
export const BUS = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus" } as const;
