// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connection, callTool, World } from "../harness/world.ts";

const world = new World();
const at = (relative: string): string => path.join(world.workspace, relative);

beforeAll(async () => {
	await world.grantMini("read", "write");
	world.write("notes/a.txt", "a");
	world.write("docs/d.txt", "d");
	world.write("notes/keep.key", "key");
	world.write("private.txt", "p");
});
afterAll(() => world.remove());

async function session<T>(use: (connection: Connection) => Promise<T>): Promise<T> {
	const connection = await world.connect("mini");
	try {
		return await use(connection);
	} finally {
		await connection.client.close();
	}
}

/** Waits until the launcher has said it: it does so after the answer. */
async function until(true_: () => boolean): Promise<void> {
	for (let i = 0; i < 500 && !true_(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe("a server without a network", () => {
	it("that looks for a host by its name gets a sentence, and the line that would allow it", async () => {
		await world.allowTools("mini", "connect", "fetch");
		const connection = await world.connect("mini");
		await callTool(connection.client, "connect", { host: "api.example.com", port: 443 });
		await until(() => connection.stderr().includes("--egress"));
		await connection.client.close();
		expect(connection.stderr()).toContain("sallyport allow mini --egress api.example.com:443");
		const explained = await world.sallyport(["explain", "mini"]);
		expect(explained.stdout).toContain("network api.example.com:443: it is not granted");
		expect(explained.stdout).toContain("sallyport allow mini --egress api.example.com:443");
	});
});

describe("what a person grants", () => {
	it("is shown as it will be: real paths, patterns and limits", async () => {
		const outcome = await world.sallyport([
			...[
				"allow",
				"mini",
				"--yes",
				"--read",
				"${workspace}/docs",
				"--write",
				"notes",
				"--deny",
				"**/*.key",
				"--deny",
				"${workspace}/docs/old",
			],
			...["--limit", "memory=2GiB", "--limit", "processes=80", "--limit", "disk=64MiB", "--limit", "files=512"],
		]);
		expect(outcome.stderr).toBe("");
		for (const row of [
			`+ read    ${at("docs")}`,
			`+ write   ${at("notes")}`,
			"+ deny    **/*.key",
			`+ deny    ${at("docs/old")}`,
			"+ limit   memory 2GiB",
			"+ limit   processes 80",
			"+ limit   disk 64MiB",
		])
			expect(outcome.stdout).toContain(row);
	});

	it("is asked for again when a limit is raised, and not when it is lowered", async () => {
		const lowered = await world.sallyport(["allow", "mini", "--limit", "memory=1500MiB"]);
		expect(lowered.stdout).toContain("Saved; nothing was widened.");
		const raised = await world.sallyport(["allow", "mini", "--limit", "memory=3GiB"]);
		expect(raised.code).toBe(2);
		expect(raised.stderr).toMatch(/no terminal/);
	});

	it.each([
		["a size that is none", () => ["--limit", "memory=lots"], /--limit memory=lots: the value is a size/],
		["a limit that is none", () => ["--limit", "speed=1"], /there is no such limit.*memory, processes/],
		["everything", () => ["--read", "/"], /too wide/],
		["the home", () => ["--write", world.home], /too wide/],
		["what is above it", () => ["--write", world.folder], /too wide/],
	])("is refused with a remedy when it is %s", async (_what, options, expected) => {
		const outcome = await world.sallyport(["allow", "mini", "--yes", ...options()]);
		expect(outcome.code).toBe(2);
		expect(outcome.stderr).toMatch(expected);
	});
});

describe("a server that works in a granted folder", () => {
	it("has written the file when its answer arrives", async () => {
		for (let i = 0; i < 5; i++) {
			const file = at(`notes/new-${i}.txt`);
			const [answer, there] = await session(async ({ client }) => [
				await callTool(client, "write", { path: file }),
				fs.existsSync(file) && fs.readFileSync(file, "utf8"),
			]);
			expect(answer).toEqual({ ok: true, text: "written" });
			expect(there).toBe("written");
		}
	});

	it("does not see what was denied", async () => {
		const read = await session(({ client }) => callTool(client, "read", { path: at("notes/keep.key") }));
		expect(read.ok).toBe(false);
	});
});

describe("sallyport explain", () => {
	it("says what was granted, what was blocked, and the line that would allow it; each was one sentence on stderr", async () => {
		const said = await session(async ({ client, stderr }) => {
			await callTool(client, "read", { path: at("private.txt") });
			await callTool(client, "read", { path: at("private.txt") });
			await callTool(client, "read", { path: at("nothing-there.txt") });
			await callTool(client, "write", { path: at("docs/d.txt") });
			await callTool(client, "write", { path: at("notes/package.json") });
			await callTool(client, "echo", {});
			await until(() => stderr().includes("package.json"));
			return stderr();
		});
		const sentences = said.split("\n").filter((line) => line.includes("it tried to"));
		expect(sentences).toHaveLength(3);
		expect(said).toContain(
			`or tried to make one, in ${world.workspace}, which is not granted. If it should write there: sallyport allow mini --write`,
		);
		expect(said).toContain(`mini: it tried to read ${at("private.txt")}, which is not granted. If it should: sallyport allow mini --read`);
		expect(said).toContain(`mini: it tried to write ${at("docs/d.txt")}, which is not granted.`);
		expect(said).toContain(`mini: it tried to write ${at("notes/package.json")}, which no server may write.`);
		expect(fs.existsSync(at("notes/package.json"))).toBe(false);

		const outcome = await world.sallyport(["explain", "mini"]);
		expect(outcome.code).toBe(1);
		for (const part of [
			`  read    ${at("docs")}`,
			`  write   ${at("notes")}`,
			"  limit   processes 80",
			`"sandbox": { "read": ["${at("private.txt")}"] }`,
			`sallyport allow mini --read ${at("private.txt")}`,
			`sallyport allow mini --write ${at("docs/d.txt")}`,
			`${at("notes/package.json")}: no server may have it`,
			"sallyport tools allow mini echo",
		])
			expect(outcome.stdout).toContain(part);
		expect(outcome.stdout.split("Perhaps blocked:")[1]).toContain(`${world.workspace}: the folder is not granted`);

		const { withheld, granted } = JSON.parse((await world.sallyport(["explain", "mini", "--json"])).stdout);
		expect(granted.write).toEqual([at("notes")]);
		expect(withheld.find(({ kind }: { kind: string }) => kind === "tool")).toMatchObject({ subject: "echo", grantable: true });
	});

	it("says so when nothing was blocked, and when nothing is known", async () => {
		await session(({ client }) => callTool(client, "read", { path: at("docs/d.txt") }));
		const quiet = await world.sallyport(["explain", "mini"]);
		expect(quiet.code).toBe(0);
		expect(quiet.stdout).toContain("Nothing was blocked.");
		const unknown = await world.sallyport(["explain", "nobody"]);
		expect(unknown.code).toBe(2);
		expect(unknown.stderr).toContain("No run of a server nobody is recorded.");
	});

	it("tells of the run of the entry in one config file, where two files have the name", async () => {
		await session(({ client }) => callTool(client, "read", { path: at("docs/d.txt") }));
		const run = (file: string) => world.sallyport(["explain", "mini", "--file", file]);
		expect((await run(".mcp.json")).stdout).toContain(`(${at(".mcp.json")})`);
		expect(await run(".cursor/mcp.json")).toMatchObject({
			code: 2,
			stderr: expect.stringContaining("No run of a server mini is recorded."),
		});
	});

	it("says why a server was not started", async () => {
		world.entry("other");
		await world.launch("other");
		const outcome = await world.sallyport(["explain", "other"]);
		expect(outcome.code).toBe(1);
		expect(outcome.stdout).toContain("It was not started:");
		expect(outcome.stdout).toContain("This server has not been approved on this machine.");
		expect(outcome.stdout).toContain("what to do:      In a terminal, in its workspace: sallyport tools allow other TOOL…");
	});
});
