import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Stage, USERS } from "./support.ts";

let server: http.Server;
let other: http.Server;
let seen: string[];
const portOf = (each: http.Server) => (each.address() as AddressInfo).port;

beforeAll(async () => {
	const listen = () =>
		new Promise<http.Server>((resolve) => {
			const made = http.createServer((request, response) => {
				seen.push(`${request.method} ${request.headers.host} ${request.url} ${request.headers["proxy-authorization"] ?? ""}`.trim());
				request.on("data", () => {}).on("end", () => response.end("WELCOME"));
			});
			made.listen(0, "127.0.0.1", () => resolve(made));
		});
	[server, other] = await Promise.all([listen(), listen()]);
});
afterAll(() => {
	server.close();
	other.close();
});

describe.each(USERS)("a server with one granted address, started $title", ({ uid }) => {
	let stage: Stage;
	let granted: string;
	beforeAll(async () => {
		stage = await Stage.open(uid);
		granted = `127.0.0.1:${portOf(server)}`;
	});
	afterAll(() => stage.close());

	const clients: [string, (url: string) => Parameters<Stage["run"]>[0]][] = [
		[
			"Node's fetch",
			(url) =>
				stage.js(`fetch(${JSON.stringify(url)}, { method: "POST", body: "x" }).then((r) => r.text()).then(console.log)`, {
					egress: [granted],
				}),
		],
		["curl", (url) => stage.sh(`curl -sS -d x ${url}`, { egress: [granted] })],
		["curl, through a tunnel", (url) => stage.sh(`curl -sS -p -d x ${url}`, { egress: [granted] })],
		[
			"Python's urllib",
			(url) =>
				stage.profile({
					command: "/usr/bin/python3",
					args: ["-c", `import urllib.request as u; print(u.urlopen("${url}", b"x").read().decode())`],
					egress: [granted],
				}),
		],
	];

	it.each(clients)("reaches it with %s, unmodified", async (_title, program) => {
		seen = [];
		const { output, refused } = await stage.run(program(`http://${granted}/path?q=1`));
		expect(output).toContain("WELCOME");
		expect(seen).toEqual([`POST ${granted} /path?q=1`]);
		expect(refused).toEqual([]);
	});

	it("reaches no other port, no other name, nothing without the proxy, and each attempt is reported", async () => {
		seen = [];
		const { output, refused } = await stage.run(
			stage.js(
				`const net = require("node:net");
				const urls = ["http://127.0.0.1:${portOf(other)}/", "http://127.0.0.2:${portOf(server)}/", "http://localhost:${portOf(server)}/", "https://example.com/"];
				(async () => {
					for (const url of urls) console.log(await fetch(url).then((r) => r.text(), (e) => e.cause?.code ?? "failed"));
					for (const port of [${portOf(other)}]) console.log(await new Promise((done) => net.connect(port, "127.0.0.1").on("connect", () => done("REACHED")).on("error", (e) => done(e.code))));
					console.log(await new Promise((done) => net.connect(3128, "127.0.0.1", function () { this.write("GET http://${granted}/ HTTP/1.1\\r\\nHost: ${granted}\\r\\n\\r\\n"); }).on("data", function (d) { this.destroy(); done(String(d).split("\\r\\n")[0]); })));
				})();`,
				{ egress: [granted] },
			),
		);
		expect(seen).toEqual([]);
		expect(output).not.toMatch(/REACHED|WELCOME/);
		expect(output).toContain("407");
		expect(refused).toEqual([
			`not-granted 127.0.0.1:${portOf(other)}`,
			`not-granted 127.0.0.2:${portOf(server)}`,
			`not-granted localhost:${portOf(server)}`,
			"not-granted example.com:443",
		]);
	});

	it("is counted: connections and bytes each way, for the audit log", async () => {
		const { used } = await stage.run(stage.sh(`for i in 1 2 3; do curl -sS -d 12345 http://${granted}/; done`, { egress: [granted] }));
		const counts = used.map((line) => line.split(" "));
		expect(counts.map(([target, connections]) => `${target} ${connections}`)).toEqual([1, 2, 3].map((n) => `${granted} ${n}`));
		const [sent, received] = [2, 3].map((i) => counts.map((line) => Number(line[i])));
		for (const each of [sent ?? [], received ?? []]) expect(each).toEqual([1, 2, 3].map((n) => n * (each[0] ?? 0)));
		expect(sent?.[0]).toBeGreaterThan(100);
		expect(received?.[0]).toBeGreaterThan("WELCOME".length);
	});

	it("reaches it with a client that knows of no proxy", async () => {
		seen = [];
		const { output, refused } = await stage.run(stage.sh(`curl -sS --noproxy '*' http://${granted}/straight`, { egress: [granted] }));
		expect(output).toContain("WELCOME");
		expect(seen).toEqual([`GET ${granted} /straight`]);
		expect(refused).toEqual([]);
	});

	it("reaches an address of another network, granted as it is, with a client that knows of no proxy", async () => {
		// Documentation's: nobody is there. What counts is that the connection is asked for, and nothing beside it.
		const { output, refused } = await stage.run(
			stage.js(
				`const net = require("node:net");
				const ask = (host, port) => new Promise((done) => net.connect(port, host).on("connect", () => done("ASKED")).on("error", (e) => done(e.code)));
				(async () => {
					console.log(await ask("192.0.2.7", 81), await ask("192.0.2.7", 82), await ask("192.0.2.8", 81));
					console.log(require("node:fs").readFileSync("/proc/self/status", "utf8").match(/^CapEff.*/m)[0]);
					process.exit();
				})();`,
				{ egress: ["192.0.2.7:81"] },
			),
		);
		expect(output.split("\n")).toEqual(["ASKED ECONNREFUSED ENETUNREACH", "CapEff:\t0000000000000000"]);
		expect(refused).toEqual([]);
	});

	it("is led by a granted name, on whatever port, to the proxy alone, where what is said counts", async () => {
		const names = ["db.invalid:5432", "api.invalid:443", "api.invalid:80"];
		const { output, refused } = await stage.run(
			stage.js(
				`const net = require("node:net"), dns = require("node:dns/promises");
				(async () => {
					for (const [host, port] of ${JSON.stringify(names.map((name) => name.split(":")))}) {
						console.log((await dns.lookup(host)).address);
						await new Promise((done) => net.connect(port, host).on("close", done).on("error", (e) => console.log(e.code)));
					}
					console.log(await new Promise((done) => net.connect(22, "api.invalid").on("connect", () => done("REACHED")).on("error", (e) => done(e.code))));
					console.log(require("node:fs").readFileSync("/proc/self/status", "utf8").match(/^CapEff.*/m)[0]);
				})();`,
				{ egress: names },
			),
		);
		expect(output.split("\n")).toEqual(["127.77.0.1", "127.77.0.2", "127.77.0.2", "ECONNREFUSED", "CapEff:\t0000000000000000"]);
		expect(refused).toEqual(names.map((name) => `unresolved ${name}`));
	});

	it("sees neither the proxy's socket nor the bridge, and holds the same walls", async () => {
		const { output } = await stage.run(
			stage.sh(
				"ls -A /tmp /proc/self/fd; cat /proc/[0-9]*/cmdline /proc/net/unix; echo x > /proc/sys/kernel/core_pattern; unshare -U expr 70 + 7; i=0; until grep -q 'Seccomp:.2' /proc/1/status || [ $i -ge 100 ]; do i=$((i+1)); sleep 0.05; done; grep -c 'Seccomp:.2' /proc/1/status",
				{
					egress: [granted],
				},
			),
		);
		expect(output).not.toMatch(/socat|UNIX-CONNECT|sallyport-egress|^77$/m);
		expect(output.trim().endsWith("\n1")).toBe(true);
	});

	it("leaves nothing outside when it ends", async () => {
		const { output, launcher } = await stage.run(stage.sh("echo $HTTP_PROXY", { egress: [granted] }));
		expect(output).toMatch(/^http:\/\/sallyport:[\w-]{32}@127\.0\.0\.1:3128$/);
		expect(fs.readdirSync("/tmp").filter((name) => name.startsWith(`sallyport-egress-${launcher}-`))).toEqual([]);
	});
});
