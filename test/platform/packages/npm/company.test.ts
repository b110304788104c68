import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ok } from "../../../../src/core/result.ts";
import { createHome, type Home } from "../../../../src/platform/home.ts";
import type { InstallDeps } from "../../../../src/platform/packages/kind.ts";
import { lookUpVersion } from "../../../../src/platform/packages/npm/lookup.ts";
import { installPackage } from "../../../../src/platform/packages/resolved.ts";
import { removeTree } from "../../../../src/platform/packages/tree.ts";
import { bubblewrapEngine } from "../../../../src/platform/sandbox/bubblewrap.ts";
import { type Authority, CompanyProxy, makeAuthority } from "../../sandbox/company.ts";
import { startRegistry, type TestPackage, type TestRegistry, type TestRegistryOptions } from "../registry.ts";

const node = fs.realpathSync(process.execPath);
const tool: TestPackage = {
	manifest: { name: "tool", version: "1.2.3", bin: "run.js" },
	files: { "run.js": "#!/usr/bin/env node\n" },
};
let authority: Authority;
let folder: string;
let home: Home;
let token: string;
const open: { close(): unknown }[] = [];

beforeAll(() => {
	authority = makeAuthority();
});
afterAll(() => authority.remove());

beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-company-")));
	const created = createHome(path.join(folder, "home"), { unattended: true });
	if (!created.ok) throw new Error(created.problem.message);
	home = created.value;
	token = randomBytes(18).toString("hex");
});
afterEach(async () => {
	for (const each of open.splice(0)) await each.close();
	removeTree(folder);
});

async function registry(packages: readonly TestPackage[], options: TestRegistryOptions = {}): Promise<TestRegistry> {
	const started = await startRegistry(packages, options);
	open.push(started);
	return started;
}

/** A person with these lines in their `.npmrc`, and this in their shell. */
function person(lines: readonly string[], env: Readonly<Record<string, string>> = {}, untrusted: readonly string[] = []): InstallDeps {
	fs.writeFileSync(path.join(folder, ".npmrc"), `${lines.join("\n")}\n`);
	return {
		home,
		engine: (network) => bubblewrapEngine({ sallyportHome: home.path, network: async () => ok(network ?? undefined) }),
		node,
		env: { HOME: folder, PATH: process.env.PATH, ...env },
		untrusted,
		onProgress: () => {},
	};
}

function install(name: string, deps: InstallDeps) {
	return installPackage({ kind: "package", registry: "npm", spec: { name, range: null }, bin: null, runtime: "script", args: [] }, deps);
}

