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

/** Connections that were closed while somebody still worked on an answer. */
const lingering = new Set<Promise<void>>();

/**
 * Resolves at once, or when nobody works on an answer for this program any more, or after so many milliseconds. For before an exit: gnome-keyring,
 * in all versions up to 50 at least, ends itself when whoever opens a session is gone before it has answered.
 */
export async function busesAnswered(ms: number): Promise<void> {
	if (lingering.size === 0) return;
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, ms);
	});
	await Promise.race([Promise.all(lingering), late]);
	clearTimeout(timer);
}

/** A connection to a message bus. What is called before it stands is sent along: all of it takes one way there and back. */
export class SessionBus {
	readonly #socket: net.Socket;
	readonly #waiting = new Map<number, (reply: DbusReply | null) => void>();
	#received: Buffer = Buffer.alloc(0);
	#isWelcome = false;
	#serial = 0;
	/** Answers that are still to come after it was closed; null: it is not closed. */
	#left: number | null = null;

	/** @param at a socket, as `sessionSocket` found it */
	constructor(at: string) {
		this.#socket = net.connect({ path: at });
		this.#socket.on("error", () => {});
		this.#socket.once("close", () => this.#end());
		this.#socket.on("data", (chunk) => this.#receive(chunk));
		const uid = Buffer.from(String(process.getuid?.() ?? 0)).toString("hex");
		this.#socket.write(`\0AUTH EXTERNAL ${uid}\r\nBEGIN\r\n`);
		void this.call({ ...BUS, member: "Hello", signature: "", body: () => {} });
	}

	/** Null: it was refused, or nobody will ever answer. */
	call(call: DbusCall): Promise<DbusReply | null> {
		if (this.#socket.destroyed || this.#left !== null) return Promise.resolve(null);
		const serial = ++this.#serial;
		this.#socket.write(encodeCall(serial, call));
		this.#socket.ref();
		return new Promise((resolve) => this.#waiting.set(serial, resolve));
	}

	/** Idempotent. Nobody hears an answer any more; the connection stands until what was asked is answered, or for a second. */
	close(): void {
		if (this.#left !== null || this.#socket.destroyed) return;
		const asked = this.#waiting.size;
		this.#giveUp();
		this.#left = asked;
		if (asked === 0) {
			this.#socket.destroy();
			return;
		}
		const patience = setTimeout(() => this.#socket.destroy(), LINGER_MS);
		const gone = new Promise<void>((resolve) => this.#socket.once("close", () => resolve())).then(() => {
			clearTimeout(patience);
			lingering.delete(gone);
		});
		lingering.add(gone);
	}

	#end(): void {
		this.#socket.destroy();
		this.#giveUp();
	}

	#giveUp(): void {
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
			this.#end();
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
			if (this.#left !== null) {
				if (--this.#left <= 0) this.#end();
				continue;
			}
			this.#waiting.get(reply.replyTo)?.(reply.isError ? null : reply);
			this.#waiting.delete(reply.replyTo);
			// What only might be asked again must not keep this program alive.
			if (this.#waiting.size === 0) this.#socket.unref();
		}
	}
}

const LONGEST_GREETING = 512;

/** How long a connection that was closed waits for what was asked on it. Milliseconds. */
const LINGER_MS = 1_000;

/** The bus itself. */
export const BUS = { destination: "org.freedesktop.DBus", path: "/org/freedesktop/DBus", interface: "org.freedesktop.DBus" } as const;
