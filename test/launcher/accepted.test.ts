import * as fs from "node:fs";
import * as path from "node:path";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { type Connection, callTool, World } from "../harness/world.ts";

const world = new World();
afterAll(() => world.remove());

const folder = (): string => path.join(world.sallyportHome, "policy");
const file = (): string => path.join(folder(), fs.readdirSync(folder())[0] ?? "");

interface Written {
	servers: {
		tools: Record<string, object>;
		sandbox: "off" | Record<string, string[]>;
		egress: string[];
		launch: Record<string, unknown>;
		name: string;
		config: string;
	}[];
}

/** As a text editor, or another program, writes it. */
function edit(change: (server: Written["servers"][number]) => void): void {
	const policy = JSON.parse(fs.readFileSync(file(), "utf8").replace(/^\/\/.*/, "")) as Written;
	for (const server of policy.servers) change(server);
	fs.writeFileSync(`${file()}.new`, `// edited\n${JSON.stringify(policy, null, 2)}\n`);
	fs.renameSync(`${file()}.new`, file());
}

const opened: Connection[] = [];

beforeEach(async () => {
	if (!fs.existsSync(world.sallyportHome)) await world.init();
	world.entry("mini");
	await world.sallyport(["revoke", "mini"]);
	await world.allowTools("mini", "echo", "read");
});
afterEach(async () => {
	for (const { client } of opened.splice(0)) await client.close();
	for (const name of fs.readdirSync(folder())) fs.rmSync(path.join(folder(), name));
});

async function connect(): Promise<Connection> {
	const connection = await world.connect("mini");
	opened.push(connection);
	return connection;
}

const listed = async ({ client }: Connection): Promise<readonly string[]> => (await client.listTools()).tools.map(({ name }) => name);

/** Resolves when the host is told that the tools have changed, so often. */
function told(client: Client): Promise<void> {
	return new Promise((resolve) => {
		client.fallbackNotificationHandler = async ({ method }) => {
			if (method === "notifications/tools/list_changed") resolve();
		};
	});
}

/** Resolves when the launcher has said something that fits. */
async function said(connection: Connection, what: RegExp): Promise<void> {
	while (!what.test(connection.stderr())) await new Promise((resolve) => setTimeout(resolve, 5));
}

const accept = () => world.sallyport(["policy", "accept", "mini", "--yes"]);

describe("a grant that is edited while its server runs", () => {
	it("loses a tool at once, and gets none", async () => {
		const connection = await connect();
		expect(await listed(connection)).toEqual(["echo", "read"]);
		const lost = told(connection.client);
		edit(({ tools }) => {
			tools.write = tools.echo ?? {};
			delete tools.read;
		});
		await lost;
		await said(connection, /changed outside Sallyport.*sallyport policy accept mini/);
		expect(await listed(connection)).toEqual(["echo"]);
		expect((await callTool(connection.client, "write", { path: "x" })).text).toContain(NOT_AVAILABLE);
	});

	it("gets what is accepted without a new start", async () => {
		await world.sallyport(["tools", "deny", "mini", "read"]);
		const before = fs.readFileSync(file(), "utf8");
		await world.allowTools("mini", "read");
		const wider = fs.readFileSync(file(), "utf8");
		await world.sallyport(["tools", "deny", "mini", "read"]);
		expect(fs.readFileSync(file(), "utf8")).toBe(before);
		const connection = await connect();
		expect(await listed(connection)).toEqual(["echo"]);
		// An older file, with everything in it that a person once accepted, and has taken back since.
		fs.writeFileSync(file(), wider);
		await said(connection, /changed outside Sallyport/);
		expect(await listed(connection)).toEqual(["echo"]);
		const got = told(connection.client);
		expect(await accept()).toMatchObject({ code: 0, stdout: expect.stringMatching(/\+ tool {4}read[\s\S]*Accepted\./) });
		await got;
		expect(await listed(connection)).toEqual(["echo", "read"]);
	});

	it("goes on as it is when it asks for more of the machine, and stops when it asks for less or for something else", async () => {
		const connection = await connect();
		edit((server) => {
			server.sandbox = "off";
			server.egress = ["example.com:443"];
		});
		await said(connection, /changed outside Sallyport/);
		expect(await listed(connection)).toEqual(["echo", "read"]);
		expect((await callTool(connection.client, "read", { path: path.join(world.home, ".sallyport", "home.json") })).text).toMatch(
			/ENOENT|EACCES/,
		);
		edit((server) => {
			server.launch.args = ["-e", "0"];
		});
		await said(connection, /The server is stopped/);
	});
});

