import * as fs from "node:fs";
import { createRequire } from "node:module";
import type * as Koffi from "koffi";

/** A pair of sockets by which a starter hands over the questions of its filter, and the answers to them. */
export interface Connections {
	/** The starter's end. */
	readonly starters: number;
	/** Call it when the starter has been started: it has its own copy. */
	closeStarters(): void;
	/** Receives what the starter hands over, and answers from then on. */
	answer(): Promise<boolean>;
	close(): void;
}

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const F_SETFL = 4;
const POLLIN = 1;
const EACCES = 13;
const ECONNREFUSED = 111;

/** `struct seccomp_notif` and its kin, see seccomp_unotify(2). */
const NOTIFICATION_BYTES = 80;
const RECEIVE = 0xc0502100;
const SEND = 0xc0182101;
const STILL_ASKED = 0x40082102;
const ADD_DESCRIPTOR = 0x40182103;
/** SECCOMP_ADDFD_FLAG_SETFD: in the place of the descriptor that is there. */
const REPLACE = 1;

/** Milliseconds that a starter may take to hand over. */
const HAND_OVER_MS = 20_000;

/**
 * Makes every connection of a server in its stead. Landlock knows ports and no addresses, and a filter cannot look behind a pointer: so the
 * server cannot connect at all. Each time it asks to, it gets a socket that is connected to the proxy already, whatever address it may have put
 * in place meanwhile; and if what it asked for was another place, an error.
 *
 * @param library the FFI's program
 * @param port of the proxy, on 127.0.0.1
 */
export function openConnections(library: string, port: number): Connections {
	const koffi: typeof Koffi = createRequire(library)(library);
	const libc = koffi.load(null);
	const calls = {
		ioctl: libc.func("ioctl", "int", ["int", "ulong", "void *"]),
		socket: libc.func("socket", "int", ["int", "int", "int"]),
		connect: libc.func("connect", "int", ["int", "void *", "uint"]),
		fcntl: libc.func("fcntl", "int", ["int", "int", "int"]),
		poll: libc.func("poll", "int", ["void *", "ulong", "int"]),
		receive: libc.func("recvmsg", "long", ["int", "void *", "int"]),
	};
	const pair = (): readonly [number, number] => {
		const made = Buffer.alloc(8);
		if (libc.func("socketpair", "int", ["int", "int", "int", "void *"])(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, made) < 0)
			throw new Error("no pair of sockets");
		return [made.readInt32LE(0), made.readInt32LE(4)];
	};
	const [ours, starters] = pair();
	// What wakes the thread that waits: a program with a thread that nobody can wake could not even exit.
	const [wake, woken] = pair();
	let listener = -1;
	let closed = false;
	let released = false;
	const wait = (fd: number, milliseconds: number): Promise<boolean> => {
		const set = Buffer.alloc(16);
		[fd, woken].forEach((each, i) => {
			set.writeInt32LE(each, i * 8);
			set.writeInt16LE(POLLIN, i * 8 + 4);
		});
		return new Promise((resolve) => {
			calls.poll.async(set, 2, milliseconds, (error: unknown) =>
				resolve(!error && !closed && (set.readInt16LE(6) & POLLIN) !== 0 && set.readInt16LE(14) === 0),
			);
		});
	};
	const serve = async (): Promise<void> => {
		while (await wait(listener, -1)) answerOne(listener, port, calls);
		release();
	};
	const release = (): void => {
		if (released) return;
		released = true;
		for (const fd of [listener, ours, wake, woken]) if (fd >= 0) fs.closeSync(fd);
	};
	let startersOpen = true;
	const closeStarters = (): void => {
		if (startersOpen) fs.closeSync(starters);
		startersOpen = false;
	};
	return {
		starters,
		closeStarters,
		answer: async () => {
			if (!(await wait(ours, HAND_OVER_MS))) return false;
			listener = receiveDescriptor(ours, calls.receive, koffi);
			if (listener < 0) return false;
			void serve();
			return true;
		},
		close: () => {
			if (closed) return;
			closed = true;
			closeStarters();
			if (listener < 0) release();
			else if (!released) fs.writeSync(wake, "x");
		},
	};
}

type Call = (...words: readonly unknown[]) => number;
type Calls = Readonly<Record<"ioctl" | "socket" | "connect" | "fcntl", Call>>;

