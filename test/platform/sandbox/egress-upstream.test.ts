import { randomBytes } from "node:crypto";
import * as http from "node:http";
import type { Server } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EgressNetwork, STRAIGHT, type UpstreamProxy, upstreamFor } from "../../../src/platform/sandbox/egress-network.ts";
import type { ProxyOptions } from "../../../src/platform/sandbox/proxy.ts";
import { type Authority, CompanyProxy, listening, makeAuthority, openPlain, portOf } from "./company.ts";
import { hears, ProxyRoom } from "./proxy-room.ts";

let room: ProxyRoom;
let web: http.Server;
let raw: Server;
let company: CompanyProxy;
let authority: Authority | null;

beforeEach(async () => {
	room = new ProxyRoom();
	authority = null;
	web = http.createServer((request, response) =>
		response.end(`WELCOME ${request.headers.host} ${request.url} ${Object.keys(request.headers)}`),
	);
	raw = await openPlain((socket) => socket.end("BANNER"));
	await listening(web);
	company = await CompanyProxy.open(places);
});
afterEach(async () => {
	await room.close();
	company.close();
	web.closeAllConnections();
	web.close();
	raw.close();
	authority?.remove();
});

const places = (_host: string, port: number) => (port === 80 ? portOf(web) : port === 7 ? portOf(raw) : null);
const upstream = (more: Partial<UpstreamProxy> = {}): UpstreamProxy => ({
	secure: false,
	host: "127.0.0.1",
	port: company.port,
	authorization: null,
	...more,
});

/** Credentials that are made anew. */
const basic = () => `Basic ${randomBytes(18).toString("base64")}`;

/** Names that the system does not know, as behind many a company's proxy. */
const open = (grants: string[], network: Partial<EgressNetwork> = {}, more: Partial<ProxyOptions> = {}) =>
	room.open(grants, {
		allowPrivate: false,
		resolve: async () => [],
		network: { ...STRAIGHT, https: upstream(), http: upstream(), ...network },
		...more,
	});