describe("a grant that was edited before its server starts", () => {
	it("starts with what was accepted of it", async () => {
		edit((server) => {
			server.sandbox = { read: [world.home], write: [world.workspace], deny: [], env: ["HOME"] };
			server.tools.env = server.tools.echo ?? {};
		});
		const connection = await connect();
		expect(await listed(connection)).toEqual(["echo", "read"]);
		expect((await callTool(connection.client, "read", { path: path.join(world.workspace, ".mcp.json") })).text).toMatch(/ENOENT|EACCES/);
		expect(connection.stderr()).toMatch(/changed outside Sallyport.*sallyport policy accept mini/);
	});

	it.each<[string, () => void]>([
		[
			"it is for another command",
			() =>
				edit((server) => {
					server.launch.command = "/bin/sh";
				}),
		],
		[
			"it is another entry's",
			() =>
				edit((server) => {
					server.config = "/elsewhere/.mcp.json";
				}),
		],
		["what was accepted is gone", () => fs.rmSync(path.join(world.sallyportHome, "state", "approvals"), { recursive: true })],
	])("is refused when %s", async (_, change) => {
		change();
		const outcome = await world.launch("mini");
		// What was taken away as a whole is begun anew.
		await accept();
		expect(outcome.code).toBe(125);
		expect(outcome.stderr.trim().split("\n")).toHaveLength(1);
	});

	it("is refused, and named, when nobody ever accepted it", async () => {
		const text = fs.readFileSync(file(), "utf8");
		await world.sallyport(["revoke", "mini"]);
		fs.writeFileSync(path.join(folder(), "again.jsonc"), text);
		const outcome = await world.launch("mini");
		expect(outcome).toMatchObject({ code: 125, stderr: expect.stringMatching(/no person has accepted.*sallyport policy accept mini/) });
		expect(outcome.stdout).toContain(NOT_AVAILABLE);
		expect(await accept()).toMatchObject({ code: 0 });
		expect(await listed(await connect())).toEqual(["echo", "read"]);
	});

	it("lets nothing be saved over what waits", async () => {
		edit((server) => {
			server.egress = ["example.com:443"];
		});
		const outcome = await world.sallyport(["tools", "allow", "mini", "write", "--yes"]);
		expect(outcome).toMatchObject({ code: 2, stderr: expect.stringContaining("sallyport policy accept mini") });
		expect(fs.readFileSync(file(), "utf8")).toContain("example.com:443");
	});
});

it("reaches every running launcher when a tool is taken away, and when one is accepted", async () => {
	const connections = await Promise.all(Array.from({ length: 5 }, () => connect()));
	for (const connection of connections) expect(await listed(connection)).toEqual(["echo", "read"]);

	const change = async (what: string, write: () => Promise<void> | void) => {
		const times = connections.map(({ client }) => told(client).then(() => Date.now()));
		await write();
		const last = Math.max(...(await Promise.all(times)));
		console.log(
			`${what}: ${connections.length} running launchers had it ${Math.round(last - fs.statSync(file()).mtimeMs)} ms after the file`,
		);
	};
	await change("a tool taken away by hand", () => edit(({ tools }) => void delete tools.read));
	for (const connection of connections) expect(await listed(connection)).toEqual(["echo"]);
	await change("a tool allowed", () => world.allowTools("mini", "read"));
	for (const connection of connections) expect(await listed(connection)).toEqual(["echo", "read"]);
});
