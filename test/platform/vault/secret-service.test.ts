import { randomBytes } from "node:crypto";
import * as net from "node:net";
import * as path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { Home } from "../../../src/platform/home.ts";
import { KeyExchange } from "../../../src/platform/vault/key-exchange.ts";
import { KeychainVault } from "../../../src/platform/vault/keychain.ts";
import { keychainSocket } from "../../../src/platform/vault/keychain-child.ts";
import { SecretService } from "../../../src/platform/vault/secret-service.ts";
import { sessionSocket } from "../../../src/platform/vault/session-bus.ts";
import { temporaryFolder, temporaryHome } from "./home.ts";

describe("an open keychain, read without its library", () => {
	let home: Home;
	let service: SecretService;

	beforeEach(() => {
		home = temporaryHome();
		service = open(keychainSocket() ?? "");
	});

	it.each([
		["plain", "hunter2"],
		["long", randomBytes(24_000).toString("base64")],
		["of many lines and scripts", "-----BEGIN\nline\r\n密码 🔑 \u0001\n"],
	])("gives a value that is %s, as it was stored", async (_, value) => {
		await stored("direct/VALUE", value);
		expect(await service.read(home.vaultNamespace, "direct/VALUE")).toBe(value);
	});

	it("gives many values that are asked for at once, each to whom it is for", async () => {
		const values = Array.from({ length: 8 }, (_, i) => `value-${i}`);
		for (const value of values) await stored(`many/${value}`, value);
		expect(await Promise.all(values.map((value) => service.read(home.vaultNamespace, `many/${value}`)))).toEqual(values);
	});

	it("gives nothing for a name that is not there, or is another home's", async () => {
		await stored("direct/VALUE", "mine");
		expect(await service.read(home.vaultNamespace, "direct/OTHER")).toBeNull();
		expect(await service.read(temporaryHome().vaultNamespace, "direct/VALUE")).toBeNull();
	});

	it("gives nothing once it is closed", async () => {
		await stored("direct/VALUE", "mine");
		const reading = service.read(home.vaultNamespace, "direct/VALUE");
		service.close();
		expect(await reading).toBeNull();
		expect(await service.read(home.vaultNamespace, "direct/VALUE")).toBeNull();
	});

	async function stored(name: string, value: string): Promise<void> {
		const vault = new KeychainVault(home);
		expect(await vault.create(name, value)).toEqual({ ok: true, value: "created" });
		vault.close();
		onTestFinished(async () => {
			await vault.delete(name);
			vault.close();
		});
	}
});

