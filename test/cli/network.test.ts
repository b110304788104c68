import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import type * as http2 from "node:http2";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { systemCertificates } from "../../src/platform/sandbox/egress-upstream.ts";
import { callTool, type RunOptions, World } from "../harness/world.ts";
import { type Authority, CompanyProxy, makeAuthority, openSite, portOf } from "../platform/sandbox/company.ts";

const world = new World();
const NONE = Object.fromEntries(
	[
		"HTTPS_PROXY",
		"HTTP_PROXY",
		"ALL_PROXY",
		"NO_PROXY",
		"NODE_EXTRA_CA_CERTS",
		"SSL_CERT_FILE",
		"REQUESTS_CA_BUNDLE",
		"CURL_CA_BUNDLE",
		"GIT_SSL_CAINFO",
	].flatMap((name) => [
		[name, undefined],
		[name.toLowerCase(), undefined],
	]),
);
const sallyport = (args: readonly string[], env: RunOptions["env"] = {}) => world.sallyport(args, { env: { ...NONE, ...env } });
const file = path.join(world.sallyportHome, "network.json");
const stored = () => JSON.parse(fs.readFileSync(file, "utf8"));

let authority: Authority;
let site: http2.Http2SecureServer;
let company: CompanyProxy;
let certificate: string;

beforeAll(async () => {
	await world.init();
	authority = makeAuthority();
	site = await openSite(authority.issue(["a.granted.test"]));
	company = await CompanyProxy.open((host) => (host === "a.granted.test" ? portOf(site) : null));
	certificate = path.join(world.home, "company.pem");
	fs.writeFileSync(certificate, authority.certificate);
});
afterEach(() => fs.rmSync(file, { force: true }));
afterAll(() => {
	company.close();
	site.close();
	authority.remove();
	world.remove();
});

