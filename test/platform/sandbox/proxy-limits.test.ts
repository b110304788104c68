import * as http from "node:http";
import type { Server, Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { listening, openPlain, portOf } from "./company.ts";
import { hears, ProxyRoom } from "./proxy-room.ts";

let room: ProxyRoom;
let far: Server;
let serve: (socket: Socket) => void;
let at: string;
let held: Socket[];

beforeEach(async () => {
	room = new ProxyRoom();
	held = [];
	far = await openPlain((socket) => {
		held.push(socket);
		serve(socket);
	});
	at = `granted.test:${portOf(far)}`;
});
afterEach(async () => {
	await room.close();
	for (const socket of held) socket.destroy();
	far.close();
});

const impatient = { patience: { words: 150 } };
const gone = (socket: Socket) => (socket.destroyed ? Promise.resolve() : new Promise<unknown>((resolve) => socket.once("close", resolve)));

it.each([
	["nothing", ""],
	["half a request", "GET http://granted.test/ HT"],
	["half of SOCKS", "\x05\x01"],
])("a client that says %s and waits is closed", async (_title, words) => {
	await room.open([at], impatient);
	const socket = room.connect();
	if (words !== "") socket.write(Buffer.from(words, "latin1"));
	socket.resume();
	socket.once("end", () => socket.end());
	await gone(socket);
	expect(room.refused).toEqual([]);
});

it("a client that says its request a letter at a time is closed", async () => {
	await room.open([at], impatient);
	const socket = room.connect();
	const letters = setInterval(() => socket.write("x"), 20);
	socket.write("GET http://granted.test/ HTTP/1.1\r\nX: ");
	socket.resume();
	socket.once("end", () => socket.end());
	await gone(socket);
	clearInterval(letters);
});

it("a head that is too long is not read to its end", async () => {
	await room.open([at]);
	expect(await room.request("GET", `http://${at}/`, [`X: ${"x".repeat(20_000)}`])).not.toContain("200");
});

it("a server has so many connections at once, is told of once, and has them again when some are closed", async () => {
	serve = (socket) => socket.resume().once("end", () => socket.end());
	await room.open([at]);
	const open: Socket[] = [];
	for (let i = 0; i < 256; i++) open.push((await room.tunnel(at)).socket);
	for (let i = 0; i < 3; i++) expect((await room.tunnel(at)).status).toBe("closed");
	expect(room.refused).toEqual(["too-many-connections any place"]);
	for (const socket of open) socket.destroy();
	for (;;) {
		const { socket, status } = await room.tunnel(at);
		socket.destroy();
		if (status === "200") break;
	}
});

it("a client that has said all still hears the answer, by tunnel and by line", async () => {
	serve = (socket) => {
		let said = "";
		socket.on("data", (part) => {
			said += String(part);
		});
		socket.on("end", () => setTimeout(() => socket.end(`heard ${said}`), 50));
	};
	await room.open([at], { direct: [{ socket: room.at("line"), target: { host: "granted.test", port: portOf(far) } }] });
	for (const socket of [(await room.tunnel(at)).socket, room.connect("line")]) {
		socket.end("\0all of it");
		expect(await hears(socket, null)).toBe("heard \0all of it");
	}
});

it("a connection that its host has closed is closed to the client, whose own end is heard of", async () => {
	serve = (socket) => socket.resume().end("BYE");
	await room.open([at]);
	const { socket } = await room.tunnel(at);
	// The very first words, so that everything is joined before the end.
	socket.write("\0");
	await hears(socket, null);
	held[0]?.destroy();
	const closed = gone(socket);
	socket.write("more");
	socket.end();
	await closed;
	expect(room.refused).toEqual([]);
});

it("what was sent before an end arrives, though its reader is slow and its sender is gone", async () => {
	const size = 3_000_000;
	let received = 0;
	serve = (socket) => {
		socket.end(Buffer.alloc(size));
		socket.on("data", (part) => {
			received += part.length;
		});
	};
	await room.open([at], { direct: [{ socket: room.at("line"), target: { host: "granted.test", port: portOf(far) } }] });
	const socket = room.connect("line");
	socket.write(Buffer.alloc(size, 1));
	socket.end();
	let got = 0;
	socket.on("data", (part) => {
		got += part.length;
		socket.pause();
		setTimeout(() => socket.resume(), 1);
	});
	await new Promise((resolve) => socket.once("end", resolve));
	while (received < size) await new Promise((resolve) => setTimeout(resolve, 5));
	expect([got, received]).toEqual([size, size]);
});

it("a host that does not read makes the server wait, and our memory does not grow", async () => {
	serve = (socket) => socket.pause();
	await room.open([at]);
	const { socket } = await room.tunnel(at);
	const part = Buffer.alloc(65_536, 1);
	let sent = 0;
	while (socket.write(part) && sent < 2000) sent++;
	for (let full = 0; full < 5; ) {
		const drained = await Promise.race([
			new Promise<boolean>((resolve) => socket.once("drain", () => resolve(true))),
			new Promise<boolean>((resolve) => setTimeout(resolve, 100, false)),
		]);
		if (!drained) full++;
		else while (socket.write(part)) sent++;
	}
	// What the kernel's buffers hold, and no more.
	expect(sent * part.length).toBeLessThan(40_000_000);
	socket.destroy();
});

it("a stream of events begins when its host says so, before the first event", async () => {
	const web = http.createServer((_request, response) => {
		response.writeHead(200, { "content-type": "text/event-stream" });
		response.flushHeaders();
	});
	await listening(web);
	await room.open([`web.test:${portOf(web)}`]);
	const socket = room.connect();
	const credentials = Buffer.from("sallyport:secret").toString("base64");
	const url = `web.test:${portOf(web)}`;
	socket.write(`GET http://${url}/ HTTP/1.1\r\nHost: ${url}\r\nProxy-Authorization: Basic ${credentials}\r\n\r\n`);
	expect(await hears(socket, "\r\n\r\n")).toContain("text/event-stream");
	socket.destroy();
	web.closeAllConnections();
	web.close();
});
