import * as http from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lookUpEgress } from "../../../src/platform/approval/egress-lookup.ts";
import { egressNote } from "../../../src/platform/approval/egress-note.ts";
import { MOST_NAMES } from "../../../src/platform/sandbox/proxy-reach.ts";
import { listening, portOf } from "./company.ts";
import { hears, ProxyRoom } from "./proxy-room.ts";

let room: ProxyRoom;
let web: http.Server;
let port: number;
let hosts: string[];

beforeEach(async () => {
	room = new ProxyRoom();
	hosts = [];
	web = http.createServer((request, response) => {
		hosts.push(request.headers.host ?? "");
		response.end("WELCOME");
	});
	await listening(web);
	port = portOf(web);
});
afterEach(async () => {
	await room.close();
	web.closeAllConnections();
	web.close();
});

const status = async (authority: string) => {
	const { socket, status } = await room.tunnel(authority);
	socket.destroy();
	return status;
};

describe("a wildcard", () => {
	it("lets a server reach the names beneath, however deep, and what else is said has to be the very name", async () => {
		await room.open([`*.granted.test:${port}`]);
		for (const host of ["a.granted.test", "b.a.granted.test"])
			expect(await room.request("GET", `http://${host}:${port}/`)).toContain("WELCOME");
		const { socket } = await room.tunnel(`a.granted.test:${port}`);
		socket.write(`GET / HTTP/1.1\r\nHost: b.granted.test:${port}\r\n\r\n`);
		expect(await hears(socket, "\r\n\r\n")).toContain("403");
		expect(hosts).toEqual([`a.granted.test:${port}`, `b.a.granted.test:${port}`]);
		expect(room.refused).toEqual([`host-header a.granted.test:${port}`]);
	});

	it("is not for its own domain, for names that only end alike, for another port or an address", async () => {
		await room.open([`*.granted.test:${port}`]);
		for (const other of [
			`granted.test:${port}`,
			`evilgranted.test:${port}`,
			`a.granted.test.evil:${port}`,
			"a.granted.test:1",
			`127.0.0.1:${port}`,
		])
			expect(await status(other), other).toBe("403");
		expect(hosts).toEqual([]);
	});

	it("does not lead to a private address", async () => {
		await room.open([`*.granted.test:${port}`], { allowPrivate: false });
		expect(await status(`a.granted.test:${port}`)).toBe("403");
		expect(room.refused).toEqual([`private-address a.granted.test:${port}`]);
	});

	it("is no endless way out by the names that are asked for: there are so many in a run, and those go on working", async () => {
		const asked = new Set<string>();
		await room.open([`*.granted.test:${port}`], {
			resolve: async (host) => {
				asked.add(host);
				return [];
			},
		});
		for (let i = 0; i < MOST_NAMES; i++) await status(`n${i}.granted.test:${port}`);
		expect(await status(`one-more.granted.test:${port}`)).toBe("403");
		expect(room.refused.at(-1)).toBe(`too-many-names one-more.granted.test:${port}`);
		await status(`n0.granted.test:${port}`);
		expect(room.refused.at(-1)).toBe(`unresolved n0.granted.test:${port}`);
		expect(asked.size).toBe(MOST_NAMES);
	});

	it("serves clients that know of no proxy by the name that they say first", async () => {
		const named = [{ socket: room.at("named"), port }];
		await room.open([`*.granted.test:${port}`], { named });
		const socket = room.connect("named");
		socket.write(`GET / HTTP/1.1\r\nHost: a.granted.test:${port}\r\n\r\n`);
		expect(await hears(socket, "WELCOME")).toContain("200");
		socket.write(`GET / HTTP/1.1\r\nHost: other.test:${port}\r\n\r\n`);
		expect(await hears(socket, "\r\n\r\n")).toContain("403");
		for (const words of [
			"GET / HTTP/1.1\r\n\r\n",
			"GET / HTTP/1.1\r\nHost: a.granted.test:1\r\nConnection: close\r\n\r\n",
			"EHLO me\r\n",
			"\0\0\0\x08\x04\xd2\x16/",
		]) {
			const other = room.connect("named");
			other.write(words);
			expect(await hears(other, null)).not.toContain("200");
			other.destroy();
		}
		expect(hosts).toEqual([`a.granted.test:${port}`]);
		expect(room.refused).toEqual([`not-granted other.test:${port}`]);
	});
});

