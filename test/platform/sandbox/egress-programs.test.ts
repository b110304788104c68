import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import type * as http2 from "node:http2";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EgressNetwork } from "../../../src/platform/sandbox/egress-network.ts";
import { type Authority, CompanyProxy, makeAuthority, openSite, portOf } from "./company.ts";
import { Stage, USERS } from "./support.ts";

/** Beneath a wildcard, so that no program finds the name in /etc/hosts, and behind a certificate that only this company trusts. */
const GRANTED = ["*.granted.test:443", "own.test:443"];
const SITES = ["a.granted.test", "own.test"];

const version = (node: string) => execFileSync(node, ["--version"], { encoding: "utf8" }).trim();

/** This Node and the machine's: an old one reads no proxy variable. */
const NODES = new Map([process.execPath, "/usr/bin/node"].filter((node) => fs.existsSync(node)).map((node) => [version(node), node]));

let authority: Authority;
let site: http2.Http2SecureServer;
let proxy: CompanyProxy;
let network: EgressNetwork;

beforeAll(async () => {
	authority = makeAuthority();
	site = await openSite(authority.issue(["*.granted.test", "own.test"]));
	proxy = await CompanyProxy.open((host) => (SITES.includes(host) ? portOf(site) : null));
	const upstream = { secure: false, host: "127.0.0.1", port: proxy.port, authorization: null };
	network = { https: upstream, http: upstream, except: [], certificates: authority.certificate };
});
afterAll(() => {
	proxy.close();
	site.close();
	authority.remove();
});

