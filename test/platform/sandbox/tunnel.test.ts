import * as fs from "node:fs";
import * as http from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import * as tls from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseTarget } from "../../../src/core/policy/egress.ts";
import { firstWords } from "../../../src/platform/sandbox/first-words.ts";
import { type RunningProxy, startProxy } from "../../../src/platform/sandbox/proxy.ts";
import type { EgressConnection } from "../../../src/platform/sandbox/proxy-reach.ts";

const NAME = "granted.test";
const credentials = `Proxy-Authorization: Basic ${Buffer.from("sallyport:secret").toString("base64")}`;
let folder: string;
let proxy: RunningProxy;
/** Bytes that arrived at a granted host, which says BANNER first. */
let arrived: Buffer;
let raw: ReturnType<typeof createServer>;
let web: http.Server;
let hosts: string[];
let refused: string[];
let closed: EgressConnection[];
const portOf = (each: { address(): AddressInfo | string | null }) => (each.address() as AddressInfo).port;
const listening = (each: ReturnType<typeof createServer>) => new Promise<void>((resolve) => each.listen(0, "127.0.0.1", () => resolve()));

beforeEach(async () => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), "tunnel-test-"));
	arrived = Buffer.alloc(0);
	hosts = [];
	refused = [];
	closed = [];
	raw = createServer((socket) => {
		socket.on("error", () => {});
		socket.on("data", (part) => {
			arrived = Buffer.concat([arrived, part]);
			if (arrived.includes("QUIT")) socket.end("BYE");
		});
		socket.write("BANNER\n");
	});
	web = http.createServer((request, response) => {
		hosts.push(`${request.headers.host} ${request.url}`);
		response.end("WELCOME");
	});
	web.on("upgrade", (request, socket) => {
		hosts.push(`${request.headers.host} ${request.url} ${request.headers.upgrade}`);
		socket.on("data", (part: Buffer) => socket.write(`echo ${part}`));
		socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
	});
	await Promise.all([listening(raw), listening(web)]);
	proxy = await startProxy({
		socket: path.join(folder, "p"),
		password: "secret",
		grants: [`${NAME}:${portOf(raw)}`, `${NAME}:${portOf(web)}`].map((each) => parseTarget(each)).filter((each) => each !== null),
		allowPrivate: true,
		resolve: async () => ["127.0.0.1"],
		onRefused: ({ target, reason }) => refused.push(`${reason} ${target}`),
		onClosed: (connection) => closed.push(connection),
	});
});
afterEach(async () => {
	await proxy.close();
	raw.close();
	web.closeAllConnections();
	web.close();
	fs.rmSync(folder, { recursive: true });
});

/** Opens a tunnel and gives it once it stands. */
async function tunnel(port: number, words = "established\r\n\r\n"): Promise<Socket> {
	const socket = connect(path.join(folder, "p"));
	socket.on("error", () => {});
	socket.write(`CONNECT ${NAME}:${port} HTTP/1.1\r\n${credentials}\r\n\r\n`);
	await hears(socket, words);
	return socket;
}

/** Everything that comes until these words do, or until the end. */
function hears(socket: Socket, words: string): Promise<string> {
	return new Promise((resolve) => {
		let text = "";
		const hear = (part: Buffer) => {
			text += part.toString("latin1");
			if (!text.includes(words)) return;
			socket.off("data", hear);
			resolve(text);
		};
		socket.on("data", hear);
		socket.once("close", () => resolve(text));
	});
}

/** The first message of a TLS connection, as Node sends it. */
function greeting(servername: string | undefined): Promise<Buffer> {
	return new Promise((resolve) => {
		const server = createServer((socket) => {
			socket.on("error", () => {});
			socket.once("data", (part) => {
				resolve(part);
				socket.destroy();
				server.close();
			});
		});
		server.listen(0, "127.0.0.1", () => {
			tls.connect({ host: "127.0.0.1", port: portOf(server), ...(servername === undefined ? {} : { servername }) }).on("error", () => {});
		});
	});
}

/** The same message, cut into records of so many bytes. */
function inRecords(message: Buffer, size: number): Buffer {
	const body = message.subarray(5);
	const records: Buffer[] = [];
	for (let at = 0; at < body.length; at += size) {
		const part = body.subarray(at, at + size);
		records.push(Buffer.from([0x16, 3, 1, part.length >> 8, part.length & 255]), part);
	}
	return Buffer.concat(records);
}