describe("sallyport network", () => {
	it("says that hosts are reached straight, and that this terminal names something else", async () => {
		const outcome = await sallyport(["network"], { HTTPS_PROXY: "http://proxy.test:8080" });
		expect(outcome).toMatchObject({ code: 0, stderr: "" });
		expect(outcome.stdout).toContain("Granted hosts are reached straight.");
		expect(outcome.stdout).toContain("sallyport network use");
	});

	it("takes what this terminal names when a person says so, and shows it first", async () => {
		const env = { HTTPS_PROXY: "proxy.test:8080", NO_PROXY: ".near.test, 10.0.0.0/8", NODE_EXTRA_CA_CERTS: certificate };
		const asked = await sallyport(["network", "use"], env);
		expect(asked.code).toBe(2);
		expect(asked.stderr).toContain("no terminal to ask");
		expect(asked.stdout).toMatch(/\+ https +http:\/\/proxy\.test:8080/);
		expect(asked.stdout).toContain("straight to  .near.test, 10.0.0.0/8");
		expect(asked.stdout).toMatch(/\+ trust +"CN=Company Test Root"/);
		expect(fs.existsSync(file)).toBe(false);
		expect((await sallyport(["network", "use", "--yes"], env)).code).toBe(0);
		expect(stored()).toEqual({
			version: 1,
			https: { url: "http://proxy.test:8080" },
			except: [".near.test", "10.0.0.0/8"],
			certificates: [authority.certificate],
			systemForNode: false,
		});
		expect(fs.statSync(file).mode & 0o077).toBe(0);
		const shown = await sallyport(["network", "show"]);
		expect(shown.stdout).toContain("http://proxy.test:8080");
		expect(shown.stdout).toContain("and 1 of your own");
		expect((await sallyport(["network", "clear"])).code).toBe(0);
		expect(fs.existsSync(file)).toBe(false);
	});

	it("keeps a private key that stands beside a certificate where it is", async () => {
		const { key } = authority.issue(["x.test"]);
		const both = path.join(world.home, "both.pem");
		fs.writeFileSync(both, key + authority.certificate);
		expect((await sallyport(["network", "use", "--yes"], { SSL_CERT_FILE: both })).code).toBe(0);
		expect(fs.readFileSync(file, "utf8")).not.toContain("PRIVATE KEY");
		expect(stored().certificates).toEqual([authority.certificate]);
	});

	it.skipIf(systemCertificates() === "")(
		"asks about no certificate that the system trusts anyway, and remembers that Node is to",
		async () => {
			const bundle = path.join(world.home, "bundle.pem");
			fs.writeFileSync(bundle, systemCertificates() + authority.certificate);
			expect((await sallyport(["network", "use", "--yes"], { NODE_EXTRA_CA_CERTS: bundle, SSL_CERT_FILE: bundle })).code).toBe(0);
			expect(stored().certificates).toEqual([authority.certificate]);
			expect(typeof stored().systemForNode).toBe("boolean");
		},
	);

	it.each([
		["a proxy for SOCKS", { ALL_PROXY: "socks5://proxy.test:1080" }, /SOCKS, which cannot be used/],
		["what is no address", { HTTPS_PROXY: "http://" }, /names no HTTP proxy/],
		["a certificate of a workspace", { NODE_EXTRA_CA_CERTS: path.join(world.workspace, "ca.pem") }, /outside every project/],
		["a link into a workspace", { NODE_EXTRA_CA_CERTS: path.join(world.home, "link.pem") }, /outside every project/],
		["a certificate that is not there", { SSL_CERT_FILE: "/nonexistent.pem" }, /names no file of certificates/],
		["a certificate by half a path", { SSL_CERT_FILE: "company.pem" }, /names no file of certificates/],
		["nothing", {}, /No variable of this terminal/],
	])("refuses %s", async (_title, env, expected) => {
		fs.writeFileSync(path.join(world.workspace, "ca.pem"), authority.certificate);
		fs.rmSync(path.join(world.home, "link.pem"), { force: true });
		fs.symlinkSync(path.join(world.workspace, "ca.pem"), path.join(world.home, "link.pem"));
		const outcome = await sallyport(["network", "use", "--yes"], env);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(expected);
		expect(fs.existsSync(file)).toBe(false);
	});

	it("a broken file starts no server that has a network, and says what to do", async () => {
		fs.writeFileSync(file, '{ "version": 1, "https": "http://proxy.test" }');
		expect((await sallyport(["network", "show"])).stderr).toContain("sallyport network clear");
		world.entry("mini");
		await world.allowTools("mini", "fetch");
		await sallyport(["allow", "mini", "--egress", "a.granted.test:443", "--yes"]);
		await expect(world.connect("mini")).rejects.toThrow(/how this machine reaches the internet/);
	});

	it("leads a server through the proxy with credentials from the vault, whatever its host and its entry say", async () => {
		const word = randomBytes(12).toString("hex");
		company.credentials = `person:${word}`;
		const outcome = await sallyport(["network", "use", "--yes"], {
			HTTPS_PROXY: `http://person:${word}@127.0.0.1:${company.port}`,
			NODE_EXTRA_CA_CERTS: certificate,
		});
		expect(outcome.code, outcome.stderr).toBe(0);
		expect(outcome.stdout + outcome.stderr + fs.readFileSync(file, "utf8")).not.toContain(word);
		expect(stored().https).toEqual({
			url: `http://127.0.0.1:${company.port}`,
			credentials: expect.stringMatching(/^(?:keychain|sealed):\/\/sallyport-network\/https$/),
		});
		world.entry("mini", [], { env: { HTTPS_PROXY: "http://127.0.0.1:9" } });
		await world.allowTools("mini", "fetch", "env");
		const allowed = await sallyport(["allow", "mini", "--egress", "*.granted.test:443", "--yes"]);
		expect(allowed.stdout).toContain("+ network *.granted.test:443  (every name beneath granted.test, not granted.test itself;");
		const { client, stderr } = await world.connect("mini", [], { env: { ...NONE, HTTPS_PROXY: "http://127.0.0.1:9" } });
		expect((await callTool(client, "fetch", { url: "https://a.granted.test/" })).text).toMatch(/^WELCOME .* a\.granted\.test 0$/);
		expect((await callTool(client, "fetch", { url: "https://other.test/" })).text).not.toContain("WELCOME");
		expect((await callTool(client, "env", {})).text).not.toContain(word);
		await client.close();
		expect(company.asked).toEqual(["CONNECT a.granted.test:443"]);
		expect(stderr()).not.toContain(word);
	});
});