describe.each(USERS)("unmodified programs, behind a company's proxy and certificate, started $title", ({ uid }) => {
	let stage: Stage;
	beforeAll(async () => {
		stage = await Stage.open(uid);
	});
	afterAll(() => stage.close());

	/** Old Nodes lie where another user may not look. */
	function node(binary: string, program: string): Parameters<Stage["run"]>[0] {
		const copy = stage.write(`nodes/${version(binary)}/bin/node`, "");
		fs.copyFileSync(binary, copy);
		fs.chmodSync(copy, 0o755);
		return stage.profile({ command: copy, args: ["-e", program], read: [path.dirname(path.dirname(copy))], egress: GRANTED });
	}

	const fetching = (host: string) =>
		`fetch("https://${host}/", { method: "POST", body: "x".repeat(1000) }).then((r) => r.text()).then(console.log, (e) => console.log(String(e.cause ?? e)))`;
	const asking = (host: string) =>
		`require("https").request("https://${host}/", { method: "POST" }, (r) => r.on("data", (d) => console.log(String(d)))).on("error", (e) => console.log(String(e))).end("x".repeat(1000))`;
	const body = `"x" * 1000`;
	const python = (host: string) => `import urllib.request as u; print(u.urlopen("https://${host}/", (${body}).encode()).read().decode())`;

	const programs: readonly (readonly [string, (host: string) => Parameters<Stage["run"]>[0]])[] = [
		...[...NODES].flatMap(
			([name, binary]) =>
				[
					[`Node ${name}'s fetch`, (host: string) => node(binary, fetching(host))],
					[`Node ${name}'s https`, (host: string) => node(binary, asking(host))],
				] as const,
		),
		["curl", (host) => stage.sh(`head -c 1000 /dev/zero | curl -sS --data-binary @- https://${host}/`, { egress: GRANTED })],
		[
			"curl that is told of no proxy",
			(host) => stage.sh(`head -c 1000 /dev/zero | curl -sS --noproxy '*' --data-binary @- https://${host}/`, { egress: GRANTED }),
		],
		["Python's urllib", (host) => stage.profile({ command: "/usr/bin/python3", args: ["-c", python(host)], egress: GRANTED })],
	];

	it.each(programs.flatMap(([title, program]) => SITES.map((host) => [title, host, program] as const)))(
		"%s reaches %s",
		async (_title, host, program) => {
			const { output, refused } = await stage.run(program(host), { network });
			expect(output).toMatch(new RegExp(`^WELCOME [\\d.]+ ${host.replaceAll(".", "\\.")} 1000$`, "m"));
			expect(refused).toEqual([]);
		},
	);

	it("Git reaches a granted host", async () => {
		proxy.asked.length = 0;
		const { output } = await stage.run(stage.sh("git ls-remote https://a.granted.test/x.git 2>&1; echo $?", { egress: GRANTED }), {
			network,
		});
		// It is no repository; but the answer came, over TLS that was trusted.
		expect(output).not.toContain("unable to access");
		expect(proxy.asked).toContain("CONNECT a.granted.test:443");
	});

	it("HTTP/2, a stream of events and a WebSocket work, each as it comes", async () => {
		const program = `
			const http2 = require("http2"), https = require("https"), net = require("net"), tls = require("tls");
			const session = http2.connect("https://a.granted.test");
			const answer = session.request({ ":path": "/", ":method": "POST" });
			answer.on("data", (d) => { console.log(String(d)); session.close(); });
			answer.end("x".repeat(1000));
			session.once("close", () => {
				const events = https.get("https://own.test/events", (r) => r.once("data", (d) => {
					console.log(String(d).trim());
					events.destroy();
					https.get("https://own.test/ws", { agent: false, headers: { connection: "upgrade", upgrade: "websocket" } })
						.on("upgrade", (r, socket) => { socket.write("echoed"); socket.on("data", (d) => { console.log(String(d)); socket.destroy(); process.exit(); }); });
				}));
				events.on("error", () => {});
			});
			session.on("error", (e) => { console.log(String(e)); process.exit(1); });`;
		const { output } = await stage.run(node(process.execPath, program), { network });
		expect(output.split("\n")).toEqual(["WELCOME 2.0 a.granted.test:443 1000", "data: tick", "echoed"]);
	});

	it("a large upload arrives whole", async () => {
		const upload = stage.sh("head -c 30000000 /dev/zero | curl -sS --http1.1 --data-binary @- https://own.test/", { egress: GRANTED });
		expect((await stage.run(upload, { network })).output).toMatch(/ 30000000$/);
	});

	it("a program that trusts the company's certificate trusts the world's too, and what its entry says comes first", async () => {
		const show = stage.sh("grep -c BEGIN $SSL_CERT_FILE $NODE_EXTRA_CA_CERTS; echo $CURL_CA_BUNDLE", {
			egress: GRANTED,
			env: { CURL_CA_BUNDLE: "/its/own" },
		});
		const { output } = await stage.run(show, { network });
		const [all = "", own = "", curl] = output.split("\n");
		expect(Number(all.split(":")[1])).toBeGreaterThan(1);
		expect(own).toMatch(/:1$/);
		expect(curl).toBe("/its/own");
	});

	it("names that are not granted have no address, and reach nothing", async () => {
		proxy.asked.length = 0;
		const program = `
			const dns = require("dns").promises;
			(async () => {
				for (const name of ["granted.test", "evilgranted.test", "x.own.test", "other.test"])
					console.log(name, await fetch("https://" + name).then((r) => r.text(), (e) => e.cause?.code ?? "failed"), await dns.resolve4(name).catch((e) => e.code));
				console.log(await dns.resolve4("b.granted.test"), await dns.resolve4("own.test"), await dns.resolveTxt("b.granted.test").catch((e) => e.code));
			})();`;
		const { output } = await stage.run(node(process.execPath, program), { network });
		expect(output).not.toContain("WELCOME");
		expect(output).toContain("[ '127.78.0.1' ] [ '127.77.0.1' ] ENODATA");
		expect(output.match(/ENOTFOUND/g)?.length).toBeGreaterThanOrEqual(4);
		expect(proxy.asked).toEqual([]);
	});
});
