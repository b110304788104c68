import * as fs from "node:fs";
import * as http from "node:http";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { type AddressInfo, connect, createServer } from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseTarget } from "../../../src/core/policy/egress.ts";
import { type ProxyOptions, type RunningProxy, startProxy } from "../../../src/platform/sandbox/proxy.ts";
import type { EgressRefusal } from "../../../src/platform/sandbox/proxy-reach.ts";

let folder: string;
let proxy: RunningProxy;
let target: http.Server;
let port: number;
let arrived: string[];
let refused: EgressRefusal[];
const password = "test-password";
const credentials = `Proxy-Authorization: Basic ${Buffer.from(`sallyport:${password}`).toString("base64")}`;

beforeEach(async () => {
	folder = fs.mkdtempSync(path.join(os.tmpdir(), "proxy-test-"));
	arrived = [];
	refused = [];
	target = http.createServer((request, response) => {
		arrived.push(`${request.headers.host} ${request.url} ${Object.keys(request.headers).join()}`);
		response.end("WELCOME");
	});
	await new Promise<void>((resolve) => target.listen(0, "127.0.0.1", () => resolve()));
	port = (target.address() as AddressInfo).port;
});
afterEach(async () => {
	await proxy.close();
	target.close();
	fs.rmSync(folder, { recursive: true });
});

async function open(grants: string[], more: Partial<ProxyOptions> = {}): Promise<void> {
	proxy = await startProxy({
		socket: path.join(folder, "p"),
		password,
		grants: grants.map((grant) => parseTarget(grant)).filter((grant) => grant !== null),
		allowPrivate: false,
		onRefused: (refusal) => refused.push(refusal),
		resolve: async () => [],
		...more,
	});
}

/** Sends bytes, and gives what came back when the proxy closed, or the first answer. */
function send(lines: string[], then?: string[]): Promise<string> {
	return new Promise((resolve) => {
		let text = "";
		const socket = connect(path.join(folder, "p"), () => socket.write(`${lines.join("\r\n")}\r\n\r\n`));
		socket.on("data", (part) => {
			text += String(part);
			if (then !== undefined && text.includes("established\r\n\r\n")) {
				socket.write(`${then.join("\r\n")}\r\n\r\n`);
				then = undefined;
			} else if (/WELCOME|^HTTP\/1\.1 [345]\d\d [\s\S]*\r\n\r\n/.test(text)) socket.destroy();
		});
		socket.on("error", () => {});
		socket.on("close", () => resolve(text));
	});
}

const status = (text: string) => text.split("\r\n")[0]?.split(" ")[1] ?? "closed";

describe("who may use it", () => {
	it("nobody without the password, not even to learn what is granted", async () => {
		await open([`127.0.0.1:${port}`]);
		const wrong = `Proxy-Authorization: Basic ${Buffer.from("sallyport:other-password").toString("base64")}`;
		for (const header of ["X: y", wrong, "Proxy-Authorization: Basic", "Proxy-Authorization: Bearer x"]) {
			expect(status(await send([`GET http://127.0.0.1:${port}/ HTTP/1.1`, `Host: 127.0.0.1:${port}`, header]))).toBe("407");
			expect(status(await send([`CONNECT 127.0.0.1:${port} HTTP/1.1`, `Host: 127.0.0.1:${port}`, header]))).toBe("407");
		}
		expect(arrived).toEqual([]);
		expect(refused).toEqual([]);
	});
});

