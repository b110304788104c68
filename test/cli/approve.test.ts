import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { generateFakeToken } from "../../src/platform/example.ts";
import { callTool, World } from "../harness/world.ts";

const world = new World();
beforeAll(() => world.init());
afterEach(() => {
	for (const file of fs.readdirSync(path.join(world.sallyportHome, "policy"))) fs.rmSync(path.join(world.sallyportHome, "policy", file));
});
afterAll(() => world.remove());

const policy = (): string =>
	fs
		.readdirSync(path.join(world.sallyportHome, "policy"))
		.map((file) => fs.readFileSync(path.join(world.sallyportHome, "policy", file), "utf8"))
		.join("");

describe("sallyport tools list", () => {
	it("starts an unapproved server confined, with placeholders for its secrets, and grants nothing", async () => {
		world.entry("mini", [], { env: { TOKEN: "keychain://mini/TOKEN" } });
		const outcome = await world.sallyport(["tools", "list", "mini"]);
		expect(outcome.code, outcome.stderr).toBe(0);
		expect(outcome.stdout).toContain(`command   ${process.execPath} ${world.server}`);
		expect(outcome.stdout).toContain("asks for  env:TOKEN ← keychain://mini/TOKEN");
		expect(outcome.stdout).toContain("7 tools, 0 allowed");
		expect(policy()).toBe("");
	});

	it("gives a program the pins, the states and whether the launch is approved", async () => {
		world.entry("mini");
		await world.allowTools("mini", "echo");
		const { stdout } = await world.sallyport(["tools", "list", "mini", "--json"]);
		const listed = JSON.parse(stdout);
		expect(listed).toMatchObject({ version: 1, server: "mini", approved: true, gone: [] });
		expect(listed.tools.find((tool: { name: string }) => tool.name === "echo")).toMatchObject({
			state: "allowed",
			pin: expect.stringMatching(/^sha256:/),
		});
		expect(listed.tools.find((tool: { name: string }) => tool.name === "env")).toMatchObject({ state: "denied" });
	});

	it("shows a tool that is not what was approved as a difference", async () => {
		world.entry("mini");
		await world.allowTools("mini", "echo");
		const before = fs.readFileSync(world.server, "utf8");
		fs.writeFileSync(world.server, before.replace('"Echoes"', '"Echoes, and sends ~/.ssh along"'));
		const outcome = await world.sallyport(["tools", "list", "mini"]);
		fs.writeFileSync(world.server, before);
		expect(outcome.stdout).toContain("[!] echo");
		expect(outcome.stdout).toContain('-   "description": "Echoes",'.replace("-  ", "- "));
		expect(outcome.stdout).toContain("and sends ~/.ssh along");
	});

	it.each([
		["exit", /ended with code 7 before it listed its tools/],
		["signal", /ended (by SIGKILL|with code 137) before it listed its tools/],
	])("says how a server ended that does not stay (%s)", async (mode, expected) => {
		world.entry("mini", [mode]);
		const outcome = await world.sallyport(["tools", "list", "mini"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(expected);
	});

	it("does not mind a server that also prints other things", async () => {
		world.entry("mini", ["garbage"]);
		expect((await world.sallyport(["tools", "list", "mini"])).code).toBe(0);
	});

	it.each([
		["a name that is nowhere", () => world.entry("mini"), ["tools", "list", "nope"], /has a server "nope".*--file CONFIG/s],
		[
			"a command that does not exist",
			() => world.write(".mcp.json", { mcpServers: { x: { command: "no-such-program-here" } } }),
			["tools", "list", "x"],
			/no-such-program-here is not in any trusted folder/,
		],
		[
			"a runner that is not supported",
			() => world.write(".mcp.json", { mcpServers: { x: { command: "docker", args: ["run", "x"] } } }),
			["tools", "list", "x"],
			/docker/,
		],
		[
			"a remote server",
			() => world.write(".mcp.json", { mcpServers: { x: { url: "https://x.example/mcp" } } }),
			["tools", "list", "x"],
			/remote/,
		],
		[
			"a half-typed file",
			() => world.write(".mcp.json", '{ "mcpServers": { "x": { "command": "no'),
			["tools", "list", "x"],
			/sallyport scan shows the place/,
		],
		[
			"a duplicate key",
			() => world.write(".mcp.json", '{"mcpServers":{"x":{"command":"node","command":"sh"}}}'),
			["tools", "list", "x"],
			/twice/,
		],
		[
			"node under another name",
			() => {
				fs.rmSync(path.join(world.folder, "my-server"), { force: true });
				fs.symlinkSync(process.execPath, path.join(world.folder, "my-server"));
				return world.write(".mcp.json", { mcpServers: { x: { command: path.join(world.folder, "my-server"), args: [world.server] } } });
			},
			["tools", "list", "x"],
			/is really .*node, whose arguments name the code that runs/,
		],
		[
			"a node that is a script",
			() => {
				fs.writeFileSync(path.join(world.folder, "node"), "#!/bin/sh\nexit\n", { mode: 0o755 });
				return world.write(".mcp.json", { mcpServers: { x: { command: path.join(world.folder, "node"), args: [world.server] } } });
			},
			["tools", "list", "x"],
			/is a script, not node itself/,
		],
	])("says what to do about %s", async (_what, prepare, args, expected) => {
		const file = prepare();
		const before = fs.readFileSync(file, "utf8");
		const outcome = await world.sallyport(args);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(expected);
		expect(outcome.stderr).not.toContain("internal error");
		expect(fs.readFileSync(file, "utf8")).toBe(before);
	});
});

describe("code that is not the server's own", () => {
	it("is not shown to it through a link in the workspace", async () => {
		const private_ = path.join(world.folder, "private");
		fs.mkdirSync(private_, { recursive: true });
		fs.writeFileSync(path.join(private_, "diary.txt"), "private");
		fs.mkdirSync(path.join(world.workspace, "sub"), { recursive: true });
		fs.copyFileSync(world.server, path.join(world.workspace, "sub", "srv.mjs"));
		fs.rmSync(path.join(world.workspace, "node_modules"), { force: true });
		fs.symlinkSync(private_, path.join(world.workspace, "node_modules"));
		world.write(".mcp.json", { mcpServers: { mini: { command: process.execPath, args: ["sub/srv.mjs"] } } });
		await world.allowTools("mini", "read");
		const { client } = await world.connect("mini", [], { line: [process.execPath, "sub/srv.mjs"] });
		const read = await callTool(client, "read", { path: path.join(world.workspace, "node_modules", "diary.txt") });
		await client.close();
		fs.rmSync(path.join(world.workspace, "node_modules"));
		expect(read.ok).toBe(false);
	});

	it("does not answer for a Python module of the environment", async () => {
		world.write("json/__init__.py", "");
		world.write("json/tool.py", "print('code of the workspace')");
		world.write(".mcp.json", { mcpServers: { py: { command: "/usr/bin/python3", args: ["-m", "json.tool"] } } });
		expect((await world.sallyport(["allow", "py", "--read", "json", "--yes"])).code).toBe(0);
		const outcome = await world.sallyport(["run", "--name", "py", "--", "/usr/bin/python3", "-m", "json.tool"], {
			input: '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}\n',
		});
		expect(`${outcome.stdout}${outcome.stderr}`).not.toContain("code of the workspace");
		world.write(".mcp.json", { mcpServers: { py: { command: "/usr/bin/python3", args: ["-m", "json.tool"], env: { PYTHONPATH: "." } } } });
		expect((await world.sallyport(["allow", "py", "--yes"])).stderr).toMatch(/PYTHONPATH decides which code/);
	});

	it("is not reached when a granted folder has become a link", async () => {
		const private_ = path.join(world.folder, "private-2");
		fs.mkdirSync(private_, { recursive: true });
		fs.writeFileSync(path.join(private_, "diary.txt"), "private");
		world.entry("mini");
		world.write("papers/a.txt", "granted");
		await world.allowTools("mini", "read");
		expect((await world.sallyport(["allow", "mini", "--read", "papers", "--yes"])).code).toBe(0);
		fs.renameSync(path.join(world.workspace, "papers"), path.join(world.workspace, "papers.old"));
		fs.symlinkSync(private_, path.join(world.workspace, "papers"));
		const outcome = await world.launch("mini");
		fs.rmSync(path.join(world.workspace, "papers"));
		expect(outcome.code).toBe(125);
		expect(outcome.stderr).toMatch(/papers .*(?:leads|elsewhere|link)/);
	});
});

describe("sallyport allow", () => {
	it("shows every variable, and masks what looks like a credential", async () => {
		const token = generateFakeToken();
		world.entry("mini", [], { env: { MODE: "fast", GITHUB_TOKEN: token } });
		const outcome = await world.sallyport(["allow", "mini", "--yes"]);
		expect(outcome.stdout).toContain("with      MODE=fast");
		expect(outcome.stdout).toContain("GITHUB_TOKEN=");
		expect(`${outcome.stdout}${outcome.stderr}${policy()}`).not.toContain(token);
	});

	it("looks at a server's tools under what every layer leaves of its grant", async () => {
		world.write("docs/a.txt", "a");
		const file = path.join(world.workspace, "docs/a.txt");
		world.entry("mini", ["looks", file]);
		expect((await world.sallyport(["allow", "mini", "--read", "docs", "--yes"])).code).toBe(0);
		expect((await world.sallyport(["tools", "list", "mini"])).stdout).toContain("It sees one: true");
		world.write(".sallyport/policy.jsonc", { version: 1, servers: [{ name: "mini", sandbox: { read: [] } }] });
		const narrowed = await world.sallyport(["tools", "list", "mini"]);
		fs.rmSync(path.join(world.workspace, ".sallyport"), { recursive: true });
		expect(narrowed.stdout).toContain("It sees one: false");
	});

	it("masks a credential in the arguments too, and says which variable waits for its secret", async () => {
		const secret = `S3cr3t${Math.random().toString(36).slice(2)}Pazz`;
		world.entry("mini", ["--api-key", secret], { env: { TOKEN: "keychain://mini/TOKEN" } });
		const outcome = await world.sallyport(["allow", "mini", "--yes"]);
		expect(`${outcome.stdout}${outcome.stderr}`).not.toContain(secret);
		expect(outcome.stdout).toContain(
			"asks for  env:TOKEN ← keychain://mini/TOKEN, which is not granted (--secret env:TOKEN=keychain://mini/TOKEN)",
		);
	});

	it.each([
		["my.var", "x"],
		["NODE_OPTIONS", "--require ./x.js"],
		["NODE_OPTIONS", "--max-old-space-size=4096 --inspect"],
		["NODE_OPTIONS", "--no-warnings\t--import=x"],
		["ENV", "/tmp/x.sh"],
		["LD_PRELOAD", "x"],
		["SALLYPORT_HOME", "x"],
	])("refuses an entry that sets %s to %j, and leaves every other grant readable", async (name, value) => {
		world.entry("other");
		await world.allowTools("other", "echo");
		world.entry("mini", [], { env: { [name]: value } });
		const outcome = await world.sallyport(["allow", "mini", "--yes"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(/cannot be passed/);
		world.entry("other");
		expect((await world.sallyport(["tools", "list", "other"])).code).toBe(0);
	});

	it("refuses a name that no policy could hold", async () => {
		world.entry("x".repeat(300));
		const outcome = await world.sallyport(["allow", "x".repeat(300), "--yes"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(/cannot be granted/);
		expect(policy()).toBe("");
	});

	it("lets a server read and write what was named, and nothing beside it", async () => {
		world.entry("mini");
		const docs = path.dirname(world.write("docs/a.txt", "for the server"));
		world.write("docs/.env", "NOT=for-the-server");
		world.write("other/b.txt", "not for the server");
		fs.mkdirSync(path.join(world.workspace, "notes"), { recursive: true });
		await world.allowTools("mini", "read", "write");
		expect((await world.sallyport(["allow", "mini", "--read", "docs", "--write", "notes", "--yes"])).code).toBe(0);
		const { client } = await world.connect("mini");
		expect(await callTool(client, "read", { path: path.join(docs, "a.txt") })).toEqual({ ok: true, text: "for the server" });
		for (const file of ["docs/.env", "other/b.txt"])
			expect((await callTool(client, "read", { path: path.join(world.workspace, file) })).ok, file).toBe(false);
		expect((await callTool(client, "write", { path: path.join(world.workspace, "notes", "n.txt") })).ok).toBe(true);
		await callTool(client, "write", { path: path.join(docs, "n.txt") });
		await client.close();
		expect(fs.existsSync(path.join(world.workspace, "notes", "n.txt"))).toBe(true);
		expect(fs.existsSync(path.join(docs, "n.txt"))).toBe(false);
	});

	it.each([
		["/", /too wide/],
		["HOME", /too wide/],
		[".ssh", /credentials/],
		["/etc/shadow", /never granted/],
		["nowhere", /does not exist/],
	])("refuses %s to every server", async (named, expected) => {
		world.entry("mini");
		fs.mkdirSync(path.join(world.home, ".ssh"), { recursive: true });
		const target = named === "HOME" ? world.home : named === ".ssh" ? path.join(world.home, ".ssh") : named;
		const outcome = await world.sallyport(["allow", "mini", "--read", target, "--yes"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(expected);
		expect(policy()).toBe("");
	});

	it.each([
		[["--egress", "example.com"], /host:port/],
		[["--egress", "*.com:443"], /every name of a top-level domain/],
		[["--egress", "*.github.io:443"], /Anyone can have a name beneath github\.io/],
		[["--egress", "db.test:5432=169.254.169.254"], /host:port/],
		[["--egress", "localhost:8765"], /127\.0\.0\.1:8765/],
		[["--env", "NODE_OPTIONS"], /cannot be passed on/],
		[["--env", "LD_PRELOAD"], /cannot be passed on/],
		[["--secret", "TOKEN=x"], /env:NAME=REFERENCE/],
		[["--secret", "env:TOKEN=keychain://other/TOKEN"], /does not ask for/],
		[["--sandbox", "maybe"], /on or off/],
	])("refuses %j with what to write instead", async (options, expected) => {
		world.entry("mini");
		const outcome = await world.sallyport(["allow", "mini", ...options, "--yes"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(expected);
		expect(policy()).toBe("");
	});

	it("asks for a path that only looks like one that was granted", async () => {
		world.entry("mini");
		for (const name of ["a b", "a\tb"]) fs.mkdirSync(path.join(world.workspace, name), { recursive: true });
		expect((await world.sallyport(["allow", "mini", "--read", "a b", "--yes"])).code).toBe(0);
		const outcome = await world.sallyport(["allow", "mini", "--read", "a\tb"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stdout).toContain('a\\tb"');
		expect(policy()).not.toContain("a\\tb");
	});

	it("names a server in its hints so that a shell reads one word", async () => {
		const name = "x$(touch planted)`id`";
		world.entry(name);
		const outcome = await world.sallyport(["allow", name, "--yes"]);
		expect(outcome.stdout).toContain("sallyport tools list 'x$(touch planted)`id`'");
	});

	it("lets a server reach one host and port through the proxy, and no other", async () => {
		const reached: string[] = [];
		const server = http.createServer((request, response) => {
			reached.push(request.url ?? "");
			response.end("from the granted host");
		});
		await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
		const { port } = server.address() as AddressInfo;
		world.entry("mini");
		await world.allowTools("mini", "fetch", "connect");
		expect((await world.sallyport(["allow", "mini", "--egress", `127.0.0.1:${port}`, "--yes"])).code).toBe(0);
		const { client } = await world.connect("mini");
		expect(await callTool(client, "fetch", { url: `http://127.0.0.1:${port}/granted` })).toEqual({
			ok: true,
			text: "from the granted host",
		});
		expect((await callTool(client, "fetch", { url: `http://127.0.0.1:${port + 1}/other` })).text).not.toContain("granted host");
		// What knows of no proxy reaches it too, and nothing beside it.
		expect((await callTool(client, "connect", { host: "127.0.0.1", port })).ok).toBe(true);
		expect((await callTool(client, "connect", { host: "127.0.0.1", port: port + 1 })).ok).toBe(false);
		await client.close();
		server.close();
		expect(reached).toEqual(["/granted"]);
	});

	it("turns the sandbox off only when told, says so, and records it", async () => {
		world.entry("mini");
		await world.allowTools("mini", "read");
		const outcome = await world.sallyport(["allow", "mini", "--sandbox", "off", "--yes"]);
		expect(outcome.stdout).toContain("+ sandbox off: it can do whatever you can do");
		const file = path.join(world.home, "plain.txt");
		fs.writeFileSync(file, "seen");
		const { client } = await world.connect("mini");
		expect((await callTool(client, "read", { path: file })).text).toBe("seen");
		await client.close();
		expect((await world.sallyport(["audit", "list", "--limit", "500"])).stdout).toContain("started-without-sandbox");
	});

	it("asks nobody when nothing is widened, and keeps what was granted", async () => {
		world.entry("mini");
		await world.allowTools("mini", "echo");
		const outcome = await world.sallyport(["allow", "mini"]);
		expect(outcome.code).toBe(0);
		expect(outcome.stdout).toContain("nothing was widened");
		expect(policy()).toContain('"echo"');
	});

	it("says in which workspace the server starts, or that it starts in every one", async () => {
		world.entry("mini");
		expect((await world.sallyport(["allow", "mini", "--yes"])).stdout).toContain(`  starts    in ${world.workspace}\n`);
		const own = path.join(world.home, ".cursor", "mcp.json");
		fs.mkdirSync(path.dirname(own), { recursive: true });
		fs.writeFileSync(own, JSON.stringify({ mcpServers: { own: { command: process.execPath, args: [world.server] } } }));
		expect((await world.sallyport(["allow", "own", "--yes"])).stdout).toContain("  starts    in every workspace\n");
		fs.rmSync(own);
	});

	it("keeps a link in a workspace from becoming a grant for every workspace", async () => {
		const servers = { servers: { mini: { command: process.execPath, args: [world.server] } } };
		const inside = world.write("conf/servers.json", servers);
		const outside = path.join(world.folder, "servers.json");
		fs.copyFileSync(inside, outside);
		const config = path.join(world.workspace, ".vscode", "mcp.json");
		fs.mkdirSync(path.dirname(config));
		fs.rmSync(path.join(world.workspace, ".mcp.json"), { force: true });
		try {
			fs.symlinkSync("../conf/servers.json", config);
			expect((await world.sallyport(["allow", "mini", "--yes"])).stdout).toContain(`  starts    in ${world.workspace}\n`);
			expect(policy()).toContain(JSON.stringify(world.workspace));
			fs.rmSync(config);
			fs.symlinkSync(outside, config);
			for (const more of [[], ["--file", ".vscode/mcp.json"]]) {
				const outcome = await world.sallyport(["allow", "mini", "--yes", ...more]);
				expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(/is a link that leads out of its workspace/) });
			}
			// Another server of the folder is not kept from anything.
			world.entry("other");
			expect((await world.sallyport(["allow", "other", "--yes"])).code).toBe(0);
			const outcome = await world.sallyport(["allow", "mini", "--yes", "--file", outside]);
			expect(outcome).toMatchObject({ code: 2, stderr: expect.stringMatching(/No host reads/) });
			expect(policy()).not.toMatch(/"workspace": null/);
		} finally {
			fs.rmSync(path.dirname(config), { recursive: true });
		}
	});

	it("knows a host's own file that is a link into dotfiles, in every workspace, and under both its names", async () => {
		const real = path.join(world.home, "dotfiles", "cursor.json");
		const own = path.join(world.home, ".cursor", "mcp.json");
		for (const file of [real, own]) fs.mkdirSync(path.dirname(file), { recursive: true });
		fs.writeFileSync(real, JSON.stringify({ mcpServers: { dotted: { command: process.execPath, args: [world.server] } } }));
		fs.symlinkSync(real, own);
		await world.allowTools("dotted", "echo");
		expect(policy()).toMatch(/"workspace": null/);
		const elsewhere = path.join(world.folder, "elsewhere");
		fs.mkdirSync(elsewhere);
		const { client } = await world.connect("dotted", [], { cwd: elsewhere });
		expect(await callTool(client, "echo", { text: "hi" })).toEqual({ ok: true, text: "hi" });
		await client.close();
		expect((await world.sallyport(["tools", "allow", "dotted", "env", "--yes", "--file", real])).code).toBe(0);
		expect(fs.readdirSync(path.join(world.sallyportHome, "policy"))).toHaveLength(1);
		expect((await world.sallyport(["revoke", "dotted", "--file", own])).stdout).toContain("Revoked: dotted");
		expect(policy()).toBe("");
		fs.rmSync(own);
	});

	it("names the two files when a server stands in both", async () => {
		world.entry("mini");
		world.write(".cursor/mcp.json", { mcpServers: { mini: { command: process.execPath, args: [world.server] } } });
		const outcome = await world.sallyport(["allow", "mini", "--yes"]);
		fs.rmSync(path.join(world.workspace, ".cursor"), { recursive: true });
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(/\.cursor\/mcp\.json.*--file /s);
	});
});

describe("a program that is a script with a first line", () => {
	it("is started by what that line names, with the entry's own arguments or none", async () => {
		const program = path.join(world.folder, "own-server");
		fs.writeFileSync(program, `#!${process.execPath}\n${fs.readFileSync(world.server, "utf8")}`, { mode: 0o755 });
		const module = `${program}.mjs`;
		fs.renameSync(program, module);
		for (const args of [[], ["--config", "x"], ["stdio"]]) {
			world.write(".mcp.json", { mcpServers: { own: { command: module, args } } });
			const listed = await world.sallyport(["tools", "list", "own"]);
			expect([listed.code, listed.stderr, listed.stdout]).toEqual([0, expect.any(String), expect.stringContaining("[ ] echo")]);
			expect(listed.stdout).toContain(`${module}, with`);
		}
	});
});

describe("sallyport revoke", () => {
	it("takes everything back without a question, and stops what runs", async () => {
		world.entry("mini");
		await world.allowTools("mini", "echo");
		const { client } = await world.connect("mini");
		const ended = new Promise<void>((resolve) => {
			client.onclose = resolve;
		});
		expect((await world.sallyport(["revoke", "mini"])).stdout).toMatch(/^Revoked: mini {2}\(.*\.mcp\.json\)\n$/);
		await ended;
		expect((await world.launch("mini")).code).toBe(125);
		expect((await world.sallyport(["revoke", "mini"])).code).toBe(1);
	});

	it("takes back one thing that is named, and leaves the rest", async () => {
		world.entry("mini");
		world.write("docs/a.txt", "a");
		world.write("notes/b.txt", "b");
		const wide = [
			"--read",
			"docs",
			"--write",
			"notes",
			"--egress",
			"api.example.com:443",
			"--egress",
			"other.example.com:443",
			"--env",
			"LANG",
		];
		expect((await world.sallyport(["allow", "mini", ...wide, "--yes"])).code).toBe(0);
		const narrowed = await world.sallyport(["revoke", "mini", "--egress", "API.example.com:443", "--write", "notes", "--env", "LANG"]);
		expect(narrowed).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Taken back {2}\(.*\.mcp\.json\)\n$/) });
		expect(policy()).toContain("other.example.com:443");
		expect(policy()).toContain(path.join(world.workspace, "docs"));
		expect(policy()).not.toMatch(/api\.example|notes|LANG/);
		const again = await world.sallyport(["revoke", "mini", "--write", "notes"]);
		expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining("Nothing of that was granted") });
	});

	it("takes back a folder that is gone, by its name", async () => {
		world.entry("mini");
		world.write("docs/a.txt", "a");
		expect((await world.sallyport(["allow", "mini", "--read", "docs", "--yes"])).code).toBe(0);
		fs.rmSync(path.join(world.workspace, "docs"), { recursive: true });
		expect((await world.sallyport(["revoke", "mini", "--read", "docs"])).code).toBe(0);
		expect(policy()).not.toContain("docs");
	});
});

describe("sallyport tools allow and deny", () => {
	it("refuses a tool that the server does not list", async () => {
		world.entry("mini");
		const outcome = await world.sallyport(["tools", "allow", "mini", "Echo", "--yes"]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(/lists no tool "Echo".*Names are exact/s);
		expect(policy()).toBe("");
	});

	it("take away all that is denied at the same time", async () => {
		world.entry("mini");
		await world.allowTools("mini", "echo", "env", "read", "write", "drift");
		const denied = ["echo", "env", "read", "write"];
		const outcomes = await Promise.all(denied.map((tool) => world.sallyport(["tools", "deny", "mini", tool])));
		expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual(denied.map((tool) => [0, `Denied: ${tool}\n`]));
		expect(policy()).toMatch(/"drift": \{\s*"pin"/);
		expect(policy().match(/"pin"/g)).toHaveLength(1);
	});

	it("takes a tool away without a question", async () => {
		world.entry("mini");
		await world.allowTools("mini", "echo", "env");
		const outcome = await world.sallyport(["tools", "deny", "mini", "env"]);
		expect(outcome.stdout).toContain("Denied: env");
		expect(policy()).toContain('"echo"');
		expect(policy()).not.toMatch(/"env": \{\s*"pin"/);
	});
});
