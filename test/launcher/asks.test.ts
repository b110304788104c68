import * as path from "node:path";
import { Client, type VersionNegotiationMode } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SALLYPORT, World } from "../harness/world.ts";

const world = new World();
const server = path.resolve(import.meta.dirname, "../fixtures/servers/asks.mjs");

beforeAll(async () => {
	await world.init();
	const entry = { command: process.execPath, args: [server] };
	world.write(".mcp.json", { mcpServers: { may: entry, mayNot: entry } });
	await world.allowTools("may", "deploy", "phish");
	await world.allowTools("mayNot", "deploy");
	const allowed = await world.sallyport([
		"allow",
		"may",
		"--ask",
		"elicitation=4",
		"--limit",
		"resultSize=1MiB",
		"--limit",
		"overlong=cut",
		"--yes",
	]);
	expect(allowed.stdout, allowed.stderr).toMatch(/\+ ask +elicitation, 4 a minute/);
});
afterAll(() => world.remove());

async function connect(name: string, mode: VersionNegotiationMode) {
	const asked: string[] = [];
	const client = new Client({ name: "host", version: "1.0.0" }, { versionNegotiation: { mode }, capabilities: { elicitation: {} } });
	client.setRequestHandler("elicitation/create", async ({ params }) => {
		asked.push(params.message);
		return { action: "accept", content: { place: "Berlin", answer: "x" } };
	});
	const args = [SALLYPORT, "run", "--name", name, "--", process.execPath, server];
	await client.connect(
		new StdioClientTransport({ command: process.execPath, args, env: world.env(), cwd: world.workspace, stderr: "ignore" }),
	);
	return { client, asked };
}

describe.each<[VersionNegotiationMode]>([["legacy"], [{ pin: "2026-07-28" }]])("a host in mode %j", (mode) => {
	const call = async (client: Client, name: string): Promise<string> =>
		client.callTool({ name, arguments: {} }).then(
			(result) => JSON.stringify(result),
			(error: unknown) => String(error),
		);

	it("is asked where that was granted, and its answer comes back to the server", async () => {
		const { client, asked } = await connect("may", mode);
		expect(await call(client, "deploy")).toContain("You said Berlin");
		expect(asked).toEqual(["Where to?"]);
		await client.close();
	});

	it("is not asked for a password even so", async () => {
		const { client, asked } = await connect("may", mode);
		expect(await call(client, "phish")).not.toContain("You said");
		expect(asked).toEqual([]);
		await client.close();
		expect((await world.sallyport(["audit", "list", "--json"])).stdout).toContain("credential-asked");
	});

	it("is not asked where that was not granted", async () => {
		const { client, asked } = await connect("mayNot", mode);
		expect(await call(client, "deploy")).not.toContain("You said");
		expect(asked).toEqual([]);
		await client.close();
	});
});

it("what may be asked can be taken back, and nothing that is no such kind is granted", async () => {
	expect((await world.sallyport(["revoke", "may", "--ask", "elicitation"])).code).toBe(0);
	const { client, asked } = await connect("may", "legacy");
	await client.callTool({ name: "deploy", arguments: {} }).catch(() => {});
	expect(asked).toEqual([]);
	await client.close();
	for (const text of ["passwords", "sampling=0", "sampling=1=2", "sampling=x"]) {
		const refused = await world.sallyport(["allow", "may", "--ask", text, "--yes"]);
		expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("--ask is not sampling")]);
	}
});