describe("behind a company's proxy", () => {
	it("a plain request is asked of it by its whole address, without what was said to us", async () => {
		await open(["granted.test:80"]);
		const answer = await room.request("GET", "http://granted.test/a?b");
		expect(answer).toContain("WELCOME granted.test /a?b");
		expect(answer).not.toContain("proxy-authorization");
		expect(company.asked).toEqual(["GET http://granted.test:80/a?b"]);
		expect(company.last["proxy-authorization"]).toBeUndefined();
		expect(room.closed.map(({ target }) => target)).toEqual(["granted.test:80"]);
	});

	it("a tunnel is asked of it by name, and the other side may speak first", async () => {
		await open(["granted.test:7"]);
		const { socket, status } = await room.tunnel("granted.test:7");
		expect(status).toBe("200");
		socket.end();
		await hears(socket, null);
		expect(company.asked).toEqual(["CONNECT granted.test:7"]);
	});

	it("plain HTTP in a tunnel works, though it lets tunnels through to none but its usual port", async () => {
		company.tunnelsTo = [443];
		await open(["granted.test:80"]);
		const { socket } = await room.tunnel("granted.test:80");
		socket.write("GET /x HTTP/1.1\r\nHost: granted.test\r\n\r\n");
		expect(await hears(socket, "WELCOME")).toContain("200");
		socket.write("GET /y HTTP/1.1\r\nHost: other.test\r\n\r\n");
		expect(await hears(socket, "\r\n\r\n")).toContain("403");
		expect(company.asked).toEqual(["GET http://granted.test:80/x"]);
	});

	it("nothing is asked of it that is not granted", async () => {
		await open(["granted.test:80"]);
		for (const other of ["other.test:80", "granted.test:443", `127.0.0.1:${company.port}`])
			expect((await room.tunnel(other)).status).toBe("403");
		expect(await room.request("GET", "http://other.test/")).toContain("403");
		expect(company.asked).toEqual([]);
	});

	it.each(["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1"])("it is not asked for a name that leads to %s for us", async (address) => {
		await open(["granted.test:80"], {}, { resolve: async () => ["93.184.215.14", address] });
		expect((await room.tunnel("granted.test:80")).status).toBe("403");
		expect(await room.request("GET", "http://granted.test/")).toContain("403");
		expect(company.asked).toEqual([]);
		expect(room.refused).toEqual(["private-address granted.test:80", "private-address granted.test:80"]);
	});

	it("a name that had no address at first is looked up again, and refused once it leads to a private one", async () => {
		const answers = [[], ["10.0.0.5"], []];
		await open(["granted.test:80"], {}, { resolve: async () => answers.shift() ?? [] });
		expect(await room.request("GET", "http://granted.test/")).toContain("WELCOME");
		for (let time = 0; time < 3; time++) expect(await room.request("GET", "http://granted.test/")).toContain("403");
	});

	it("a name that is found too late is not waited for again, and counts from then on", async () => {
		let find: (addresses: readonly string[]) => void = () => {};
		const late = new Promise<readonly string[]>((resolve) => {
			find = resolve;
		});
		let lookups = 0;
		const resolve = () => {
			lookups++;
			return late;
		};
		await open(["granted.test:80"], {}, { resolve });
		for (let time = 0; time < 3; time++) expect(await room.request("GET", "http://granted.test/")).toContain("WELCOME");
		expect(lookups).toBe(1);
		find(["10.0.0.5"]);
		expect(await room.request("GET", "http://granted.test/")).toContain("403");
	});

	it("addresses of this machine and names with their own address are reached straight", async () => {
		const port = portOf(web);
		await open([`127.0.0.1:${port}`, `db.test:${port}=127.0.0.1`], {}, { resolve: async () => ["127.0.0.1"] });
		for (const host of ["127.0.0.1", "db.test"]) expect(await room.request("GET", `http://${host}:${port}/`)).toContain("WELCOME");
		expect(company.asked).toEqual([]);
	});

	it("what is excepted is reached straight, and then its addresses are looked at", async () => {
		await open(["a.near.test:80"], { except: [".near.test"] }, { resolve: async () => ["10.0.0.1"] });
		expect(await room.request("GET", "http://a.near.test/")).toContain("403");
		expect(room.refused).toEqual(["private-address a.near.test:80"]);
		expect(company.asked).toEqual([]);
	});

	it("its user name and password are said to it alone", async () => {
		company.credentials = "person:word";
		const authorization = `Basic ${Buffer.from("person:word").toString("base64")}`;
		const proxy = upstream({ authorization });
		await open(["granted.test:80", "granted.test:7"], { https: proxy, http: proxy });
		expect(await room.request("GET", "http://granted.test/")).toMatch(/WELCOME(?!.*proxy-authorization)/);
		expect((await room.tunnel("granted.test:7")).status).toBe("200");
		expect(company.last["proxy-authorization"]).toBe(authorization);
	});

	it("its password is in no message with what the server says, where it gives tunnels", async () => {
		const authorization = basic();
		await open(["granted.test:80"], { http: upstream({ authorization }) });
		expect(await room.request("GET", "http://granted.test/a")).toContain("WELCOME granted.test /a");
		expect(company.asked).toEqual(["CONNECT granted.test:80"]);
	});

	it("where it gives none, nothing that it may say itself reaches the server: TRACE, Max-Forwards, pages that show the request", async () => {
		const authorization = basic();
		company.tunnelsTo = [443];
		company.page = (request) => JSON.stringify(request.headers);
		await open(["granted.test:80"], { http: upstream({ authorization }) });
		for (const method of ["GET", "POST", "OPTIONS", "TRACE"]) {
			const answer = await room.request(method, "http://granted.test/missing", ["Max-Forwards: 0"]);
			expect(answer).toMatch(/ (?:503|405) /);
			expect(answer).not.toContain(authorization.slice("Basic ".length));
			expect(company.last["max-forwards"]).toBeUndefined();
		}
		const { socket } = await room.tunnel("granted.test:80");
		socket.write("TRACE / HTTP/1.1\r\nHost: granted.test\r\n\r\n");
		expect(await hears(socket, "\r\n\r\n")).toContain("405");
		// It is asked for a tunnel once; what the place itself answers comes through.
		expect(company.asked).toEqual([
			"CONNECT granted.test:80",
			...["GET", "POST", "OPTIONS"].map((method) => `${method} http://granted.test:80/missing`),
		]);
		company.page = null;
		expect(await room.request("GET", "http://granted.test/b")).toContain("WELCOME granted.test /b");
	});

	it("wrong credentials are told to the person, and not to the server", async () => {
		company.credentials = "person:word";
		await open(["granted.test:80", "granted.test:7"]);
		expect((await room.tunnel("granted.test:7")).status).toBe("502");
		const answer = await room.request("GET", "http://granted.test/");
		expect(answer).toContain("502");
		expect(answer).not.toContain("who are you");
		expect(room.refused).toEqual(["proxy-credentials granted.test:7", "proxy-credentials granted.test:80"]);
	});

	it("what it does not let through to, or a proxy that is not there, is told", async () => {
		await open(["granted.test:9"]);
		expect((await room.tunnel("granted.test:9")).status).toBe("502");
		expect(room.refused).toEqual(["proxy-refused granted.test:9"]);
		company.close();
		expect((await room.tunnel("granted.test:9")).status).toBe("502");
		expect(room.refused.at(-1)).toBe("proxy-unreachable granted.test:9");
	});
});

