import { timingSafeEqual } from "node:crypto";
import { isIP, type Socket } from "node:net";
import { type EgressTarget, parseTarget } from "../../core/policy/egress.ts";

/** The first byte that a SOCKS5 client sends (RFC 1928). */
export const SOCKS_VERSION = 5;

const PASSWORD = 2;
const CONNECT = 1;
const REPLIES = { connected: 0, failed: 1, refused: 2, unreachable: 4, "not-supported": 7 } as const;

/** Reads the greeting, checks user and password (RFC 1929), and reads what is asked for. Null: it was answered, and there is no more to say. */
export async function readSocks(socket: Socket, user: string, password: string): Promise<EgressTarget | null> {
	const [version, count] = await take(socket, 2);
	const methods = await take(socket, count ?? 0);
	if (version !== SOCKS_VERSION || !methods.includes(PASSWORD)) {
		socket.end(Buffer.from([SOCKS_VERSION, 0xff]));
		return null;
	}
	socket.write(Buffer.from([SOCKS_VERSION, PASSWORD]));
	const said = await take(socket, (await take(socket, 2))[1] ?? 0);
	const secret = await take(socket, (await take(socket, 1))[0] ?? 0);
	if (!same(Buffer.concat([said, Buffer.from(":"), secret]), Buffer.from(`${user}:${password}`))) {
		socket.end(Buffer.from([1, 1]));
		return null;
	}
	socket.write(Buffer.from([1, 0]));
	const [, command, , kind] = await take(socket, 4);
	const host = await readHost(socket, kind ?? 0);
	const port = (await take(socket, 2)).readUInt16BE();
	const target = host === null || command !== CONNECT ? null : parseTarget(`${host}:${port}`);
	if (target === null) answerSocks(socket, "not-supported");
	return target;
}

export function answerSocks(socket: Socket, reply: keyof typeof REPLIES): void {
	const answer = Buffer.from([SOCKS_VERSION, REPLIES[reply], 0, 1, 0, 0, 0, 0, 0, 0]);
	if (reply === "connected") socket.write(answer);
	else socket.end(answer);
}

async function readHost(socket: Socket, kind: number): Promise<string | null> {
	if (kind === 1) return (await take(socket, 4)).join(".");
	if (kind === 3) return (await take(socket, (await take(socket, 1))[0] ?? 0)).toString("latin1");
	if (kind !== 4) return null;
	const groups = (await take(socket, 16)).toString("hex").match(/.{4}/g) ?? [];
	const address = groups.join(":");
	return isIP(address) === 6 ? `[${address}]` : null;
}

function same(a: Buffer, b: Buffer): boolean {
	return a.length === b.length && timingSafeEqual(a, b);
}

/** Exactly so many bytes; rejects when the client goes before. */
function take(socket: Socket, count: number): Promise<Buffer> {
	if (count === 0) return Promise.resolve(Buffer.alloc(0));
	return new Promise((resolve, reject) => {
		const look = () => {
			const bytes: Buffer | null = socket.read(count);
			if (bytes === null && !socket.destroyed && !socket.readableEnded) return;
			socket.off("readable", look);
			socket.off("close", look);
			if (bytes !== null && bytes.length === count) resolve(bytes);
			else reject(new Error("the client has gone"));
		};
		socket.on("readable", look);
		socket.on("close", look);
		look();
	});
}