describe("a tunnel to a granted host", () => {
	it("carries what the host says first, and a protocol that names nobody", async () => {
		const socket = await tunnel(portOf(raw), "BANNER\n");
		socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
		socket.write("QUIT");
		expect(await hears(socket, "BYE")).toContain("BYE");
		expect(arrived.toString("latin1")).toBe("\0\0\0\x08\x04\xd2\x16/QUIT");
	});

	it("tells, when it is over, how many bytes went each way", async () => {
		const socket = await tunnel(portOf(raw));
		socket.write("\0QUIT");
		await hears(socket, "BYE");
		const target = `${NAME}:${portOf(raw)}`;
		const own = () => closed.filter((each) => each.target === target);
		while (own().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		expect(own()).toEqual([{ target, sent: 5, received: 10 }]);
	});

	it.each([NAME, NAME.toUpperCase(), undefined])("carries TLS for %s", async (name) => {
		const socket = await tunnel(portOf(raw));
		const hello = await greeting(name);
		socket.write(hello);
		while (arrived.length < hello.length) await new Promise((resolve) => setTimeout(resolve, 5));
		expect(arrived.equals(hello)).toBe(true);
		expect(refused).toEqual([]);
		socket.destroy();
	});

	it.each([
		["in one record", (hello: Buffer) => hello],
		["in many records", (hello: Buffer) => inRecords(hello, 7)],
	])("is closed before TLS for another name gets through, %s", async (_title, form) => {
		const socket = await tunnel(portOf(raw));
		for (const byte of form(await greeting("other.test"))) socket.write(Buffer.from([byte]));
		await new Promise((resolve) => socket.once("close", resolve));
		expect(arrived.length).toBe(0);
		expect(refused).toEqual([`host-header ${NAME}:${portOf(raw)}`]);
	});

	it("answers HTTP for that host, request after request", async () => {
		const socket = await tunnel(portOf(web));
		for (const url of ["/a", "/b"]) {
			socket.write(`GET ${url} HTTP/1.1\r\nHost: ${NAME}:${portOf(web)}\r\n\r\n`);
			expect(await hears(socket, "WELCOME")).toContain("200");
		}
		expect(hosts).toEqual([`${NAME}:${portOf(web)} /a`, `${NAME}:${portOf(web)} /b`]);
	});

	it.each(["", "\r\n"])("refuses HTTP for another host, also as a second request, after %j", async (blank) => {
		const socket = await tunnel(portOf(web));
		socket.write(`${blank}GET / HTTP/1.1\r\nHost: ${NAME}:${portOf(web)}\r\n\r\n`);
		await hears(socket, "WELCOME");
		socket.write("GET /hidden HTTP/1.1\r\nHost: other.test\r\n\r\n");
		expect(await hears(socket, "\r\n\r\n")).toContain("403");
		expect(hosts).toEqual([`${NAME}:${portOf(web)} /`]);
		expect(refused).toEqual([`host-header ${NAME}:${portOf(web)}`]);
	});

	it.each(["http://other.test/", `http://${NAME}/`])("refuses HTTP for %s in absolute form inside it", async (url) => {
		const socket = await tunnel(portOf(web));
		socket.write(`GET ${url} HTTP/1.1\r\nHost: ${NAME}:${portOf(web)}\r\n\r\n`);
		expect(await hears(socket, "\r\n\r\n")).toContain("400");
		expect(hosts).toEqual([]);
	});

	it("refuses HTTP/2 in the clear, which names a host with every request", async () => {
		const socket = await tunnel(portOf(raw));
		socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
		await new Promise((resolve) => socket.once("close", resolve));
		expect(arrived.length).toBe(0);
	});

	it.each([
		"GET\t/\tHTTP/1.1",
		"\vGET / HTTP/1.1",
		"GET /\fHTTP/1.1",
		"\xa0GET / HTTP/1.1",
		"GET / HTTP/1.1 ",
		"GET  / HTTP/1.1",
		"GET / HTTP/1.1\rX: y",
	])("is closed before a request that not everybody reads alike gets through: %j", async (line) => {
		const socket = await tunnel(portOf(raw));
		socket.end(Buffer.from(`${line}\r\nHost: other.test\r\n\r\n`, "latin1"));
		await new Promise((resolve) => socket.once("close", resolve));
		expect(arrived.length).toBe(0);
		expect(refused).toEqual([`host-header ${NAME}:${portOf(raw)}`]);
	});

	it("is closed before a request without the end of its line gets through", async () => {
		const socket = await tunnel(portOf(raw));
		socket.end("GET / HTTP/1.1\rHost: other.test\r\r");
		await new Promise((resolve) => socket.once("close", resolve));
		expect(arrived.length).toBe(0);
	});

	it("carries a message whose first byte is a letter, and in which no line ends", async () => {
		const socket = await tunnel(portOf(raw));
		const message = Buffer.from("Z\0\0\x01\x8d\xa6\xff", "latin1");
		socket.write(message);
		while (arrived.length < message.length) await new Promise((resolve) => setTimeout(resolve, 5));
		expect(arrived.equals(message)).toBe(true);
		socket.destroy();
	});

	it("answers in HTTP/1.1 where a client offers HTTP/2 in the clear", async () => {
		const socket = await tunnel(portOf(web));
		socket.write(
			`GET /x HTTP/1.1\r\nHost: ${NAME}:${portOf(web)}\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n`,
		);
		expect(await hears(socket, "WELCOME")).toContain("200");
		expect(hosts).toEqual([`${NAME}:${portOf(web)} /x`]);
	});

	it("refuses TRACE, whose answer shows what was said on the way", async () => {
		const socket = await tunnel(portOf(web));
		socket.write(`TRACE / HTTP/1.1\r\nHost: ${NAME}:${portOf(web)}\r\n\r\n`);
		expect(await hears(socket, "\r\n\r\n")).toContain("405");
		expect(hosts).toEqual([]);
	});

	it("lets a WebSocket through once the host has agreed to it", async () => {
		const socket = await tunnel(portOf(web));
		socket.write(`GET /ws HTTP/1.1\r\nHost: ${NAME}:${portOf(web)}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
		expect(await hears(socket, "\r\n\r\n")).toContain("101");
		socket.write("hello");
		expect(await hears(socket, "echo hello")).toContain("echo hello");
		expect(hosts).toEqual([`${NAME}:${portOf(web)} /ws websocket`]);
	});
});

describe("SOCKS5", () => {
	/** Greets with user and password, and asks for a host. Gives the last answer's code, and the connection. */
	async function socks(host: string, port: number, password = "secret"): Promise<{ readonly code: number; readonly socket: Socket }> {
		const socket = connect(path.join(folder, "p"));
		socket.on("error", () => {});
		const answer = (count: number) =>
			new Promise<Buffer>((resolve) => {
				const look = () => {
					const bytes: Buffer | null = socket.read(count);
					if (bytes === null && !socket.readableEnded && !socket.destroyed) return;
					socket.off("readable", look);
					resolve(bytes ?? Buffer.alloc(0));
				};
				socket.on("readable", look);
				socket.once("close", look);
				look();
			});
		const text = (words: string) => Buffer.concat([Buffer.from([words.length]), Buffer.from(words)]);
		socket.write(Buffer.from([5, 2, 0, 2]));
		expect([...(await answer(2))]).toEqual([5, 2]);
		socket.write(Buffer.concat([Buffer.from([1]), text("sallyport"), text(password)]));
		const known = await answer(2);
		if (known[1] !== 0) return { code: -1, socket };
		socket.write(Buffer.concat([Buffer.from([5, 1, 0, 3]), text(host), Buffer.from([port >> 8, port & 255])]));
		return { code: (await answer(10))[1] ?? -2, socket };
	}

	it("reaches a granted host with the password, and looks at what is said there", async () => {
		const { code, socket } = await socks(NAME, portOf(web));
		expect(code).toBe(0);
		socket.write("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n");
		expect(await hears(socket, "\r\n\r\n")).toContain("403");
		expect(hosts).toEqual([]);
	});

	it("reaches nothing else, and nothing without the password", async () => {
		expect((await socks("other.test", portOf(web))).code).toBe(2);
		expect((await socks(NAME, portOf(web), "wrong")).code).toBe(-1);
		expect(refused).toEqual([`not-granted other.test:${portOf(web)}`]);
	});

	it("is not served to a client that offers no password", async () => {
		const socket = connect(path.join(folder, "p"));
		socket.write(Buffer.from([5, 1, 0]));
		expect(Buffer.from(await hears(socket, "never"), "latin1")).toEqual(Buffer.from([5, 255]));
	});
});

describe("the first words of a connection", () => {
	it.each([
		["GET / HTTP/1.1\r\n", "http"],
		["get / http/1.0\n", "http"],
		["X-ANY * HTTP/1.1\n", "http"],
		["PRI * HTTP/2.0\r\n", "unreadable"],
		["GET\t/\tHTTP/1.1\r\n", "unreadable"],
		["\vGET /\x85HTTP/1.1\n", "unreadable"],
		["GET /\u00c3\u00a4 HTTP/1.1\n", "http"],
		["GE\0T / HTTP/1.1\n", "other"],
		["EHLO me\r\n", "other"],
		["*1\r\n$4\r\nPING\r\n", "other"],
		["GET / HTT", "unclear"],
		["", "unclear"],
		["\r\n\r\n", "unclear"],
		["\x16\x03\x01", "unclear"],
		["\x16\x03\x01\x00\x00", "unreadable"],
		["\x16\x03\x01\x00\x04\x02\x00\x00\x00", "unreadable"],
		["\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03", "unreadable"],
	])("%j is %s", (text, kind) => {
		expect(firstWords(Buffer.from(text, "latin1")).kind).toBe(kind);
	});

	it("are found wherever they are cut, and never misread", async () => {
		const hello = await greeting(NAME);
		for (let length = 0; length < hello.length; length++) expect(firstWords(hello.subarray(0, length)).kind).toBe("unclear");
		expect(firstWords(hello)).toEqual({ kind: "tls", name: NAME });
		for (const size of [1, 3, 50, 200]) expect(firstWords(inRecords(hello, size))).toEqual({ kind: "tls", name: NAME });
	});
});
