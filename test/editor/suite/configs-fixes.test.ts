// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import * as vscode from "vscode";
import { matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { unwrapEdits } from "../../../src/core/fixes/wrap.ts";
import { applyEdits } from "../../../src/core/text.ts";
import { Configs } from "../../../src/editor/configs/configs.ts";
import { configsOfWorkspace } from "../../../src/editor/configs/fixes/workspace-configs.ts";
import { generateFakeToken } from "../../../src/platform/example.ts";
import { createHome, homePath } from "../../../src/platform/home.ts";
import { openVault } from "../../../src/platform/vault/index.ts";
import { startRegistry, type TestRegistry } from "../../platform/packages/registry.ts";
import {
	actionFor,
	actionsAt,
	ConfigFiles,
	diagnosticsOf,
	openJudged,
	pointsAt,
	replaceIn,
	ruleOf,
	setting,
	take,
	until,
	withWorkspaceSettings,
} from "./config-files.ts";
import { ServersWorld } from "./servers-world.ts";

const files = new ConfigFiles();

function home(): Parameters<typeof openVault>[1] {
	const made = createHome(homePath(process.env), { unattended: false });
	assert.ok(made.ok);
	return made.value;
}

async function valueIn(scheme: "sealed" | "keychain", reference: string): Promise<string | null> {
	const vault = openVault(scheme, home());
	const read = await vault.read(reference.replace(`${scheme}://`, ""));
	if ("close" in vault && typeof vault.close === "function") vault.close();
	assert.ok(read.ok);
	return read.value;
}

async function pathsIn(scheme: "sealed"): Promise<readonly string[]> {
	const listed = await openVault(scheme, home()).list();
	assert.ok(listed.ok);
	return listed.value;
}

function withToken(token: string, name = "github"): object {
	return { mcpServers: { [name]: { command: "npx", args: ["-y", "server-github@1.0.0"], env: { GITHUB_TOKEN: token } } } };
}

function onDisk(document: vscode.TextDocument): string {
	return fs.readFileSync(document.uri.fsPath, "utf8");
}

suite("quick fixes", () => {
	suiteSetup(() => setting("vault", "sealed"));
	suiteTeardown(() => setting("vault", undefined));
	teardown(() => files.remove());

	test("are those that the finding has, the best one first, and say nothing of what stands there", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".cursor/mcp.json", withToken(token)));
		const secret = diagnosticsOf(document.uri).find((each) => ruleOf(each) === "secret-in-env");
		assert.ok(secret);
		const actions = await actionsAt(document, secret.range);
		assert.deepEqual(
			actions.map(({ title }) => title),
			[
				"Move secret to the encrypted file",
				"Fix all in this file…",
				"Fix all in the workspace…",
				"Ignore here, with a reason…",
				"Show rule secret-in-env",
			],
		);
		assert.equal(actions[0]?.isPreferred, true);
		assert.equal(JSON.stringify(actions).includes(token), false);
		await setting("vault", undefined);
		const [first] = await actionsAt(document, secret.range);
		assert.equal(first?.title, "Move secret to the OS keychain");
		await setting("vault", "sealed");
	});

	test("offer no move where the secret cannot move by itself", async () => {
		const headers = { Authorization: `Bearer ${generateFakeToken()}` };
		const document = await openJudged(files.write(".cursor/mcp.json", { mcpServers: { a: { url: "https://a.example", headers } } }));
		const [secret] = diagnosticsOf(document.uri);
		assert.ok(secret);
		// Why it cannot, is an action that is disabled: the editor shows those in its menu, and not to us.
		assert.deepEqual(
			(await actionsAt(document, secret.range)).map(({ title }) => title),
			["Ignore here, with a reason…", "Show rule secret-in-header"],
		);
	});

	test("move a secret: the vault holds it, the file the reference, on the disk too, and one undo brings the bytes back", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".cursor/mcp.json", withToken(token, "moved")));
		const before = document.getText();
		await take(document, "secret-in-env", "Move secret to the encrypted file");
		assert.equal(document.getText().includes(token), false);
		assert.match(document.getText(), /"GITHUB_TOKEN": "sealed:\/\/moved\/GITHUB_TOKEN"/);
		assert.match(document.getText(), /"command": "\$\{userHome\}\/\.sallyport\/bin\/sallyport"/);
		assert.equal(document.isDirty, false);
		assert.equal(onDisk(document), document.getText());
		assert.equal(await valueIn("sealed", "sealed://moved/GITHUB_TOKEN"), token);
		await until(
			() => pointsAt(document).map(([rule]) => rule),
			(rules) => !rules.includes("secret-in-env"),
		);
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), before);
	});

	test("leave a document dirty that was dirty, and keep what else was changed in it", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".cursor/mcp.json", withToken(token, "dirty")));
		await replaceIn(document, "1.0.0", "1.0.1");
		await take(document, "secret-in-env", "Move secret to the encrypted file");
		assert.equal(document.isDirty, true);
		assert.equal(onDisk(document).includes(token), true);
		assert.match(document.getText(), /1\.0\.1[\s\S]*sealed:\/\/dirty\/GITHUB_TOKEN/);
	});

	test("take the next name when the vault holds another value", async () => {
		const [one, two] = [generateFakeToken(), generateFakeToken()];
		for (const [token, name] of [
			[one, "twice/GITHUB_TOKEN"],
			[two, "twice/GITHUB_TOKEN-2"],
		] as const) {
			const document = await openJudged(files.write(".cursor/mcp.json", withToken(token, "twice")));
			await take(document, "secret-in-env", "Move secret to the encrypted file");
			assert.ok(document.getText().includes(`"sealed://${name}"`));
			assert.equal(await valueIn("sealed", `sealed://${name}`), token);
		}
	});

	test("move a secret to the keychain, where there is one", async function () {
		if (process.env.DBUS_SESSION_BUS_ADDRESS === undefined) this.skip();
		await setting("vault", undefined);
		const token = generateFakeToken();
		const document = await openJudged(files.write(".mcp.json", withToken(token, "chained")));
		await take(document, "secret-in-env", "Move secret to the OS keychain");
		await setting("vault", "sealed");
		assert.match(document.getText(), /"GITHUB_TOKEN": "keychain:\/\/chained\/GITHUB_TOKEN"/);
		assert.equal(await valueIn("keychain", "keychain://chained/GITHUB_TOKEN"), token);
	});

	test("keep CRLF, comments and the byte order mark", async () => {
		const token = generateFakeToken();
		const text = `\uFEFF{\r\n  // 🚪\r\n  "servers": {\r\n    "crlf": {\r\n      "command": "npx", // runs it\r\n      "args": ["-y", "x@1.0.0"],\r\n      "env": { "GITHUB_TOKEN": "${token}", },\r\n    },\r\n  },\r\n}\r\n`;
		const document = await openJudged(files.write(".vscode/mcp.json", text));
		await take(document, "secret-in-env", "Move secret to the encrypted file");
		const after = onDisk(document);
		assert.equal(after.startsWith("\uFEFF{\r\n  // 🚪\r\n"), true);
		assert.equal(/[^\r]\n/.test(after), false);
		assert.match(after, /"sealed:\/\/crlf\/GITHUB_TOKEN"/);
		await vscode.commands.executeCommand("undo");
		await document.save();
		assert.equal(onDisk(document), text);
	});

	test("find the finding again in a text that has changed, and do nothing where it is gone", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".cursor/mcp.json", withToken(token, "stale")));
		const action = await actionFor(document, "secret-in-env", /^Move secret/);
		assert.ok(action.command);
		await replaceIn(document, '"mcpServers"', '\n"mcpServers"');
		await replaceIn(document, token, "${env:GITHUB_TOKEN}");
		const changed = document.getText();
		const names = await pathsIn("sealed");
		await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
		assert.equal(document.getText(), changed);
		assert.deepEqual(await pathsIn("sealed"), names);
		await replaceIn(document, "${env:GITHUB_TOKEN}", token);
		await vscode.commands.executeCommand(action.command.command, ...(action.command.arguments ?? []));
		assert.match(document.getText(), /sealed:\/\/stale\/GITHUB_TOKEN/);
	});

	test("do nothing for a command that names no finding, another file, or nothing at all", async () => {
		const document = await openJudged(files.write(".cursor/mcp.json", withToken(generateFakeToken())));
		const before = document.getText();
		const { command } = await actionFor(document, "secret-in-env", /^Move secret/);
		const [target] = command?.arguments ?? [];
		for (const argument of [
			undefined,
			null,
			7,
			{},
			{ ...target, uri: vscode.Uri.file(path.join(os.tmpdir(), "x.txt")).toString() },
			{ ...target, ruleId: "wide-path" },
		])
			await vscode.commands.executeCommand("sallyport.moveSecret", argument);
		assert.equal(document.getText(), before);
	});

	for (const [host, relative, key] of [
		["VS Code", ".vscode/mcp.json", "servers"],
		["Cursor", ".cursor/mcp.json", "mcpServers"],
		["Claude Code and others", ".mcp.json", "mcpServers"],
	] as const)
		test(`launch a server of ${host} through Sallyport; without it again only by a person's word, and then byte for byte`, async () => {
			const text = `{ "${key}": { "a": { "command": "npx", "args": ["-y",   "a@1.0.0" ] } } }`;
			const document = await openJudged(files.write(relative, text));
			await take(document, "not-launched-through-sallyport", "Launch through Sallyport");
			assert.match(document.getText(), /\/\.sallyport\/bin\/sallyport", "args": \["run", "--name", "a"/);
			assert.equal(onDisk(document), document.getText());
			const actions = await actionsAt(
				document,
				new vscode.Range(document.positionAt(text.indexOf('"a"')), document.positionAt(text.indexOf('"a"') + 12)),
			);
			const unwrap = actions.find(({ title }) => title === "Launch without Sallyport");
			assert.ok(unwrap?.command);
			assert.equal(unwrap.kind?.value, vscode.CodeActionKind.RefactorRewrite.value);
			const wrapped = document.getText();
			// Here nobody can answer the dialog, which is a no.
			await vscode.commands.executeCommand(unwrap.command.command, ...(unwrap.command.arguments ?? []));
			await vscode.commands.executeCommand("sallyport.unwrap", { uri: document.uri.toString(), keyPath: [key, "a"] });
			assert.equal(document.getText(), wrapped);
			assert.equal(onDisk(document), wrapped);
			const config = parseConfig(wrapped, matchHost(document.uri.path) ?? "mcp-json", document.uri.fsPath);
			const [server] = config.servers;
			const edits = server && unwrapEdits(config, server);
			assert.ok(edits?.ok);
			assert.equal(applyEdits(config.text, edits.value), text);
			await vscode.commands.executeCommand("undo");
			assert.equal(document.getText(), text);
		});

	test("are taken by nobody when a file is saved, whatever the settings of a workspace ask for", async () => {
		const launcher = "${userHome}/.sallyport/bin/sallyport";
		const entries = {
			confined: { command: launcher, args: ["run", "--name", "confined", "--", "node", "/x.js"] },
			bare: { command: "npx", args: ["-y", "server-github@1.0.0"], env: { GITHUB_TOKEN: generateFakeToken() } },
		};
		// The editor's own chat would wait for an answer.
		const chat = Object.fromEntries(["quickfix", "quickfix.explain", "refactor.rewrite"].map((kind) => [`${kind}.copilot`, "never"]));
		for (const kind of ["quickfix", "refactor", "refactor.rewrite"])
			await withWorkspaceSettings({ "editor.codeActionsOnSave": { ...chat, [kind]: "explicit" } }, async () => {
				const document = await openJudged(files.write(".cursor/mcp.json", { mcpServers: entries }));
				await replaceIn(document, "/x.js", "/y.js");
				const typed = document.getText();
				await vscode.commands.executeCommand("workbench.action.files.save");
				await until(
					() => document.isDirty,
					(dirty) => !dirty,
				);
				assert.equal(document.getText(), typed);
				assert.equal(onDisk(document), typed);
			});
	});

	test("offer to ignore nothing that no file can ignore", async () => {
		const env = { LD_PRELOAD: "/w/evil.so" };
		const document = await openJudged(files.write(".cursor/mcp.json", { mcpServers: { a: { command: "node", args: ["a.js"], env } } }));
		const steered = diagnosticsOf(document.uri).find((each) => ruleOf(each) === "launcher-environment");
		assert.ok(steered);
		assert.deepEqual(
			(await actionsAt(document, steered.range)).map(({ title }) => title),
			["Show rule launcher-environment"],
		);
	});

	test("make an address secure, and nothing else", async () => {
		const text = '{ "mcpServers": { "a": { "url": "http://mcp.example.com:8443/mcp?x=http://y" } } }\n';
		const document = await openJudged(files.write(".mcp.json", text));
		await take(document, "insecure-url", "Use https");
		assert.equal(document.getText(), text.replace('"http:', '"https:'));
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), text);
	});

	test("ask for the reason of an ignore, and change nothing without one", async () => {
		const document = await openJudged(files.write(".vscode/mcp.json", { servers: { a: { url: "http://mcp.example.com" } } }));
		const before = document.getText();
		const taken = take(document, "insecure-url", "Ignore here, with a reason…");
		let done = false;
		void taken.finally(() => {
			done = true;
		});
		await until(
			async () => {
				await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
				return done;
			},
			(ended) => ended,
		);
		assert.equal(document.getText(), before);
	});

	test("show what would be done in all of a file, and take back what was stored when nothing of it is wanted", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".cursor/mcp.json", withToken(token, "previewed")));
		const before = document.getText();
		const names = await pathsIn("sealed");
		await fixFile(document, ["refactorPreview.discard"]);
		assert.equal(document.getText(), before);
		assert.deepEqual(await pathsIn("sealed"), names);
	});

	/** What somebody else does while a preview is open; each returns what undoes it. */
	const meanwhile: Readonly<Record<string, (document: vscode.TextDocument, token: string, reference: string) => () => void>> = {
		"the same file names it, on the disk": (document, token, reference) => {
			fs.writeFileSync(document.uri.fsPath, onDisk(document).replace(token, reference));
			return () => {};
		},
		"the same file holds the value no longer, on the disk": (document, token) => {
			fs.writeFileSync(document.uri.fsPath, onDisk(document).replace(token, "moved by hand"));
			return () => {};
		},
		"another file of the workspace names it": (_document, _token, reference) => {
			files.write(".mcp.json", withToken(reference, "elsewhere"));
			return () => {};
		},
		"a per-user file names it": (_document, _token, reference) => {
			const { fsPath } = files.writeInHome(".cursor/mcp.json", withToken(reference, "elsewhere"));
			return () => fs.rmSync(fsPath);
		},
		"a server was granted it": (document, _token, reference) => {
			const launch = { command: "npx", args: ["-y", "x@1.0.0"], cwd: null, env: {}, fingerprint: `sha256:${"0".repeat(64)}` };
			const grant = { name: "elsewhere", config: document.uri.fsPath, workspace: null, launch, secrets: { "env:GITHUB_TOKEN": reference } };
			const policy = path.join(homePath(process.env), "policy", "by-hand.jsonc");
			fs.mkdirSync(path.dirname(policy), { recursive: true });
			fs.writeFileSync(policy, JSON.stringify({ version: 1, servers: [grant] }), { mode: 0o600 });
			return () => fs.rmSync(policy);
		},
	};

	for (const [i, [what, act]] of Object.entries(meanwhile).entries())
		test(`keep what was stored, when the preview is discarded and ${what}`, async () => {
			const token = generateFakeToken();
			const document = await openJudged(files.write(".cursor/mcp.json", withToken(token, `taken-${i}`)));
			// Unsaved, so that the editor does not follow the disk.
			await replaceIn(document, "1.0.0", "1.0.1");
			const reference = `sealed://taken-${i}/GITHUB_TOKEN`;
			let undo = (): void => {};
			try {
				await fixFile(document, ["refactorPreview.discard"], async () => {
					await until(
						() => valueIn("sealed", reference),
						(value) => value === token,
					);
					undo = act(document, token, reference);
				});
				assert.equal(await valueIn("sealed", reference), token);
			} finally {
				undo();
			}
		});

	test("do in all of a file what was ticked, by one undoable change", async () => {
		const token = generateFakeToken();
		const content = {
			mcpServers: {
				ticked: { command: "npx", args: ["-y", "a@1.0.0"], env: { GITHUB_TOKEN: token } },
				far: { url: "http://mcp.example.com/mcp" },
			},
		};
		const document = await openJudged(files.write(".cursor/mcp.json", content));
		const before = document.getText();
		// The first row is the file: ticking it ticks all that is in it.
		await fixFile(document, ["refactorPreview.focus", "list.focusFirst", "refactorPreview.toggleCheckedState", "refactorPreview.apply"]);
		assert.match(document.getText(), /"GITHUB_TOKEN": "sealed:\/\/ticked\/GITHUB_TOKEN"/);
		assert.match(document.getText(), /"https:\/\/mcp\.example\.com\/mcp"/);
		assert.equal(onDisk(document), document.getText());
		assert.equal(await valueIn("sealed", "sealed://ticked/GITHUB_TOKEN"), token);
		await vscode.window.showTextDocument(document);
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), before);
	});

	test("of all of a workspace are for a bounded number of files, those nearest to its root, and it is known when that is not all", async () => {
		const [near] = ["", "a/", "a/b/"].map((folder) => files.write(`${folder}.cursor/mcp.json`, withToken(generateFakeToken())));
		const here = new ServersWorld();
		try {
			const configs = new Configs(here.services);
			const found = async (most: number): Promise<readonly [string[], boolean]> => {
				const some = await configsOfWorkspace(configs, most);
				assert.ok(some.ok);
				return [some.value.documents.map(({ document }) => document.uri.toString()), some.value.whole];
			};
			const [all, whole] = await found(1_000);
			assert.ok(all.length >= 3);
			assert.equal(whole, true);
			assert.deepEqual(await found(all.length), [all, true]);
			assert.deepEqual(await found(all.length - 1), [all.slice(0, -1), false]);
			assert.ok(all.indexOf(near?.toString() ?? "") < all.length - 2);
		} finally {
			here.remove();
		}
	});

	/** Answers the preview as soon as it is there. */
	async function fixFile(document: vscode.TextDocument, answer: readonly string[], before = async (): Promise<void> => {}): Promise<void> {
		let done = false;
		const fixed = Promise.resolve(vscode.commands.executeCommand("sallyport.fixFile", document.uri.toString())).finally(() => {
			done = true;
		});
		await before();
		await until(
			async () => {
				for (const command of answer) await vscode.commands.executeCommand(command);
				return done;
			},
			(ended) => ended,
		);
		await fixed;
	}
});

suite("pinning a version", () => {
	let registry: TestRegistry | undefined;
	suiteSetup(async () => {
		registry = await startRegistry([
			{ manifest: { name: "tool", version: "1.2.3" }, files: {} },
			{ manifest: { name: "tool", version: "1.4.0" }, files: {} },
		]);
		files.writeInHome(".npmrc", `registry=${registry.url}\n`);
	});
	suiteTeardown(async () => {
		await files.remove();
		await registry?.close();
	});

	test("asks the person's own registry, and writes what it gives", async () => {
		const text = '{ "mcpServers": { "a": { "command": "npx", "args": ["-y", "tool@^1.0.0", "--x"] } } }\n';
		const document = await openJudged(files.write(".mcp.json", text));
		await take(document, "unversioned-runner", "Pin package version");
		assert.equal(document.getText(), text.replace("^1.0.0", "1.4.0"));
		await vscode.commands.executeCommand("undo");
		assert.equal(document.getText(), text);
	});
});