describe("a name that is granted with its private address", () => {
	const open = (addresses: string, resolve: () => readonly string[]) =>
		room.open([`db.test:${port}=${addresses}`], { allowPrivate: false, resolve: async () => resolve() });

	it("leads there", async () => {
		await open("127.0.0.1", () => ["127.0.0.1"]);
		expect(await room.request("GET", `http://db.test:${port}/`)).toContain("WELCOME");
	});

	it.each([["127.0.0.2"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"], ["93.184.215.14"]])(
		"leads nowhere when the name leads to %s by then",
		async (address) => {
			await open("127.0.0.1", () => [address]);
			expect(await status(`db.test:${port}`)).toBe("403");
			expect(room.refused).toEqual([`other-address db.test:${port}`]);
		},
	);

	it("cannot be rebound: of several addresses only the granted is dialled, and the name is asked for once", async () => {
		let asked = 0;
		await open("127.0.0.1", () => (asked++ === 0 ? ["127.0.0.2", "127.0.0.1"] : ["127.0.0.2"]));
		expect(await status(`db.test:${port}`)).toBe("200");
		expect(asked).toBe(1);
		expect(await status(`db.test:${port}`)).toBe("403");
	});
});

it("no name leads to a metadata service, also where private addresses are allowed", async () => {
	await room.open([`a.test:${port}`], { resolve: async () => ["169.254.169.254", "fd00:ec2::254"] });
	expect(await status(`a.test:${port}`)).toBe("403");
	expect(room.refused).toEqual([`private-address a.test:${port}`]);
});

describe("before a person allows a name", () => {
	const look = (text: string, ...addresses: string[]) => lookUpEgress([text], async () => addresses);

	it("is told that it leads to a private address, and what would allow that", async () => {
		const looked = await look("db.test:5432", "10.0.3.7", "10.0.3.8");
		expect(looked).toMatchObject({
			ok: false,
			problem: {
				message: "db.test leads to 10.0.3.7 and 10.0.3.8, which is not on the open internet.",
				remedy: "If you mean that machine: --egress db.test:5432=10.0.3.7,10.0.3.8",
			},
		});
	});

	it("is told that it leads elsewhere than to the address that they wrote", async () => {
		expect(await look("db.test:5432=10.0.3.7", "10.0.3.9")).toMatchObject({ ok: false, problem: { code: "egress-private" } });
	});

	it("is offered nothing for a metadata service", async () => {
		expect(await look("db.test:80", "169.254.169.254")).toMatchObject({ ok: false, problem: { code: "egress-metadata" } });
	});

	it.each([
		["a.test:443", ["93.184.215.14"]],
		["a.test:443", ["10.0.0.1", "93.184.215.14"]],
		["a.test:443", []],
		["db.test:5432=10.0.3.7", ["10.0.3.7"]],
		["*.a.test:443", ["10.0.0.1"]],
		["10.0.0.1:80", ["10.0.0.1"]],
	])("is asked nothing more about %s that leads to %j", async (text, addresses) => {
		expect(await look(text, ...addresses)).toEqual({ ok: true, value: undefined });
	});

	it.each([
		["*.a.test:443", /every name beneath a\.test, not a\.test itself; the names that it asks for are themselves a way out/],
		["db.test:5432=10.0.3.7", /^only while db\.test leads to 10\.0\.3\.7$/],
		["10.0.3.7:5432", /^an address of a private network$/],
		["127.0.0.1:80", /^a program on this machine$/],
		["169.254.169.254:80", /a cloud hands out this machine's own credentials/],
	])("reads beside %s what it means", (text, note) => {
		expect(egressNote(text)).toMatch(note);
	});

	it.each(["a.test:443", "8.8.8.8:53"])("reads nothing beside %s", (text) => {
		expect(egressNote(text)).toBeNull();
	});
});