describe("where it lets through", () => {
	it("to a granted address, without its own headers", async () => {
		await open([`127.0.0.1:${port}`]);
		expect(
			await send([
				`GET http://127.0.0.1:${port}/a?b HTTP/1.1`,
				`Host: 127.0.0.1:${port}`,
				credentials,
				"Connection: X-Hop",
				"X-Hop: 1",
				"X-Stay: 1",
			]),
		).toContain("WELCOME");
		expect(arrived).toEqual([`127.0.0.1:${port} /a?b host,x-stay,connection`]);
	});

	it("inside an editor, whose own http.request takes another way than the connection that was checked", async () => {
		const builtin: { request: typeof http.request } = createRequire(import.meta.url)("node:http");
		const { request } = builtin;
		builtin.request = () => {
			throw new Error("around the checked connection");
		};
		syncBuiltinESMExports();
		try {
			await open([`127.0.0.1:${port}`]);
			const text = await send([`GET http://127.0.0.1:${port}/ HTTP/1.1`, `Host: 127.0.0.1:${port}`, credentials]);
			expect(text).toContain("WELCOME");
		} finally {
			builtin.request = request;
			syncBuiltinESMExports();
		}
	});

	it("through a tunnel", async () => {
		await open([`127.0.0.1:${port}`]);
		expect(await send([`CONNECT 127.0.0.1:${port} HTTP/1.1`, credentials], ["GET / HTTP/1.1", `Host: 127.0.0.1:${port}`])).toContain(
			"WELCOME",
		);
	});

	it("to a granted name, however its letters are written", async () => {
		await open([`Example.TEST.:${port}`], { allowPrivate: true, resolve: async (host) => (host === "example.test" ? ["127.0.0.1"] : []) });
		expect(await send([`GET http://EXAMPLE.test:${port}/ HTTP/1.1`, `Host: example.test:${port}`, credentials])).toContain("WELCOME");
	});

	it("to the next address of a name when the first does not answer", async () => {
		await open([`example.test:${port}`], { allowPrivate: true, resolve: async () => ["127.0.0.2", "::1", "127.0.0.1"] });
		expect(await send([`GET http://example.test:${port}/ HTTP/1.1`, `Host: example.test:${port}`, credentials])).toContain("WELCOME");
	});

	it("and goes on after an answer that is none", async () => {
		const broken = createServer((socket) => socket.end("HTTP/1.1 000 x\r\nContent-Length: 0\r\n\r\n"));
		await new Promise<void>((resolve) => broken.listen(0, "127.0.0.1", () => resolve()));
		const other = (broken.address() as AddressInfo).port;
		await open([`127.0.0.1:${port}`, `127.0.0.1:${other}`]);
		expect(await send([`GET http://127.0.0.1:${other}/ HTTP/1.1`, `Host: 127.0.0.1:${other}`, credentials])).not.toContain("200");
		expect(await send([`GET http://127.0.0.1:${port}/ HTTP/1.1`, `Host: 127.0.0.1:${port}`, credentials])).toContain("WELCOME");
		broken.close();
	});

	it("nowhere, when nothing is granted", async () => {
		await open([]);
		expect(status(await send([`GET http://127.0.0.1:${port}/ HTTP/1.1`, `Host: 127.0.0.1:${port}`, credentials]))).toBe("403");
	});
});

describe("what it refuses", () => {
	it("another port, another name, a name beneath and one above a granted name", async () => {
		await open([`example.test:${port}`], { allowPrivate: true, resolve: async () => ["127.0.0.1"] });
		for (const other of [
			`example.test:${port + 1}`,
			`a.example.test:${port}`,
			`test:${port}`,
			`example.test.evil:${port}`,
			`127.0.0.1:${port}`,
		])
			expect(status(await send([`CONNECT ${other} HTTP/1.1`, credentials])), other).toBe("403");
		expect(refused.every(({ reason }) => reason === "not-granted")).toBe(true);
		expect(arrived).toEqual([]);
	});

	it("a Host header that names another site, twice, or none", async () => {
		await open([`127.0.0.1:${port}`]);
		const first = `GET http://127.0.0.1:${port}/ HTTP/1.1`;
		for (const hosts of [["Host: evil.test"], [`Host: 127.0.0.1:${port + 1}`], [`Host: 127.0.0.1:${port}`, "Host: evil.test"], []])
			expect(["403", "400", "closed"]).toContain(status(await send([first, ...hosts, credentials])));
		expect(["403", "400"]).toContain(status(await send([`CONNECT 127.0.0.1:${port} HTTP/1.1`, "Host: evil.test", credentials])));
		expect(arrived).toEqual([]);
	});

	it.each(["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fe80::1", "64:ff9b::7f00:1", "0.0.0.0", "100.64.0.1"])(
		"a granted name that means %s",
		async (address) => {
			await open([`example.test:${port}`], { resolve: async () => [address] });
			expect(status(await send([`CONNECT example.test:${port} HTTP/1.1`, credentials]))).toBe("403");
			expect(refused).toEqual([{ target: `example.test:${port}`, reason: "private-address" }]);
		},
	);

	it("to ask twice: the address that was checked is the one that is dialled", async () => {
		let asked = 0;
		await open([`example.test:${port}`], {
			resolve: async () => {
				asked++;
				return asked === 1 ? ["10.0.0.1"] : ["127.0.0.1"];
			},
		});
		await send([`CONNECT example.test:${port} HTTP/1.1`, credentials]);
		expect(asked).toBe(1);
		expect(arrived).toEqual([]);
	});

	it.each(["/relative", "ftp://127.0.0.1/", "https://127.0.0.1/", "http://user:pass@127.0.0.1/", "*"])("a request for %s", async (url) => {
		await open([`127.0.0.1:${port}`, "127.0.0.1:80", "127.0.0.1:443"]);
		expect(["400", "closed"]).toContain(status(await send([`GET ${url} HTTP/1.1`, "Host: 127.0.0.1", credentials])));
	});

	it("two requests hidden in one", async () => {
		await open([`127.0.0.1:${port}`]);
		const text = await send([
			`POST http://127.0.0.1:${port}/ HTTP/1.1`,
			`Host: 127.0.0.1:${port}`,
			credentials,
			"Content-Length: 4",
			"Transfer-Encoding: chunked",
			"",
			"0",
			"",
			"GET /smuggled HTTP/1.1",
		]);
		expect(text).not.toContain("WELCOME");
		expect(arrived).toEqual([]);
	});
});

