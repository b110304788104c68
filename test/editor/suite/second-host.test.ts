// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the host's own variables
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import * as z from "zod/mini";
import { NOT_AVAILABLE } from "../../../src/core/protocol/answers.ts";
import { readAuditLogs } from "../../../src/platform/audit/reader.ts";
import { recordedNode } from "../../../src/platform/node.ts";
import { callTool } from "../../harness/world.ts";
import { ConfigFiles, openJudged, take } from "./config-files.ts";
import { deny, type Entry, grantWithoutDialog, must, personsHome, revoke, userHome } from "./granting.ts";

const ConfigEntry = z.object({ command: z.string(), args: z.array(z.string()), env: z.optional(z.record(z.string(), z.string())) });
const CursorFile = z.object({ mcpServers: z.record(z.string(), ConfigEntry) });
type ConfigEntry = z.infer<typeof ConfigEntry>;

/** Starts an entry of a workspace as Cursor does: its variables expanded, and in no workspace. */
async function startLikeCursor(workspace: string, { command, args, env = {} }: ConfigEntry, cwd = "/"): Promise<Client> {
	const expanded = (text: string): string => text.replaceAll("${userHome}", userHome()).replaceAll("${workspaceFolder}", workspace);
	const own = Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
	const client = new Client({ name: "cursor", version: "1.0.0" });
	await client.connect(
		new StdioClientTransport({
			command: expanded(command),
			args: args.map(expanded),
			env: { ...Object.fromEntries(own), ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, expanded(value)])) },
			cwd,
			stderr: "ignore",
		}),
	);
	return client;
}

/** Why the launcher refuses this start, by its log. Fails when it does not. */
async function refusalOf(start: () => Promise<Client>, name = "second"): Promise<string | undefined> {
	const reasons = (): readonly string[] =>
		must(readAuditLogs(personsHome(), { server: name, limit: 1000 }))
			.entries.filter(({ direction, decision }) => direction === "launcher" && decision === "refuse")
			.map(({ reason }) => reason);
	const before = reasons().length;
	await assert.rejects(start(), new RegExp(NOT_AVAILABLE));
	return reasons()[before];
}

suite("a second host, which starts what is in Cursor's file", () => {
	const files = new ConfigFiles();
	const outside = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-host-")));
	const server = path.join(outside, "mini.mjs");
	let workspace: string;
	let cursor: Entry;
	let entry: ConfigEntry;
	const granted: Entry[] = [];

	async function grant(to: Entry, ...tools: string[]): Promise<void> {
		await grantWithoutDialog(to, ...tools);
		if (!granted.includes(to)) granted.push(to);
	}

	async function withClient<T>(use: (client: Client) => Promise<T>): Promise<T> {
		const client = await startLikeCursor(workspace, entry);
		try {
			return await use(client);
		} finally {
			await client.close();
		}
	}

	async function offered(): Promise<readonly string[]> {
		const { tools } = await withClient((client) => client.listTools());
		return tools.map(({ name }) => name).sort();
	}

	suiteSetup(async () => {
		await vscode.commands.executeCommand("sallyport.setUp");
		fs.copyFileSync(path.join(import.meta.dirname, "..", "..", "test", "fixtures", "servers", "mini.mjs"), server);
		const plain = { command: recordedNode(personsHome()), args: [server], env: { ROOT: "${workspaceFolder}" } };
		const document = await openJudged(files.write(".cursor/mcp.json", { mcpServers: { second: plain } }));
		await take(document, "not-launched-through-sallyport", "Launch through Sallyport");
		cursor = { file: document.uri.fsPath, host: "cursor", name: "second" };
		workspace = path.dirname(path.dirname(cursor.file));
		const { mcpServers } = CursorFile.parse(JSON.parse(fs.readFileSync(cursor.file, "utf8")));
		entry = mcpServers.second ?? assert.fail("the entry is there");
	});
	suiteTeardown(async () => {
		for (const each of granted) await revoke(each);
		await files.remove();
		fs.rmSync(outside, { recursive: true, force: true });
	});

	test("finds the launcher in the home, and tells it the workspace", () => {
		assert.equal(entry.command, "${userHome}/.sallyport/bin/sallyport");
		assert.deepEqual(entry.args.slice(0, 6), ["run", "--name", "second", "--workspace", "${workspaceFolder}", "--"]);
	});

	test("is refused what no one approved", async () => {
		assert.equal(await refusalOf(() => startLikeCursor(workspace, entry)), "not-approved");
	});

	test("is offered the tools that were granted, by the dialog's functions without the dialog, and no other", async () => {
		await grant(cursor, "echo", "env");
		assert.deepEqual(await offered(), ["echo", "env"]);
		const [echo, env, read] = await withClient(async (client) => [
			await callTool(client, "echo", { text: "from Cursor" }),
			await callTool(client, "env"),
			await callTool(client, "read", { path: server }),
		]);
		assert.deepEqual(echo, { ok: true, text: "from Cursor" });
		assert.equal(JSON.parse(env?.text ?? "").ROOT, workspace);
		assert.equal(read?.ok, false);
		assert.match(read.text, new RegExp(NOT_AVAILABLE));
	});

	test("is refused a changed argument, another value and another name", async () => {
		const { args } = entry;
		const changed: readonly (readonly [ConfigEntry, string])[] = [
			[{ ...entry, args: [...args, "--more"] }, "launch-changed"],
			[{ ...entry, env: { ROOT: "/" } }, "launch-changed"],
		];
		for (const [other, reason] of changed) assert.equal(await refusalOf(() => startLikeCursor(workspace, other)), reason);
		const renamed = { ...entry, args: args.map((word) => (word === "second" ? "third" : word)) };
		assert.equal(await refusalOf(() => startLikeCursor(workspace, renamed), "third"), "not-approved");
	});

	test("is refused the same entry in another workspace's file, and that workspace when it claims to be this one", async () => {
		const other = path.dirname(path.dirname(files.write(".cursor/mcp.json", { mcpServers: { second: entry } }).fsPath));
		assert.equal(await refusalOf(() => startLikeCursor(other, entry)), "other-workspace");
		assert.equal(await refusalOf(() => startLikeCursor(workspace, entry, other)), "workspace-elsewhere");
	});

	test("is offered what the grants of both files allow, where the same entry is in VS Code's file too", async () => {
		const { args, ...rest } = entry;
		const file = path.join(workspace, ".vscode", "mcp.json");
		fs.mkdirSync(path.dirname(file));
		const [run = "", name = "", second = "", , , ...line] = args;
		fs.writeFileSync(file, JSON.stringify({ servers: { second: { ...rest, args: [run, name, second, ...line] } } }));
		const vsCode: Entry = { file, host: "vscode", name: "second" };
		await grant(vsCode, "echo", "read");
		assert.deepEqual(await offered(), ["echo"]);
		await deny(vsCode, "echo");
		assert.deepEqual(await offered(), []);
	});
});
