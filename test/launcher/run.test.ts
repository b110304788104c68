import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { type Connection, callTool, INITIALIZE, World } from "../harness/world.ts";

const world = new World();

beforeAll(async () => {
	await world.init();
	world.entry("mini", [], { env: { MODE: "test" } });
	await world.allowTools("mini", "echo", "env", "read", "write", "drift");
});
afterAll(() => world.remove());

async function session<T>(use: (connection: Connection) => Promise<T>, more: Record<string, string> = {}): Promise<T> {
	const connection = await world.connect("mini", [], { env: { MODE: "test", ...more } });
	try {
		return await use(connection);
	} finally {
		await connection.client.close();
	}
}

describe("an approved server, started as a host starts it", () => {
	it("lists the tools that were ticked, and no others", async () => {
		const { tools } = await session(({ client }) => client.listTools());
		expect(tools.map(({ name }) => name).sort()).toEqual(["drift", "echo", "env", "read", "write"]);
	});

	it("answers a granted call", async () => {
		expect(await session(({ client }) => callTool(client, "echo", { text: "hello" }))).toEqual({ ok: true, text: "hello" });
	});

	it("gives an ungranted and an unknown tool the same answer", async () => {
		const [ungranted, unknown] = await session(async ({ client }) => [
			await callTool(client, "connect"),
			await callTool(client, "nonsense"),
		]);
		expect(ungranted).toEqual(unknown);
		expect(ungranted?.text).toContain(NOT_AVAILABLE);
	});

	it("has the variables of its entry and nothing else of the host's", async () => {
		const { text } = await session(({ client }) => callTool(client, "env"), { HOST_SECRET: "canary" });
		const env = JSON.parse(text);
		expect(env.MODE).toBe("test");
		expect(text).not.toContain("canary");
		expect(Object.keys(env).sort()).toEqual(["HOME", "LANG", "MODE", "PATH", "PWD", "TMPDIR"].filter((name) => name in env));
	});

	it("cannot read the home, or the workspace, or another process", async () => {
		fs.writeFileSync(path.join(world.home, "diary.txt"), "private");
		world.write("source.txt", "private");
		const files = [
			path.join(world.home, "diary.txt"),
			path.join(world.workspace, "source.txt"),
			`/proc/${process.pid}/environ`,
			"/etc/shadow",
		];
		for (const file of files) {
			const read = await session(({ client }) => callTool(client, "read", { path: file }));
			expect(read.ok, file).toBe(false);
			expect(read.text).not.toContain("private");
		}
	});

	it("cannot write anything that outlives it", async () => {
		for (const file of [path.join(world.workspace, "planted"), path.join(world.home, "planted"), world.server]) {
			const before = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null;
			await session(({ client }) => callTool(client, "write", { path: file }));
			expect(fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null, file).toBe(before);
		}
	});

	it("loses a tool whose definition changes while it runs", async () => {
		const [before, after, listed] = await session(async ({ client }) => {
			const first = await callTool(client, "echo", { text: "1" });
			await callTool(client, "drift");
			return [first, await callTool(client, "echo", { text: "2" }), await client.listTools()] as const;
		});
		expect(before.ok).toBe(true);
		expect(after.text).toContain(NOT_AVAILABLE);
		expect(listed.tools.map(({ name }) => name)).not.toContain("echo");
	});

	it("obeys a tool that is denied while it runs, at once, and tells the host", async () => {
		const changed = await session(async ({ client }) => {
			await client.listTools();
			const told = new Promise<void>((resolve) => {
				client.fallbackNotificationHandler = async ({ method }) => {
					if (method === "notifications/tools/list_changed") resolve();
				};
			});
			expect((await world.sallyport(["tools", "deny", "mini", "read"])).code).toBe(0);
			await told;
			return callTool(client, "read", { path: world.server });
		});
		await world.allowTools("mini", "read");
		expect(changed.text).toContain(NOT_AVAILABLE);
	});

	it("is in the audit log, and the log can be verified", async () => {
		await session(({ client }) => callTool(client, "echo", { text: "for the record" }));
		const list = await world.sallyport(["audit", "list", "--json", "--limit", "1000"]);
		expect(list.stdout).toContain("for the record");
		expect((await world.sallyport(["audit", "verify"])).code).toBe(0);
	});

	it("passes on the server's exit code", async () => {
		world.entry("leaver", ["exit"]);
		expect((await world.sallyport(["allow", "leaver", "--yes"])).code).toBe(0);
		const outcome = await world.launch("leaver", ["exit"]);
		world.entry("mini", [], { env: { MODE: "test" } });
		expect(outcome.code).toBe(7);
		expect(outcome.stderr).toMatch(/leaver: it ended with code 7 before it answered\. .*sallyport tools list/);
	});

	it("survives a server that prints what is no message, and says so once", async () => {
		world.entry("noisy", ["garbage"]);
		await world.allowTools("noisy", "echo");
		const outcome = await world.launch("noisy", ["garbage"]);
		world.entry("mini", [], { env: { MODE: "test" } });
		expect(
			outcome.stdout
				.trim()
				.split("\n")
				.map((line) => JSON.parse(line).id),
		).toEqual([1]);
		expect(outcome.stderr.match(/no well-formed message/g)?.length).toBe(1);
	});

	it("works for a client that sends everything without waiting", async () => {
		const line = (message: object): string => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
		const input = [
			INITIALIZE,
			line({ method: "notifications/initialized" }),
			line({ id: 2, method: "tools/list" }),
			line({ id: 3, method: "tools/call", params: { name: "echo", arguments: { text: "early" } } }),
		].join("");
		const outcome = await world.launch("mini", [], { input, env: { MODE: "test" } });
		const answers = new Map(
			outcome.stdout
				.trim()
				.split("\n")
				.map((text) => [JSON.parse(text).id, text]),
		);
		expect(answers.get(3)).toContain("early");
		expect(answers.get(2)).toContain('"echo"');
	});
});
