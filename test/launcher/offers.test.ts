import * as path from "node:path";
import { Client, type VersionNegotiationMode } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import { SALLYPORT, World } from "../harness/world.ts";

const world = new World();
const server = path.resolve(import.meta.dirname, "../fixtures/servers/offers.mjs");

beforeAll(async () => {
	await world.init();
	const entry = { command: process.execPath, args: [server] };
	world.write(".mcp.json", { mcpServers: { some: entry, none: entry } });
	const some = ["--prompt", "summary", "--resource", "notes://today", "--resource", "notes://docs/*", "--template", "notes://docs/{name}"];
	for (const args of [["some", ...some, "--completions"], ["none"]]) {
		const allowed = await world.sallyport(["allow", ...args, "--yes"]);
		expect(allowed.code, allowed.stderr).toBe(0);
		if (args[0] !== "some") continue;
		expect(allowed.stdout).toMatch(/\+ prompt +summary\b/);
		expect(allowed.stdout).toMatch(/\+ resource +"?notes:\/\/docs\/\*/);
		expect(allowed.stdout).toMatch(/\+ completion /);
	}
});
afterAll(() => world.remove());

async function connect(name: string, mode: VersionNegotiationMode): Promise<Client> {
	const client = new Client({ name: "host", version: "1.0.0" }, { versionNegotiation: { mode } });
	const args = [SALLYPORT, "run", "--name", name, "--", process.execPath, server];
	await client.connect(
		new StdioClientTransport({ command: process.execPath, args, env: world.env(), cwd: world.workspace, stderr: "ignore" }),
	);
	return client;
}

describe.each<[VersionNegotiationMode]>([["legacy"], [{ pin: "2026-07-28" }]])("a host in mode %j", (mode) => {
	it("sees and reaches what was granted, and nothing else", async () => {
		const client = await connect("some", mode);
		expect(Object.keys(client.getServerCapabilities() ?? {}).sort()).toEqual(["completions", "prompts", "resources"]);
		expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual(["summary"]);
		expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(["notes://today"]);
		expect((await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(["notes://docs/{name}"]);
		expect(JSON.stringify(await client.getPrompt({ name: "summary", arguments: { topic: "walls" } }))).toContain("Sum up walls");
		expect(JSON.stringify(await client.readResource({ uri: "notes://docs/a" }))).toContain("This is notes://docs/a");
		const typed = { ref: { type: "ref/prompt" as const, name: "summary" }, argument: { name: "topic", value: "wat" } };
		expect((await client.complete(typed)).completion.values).toEqual(["water"]);
		for (const name of ["steal", "nonsense"]) await expect(client.getPrompt({ name })).rejects.toThrow(NOT_AVAILABLE);
		for (const uri of ["notes://private/diary", "notes://docs/%2e%2e", "notes://nothing"])
			await expect(client.readResource({ uri })).rejects.toThrow(NOT_AVAILABLE);
		await client.close();
	});

	it("is told of none of it where nothing was granted", async () => {
		const client = await connect("none", mode);
		expect(Object.keys(client.getServerCapabilities() ?? {})).toEqual([]);
		await client.close();
	});
});

it("what was refused is explained, with the command that would allow it", async () => {
	const client = await connect("some", "legacy");
	await expect(client.getPrompt({ name: "steal" })).rejects.toThrow(NOT_AVAILABLE);
	await client.close();
	const { stdout } = await world.sallyport(["explain", "some"]);
	expect(stdout).toMatch(/prompt +summary/);
	expect(stdout).toContain("sallyport allow some --prompt steal");
});

it("one thing can be taken back, and asking again for what is there asks nobody", async () => {
	const again = await world.sallyport(["allow", "some", "--prompt", "summary"]);
	expect(again.stdout, again.stderr).toContain("nothing was widened");
	expect((await world.sallyport(["revoke", "some", "--prompt", "summary", "--completions"])).code).toBe(0);
	expect((await world.sallyport(["revoke", "some", "--prompt", "summary"])).code).toBe(1);
	const client = await connect("some", "legacy");
	expect(Object.keys(client.getServerCapabilities() ?? {})).toEqual(["resources"]);
	await expect(client.getPrompt({ name: "summary", arguments: { topic: "x" } })).rejects.toThrow(NOT_AVAILABLE);
	await client.close();
});