function everything(under: string): string {
	return fs
		.readdirSync(under, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1"))
		.join("\n");
}

const COMPANY = "https://packages.company.test/";

/** The registry of a company, which only its proxy reaches and only its certificate authority vouches for. */
async function behindProxy(): Promise<{ readonly served: TestRegistry; readonly proxy: CompanyProxy; readonly password: string }> {
	const secured = authority.issue(["packages.company.test"]);
	const served = await registry([tool], { url: COMPANY, secured, authorization: `Bearer ${token}` });
	const proxy = await CompanyProxy.open((host) => (host === "packages.company.test" ? served.port : null));
	open.push(proxy);
	const password = randomBytes(12).toString("hex");
	proxy.credentials = `sam:${password}`;
	return { served, proxy, password };
}

describe("a company's registry", () => {
	it("is reached through its proxy, with its certificate and the person's token, and keeps none of them", async () => {
		const { served, proxy, password } = await behindProxy();
		const cafile = path.join(folder, "company.pem");
		fs.writeFileSync(cafile, authority.certificate);
		const deps = person(
			[
				`registry=${COMPANY}`,
				`//packages.company.test/:_authToken=\${COMPANY_TOKEN}`,
				`cafile=${cafile}`,
				`https-proxy=http://sam:${password}@127.0.0.1:${proxy.port}`,
			],
			{ COMPANY_TOKEN: token },
		);
		const result = await install("tool", deps);
		expect(result, JSON.stringify(result)).toMatchObject({ ok: true, value: { name: "tool", version: "1.2.3" } });
		expect(new Set(proxy.asked)).toEqual(new Set(["CONNECT packages.company.test:443"]));
		expect(served.requests.length).toBeGreaterThan(1);
		for (const secret of [token, password, Buffer.from(`sam:${password}`).toString("base64")])
			expect(everything(home.path)).not.toContain(secret);
	});

	it("is found in the variables of the person's shell as well", async () => {
		const { proxy, password } = await behindProxy();
		const cafile = path.join(folder, "company.pem");
		fs.writeFileSync(cafile, authority.certificate);
		const deps = person([], {
			NPM_CONFIG_REGISTRY: COMPANY,
			"npm_config_//packages.company.test/:_authToken": token,
			NODE_EXTRA_CA_CERTS: cafile,
			HTTPS_PROXY: `http://sam:${password}@127.0.0.1:${proxy.port}`,
		});
		expect(await install("tool", deps)).toMatchObject({ ok: true, value: { version: "1.2.3" } });
		expect(await lookUpVersion({ name: "tool", range: null }, { ...deps, timeoutMs: 30_000 })).toEqual(ok("1.2.3"));
	});

	it("is not asked around a proxy that the person configured, and a message holds neither the password nor the token", async () => {
		const { served, proxy, password } = await behindProxy();
		proxy.credentials = "sam:another";
		const proxied = `https-proxy=http://sam:${password}@127.0.0.1:${proxy.port}`;
		const result = await install("tool", person([`registry=${COMPANY}`, `//packages.company.test/:_authToken=${token}`, proxied]));
		expect(result.ok).toBe(false);
		expect(JSON.stringify(result)).not.toMatch(new RegExp(`${password}|${token}`));
		expect(served.requests).toEqual([]);
	}, 120_000);

	it("that refuses the person is said to do so", async () => {
		const served = await registry([tool], { authorization: `Bearer ${randomBytes(9).toString("hex")}` });
		const result = await install("tool", person([`registry=${served.url}`, `${served.url.slice(5)}:_authToken=${token}`]));
		expect(result).toMatchObject({ ok: false, problem: { message: expect.stringContaining("the registry refused access") } });
		expect(JSON.stringify(result)).not.toContain(token);
	});

	it("for a scope serves that scope alone, each with its own credentials", async () => {
		const secured = authority.issue(["packages.company.test", "acme.company.test"]);
		const dependent = { ...tool, manifest: { ...tool.manifest, dependencies: { "@acme/dep": "1" } } };
		const dep = { manifest: { name: "@acme/dep", version: "1.0.0" }, files: {} };
		const main = await registry([dependent], { url: COMPANY, secured });
		const scoped = await registry([dep], { url: "https://acme.company.test/", secured, authorization: `Bearer ${token}` });
		const proxy = await CompanyProxy.open((host) => (host === "acme.company.test" ? scoped.port : main.port));
		open.push(proxy);
		const result = await install(
			"tool",
			person([
				`registry=${COMPANY}`,
				"@acme:registry=https://acme.company.test/",
				`//acme.company.test/:_authToken=${token}`,
				`ca="${authority.certificate.trim().replaceAll("\n", "\\n")}"`,
				`proxy=http://127.0.0.1:${proxy.port}`,
			]),
		);
		expect(result, JSON.stringify(result)).toMatchObject({ ok: true });
		expect(main.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
		expect(main.requests.some(({ line }) => line.includes("acme"))).toBe(false);
		expect(scoped.requests.length).toBeGreaterThan(0);
	});

	it("is never named by a project: neither its .npmrc, nor what npm hands to its scripts, nor a file of it that the shell names", async () => {
		const served = await registry([tool]);
		const evil = await registry([tool]);
		const workspace = path.join(folder, "workspace");
		fs.mkdirSync(workspace);
		for (const place of [workspace, home.store]) fs.writeFileSync(path.join(place, ".npmrc"), `registry=${evil.url}\n`);
		for (const env of [
			{ npm_config_registry: evil.url, npm_command: "run-script" },
			{ NPM_CONFIG_REGISTRY: evil.url, npm_lifecycle_event: "start" },
			{ npm_config_userconfig: path.join(workspace, ".npmrc") },
		])
			expect((await install("tool", person([`registry=${served.url}`], env, [workspace]))).ok).toBe(true);
		expect(evil.requests).toEqual([]);
	});

	it("whose proxy is no HTTP proxy cannot be used, and the line is not repeated", async () => {
		const result = await install("tool", person([`registry=${COMPANY}`, `https-proxy=socks5://sam:${token}@127.0.0.1:9`]));
		expect(result).toMatchObject({ ok: false, problem: { code: "proxy-unknown" } });
		expect(JSON.stringify(result)).not.toContain(token);
	});
});
