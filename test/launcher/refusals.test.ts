import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { type Outcome, World } from "../harness/world.ts";

const world = new World();
const marker = (): string => path.join(world.folder, "marker");

beforeAll(() => world.grantMini("echo"));
afterEach(() => {
	world.entry("mini");
	fs.rmSync(path.join(world.workspace, ".sallyport"), { recursive: true, force: true });
});
afterAll(() => world.remove());

/** A refusal says why and what to do in one line, tells the host nothing, and exits 125. */
function expectRefusal(outcome: Outcome, why: RegExp): void {
	expect(outcome.stderr).toMatch(why);
	expect(outcome.stderr.trim().split("\n").length).toBe(1);
	expect(outcome.code).toBe(125);
	expect(outcome.stdout).toBe(`{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"${NOT_AVAILABLE}"}}\n`);
	expect(fs.existsSync(marker())).toBe(false);
}

describe("the launcher refuses with one clear line", () => {
	it("where there is no home", async () => {
		expectRefusal(
			await world.launch("mini", [], { env: { SALLYPORT_HOME: path.join(world.folder, "nowhere") } }),
			/no Sallyport home at .*sallyport init/,
		);
	});

	it("a home that others can write", async () => {
		const home = path.join(world.folder, "open-home");
		await world.sallyport(["init", "--unattended"], { env: { SALLYPORT_HOME: home } });
		fs.chmodSync(home, 0o777);
		expectRefusal(await world.launch("mini", [], { env: { SALLYPORT_HOME: home } }), /can be written or read by others.*chmod 700/);
	});

	it("a server that nobody approved", async () => {
		expectRefusal(await world.launch("stranger"), /stranger: .*not been approved.*sallyport tools allow stranger/);
	});

	it("a policy with a typo, naming the key, its place and the nearest one", async () => {
		const file = path.join(world.sallyportHome, "policy", "zz.jsonc");
		fs.writeFileSync(file, '{\n  "version": 1,\n  "servers": [{ "name": "x", "egres": [] }]\n}\n');
		const outcome = await world.launch("mini");
		fs.rmSync(file);
		expectRefusal(outcome, /zz\.jsonc:3:30: unknown key "egres"; did you mean "egress"\?/);
	});

	it("a server that a policy forbids, approved or not, with the policy's own words", async () => {
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [], forbid: [{ name: "MINI*", reason: "ask security" }] });
		expectRefusal(await world.launch("mini"), /policy\.jsonc forbids this server: ask security\. Ask whoever keeps that policy/);
		const approval = await world.sallyport(["tools", "allow", "mini", "write", "--yes"]);
		expect([approval.code, approval.stderr]).toEqual([2, expect.stringContaining("forbids this server")]);
	});

	it("a server whose program is gone", async () => {
		const script = path.join(path.dirname(world.server), "gone.mjs");
		fs.copyFileSync(world.server, script);
		world.write(".mcp.json", { mcpServers: { gone: { command: process.execPath, args: [script] } } });
		await world.allowTools("gone", "echo");
		fs.rmSync(script);
		const outcome = await world.sallyport(["run", "--name", "gone", "--", process.execPath, script], {
			input: '{"jsonrpc":"2.0","id":1,"method":"initialize"}\n',
		});
		expectRefusal(outcome, /gone\.mjs is not what was approved.*sallyport allow gone/);
	});

	it("a reference that does not resolve", async () => {
		world.entry("secretive", [], { env: { TOKEN: "sealed://nothing/here" } });
		await world.allowTools("secretive", "echo");
		expect(
			(await world.sallyport(["allow", "secretive", "--secret", "env:TOKEN=sealed://nothing/here", "--mutable-secrets", "--yes"])).code,
		).toBe(0);
		expectRefusal(
			await world.launch("secretive", [], { env: { TOKEN: "sealed://nothing/here" } }),
			/sealed:\/\/nothing\/here is not in the vault.*sallyport secrets set/,
		);
	});

	it("a command line that it cannot read, with exit code 2", async () => {
		const outcome = await world.sallyport(["run", "--nme", "x", "--", "node"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(/not known.*sallyport run --name NAME/);
	});

	it("a machine without bubblewrap", async () => {
		expectRefusal(await inside(["--dev-bind", "/", "/", "--tmpfs", "/usr/bin"]), /bwrap is not installed.*apt-get install bubblewrap/);
	});

	it("a machine that forbids bubblewrap", async () => {
		const outcome = await inside(["--dev-bind", "/", "/", "--unshare-user", "--disable-userns"]);
		// In a namespace of an ordinary user root's files have no owner, so that bubblewrap is not even tried.
		const why =
			process.getuid?.() === 0
				? /mini: .*(?:namespace|sandbox).*(?:sysctl|AppArmor|seccomp|container|doctor)/i
				: /bwrap .* is not used\. Make it/;
		expectRefusal(outcome, why);
	});
});