describe("a company's proxy that is spoken to by TLS", () => {
	it("is used when its certificate is trusted, and not otherwise", async () => {
		authority = makeAuthority();
		const secured = await CompanyProxy.open(places, authority.issue(["localhost"]));
		const proxy = upstream({ secure: true, host: "localhost", port: secured.port });
		await open(["granted.test:80", "granted.test:7"], { https: proxy, http: proxy, certificates: authority.certificate });
		expect(await room.request("GET", "http://granted.test/")).toContain("WELCOME");
		expect((await room.tunnel("granted.test:7")).status).toBe("200");
		await room.close();
		room = new ProxyRoom();
		await open(["granted.test:80"], { https: proxy, http: proxy });
		expect(await room.request("GET", "http://granted.test/")).toContain("502");
		expect(room.refused).toEqual(["proxy-unreachable granted.test:80"]);
		secured.close();
	});
});

describe("NO_PROXY", () => {
	const proxy: UpstreamProxy = { secure: false, host: "proxy.test", port: 3128, authorization: null };
	const through = (entry: string, host: string, port = 443) =>
		upstreamFor({ host, port }, "tunnel", { ...STRAIGHT, https: proxy, except: [entry] }) !== null;

	it.each([
		["*", "a.test"],
		["near.test", "near.test"],
		["near.test", "a.near.test"],
		[".near.test", "a.near.test"],
		["*.near.test", "a.b.near.test"],
		["NEAR.test", "near.test"],
		["near.test:443", "near.test"],
		["8.8.8.8", "8.8.8.8"],
		["8.8.0.0/16", "8.8.8.8"],
		["2001:4860::/32", "2001:4860:4860::8888"],
		["[2001:4860:4860::8888]:443", "2001:4860:4860::8888"],
	])("%s excepts %s", (entry, host) => {
		expect(through(entry, host)).toBe(false);
	});

	it.each([
		["near.test", "evilnear.test"],
		["near.test:80", "near.test"],
		["8.8.0.0/16", "8.9.8.8"],
		["8.8.8.8", "a.test"],
		["8.8.8.8/99", "8.8.8.8"],
		["/", "a.test"],
		["", "a.test"],
		["test", "a.nottest"],
	])("%j does not except %s", (entry, host) => {
		expect(through(entry, host)).toBe(true);
	});
});
