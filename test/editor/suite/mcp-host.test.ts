// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the host's own variables
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { readAuditLogs } from "../../../src/platform/audit/reader.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import { generateFakeToken } from "../../../src/platform/example.ts";
import { recordedNode } from "../../../src/platform/node.ts";
import { ConfigFiles, diagnosticsOf, openJudged, ruleOf, take, until } from "./config-files.ts";
import { deny, type Entry, grantWithoutDialog, must, personsHome, revoke, userHome } from "./granting.ts";

/** Processes whose command line has this in it: pid → the words. */
function processesWith(text: string): ReadonlyMap<string, readonly string[]> {
	const found = new Map<string, readonly string[]>();
	for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
		const line = readOr(`/proc/${pid}/cmdline`);
		if (line.includes(text)) found.set(pid, line.split("\0"));
	}
	return found;
}

function readOr(file: string): string {
	try {
		return fs.readFileSync(file, "latin1");
	} catch {
		return "";
	}
}

/** Every file of a folder that holds the text, in any of the ways in which a program would write it. */
function filesWith(folder: string, text: string): readonly string[] {
	const forms = [text, Buffer.from(text).toString("base64").replace(/=+$/, ""), Buffer.from(text).toString("hex")];
	return fs
		.readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter((file) => forms.some((form) => readOr(file).includes(form)));
}

