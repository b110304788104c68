import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { Vault } from "../../src/core/ports.ts";
import { fail, ok } from "../../src/core/result.ts";
import { type FixRequest, fixFile } from "../../src/platform/fix.ts";
import type { Home } from "../../src/platform/home.ts";
import { SealedVault } from "../../src/platform/vault/sealed.ts";
import { analyse, fakeToken } from "./fix-support.ts";
import { temporaryFolder, temporaryHome } from "./vault/home.ts";

let home: Home;
let file: string;
let token: string;
let vault: SealedVault;
beforeEach(() => {
	home = temporaryHome();
	vault = new SealedVault(home);
	file = path.join(temporaryFolder(), "mcp.json");
	token = fakeToken();
});

const config = (env: Readonly<Record<string, string>>, extra = ""): string =>
	`{\n\t// mine\n\t"mcpServers": {\n\t\t"gh": {\n\t\t\t"command": "srv",\n\t\t\t"env": ${JSON.stringify(env)}\n\t\t}${extra}\n\t}\n}\n`;
const fix = (request: Partial<FixRequest> = {}): ReturnType<typeof fixFile> =>
	fixFile({
		file,
		analyse,
		scheme: "sealed",
		vault,
		wrappingOf: ({ name }) => ({ launcher: "/l/bin/sallyport", name: name.value, workspace: null }),
		server: null,
		hints: false,
		...request,
	});
const envOf = (): unknown =>
	analyse(fs.readFileSync(file, "utf8")).document.servers.flatMap((server) =>
		server.kind === "stdio" ? server.env.map(({ value }) => value.value) : [],
	);

describe("fixing a file", () => {
	it("moves its secrets, wraps the entry, and says so without repeating them", async () => {
		fs.writeFileSync(file, config({ GITHUB_TOKEN: token, LEVEL: "info" }));
		const fixed = await fix();
		expect(fixed).toMatchObject({
			ok: true,
			value: {
				changed: true,
				wrapped: ["gh"],
				remaining: [],
				moved: [{ server: "gh", slot: "env:GITHUB_TOKEN", reference: "sealed://gh/GITHUB_TOKEN", stored: "created" }],
			},
		});
		expect(JSON.stringify(fixed)).not.toContain(token);
		expect(envOf()).toEqual(["sealed://gh/GITHUB_TOKEN", "info"]);
		expect(await vault.read("gh/GITHUB_TOKEN")).toEqual(ok(token));
		expect(await fix()).toMatchObject({ ok: true, value: { changed: false, moved: [], remaining: [] } });
	});

	it("uses an equal value that is stored already, and never touches a different one", async () => {
		fs.writeFileSync(file, config({ GITHUB_TOKEN: token }));
		await vault.create("gh/GITHUB_TOKEN", "another");
		await vault.create("gh/GITHUB_TOKEN-2", token);
		expect(await fix()).toMatchObject({ ok: true, value: { moved: [{ reference: "sealed://gh/GITHUB_TOKEN-2", stored: "equal" }] } });
		expect(await vault.read("gh/GITHUB_TOKEN")).toEqual(ok("another"));
		expect(envOf()).toEqual(["sealed://gh/GITHUB_TOKEN-2"]);
	});

	it("changes nothing at all in a dry run, and shows the same", async () => {
		const text = config({ GITHUB_TOKEN: token, OTHER_TOKEN: fakeToken() });
		fs.writeFileSync(file, text);
		const dry = await fix({ vault: null });
		expect(fs.readFileSync(file, "utf8")).toBe(text);
		expect(await vault.list()).toEqual(ok([]));
		const real = await fix();
		if (!dry.ok || !real.ok) throw new Error("both should work");
		expect([dry.value.before, dry.value.after, dry.value.wrapped]).toEqual([real.value.before, real.value.after, real.value.wrapped]);
		expect(dry.value.moved.map(({ stored }) => stored)).toEqual(["planned", "planned"]);
	});

	it("fixes the named server alone", async () => {
		const other = fakeToken();
		fs.writeFileSync(file, config({ GITHUB_TOKEN: token }, `, "two": { "command": "srv", "env": { "GITHUB_TOKEN": "${other}" } }`));
		expect(await fix({ server: "two" })).toMatchObject({ ok: true, value: { moved: [{ server: "two" }], remaining: [] } });
		expect(envOf()).toEqual([token, "sealed://two/GITHUB_TOKEN"]);
	});

	it("names what it cannot move, with its place in the file as it is now", async () => {
		fs.writeFileSync(file, `{\n"mcpServers": { "gh": { "command": "srv", "args": ["--token", "${token}"] } } }`);
		const fixed = await fix();
		expect(fixed).toMatchObject({
			ok: true,
			value: { changed: false, moved: [], remaining: [{ position: { line: 2 }, reason: expect.stringContaining("environment variable") }] },
		});
		expect(JSON.stringify(fixed)).not.toContain(token);
	});

	it("leaves a file with a syntax error as it is, and says what to do", async () => {
		const text = config({ GITHUB_TOKEN: token }).slice(0, -3);
		fs.writeFileSync(file, text);
		expect(await fix()).toMatchObject({
			ok: true,
			value: { changed: false, remaining: [{ reason: expect.stringContaining("syntax error") }] },
		});
		expect(fs.readFileSync(file, "utf8")).toBe(text);
	});
});