function answerOne(listener: number, port: number, calls: Calls): void {
	const notification = Buffer.alloc(NOTIFICATION_BYTES);
	// Who asked may be gone by now.
	if (calls.ioctl(listener, RECEIVE, notification) < 0) return;
	const response = Buffer.alloc(24);
	notification.copy(response, 0, 0, 8);
	response.writeInt32LE(-connectInstead(listener, notification, port, calls), 16);
	calls.ioctl(listener, SEND, response);
}

/** Zero, or the number of an error. */
function connectInstead(listener: number, notification: Buffer, port: number, { ioctl, socket, connect, fcntl }: Calls): number {
	const id = notification.subarray(0, 8);
	const pid = notification.readUInt32LE(8);
	const argument = (index: number): bigint => notification.readBigUInt64LE(32 + 8 * index);
	const descriptor = Number(argument(0) & 0xffffffffn);
	const wanted = memoryOf(pid, argument(1), Number(argument(2) & 0xffn));
	const flags = flagsOf(pid, descriptor);
	// What was read may be of another process, if that one is gone and its number was given away.
	if (flags === null || ioctl(listener, STILL_ASKED, id) < 0 || wanted === null || !isProxy(wanted, port)) return EACCES;
	const made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (made < 0) return ECONNREFUSED;
	try {
		if (connect(made, proxyAddress(port), 16) < 0) return ECONNREFUSED;
		if ((flags & O_NONBLOCK) !== 0) fcntl(made, F_SETFL, O_NONBLOCK);
		const add = Buffer.alloc(24);
		id.copy(add);
		add.writeUInt32LE(REPLACE, 8);
		add.writeInt32LE(made, 12);
		add.writeUInt32LE(descriptor, 16);
		add.writeUInt32LE(flags & SOCK_CLOEXEC, 20);
		return ioctl(listener, ADD_DESCRIPTOR, add) < 0 ? ECONNREFUSED : 0;
	} finally {
		fs.closeSync(made);
	}
}

/** `struct sockaddr_in`. */
function proxyAddress(port: number): Buffer {
	const address = Buffer.alloc(16);
	address.writeUInt16LE(AF_INET, 0);
	address.writeUInt16BE(port, 2);
	address.set([127, 0, 0, 1], 4);
	return address;
}

/** A question of courtesy alone: whatever is there, nothing but the proxy is connected to. */
function isProxy(address: Buffer, port: number): boolean {
	const proxy = proxyAddress(port);
	if (address.length >= 24 && address.readUInt16LE(0) === AF_INET6)
		// Written as IPv6, as Java does (::ffff:127.0.0.1).
		return address.subarray(2, 4).equals(proxy.subarray(2, 4)) && address.toString("hex", 8, 24) === "00000000000000000000ffff7f000001";
	return address.length >= 8 && address.subarray(0, 8).equals(proxy.subarray(0, 8));
}

/** Null: it cannot be read. */
function memoryOf(pid: number, at: bigint, length: number): Buffer | null {
	let memory: number | null = null;
	try {
		memory = fs.openSync(`/proc/${pid}/mem`, "r");
		const bytes = Buffer.alloc(Math.min(Math.max(length, 0), 128));
		return bytes.subarray(0, fs.readSync(memory, bytes, 0, bytes.length, at));
	} catch {
		return null;
	} finally {
		if (memory !== null) fs.closeSync(memory);
	}
}

/** Of an open file of the process that asks. Null: it has no such. */
function flagsOf(pid: number, descriptor: number): number | null {
	try {
		const flags = /^flags:\s*([0-7]+)$/m.exec(fs.readFileSync(`/proc/${pid}/fdinfo/${descriptor}`, "utf8"))?.[1];
		return flags === undefined ? null : Number.parseInt(flags, 8);
	} catch {
		return null;
	}
}

/** The one descriptor that came with a message; -1: none did. */
function receiveDescriptor(socket: number, receive: Call, koffi: typeof Koffi): number {
	const body = Buffer.alloc(1);
	const vector = Buffer.alloc(16);
	vector.writeBigUInt64LE(koffi.address(body), 0);
	vector.writeBigUInt64LE(1n, 8);
	const control = Buffer.alloc(24);
	const message = Buffer.alloc(56);
	message.writeBigUInt64LE(koffi.address(vector), 16);
	message.writeBigUInt64LE(1n, 24);
	message.writeBigUInt64LE(koffi.address(control), 32);
	message.writeBigUInt64LE(24n, 40);
	// MSG_CMSG_CLOEXEC: no server of the next launch inherits it.
	if (receive(socket, message, 0x40000000) < 1) return -1;
	return control.readInt32LE(8) === 1 && control.readInt32LE(12) === 1 ? control.readInt32LE(16) : -1;
}
