import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";

const world = new World();
const lockFile = (): string => path.join(world.workspace, "sallyport.lock.json");
const lock = () => JSON.parse(fs.readFileSync(lockFile(), "utf8"));

beforeAll(() => world.init());
afterAll(() => world.remove());
beforeEach(() => {
	fs.rmSync(lockFile(), { force: true });
	fs.rmSync(path.join(world.workspace, ".mcp.json"), { force: true });
});

describe("sallyport tools lock", () => {
	it("writes what this folder's servers are, the same each time, without a path of this machine", async () => {
		world.entry("mini", ["--flag"]);
		const outcome = await world.sallyport(["tools", "lock"]);
		expect([outcome.code, outcome.stdout]).toEqual([0, expect.stringContaining("sallyport.lock.json has 1 server. Commit it")]);
		const [server] = lock().servers;
		expect(server).toMatchObject({
			name: "mini",
			config: ".mcp.json",
			args: [expect.any(String), "--flag"],
			script: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
		});
		expect(server.tools.map(({ name }: { name: string }) => name)).toContain("echo");
		expect(server.tools[0]).toHaveProperty("inputSchema");
		const text = fs.readFileSync(lockFile(), "utf8");
		expect(text).not.toContain(world.workspace);
		await world.sallyport(["tools", "lock"]);
		expect(fs.readFileSync(lockFile(), "utf8")).toBe(text);
	});

	it("says which server it could not look at, once and by name", async () => {
		const mini = (...args: readonly string[]) => ({ command: process.execPath, args: [world.server, ...args] });
		world.write(".mcp.json", { mcpServers: { mini: mini("exit"), good: mini() } });
		const { code, stdout, stderr } = await world.sallyport(["tools", "lock"]);
		expect(code).toBe(2);
		expect(stdout).toBe("sallyport.lock.json has 1 server. Commit it; sallyport tools verify compares. Not looked at anew: mini.\n");
		expect(stderr).toMatch(/^sallyport: mini: The server ended .*\. It may need/m);
	});

	it("writes nothing where there is nothing to lock", async () => {
		expect(await world.sallyport(["tools", "lock"])).toMatchObject({
			code: 2,
			stdout: "",
			stderr: expect.stringContaining("nothing to lock"),
		});
		world.entry("mini", ["exit"]);
		expect(await world.sallyport(["tools", "lock"])).toMatchObject({
			code: 2,
			stdout: "",
			stderr: expect.stringMatching(/mini: [\s\S]*None of the/),
		});
		expect(fs.existsSync(lockFile())).toBe(false);
	});

	it("says what is new once there is a file, and only then", async () => {
		world.entry("mini");
		expect((await world.sallyport(["tools", "lock"])).stdout).toBe(
			"sallyport.lock.json has 1 server. Commit it; sallyport tools verify compares.\n",
		);
		const entry = { command: process.execPath, args: [world.server] };
		world.write(".mcp.json", { mcpServers: { mini: entry, second: entry } });
		expect((await world.sallyport(["tools", "lock"])).stdout).toMatch(/^second \(\.mcp\.json\) was not in the lock file\n/);
	});

	it("grants nothing", async () => {
		world.entry("mini");
		await world.sallyport(["tools", "lock"]);
		expect((await world.launch("mini")).code).toBe(125);
	});

	it("keeps a server that cannot be looked at as it was locked, and says so", async () => {
		world.entry("mini");
		await world.sallyport(["tools", "lock"]);
		const before = fs.readFileSync(lockFile(), "utf8");
		world.write(".mcp.json", { mcpServers: { mini: { command: "no-such-program-anywhere" } } });
		const outcome = await world.sallyport(["tools", "lock"]);
		expect([outcome.code, outcome.stderr]).toEqual([2, expect.stringContaining("mini: ")]);
		expect(fs.readFileSync(lockFile(), "utf8")).toBe(before);
	});

	it("masks a credential in an argument", async () => {
		const secret = `ghp_${"aB3dE5gH7jK9mN1pQ2rS".repeat(2).slice(0, 36)}`;
		world.entry("mini", ["--token", secret, "--password", "correct-horse-7"], { env: { API_TOKEN: `Bearer ${secret}`, MODE: "test" } });
		await world.sallyport(["tools", "lock"]);
		expect(fs.readFileSync(lockFile(), "utf8")).not.toMatch(new RegExp(`${secret}|correct-horse`));
	});
});