describe("a bus that is none", () => {
	it.each([
		["closes at once", (socket: net.Socket) => void socket.destroy()],
		["turns everybody away", (socket: net.Socket) => void socket.write("REJECTED EXTERNAL\r\n")],
		["never ends its greeting", (socket: net.Socket) => void socket.write("OK".padEnd(100_000, "x"))],
		["sends no messages after it", (socket: net.Socket) => void socket.write(`OK 00\r\n${"nonsense ".repeat(100)}`)],
		["announces a message of four gigabytes", (socket: net.Socket) => void socket.write(greeted(message({ bodyLength: 0xffff_ffff })))],
		["announces fields that never end", (socket: net.Socket) => void socket.write(greeted(message({ fieldsLength: 0xffff_fff0 })))],
		[
			"lies about the fields inside",
			(socket: net.Socket) => void socket.write(greeted(message({ fields: Buffer.from([5, 1, 0x75, 0, 9]) }))),
		],
		[
			"speaks of fields that are of no known type",
			(socket: net.Socket) => void socket.write(greeted(message({ fields: Buffer.from([5, 1, 0x71, 0, 9]) }))),
		],
	])("gives nothing when it %s", async (_, greet) => {
		const service = open(await fakeBus(greet));
		expect(await service.read("sallyport", "a/B")).toBeNull();
	});

	it("is waited for no longer than its vault's bound, and then the library is asked", async () => {
		const silent = await fakeBus(() => {});
		const before = process.env.DBUS_SESSION_BUS_ADDRESS;
		process.env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${silent}`;
		onTestFinished(() => void Object.assign(process.env, { DBUS_SESSION_BUS_ADDRESS: before }));
		const vault = new KeychainVault(temporaryHome(), { timeoutMs: 100 });
		expect(await vault.read("a/B")).toMatchObject({ ok: false, problem: { code: "keychain-locked" } });
		vault.close();
	});

	it("is not there where nothing listens", async () => {
		expect(await open(path.join(temporaryFolder(), "nothing")).read("sallyport", "a/B")).toBeNull();
		expect(await open(`/${"long".repeat(100)}`).read("sallyport", "a/B")).toBeNull();
		expect(await open("\0/sallyport/nobody/listens").read("sallyport", "a/B")).toBeNull();
	});
});

it("opens no session before the service has answered once: one that has not noted its caller yet would end itself", async () => {
	let sent = "";
	const socket = await fakeBus((caller, first) => {
		sent += first.toString("latin1");
		caller.on("data", (chunk: Buffer) => {
			sent += chunk.toString("latin1");
		});
		caller.write("OK 00\r\n");
	});
	void open(socket).read("sallyport", "a/B");
	await vi.waitFor(() => expect(sent).toContain("Collections"));
	await new Promise((resolve) => setTimeout(resolve, 50));
	expect(sent).not.toMatch(/OpenSession|SearchItems/);
});

describe("the session's bus", () => {
	it.each([
		["unix:path=/run/user/7/bus", "/run/user/7/bus"],
		["unix:path=/run/user/7/bus,guid=0123456789abcdef0123456789abcdef", "/run/user/7/bus"],
		["unix:path=/tmp/a%20b", "/tmp/a b"],
		["unix:abstract=/tmp/dbus-x", "\0/tmp/dbus-x"],
	])("is found at %s", (address, socket) => expect(sessionSocket({ DBUS_SESSION_BUS_ADDRESS: address })).toBe(socket));

	it.each([
		"tcp:host=127.0.0.1,port=9",
		"unixexec:path=/bin/sh",
		"unix:tmpdir=/tmp",
		"unix:path=/a;tcp:host=example.com,port=9",
		"unix:path=/tmp/%E0%A4",
		"autolaunch:",
	])("is left to the library at %s", (address) => expect(sessionSocket({ DBUS_SESSION_BUS_ADDRESS: address })).toBeNull());

	it("is where the login put it when no address is named, if a socket of this user is there", async () => {
		const folder = temporaryFolder();
		expect(sessionSocket({ XDG_RUNTIME_DIR: folder })).toBeNull();
		await listening(path.join(folder, "bus"), () => {});
		expect(sessionSocket({ XDG_RUNTIME_DIR: folder })).toBe(path.join(folder, "bus"));
		expect(sessionSocket({})).toBeNull();
	});
});

describe("a key", () => {
	it("is agreed on by both sides, whatever their numbers begin with", () => {
		for (let i = 0; i < 40; i++) {
			const [ours, theirs] = [new KeyExchange(), new KeyExchange()];
			const key = ours.sharedWith(theirs.ownPublic);
			expect(key).toHaveLength(128);
			// The same number with zeros in front, as some services send it.
			expect(theirs.sharedWith(Buffer.concat([Buffer.alloc(4), ours.ownPublic]))).toEqual(key);
		}
	});

	it.each([
		["nothing", Buffer.alloc(0)],
		["zero", Buffer.alloc(128)],
		["one", Buffer.of(1)],
		["a number beyond the group", Buffer.alloc(128, 0xff)],
	])("is agreed on with nobody whose number is %s", (_, number) => expect(() => new KeyExchange().sharedWith(number)).toThrow());
});

function open(socket: string): SecretService {
	const service = new SecretService(socket);
	onTestFinished(() => service.close());
	return service;
}

/** The path of a socket that greets whoever comes in its own way. */
function fakeBus(greet: (socket: net.Socket, first: Buffer) => void): Promise<string> {
	return listening(path.join(temporaryFolder(), "bus"), greet);
}

async function listening(at: string, greet: (socket: net.Socket, first: Buffer) => void): Promise<string> {
	const sockets: net.Socket[] = [];
	const server = net.createServer((socket) => {
		sockets.push(socket);
		socket.on("error", () => {});
		socket.once("data", (first: Buffer) => greet(socket, first));
	});
	await new Promise<void>((resolve) => server.listen(at, resolve));
	onTestFinished(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return at;
}

/** A greeting, then a message, byte for byte as they come. */
function greeted(bytes: Buffer): Buffer {
	return Buffer.concat([Buffer.from("OK 00\r\n"), bytes]);
}

/** The answer to the first call, as long as it says or not. */
function message(parts: { readonly fields?: Buffer; readonly fieldsLength?: number; readonly bodyLength?: number }): Buffer {
	const { fields = Buffer.alloc(0), fieldsLength = fields.length, bodyLength = 0 } = parts;
	const head = Buffer.from([0x6c, 2, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
	head.writeUInt32LE(bodyLength, 4);
	head.writeUInt32LE(fieldsLength, 12);
	return Buffer.concat([head, fields, Buffer.alloc((8 - (fields.length % 8)) % 8)]);
}
