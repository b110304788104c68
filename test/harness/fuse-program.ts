// A file system of a program's own (FUSE): one flat folder in memory, mounted where the first argument says. It can be told to hang:
// `hang` on its standard input lets no write be answered from then on, `go` answers them all. It says `ready` once it is mounted.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import process from "node:process";

const [, , where = ""] = process.argv;

/** As <linux/fuse.h> numbers them. */
const Op = {
	lookup: 1,
	forget: 2,
	getattr: 3,
	setattr: 4,
	unlink: 10,
	open: 14,
	read: 15,
	write: 16,
	statfs: 17,
	release: 18,
	fsync: 20,
	flush: 25,
	init: 26,
	opendir: 27,
	readdir: 28,
	releasedir: 29,
	create: 35,
	interrupt: 36,
	batchForget: 42,
};
const ROOT = 1n;
const HEADER = 40;
const MOST_WRITE = 128 * 1024;
/** In a request that changes attributes, the bit that speaks of the size. */
const WITH_SIZE = 8;
const ENOENT = 2;
const EINTR = 4;
const ENOSYS = 38;

interface File {
	readonly name: string;
	content: Buffer;
}

const files = new Map<bigint, File>();
let next = ROOT;
let hangs = false;
/** By what the kernel calls them: writes that are not answered. */
const held = new Map<bigint, () => void>();

const device = fs.openSync("/dev/fuse", "r+");

function answer(unique: bigint, body: Buffer, error = 0): void {
	const header = Buffer.alloc(16);
	header.writeUInt32LE(16 + body.length, 0);
	header.writeInt32LE(-error, 4);
	header.writeBigUInt64LE(unique, 8);
	try {
		fs.writeSync(device, Buffer.concat([header, body]));
	} catch {
		// Whoever asked is gone.
	}
}

function attributes(node: bigint): Buffer {
	const file = files.get(node);
	const body = Buffer.alloc(88);
	body.writeBigUInt64LE(node, 0);
	body.writeBigUInt64LE(BigInt(file?.content.length ?? 0), 8);
	body.writeUInt32LE(file === undefined ? 0o040700 : 0o100600, 60);
	body.writeUInt32LE(1, 64);
	body.writeUInt32LE(4096, 80);
	return body;
}

/** Nothing of it is kept by the kernel: each question is asked anew. */
function entry(node: bigint): Buffer {
	const head = Buffer.alloc(40);
	head.writeBigUInt64LE(node, 0);
	return Buffer.concat([head, attributes(node)]);
}

function called(name: string): bigint | null {
	for (const [node, file] of files) if (file.name === name) return node;
	return null;
}

function text(bytes: Buffer): string {
	return bytes.subarray(0, bytes.indexOf(0)).toString();
}

function listed(from: number): Buffer {
	const entries = [...files].slice(from).map(([node, { name }], index) => {
		const bytes = Buffer.from(name);
		const body = Buffer.alloc(24 + Math.ceil(bytes.length / 8) * 8);
		body.writeBigUInt64LE(node, 0);
		body.writeBigUInt64LE(BigInt(from + index + 1), 8);
		body.writeUInt32LE(bytes.length, 16);
		body.writeUInt32LE(8, 20);
		bytes.copy(body, 24);
		return body;
	});
	return Buffer.concat(entries);
}

function initial(): Buffer {
	const body = Buffer.alloc(64);
	body.writeUInt32LE(7, 0);
	body.writeUInt32LE(31, 4);
	body.writeUInt16LE(16, 16);
	body.writeUInt16LE(12, 18);
	body.writeUInt32LE(MOST_WRITE, 20);
	body.writeUInt32LE(1, 24);
	return body;
}

function write(file: File, body: Buffer): Buffer {
	const offset = Number(body.readBigUInt64LE(8));
	const size = body.readUInt32LE(16);
	const content = Buffer.alloc(Math.max(file.content.length, offset + size));
	file.content.copy(content);
	body.copy(content, offset, 40, 40 + size);
	file.content = content;
	const said = Buffer.alloc(8);
	said.writeUInt32LE(size, 0);
	return said;
}

