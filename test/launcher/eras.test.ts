import * as path from "node:path";
import { Client, type VersionNegotiationMode } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { SALLYPORT, World } from "../harness/world.ts";

const world = new World();
const server = path.resolve(import.meta.dirname, "../fixtures/servers/both-eras.mjs");
const entry = (mode: string) => ({ command: process.execPath, args: [server, mode] });

beforeAll(async () => {
	await world.init();
	world.write(".mcp.json", { mcpServers: { both: entry("both"), modern: entry("modern") } });
	await world.allowTools("both", "greet");
	await world.allowTools("modern", "greet");
});
afterAll(() => world.remove());

async function connect(name: string, mode: VersionNegotiationMode): Promise<Client> {
	const client = new Client({ name: "second-sdk", version: "1.0.0" }, { versionNegotiation: { mode } });
	const args = [SALLYPORT, "run", "--name", name, "--", process.execPath, server, name];
	await client.connect(
		new StdioClientTransport({ command: process.execPath, args, env: world.env(), cwd: world.workspace, stderr: "ignore" }),
	);
	return client;
}

describe.each<[string, VersionNegotiationMode]>([
	["both", "legacy"],
	["both", "auto"],
	["both", { pin: "2026-07-28" }],
	["modern", "auto"],
	["modern", { pin: "2026-07-28" }],
])("a server that speaks %s, asked by a client in mode %j", (name, mode) => {
	it("lists what was ticked, answers it, and refuses the rest", async () => {
		const client = await connect(name, mode);
		const { tools } = await client.listTools();
		expect(tools.map((tool) => tool.name)).toEqual(["greet"]);
		const greeted = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
		expect(JSON.stringify(greeted)).toContain("Hello Ada");
		await expect(client.callTool({ name: "hidden", arguments: {} })).rejects.toThrow(NOT_AVAILABLE);
		await client.close();
	});

	it("answers a call that comes before any list", async () => {
		const client = await connect(name, mode);
		const greeted = await client.callTool({ name: "greet", arguments: { name: "Grace" } });
		expect(JSON.stringify(greeted)).toContain("Hello Grace");
		await client.close();
	});
});
