import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { generateFakeToken } from "../../../src/platform/example.ts";
import { setting, until, withWorkspaceSettings } from "./config-files.ts";
import { ServersWorld } from "./servers-world.ts";

suite("a person's own config file that a workspace links to", () => {
	let here: ServersWorld;
	let own: string;
	let link: string;

	suiteSetup(async () => {
		here = new ServersWorld();
		const { world } = here;
		await world.init();
		own = path.join(world.home, ".cursor", "mcp.json");
		link = path.join(world.workspace, ".vscode", "mcp.json");
		for (const file of [own, link]) fs.mkdirSync(path.dirname(file), { recursive: true });
		const entry = { command: process.execPath, args: [world.server], env: { GITHUB_TOKEN: generateFakeToken() } };
		fs.writeFileSync(own, JSON.stringify({ mcpServers: { mine: entry } }));
		await here.servers.load();
	});
	suiteTeardown(async () => {
		here.remove();
		await setting("rules", undefined);
	});

	/** Where its servers are told, and what is said of them. */
	function told(): readonly unknown[] {
		return here.servers.files
			.filter(({ path: file }) => file === fs.realpathSync(own))
			.map(({ uri, host, scope, servers }) => ({
				uri: uri.fsPath,
				host,
				scope,
				// Each once: what the rules say of a folder for temporary files depends on where this very Node lies.
				servers: servers.map(({ name, findings }) => [name, [...new Set(findings.map(({ ruleId }) => ruleId))]]),
			}));
	}
	const mine = (): readonly unknown[] => [
		{
			uri: own,
			host: "cursor",
			scope: "user",
			servers: [["mine", ["not-launched-through-sallyport", "temporary-program", "secret-in-env"]]],
		},
	];

	test("stays theirs in the view, with all of its servers, when everything is read again", async () => {
		assert.deepEqual(told(), mine());
		fs.symlinkSync(own, link);
		await here.servers.refresh();
		assert.deepEqual(told(), mine());
		assert.equal(
			here.servers.files.some(({ uri }) => uri.fsPath === link),
			false,
		);
	});

	test("and when the link alone is read", async () => {
		const server = here.server("mine");
		here.servers.reread({ id: server.id, file: { ...server.file, uri: vscode.Uri.file(link) } });
		assert.deepEqual(told(), mine());
	});

	test("keeps its findings whatever the workspace's settings say", async () => {
		const rules = { "secret-in-env": "off", "not-launched-through-sallyport": "off", "temporary-program": "off" };
		await withWorkspaceSettings({ "sallyport.rules": rules }, async () => {
			await here.servers.refresh();
			assert.deepEqual(told(), mine());
			await setting("rules", rules);
			await until(
				() => here.server("mine").findings.length,
				(count) => count === 0,
			);
		});
	});
});