describe("a request inside the body of another", () => {
	/** Everything that reached a granted host, until it had it all. */
	async function forwarded(lines: string[]): Promise<{ readonly answer: string; readonly seen: string }> {
		let seen = "";
		const host = createServer((socket) => {
			socket.on("error", () => {});
			socket.on("data", (part) => {
				seen += String(part);
				if (seen.includes("END")) setTimeout(() => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nWELCOME"), 20);
			});
		});
		await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", () => resolve()));
		const at = `127.0.0.1:${(host.address() as AddressInfo).port}`;
		await open([at]);
		const answer = await send(lines.map((line) => line.replaceAll("TARGET", at)));
		host.close();
		return { answer, seen };
	}
	const hidden = "GET /hidden HTTP/1.1\r\nHost: other.test\r\n\r\nEND";

	it.each([
		"content-length",
		"Content-Length",
		"close, content-length",
		"host",
		"transfer-encoding",
		"x\r\nConnection: content-length",
		"\tcontent-length\t",
	])("is not let out by a header that drops what frames it: %j", async (connection) => {
		const head = ["POST http://TARGET/ HTTP/1.1", "Host: TARGET", credentials, `Connection: ${connection}`];
		const { answer, seen } = await forwarded([...head, `Content-Length: ${hidden.length}`, "", hidden]);
		expect(status(answer)).toBe("400");
		expect(seen).toBe("");
	});

	it.each(["GET", "DELETE", "POST"])("stays inside it, in chunks of a %s", async (method) => {
		const head = [`${method} http://TARGET/ HTTP/1.1`, "Host: TARGET", credentials, "Transfer-Encoding: chunked"];
		const { answer, seen } = await forwarded([...head, "", hidden.length.toString(16), hidden, "0", "", ""]);
		expect(answer).toContain("WELCOME");
		expect(seen).toMatch(/^transfer-encoding: chunked\r$/im);
		expect(seen).toContain(`\r\n\r\n${hidden.length.toString(16)}\r\n${hidden}`);
	});

	it("stays inside it, by its length", async () => {
		const head = ["GET http://TARGET/ HTTP/1.1", "Host: TARGET", credentials, `Content-Length: ${hidden.length}`];
		const { answer, seen } = await forwarded([...head, "", hidden]);
		expect(answer).toContain("WELCOME");
		expect(seen).toContain(`Content-Length: ${hidden.length}\r\n`);
	});

	it("is refused in a coding that would be taken off on the way", async () => {
		const head = ["POST http://TARGET/ HTTP/1.1", "Host: TARGET", credentials, "Transfer-Encoding: gzip, chunked"];
		const { answer, seen } = await forwarded([...head, "", hidden.length.toString(16), hidden, "0", "", ""]);
		expect(status(answer)).toBe("400");
		expect(seen).toBe("");
	});
});

describe("a granted address, written in other ways", () => {
	it.each(["0x7f.0.0.1", "0177.0.0.1", "2130706433", "127.1"])("is the same address: %s", (text) => {
		expect(parseTarget(`${text}:80`)).toEqual({ host: "127.0.0.1", port: 80 });
	});

	it.each([
		"example.com",
		"example.com:0",
		"example.com:65536",
		"*.example.com:443",
		"a@b:1",
		"a/b:1",
		":443",
		"http://a:80",
		"a:80/",
		"a b:80",
		"[::1%eth0]:80",
		"%65xample.com:80",
	])("is no target: %s", (text) => {
		expect(parseTarget(text)).toBeNull();
	});
});