suite("VS Code's own MCP host", () => {
	const [folder] = vscode.workspace.workspaceFolders ?? [];
	assert.ok(folder);
	const file = path.join(folder.uri.fsPath, ".vscode", "mcp.json");
	const outside = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-host-")));
	const server = path.join(outside, "mini.mjs");
	const door: Entry = { file, host: "vscode", name: "door" };
	const token = generateFakeToken();
	const files = new ConfigFiles();

	suiteSetup(async () => {
		await vscode.commands.executeCommand("sallyport.setUp");
		assert.equal(fs.existsSync(path.join(userHome(), ".sallyport", "bin", "sallyport")), true);
		fs.copyFileSync(path.join(import.meta.dirname, "..", "..", "test", "fixtures", "servers", "mini.mjs"), server);
		assert.equal(fs.existsSync(path.dirname(file)), false);
	});
	suiteTeardown(async () => {
		await vscode.commands.executeCommand("workbench.mcp.stopServer", "mcp.config.ws0.door");
		await until(
			() => processesWith(server).size,
			(count) => count === 0,
		);
		await files.remove();
		await revoke(door);
		fs.rmSync(path.dirname(file), { recursive: true, force: true });
		fs.rmSync(outside, { recursive: true, force: true });
	});

	/** Every tool of an MCP server that the editor has. The first part of its name is how the server calls itself, or a number after it. */
	function toolsOfServers(): readonly string[] {
		return vscode.lm.tools.flatMap(({ name }) => /^mcp_[^_]+_(.*)$/.exec(name)?.[1] ?? []).sort();
	}

	/** As a person who restarts it: the host leaves alone what was refused. */
	async function restart(): Promise<void> {
		await vscode.commands.executeCommand("workbench.mcp.stopServer", "mcp.config.ws0.door");
		await vscode.commands.executeCommand("workbench.mcp.startServer", "mcp.config.ws0.door", { waitForLiveTools: true });
	}

	function untilTools(...wanted: string[]): Promise<unknown> {
		return until(toolsOfServers, (names) => names.join() === wanted.join());
	}

	async function call(tool: string, input: object = {}): Promise<string> {
		const name = vscode.lm.tools.find((each) => /^mcp_/.test(each.name) && each.name.endsWith(`_${tool}`))?.name;
		assert.ok(name, `${tool} is offered`);
		const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
		return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
	}

	test("starts nothing of what two quick fixes wrapped and no one approved", async () => {
		const node = recordedNode(personsHome());
		const plain = {
			door: { command: node, args: [server], env: { TOKEN: token } },
			stranger: { command: node, args: [server, "stranger"] },
		};
		// In a folder where the host does not look: it never knows them as they were.
		const document = await openJudged(files.write(".vscode/mcp.json", { servers: plain }));
		await take(document, "secret-in-env", "Move secret to the OS keychain");
		await until(
			() => diagnosticsOf(document.uri).map(ruleOf),
			(rules) => !rules.includes("secret-in-env"),
		);
		await take(document, "not-launched-through-sallyport", "Launch through Sallyport");
		fs.cpSync(path.dirname(document.uri.fsPath), path.dirname(file), { recursive: true });
		await files.remove();
		const { servers } = JSON.parse(fs.readFileSync(file, "utf8"));
		assert.deepEqual(servers, {
			door: {
				command: "${userHome}/.sallyport/bin/sallyport",
				args: ["run", "--name", "door", "--", node, server],
				env: { TOKEN: "keychain://door/TOKEN" },
			},
			stranger: {
				command: "${userHome}/.sallyport/bin/sallyport",
				args: ["run", "--name", "stranger", "--", node, server, "stranger"],
			},
		});
		const refused = (): readonly string[] =>
			["door", "stranger"].filter((name) =>
				must(readAuditLogs(personsHome(), { server: name, limit: 100 })).entries.some(({ reason }) => reason === "not-approved"),
			);
		await until(
			async () => {
				await vscode.commands.executeCommand("workbench.mcp.startServer", "*", { waitForLiveTools: true });
				return refused();
			},
			(names) => names.length === 2,
		);
		assert.deepEqual(toolsOfServers(), []);
		assert.equal(processesWith(server).size, 0);
	});

	test("is offered the tools that were granted, by the dialog's functions without the dialog, and no other", async () => {
		await grantWithoutDialog(door, "echo", "env");
		await restart();
		await untilTools("echo", "env");
	});

	test("calls a tool through the launcher, and the call is in the log", async () => {
		assert.equal(await call("echo", { text: "through the door" }), "through the door");
		const { entries } = must(readAuditLogs(personsHome(), { server: "door", limit: 100 }));
		assert.ok(entries.some(({ tool, decision }) => tool === "echo" && decision === "allow"));
		for (const { verdict } of must(await verifyAudit(personsHome())).logs) assert.notEqual(verdict.state, "broken");
	});

	test("has started a server that holds the secret, which is nowhere else", async () => {
		// It would tell, but what the launcher gave it is taken out of its answers.
		const told = await call("env");
		assert.ok(JSON.parse(told).TOKEN.length > 0 && !told.includes(token));
		const environments = fs
			.readdirSync("/proc")
			.filter((name) => /^\d+$/.test(name))
			.map((pid) => ({ words: readOr(`/proc/${pid}/cmdline`).split("\0"), variables: readOr(`/proc/${pid}/environ`) }));
		// The launcher has the reference, and never the secret.
		assert.ok(environments.some(({ words, variables }) => words.includes("--name") && variables.includes("keychain://door/TOKEN")));
		const holders = environments.filter(({ variables }) => variables.includes(`TOKEN=${token}`));
		assert.ok(holders.some(({ words }) => words.includes(server) && !words.includes("--name")));
		for (const { words } of holders) {
			const [program = "", ...args] = words;
			assert.ok(/(?:^|\/)bwrap$/.test(program) || (args.includes(server) && !args.includes("--name")), `${program} holds it`);
		}
		assert.deepEqual([...processesWith(token).values()], []);
		assert.deepEqual([...filesWith(userHome(), token), ...filesWith(folder.uri.fsPath, token)], []);
	});

	test("obeys a grant that changes while the server runs", async () => {
		const launchers = (): readonly string[] =>
			[...processesWith(server)].filter(([, words]) => words.includes("--name")).map(([pid]) => pid);
		const before = launchers();
		assert.ok(before.length > 0);
		const id = JSON.stringify([fs.realpathSync(file), "servers", "door"]);
		await vscode.commands.executeCommand("sallyport.denyTools", { server: id, tools: ["env"] });
		await untilTools("echo");
		await grantWithoutDialog(door, "read");
		await untilTools("echo", "read");
		await deny(door, "read");
		await untilTools("echo");
		assert.deepEqual(launchers(), before);
	});
});