const NOTHING = Buffer.alloc(0);
/** No file handles are told apart. */
const OPENED = Buffer.alloc(16);

/** What is answered: bytes, the number of an error, or null where nothing is, or not yet. */
function answerTo(unique: bigint, op: number, node: bigint, body: Buffer, later: (bytes: Buffer) => void): Buffer | number | null {
	const file = files.get(node);
	switch (op) {
		case Op.init:
			return initial();
		case Op.forget:
		case Op.batchForget:
			return null;
		case Op.interrupt:
			callOff(body.readBigUInt64LE(0));
			return null;
		case Op.lookup: {
			const found = called(text(body));
			return found === null ? ENOENT : entry(found);
		}
		case Op.create: {
			const made = ++next;
			files.set(made, { name: text(body.subarray(16)), content: NOTHING });
			return Buffer.concat([entry(made), OPENED]);
		}
		case Op.setattr:
			if (file !== undefined && (body.readUInt32LE(0) & WITH_SIZE) !== 0)
				file.content = file.content.subarray(0, Number(body.readBigUInt64LE(16)));
			return Buffer.concat([Buffer.alloc(16), attributes(node)]);
		case Op.getattr:
			return Buffer.concat([Buffer.alloc(16), attributes(node)]);
		case Op.unlink:
			files.delete(called(text(body)) ?? 0n);
			return NOTHING;
		case Op.open:
		case Op.opendir:
			return OPENED;
		case Op.readdir:
			return listed(Number(body.readBigUInt64LE(8)));
		case Op.read: {
			const offset = Number(body.readBigUInt64LE(8));
			return file?.content.subarray(offset, offset + body.readUInt32LE(16)) ?? NOTHING;
		}
		case Op.write:
			if (file === undefined) return ENOENT;
			if (!hangs) return write(file, body);
			held.set(unique, () => later(write(file, body)));
			return null;
		case Op.statfs:
			return statistics();
		case Op.release:
		case Op.releasedir:
		case Op.flush:
		case Op.fsync:
			return NOTHING;
		default:
			return ENOSYS;
	}
}

/** Whoever waited for this write was killed. */
function callOff(unique: bigint): void {
	if (held.delete(unique)) answer(unique, NOTHING, EINTR);
}

function statistics(): Buffer {
	const said = Buffer.alloc(80);
	for (const at of [0, 8, 16, 24, 32]) said.writeBigUInt64LE(1_000_000n, at);
	said.writeUInt32LE(4096, 40);
	said.writeUInt32LE(255, 44);
	said.writeUInt32LE(4096, 48);
	return said;
}

function handle(request: Buffer): void {
	const unique = request.readBigUInt64LE(8);
	const said = answerTo(unique, request.readUInt32LE(4), request.readBigUInt64LE(16), request.subarray(HEADER), (bytes) =>
		answer(unique, bytes),
	);
	if (typeof said === "number") answer(unique, NOTHING, said);
	else if (said !== null) answer(unique, said);
}

function readOn(): void {
	const buffer = Buffer.alloc(MOST_WRITE + 4096);
	fs.read(device, buffer, 0, buffer.length, null, (error, length) => {
		// ENODEV: it was unmounted. ENOENT: whoever asked is gone.
		if (error !== null && error.code === "ENODEV") process.exit(0);
		if (error === null) handle(buffer.subarray(0, length));
		readOn();
	});
}

readOn();
const options = `fd=3,rootmode=40700,user_id=${process.getuid?.() ?? 0},group_id=${process.getgid?.() ?? 0}`;
const mount = spawn("mount", ["-i", "-t", "fuse", "-o", options, "sallyport-test", where], {
	stdio: ["ignore", "ignore", "inherit", device],
});
mount.on("exit", (code) => {
	if (code !== 0) process.exit(1);
	process.stdout.write("ready\n");
});
process.stdin.on("data", (said: Buffer) => {
	hangs = said.toString().trim() === "hang";
	if (hangs) return;
	for (const go of held.values()) go();
	held.clear();
});