describe("sallyport tools verify", () => {
	it("agrees where nothing has changed", async () => {
		world.entry("mini");
		await world.sallyport(["tools", "lock"]);
		expect(await world.sallyport(["tools", "verify"])).toMatchObject({
			code: 0,
			stdout: "1 server is as locked.\n",
			stderr: expect.any(String),
		});
	});

	it("shows what drifted, and fails", async () => {
		world.entry("mini");
		await world.sallyport(["tools", "lock"]);
		const locked = lock();
		const [server] = locked.servers;
		server.tools = server.tools.filter(({ name }: { name: string }) => name !== "write");
		server.tools.find(({ name }: { name: string }) => name === "echo").description = "Was kinder once";
		server.tools.push({ name: "gone", inputSchema: { type: "object" } });
		server.args = ["elsewhere.mjs"];
		locked.servers.push({ name: "old", config: ".mcp.json", command: "old", args: [], env: {}, tools: [] });
		fs.writeFileSync(lockFile(), JSON.stringify(locked));
		const outcome = await world.sallyport(["tools", "verify"]);
		expect(outcome.code).toBe(1);
		for (const said of [
			"starts something else",
			"has changed a tool: echo",
			'-  "description": "Was kinder once"',
			"no longer lists a tool: gone",
			"not in the lock file: write",
			"old (.mcp.json) is in the lock file, and in no config file",
		])
			expect(outcome.stdout).toContain(said);
		const json = await world.sallyport(["tools", "verify", "--json"]);
		const drift: readonly { kind: string; diff: readonly string[] }[] = JSON.parse(json.stdout).drift;
		expect(drift.map(({ kind }) => kind).sort()).toEqual(["launch", "server-gone", "tool-changed", "tool-gone", "tool-new"]);
		for (const { diff } of drift) expect(diff.join("\n")).toMatch(/^[-+]/m);
	});

	it("shows which line of its instructions for the model is another", async () => {
		const server = path.join(path.dirname(world.server), "instructing.mjs");
		fs.copyFileSync(path.resolve(import.meta.dirname, "../fixtures/servers/instructing.mjs"), server);
		const args = [server, world.folder, `Read first.\nNever write to ${world.workspace}.`];
		world.write(".mcp.json", { mcpServers: { it: { command: process.execPath, args } } });
		await world.sallyport(["tools", "lock"]);
		const locked = lock();
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the lock file's own word
		expect(locked.servers[0].instructions).toBe("Read first.\nNever write to ${workspace}.");
		expect((await world.sallyport(["tools", "verify"])).code).toBe(0);
		locked.servers[0].instructions = "Write first.\nNever read.";
		fs.writeFileSync(lockFile(), JSON.stringify(locked));
		const { code, stdout } = await world.sallyport(["tools", "verify"]);
		expect(code).toBe(1);
		expect(stdout).toContain("it (.mcp.json) gives the model other instructions");
		expect(stdout).toMatch(/- +"Write first\.",[\s\S]*\+ +"Read first\."/);
	});

	it("compares the entry of what cannot be started here, and says so", async () => {
		const config = (image: string) =>
			world.write(".mcp.json", {
				mcpServers: { mini: { command: process.execPath, args: [world.server] }, box: { command: "docker", args: ["run", image] } },
			});
		config("good");
		expect(await world.sallyport(["tools", "lock"])).toMatchObject({
			code: 0,
			stderr: expect.stringContaining("Only what stands in its entry is compared"),
		});
		expect((await world.sallyport(["tools", "verify"])).code).toBe(0);
		config("evil");
		expect(await world.sallyport(["tools", "verify"])).toMatchObject({
			code: 1,
			stdout: expect.stringContaining("box (.mcp.json) starts something else"),
		});
	});

	it("sees another value of a variable, and another remote server", async () => {
		const config = (base: string, url: string) =>
			world.write(".mcp.json", {
				mcpServers: { mini: { command: process.execPath, args: [world.server], env: { API_BASE: base } }, far: { type: "http", url } },
			});
		config("https://good.example", "https://mcp.good.example/mcp");
		await world.sallyport(["tools", "lock"]);
		config("https://evil.example", "https://mcp.evil.example/mcp");
		const outcome = await world.sallyport(["tools", "verify"]);
		expect(outcome.code).toBe(1);
		for (const said of ['+    "API_BASE": "https://evil.example"', "far (.mcp.json) is another server, or has another address"])
			expect(outcome.stdout).toContain(said);
	});

	it("does not follow a link in the file's place", async () => {
		world.entry("mini");
		fs.symlinkSync("/dev/zero", lockFile());
		expect(await world.sallyport(["tools", "verify"])).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("cannot be read as a plain file"),
		});
	});

	it.each([
		["is not there", null, "tools lock"],
		["is no JSON", "{", "is not valid JSON"],
		["has another format", '{"version":1,"servers":[{"name":"a"}]}', "does not have the format of version 1 (at servers.0"],
		["is of a later version", '{"version":2,"servers":[]}', "does not have the format"],
	])("says in one line that the file %s", async (_what, text, said) => {
		world.entry("mini");
		if (text !== null) fs.writeFileSync(lockFile(), text);
		const outcome = await world.sallyport(["tools", "verify"]);
		expect([outcome.code, outcome.stdout]).toEqual([2, ""]);
		expect(outcome.stderr).toContain(said);
	});

	it("says which name it does not know", async () => {
		world.entry("mini");
		await world.sallyport(["tools", "lock"]);
		expect(await world.sallyport(["tools", "verify", "mino"])).toMatchObject({ code: 2, stderr: expect.stringContaining('"mino"') });
	});
});