describe("when the vault fails, the file stays as it was", () => {
	const failing = (methods: Partial<Vault>): Vault => ({
		scheme: "sealed",
		read: (name) => vault.read(name),
		create: (name, value) => vault.create(name, value),
		replace: (name, value) => vault.replace(name, value),
		delete: (name) => vault.delete(name),
		list: () => vault.list(),
		...methods,
	});

	it.each<[string, Partial<Vault>, string]>([
		["it cannot be reached", { create: async () => fail("keychain-missing", "No.", "Do.") }, "keychain-missing"],
		["it cannot be read back", { read: async () => fail("keychain-locked", "No.", "Do.") }, "keychain-locked"],
		["it gives back nothing", { read: async () => ok(null) }, "vault-mismatch"],
		["it gives back something else", { read: async () => ok("other") }, "vault-mismatch"],
		["every name is taken", { create: async () => ok("different") }, "vault-names"],
	])("%s", async (_, methods, code) => {
		const text = config({ GITHUB_TOKEN: token });
		fs.writeFileSync(file, text);
		const fixed = await fix({ vault: failing(methods) });
		expect(fixed).toMatchObject({ ok: false, problem: { code } });
		expect(JSON.stringify(fixed)).not.toContain(token);
		expect(fs.readFileSync(file, "utf8")).toBe(text);
		expect(fs.readdirSync(path.dirname(file))).toEqual(["mcp.json"]);
	});
});

describe("a host that rewrites its file during the fix", () => {
	it("loses nothing, however often it writes", async () => {
		const state = (count: number): string =>
			`${JSON.stringify({ numStartups: count, mcpServers: { gh: { command: "srv", env: { GITHUB_TOKEN: token } } } }, null, 2)}\n`;
		fs.writeFileSync(file, state(0));
		let count = 0;
		const write = (): void => {
			// As the host does: its own part changes, the rest is what the file says.
			const now = JSON.parse(fs.readFileSync(file, "utf8"));
			now.numStartups = ++count;
			fs.writeFileSync(`${file}.tmp`, `${JSON.stringify(now, null, 2)}\n`);
			fs.renameSync(`${file}.tmp`, file);
		};
		const timer = setInterval(write, 7);
		onTestFinished(() => clearInterval(timer));
		const fixed = await fix();
		clearInterval(timer);
		expect(fixed).toMatchObject({ ok: true, value: { changed: true, moved: [{ reference: "sealed://gh/GITHUB_TOKEN" }] } });
		const now = JSON.parse(fs.readFileSync(file, "utf8"));
		expect(count).toBeGreaterThan(0);
		expect(now.numStartups).toBe(count);
		expect(now.mcpServers.gh.env).toEqual({ GITHUB_TOKEN: "sealed://gh/GITHUB_TOKEN" });
		expect(await vault.read("gh/GITHUB_TOKEN")).toEqual(ok(token));
	});

	it("keeps a secret that it changed meanwhile, and says that it is still there", async () => {
		fs.writeFileSync(file, config({ GITHUB_TOKEN: token }));
		const newer = fakeToken();
		const fixed = await fix({
			onStep: (step) => (step === "read-back" ? fs.writeFileSync(file, config({ GITHUB_TOKEN: newer })) : undefined),
		});
		expect(fixed).toMatchObject({ ok: false, problem: { code: "fix-undone" } });
		expect(envOf()).toEqual([newer]);
	});

	it("moves what was planned, and names what came meanwhile", async () => {
		fs.writeFileSync(file, config({ GITHUB_TOKEN: token }));
		const write = (): void => fs.writeFileSync(file, config({ GITHUB_TOKEN: token, OTHER_TOKEN: fakeToken() }));
		const fixed = await fix({ onStep: (step) => (step === "read-back" ? write() : undefined) });
		expect(fixed).toMatchObject({
			ok: true,
			value: { moved: [{ slot: "env:GITHUB_TOKEN" }], remaining: [{ reason: expect.stringContaining("Run fix again") }] },
		});
	});

	it("is told when it put the old text back", async () => {
		const text = config({ GITHUB_TOKEN: token });
		fs.writeFileSync(file, text);
		const fixed = await fix({ onStep: (step) => (step === "replaced" || step === "settled" ? fs.writeFileSync(file, text) : undefined) });
		expect(fixed.ok).toBe(false);
		expect(await vault.read("gh/GITHUB_TOKEN")).toEqual(ok(token));
	});
});