/** The launcher on a machine that differs in one thing: a bubblewrap of our own around it. */
function inside(options: readonly string[]): Promise<Outcome> {
	return world.run("/usr/bin/bwrap", [...options, "--", process.execPath, path.resolve("dist/sallyport.cjs"), ...world.runArgs("mini")], {
		input: '{"jsonrpc":"2.0","id":1,"method":"initialize"}\n',
	});
}

describe("a hostile workspace gets nowhere with", () => {
	const evil = (): string[] => ["-e", `require("fs").writeFileSync(${JSON.stringify(marker())}, "")`];

	it("another command behind an approved name", async () => {
		const outcome = await world.sallyport(["run", "--name", "mini", "--", process.execPath, ...evil()], {
			input: '{"jsonrpc":"2.0","id":1,"method":"x"}\n',
		});
		expectRefusal(outcome, /mini: This server's command is not the one that was approved/);
	});

	it("another argument behind an approved command", async () => {
		expectRefusal(await world.launch("mini", ["garbage"]), /not the one that was approved/);
	});

	it("another content behind an approved script", async () => {
		const before = fs.readFileSync(world.server, "utf8");
		fs.writeFileSync(world.server, `${before}\n// changed`);
		const outcome = await world.launch("mini");
		fs.writeFileSync(world.server, before);
		expectRefusal(outcome, /mini\.mjs is not what was approved/);
	});

	it("the claim of another workspace, wherever HOME is said to be", async () => {
		const elsewhere = path.join(world.folder, "claims");
		fs.mkdirSync(elsewhere, { recursive: true });
		const env = { HOME: elsewhere, SALLYPORT_HOME: world.sallyportHome };
		expectRefusal(
			await world.launch("mini", [], { cwd: elsewhere, env, before: ["--workspace", world.workspace] }),
			/claims the workspace/,
		);
	});

	it("an approved line in a workspace that was not approved", async () => {
		const elsewhere = path.join(world.folder, "elsewhere");
		fs.mkdirSync(elsewhere, { recursive: true });
		expectRefusal(await world.launch("mini", [], { cwd: elsewhere }), /approved for another workspace/);
	});

	it("a policy of its own: it proposes and narrows, and never grants", async () => {
		const grants = fs.readFileSync(
			path.join(world.sallyportHome, "policy", fs.readdirSync(path.join(world.sallyportHome, "policy"))[0] ?? ""),
			"utf8",
		);
		world.write(".sallyport/policy.jsonc", grants.replace('"mini"', '"stranger"'));
		expectRefusal(await world.launch("stranger"), /has not been approved/);
	});

	it("a policy of its own, which binds a server that is started in a subfolder too", async () => {
		const sub = path.join(world.workspace, "sub");
		fs.mkdirSync(sub, { recursive: true });
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", tools: {} }] });
		const connection = await world.connect("mini", [], { cwd: sub });
		const { tools } = await connection.client.listTools();
		await connection.client.close();
		expect(tools).toEqual([]);
	});

	it("a policy of its own that does not parse: it refuses rather than lets through", async () => {
		world.write(".sallyport/policy.jsonc", "{");
		expectRefusal(await world.launch("mini"), /policy\.jsonc:1:\d+: not valid JSONC/);
	});

	it.each([
		["a pipe", (file: string) => execFileSync("mkfifo", [file])],
		["a link to a device", (file: string) => fs.symlinkSync("/dev/zero", file)],
	])("a policy of its own that is %s: nobody waits for it", async (_what, make) => {
		fs.mkdirSync(path.join(world.workspace, ".sallyport"), { recursive: true });
		make(path.join(world.workspace, ".sallyport", "policy.jsonc"));
		expectRefusal(await world.launch("mini"), /policy\.jsonc is not a plain file/);
	});

	it.each(["--policy", "SALLYPORT_POLICY"])("%s: it narrows, and never grants", async (way) => {
		const file = world.write("evil.jsonc", { version: 1, servers: [{ name: "stranger", sandbox: "off", tools: {} }] });
		const options = way === "--policy" ? { before: ["--policy", file] } : { env: { SALLYPORT_POLICY: file } };
		expectRefusal(await world.launch("stranger", [], options), /has not been approved/);
	});

	it("--policy that names no file", async () => {
		expectRefusal(await world.launch("mini", [], { before: ["--policy", "missing.jsonc"] }), /missing\.jsonc does not exist/);
	});

	it("SALLYPORT_HOME inside the workspace", async () => {
		const home = path.join(world.workspace, "home");
		await world.sallyport(["init", "--unattended"], { env: { SALLYPORT_HOME: home } });
		world.entry("mini");
		await world.sallyport(["tools", "allow", "mini", "echo", "--yes"], { env: { SALLYPORT_HOME: home } });
		expectRefusal(await world.launch("mini", [], { env: { SALLYPORT_HOME: home } }), /lies inside a workspace/);
	});

	it.each([
		["HOME", () => ({ HOME: world.workspace })],
		["HOME and another working folder", () => ({ HOME: world.workspace }), () => world.folder],
	])("%s: a home in the workspace is not a person's", async (_what, env, cwd = () => world.workspace) => {
		const home = path.join(world.workspace, ".sallyport");
		await world.sallyport(["init", "--unattended"], { env: { SALLYPORT_HOME: home } });
		expectRefusal(await world.launch("mini", [], { env: env(), cwd: cwd() }), /lies inside a workspace/);
	});

	it("SALLYPORT_HOME for the installed launcher: it has its own", async () => {
		const other = path.join(world.folder, "other-home");
		await world.sallyport(["init", "--unattended"], { env: { SALLYPORT_HOME: other } });
		const stub = path.join(world.sallyportHome, "bin", "sallyport");
		const [, ...args] = world.runArgs("stranger");
		const outcome = await world.run(stub, ["run", ...args], {
			env: { SALLYPORT_HOME: other },
			input: '{"jsonrpc":"2.0","id":1,"method":"x"}\n',
		});
		expectRefusal(outcome, /has not been approved/);
		expect(fs.readdirSync(world.audit).some((name) => name.includes("stranger"))).toBe(true);
	});

	it("NODE_OPTIONS for the installed launcher", async () => {
		const script = world.write("evil.cjs", `require("fs").writeFileSync(${JSON.stringify(marker())}, "")`);
		const stub = path.join(world.sallyportHome, "bin", "sallyport");
		const outcome = await world.run(stub, world.runArgs("stranger"), {
			env: { NODE_OPTIONS: `--require ${script}` },
			input: '{"jsonrpc":"2.0","id":1,"method":"x"}\n',
		});
		expectRefusal(outcome, /has not been approved/);
	});

	it("a PATH with a bwrap, a node and a prlimit of its own", async () => {
		for (const name of ["bwrap", "node", "prlimit", "sh"]) {
			const file = world.write(`bin/${name}`, `#!/bin/sh\ntouch ${marker()}\nexec /usr/bin/env false\n`);
			fs.chmodSync(file, 0o755);
		}
		const connection = await world.connect("mini", [], { env: { PATH: path.join(world.workspace, "bin") } });
		const { tools } = await connection.client.listTools();
		await connection.client.close();
		expect(tools.map(({ name }) => name)).toEqual(["echo"]);
		expect(fs.existsSync(marker())).toBe(false);
	});

	it("a reference that was granted to another server, in a variable of its own", async () => {
		await world.sallyport(["secrets", "set", "sealed://github/TOKEN"], { input: "the-secret-of-another\n" });
		expectRefusal(
			await world.launch("mini", [], { env: { STOLEN: "sealed://github/TOKEN" } }),
			/STOLEN asks for a secret that is not granted/,
		);
		world.entry("thief", [], { env: { TOKEN: "sealed://github/TOKEN" } });
		await world.allowTools("thief", "env");
		expectRefusal(
			await world.launch("thief", ["env"].slice(1), { env: { TOKEN: "sealed://github/TOKEN" } }),
			/TOKEN asks for a secret that is not granted/,
		);
	});

	it("another reference in the slot that was granted", async () => {
		await world.sallyport(["secrets", "set", "sealed://own/TOKEN"], { input: "own-secret-value\n" });
		await world.sallyport(["secrets", "set", "sealed://github/TOKEN"], { input: "the-secret-of-another\n" });
		world.entry("swap", [], { env: { TOKEN: "sealed://own/TOKEN" } });
		await world.allowTools("swap", "env");
		expect((await world.sallyport(["allow", "swap", "--secret", "env:TOKEN=sealed://own/TOKEN", "--mutable-secrets", "--yes"])).code).toBe(
			0,
		);
		const granted = await world.connect("swap", [], { env: { TOKEN: "sealed://own/TOKEN" } });
		await granted.client.close();
		const outcome = await world.launch("swap", [], { env: { TOKEN: "sealed://github/TOKEN" } });
		expectRefusal(outcome, /swap: /);
	});

	it("--yes in a person's home: widening needs a person at a terminal", async () => {
		const home = path.join(world.folder, "persons-home");
		expect((await world.sallyport(["init"], { env: { SALLYPORT_HOME: home } })).code).toBe(0);
		for (const yes of [["--yes"], []]) {
			const outcome = await world.sallyport(["tools", "allow", "mini", "echo", ...yes], { env: { SALLYPORT_HOME: home }, input: "mini\n" });
			expect(outcome.code).toBe(2);
			expect(outcome.stderr).toMatch(/throw-away home|terminal/);
		}
		expect(fs.readdirSync(path.join(home, "policy"))).toEqual([]);
	});

	it("init --unattended over a person's home", async () => {
		const home = path.join(world.folder, "persons-home-2");
		await world.sallyport(["init"], { env: { SALLYPORT_HOME: home } });
		const outcome = await world.sallyport(["init", "--unattended"], { env: { SALLYPORT_HOME: home } });
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(/person's home/);
	});
});
