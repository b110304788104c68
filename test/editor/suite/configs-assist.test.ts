// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import * as assert from "node:assert/strict";
import { suite, suiteSetup, suiteTeardown, teardown, test } from "mocha";
import * as vscode from "vscode";
import { generateFakeToken } from "../../../src/platform/example.ts";
import { createHome, homePath } from "../../../src/platform/home.ts";
import { openVault } from "../../../src/platform/vault/index.ts";
import { ConfigFiles, open, openJudged, setting, take, until } from "./config-files.ts";

const files = new ConfigFiles();
const SECRET = generateFakeToken();

async function store(path: string): Promise<void> {
	const home = createHome(homePath(process.env), { unattended: false });
	assert.ok(home.ok);
	assert.equal((await openVault("sealed", home.value).create(path, SECRET)).ok, true);
}

function positionIn(document: vscode.TextDocument, text: string, more = 0): vscode.Position {
	const at = document.getText().indexOf(text);
	assert.ok(at >= 0, `${text} is there`);
	return document.positionAt(at + more);
}

async function hoverOn(document: vscode.TextDocument, text: string): Promise<string> {
	const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
		"vscode.executeHoverProvider",
		document.uri,
		positionIn(document, text, 3),
	);
	return hovers
		.flatMap(({ contents }) => contents)
		.map((content) => (typeof content === "string" ? content : content.value))
		.filter((content) => content.includes("Secret in"))
		.join("\n");
}

async function offeredAt(document: vscode.TextDocument, position: vscode.Position): Promise<readonly vscode.CompletionItem[]> {
	const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
		"vscode.executeCompletionItemProvider",
		document.uri,
		position,
	);
	return items
		.filter(({ label }) => /^(?:keychain|sealed):/.test(typeof label === "string" ? label : label.label))
		.sort((a, b) => (a.sortText ?? "").localeCompare(b.sortText ?? ""));
}

function labels(items: readonly vscode.CompletionItem[]): readonly string[] {
	return items
		.map(({ label }) => (typeof label === "string" ? label : label.label))
		.filter((label) => !label.startsWith("keychain://shared"));
}

suite("hovers on a secret reference", () => {
	suiteSetup(async () => {
		await store("hovered/GITHUB_TOKEN");
		await setting("vault", "sealed");
	});
	suiteTeardown(() => setting("vault", undefined));
	teardown(() => files.remove());

	test("say where the secret is, whether it is there and to whom it was granted, and never what it is", async () => {
		const env = { GITHUB_TOKEN: "sealed://hovered/GITHUB_TOKEN", OTHER: "sealed://hovered/MISSING", PLAIN: "text" };
		const document = await open(
			files.write(".cursor/mcp.json", {
				mcpServers: { hovered: { command: "sallyport", args: ["run", "--name", "hovered", "--", "npx", "-y", "x@1.0.0"], env } },
			}),
		);
		const there = await hoverOn(document, "sealed://hovered/GITHUB_TOKEN");
		assert.match(there, /Secret in the encrypted file/);
		assert.match(there, /It resolves on this machine/);
		assert.match(there, /Not granted to this server as GITHUB\\?_TOKEN yet/);
		assert.equal(there.includes(SECRET), false);
		assert.match(await hoverOn(document, "sealed://hovered/MISSING"), /Nothing is stored under this name/);
		assert.equal(await hoverOn(document, '"text"'), "");
	});

	test("say of a server that is started directly that nothing resolves it", async () => {
		const document = await open(
			files.write(".cursor/mcp.json", {
				mcpServers: { bare: { command: "npx", args: ["-y", "x@1.0.0"], env: { A: "sealed://hovered/GITHUB_TOKEN" } } },
			}),
		);
		await until(
			() => hoverOn(document, "sealed://hovered"),
			(text) => /does not start through Sallyport/.test(text),
		);
	});
});

suite("completion of references", () => {
	suiteSetup(async () => {
		for (const path of ["mine/TOKEN", "mine/OTHER", "yours/TOKEN", "far/AWAY"]) await store(path);
		await setting("vault", "sealed");
	});
	suiteTeardown(() => setting("vault", undefined));
	teardown(() => files.remove());

	function document(value: string): Promise<vscode.TextDocument> {
		return open(
			files.write(
				".cursor/mcp.json",
				`{ "mcpServers": { "mine": { "command": "npx", "args": ["-y", "x@1.0.0"], "env": { "TOKEN": "${value}" } } } }\n`,
			),
		);
	}

	test("offers the names in the vault, that of this place first, in place of the whole value", async () => {
		const config = await document("");
		const items = await offeredAt(config, positionIn(config, '"TOKEN": "', 10));
		assert.deepEqual(labels(items).slice(0, 3), ["sealed://mine/TOKEN", "sealed://yours/TOKEN", "sealed://mine/OTHER"]);
		assert.ok(labels(items).includes("sealed://far/AWAY"));
		assert.equal(JSON.stringify(items).includes(SECRET), false);
	});

	test("goes on with what is typed", async () => {
		const config = await document("sealed://mi");
		const [first] = await offeredAt(config, positionIn(config, "sealed://mi", 11));
		assert.ok(first?.range instanceof vscode.Range);
		assert.equal(config.getText(first.range), "sealed://mi");
	});

	test("works in double braces, and leaves what stands around them", async () => {
		const config = await document("Bearer {{ ");
		const [first] = await offeredAt(config, positionIn(config, "Bearer {{ ", 10));
		assert.equal(first?.label, "sealed://mine/TOKEN");
	});

	test("offers nothing in place of another value, and nothing outside of env", async () => {
		const config = await document("postgres://localhost/db");
		assert.deepEqual(labels(await offeredAt(config, positionIn(config, "localhost", 4))), []);
		assert.deepEqual(labels(await offeredAt(config, positionIn(config, "x@1.0.0", 1))), []);
	});

	for (const [format, relative, text] of [
		["TOML", ".codex/config.toml", '[mcp_servers.mine]\ncommand = "npx"\n[mcp_servers.mine.env]\nTOKEN = ""\n'],
		["YAML", ".continue/mcpServers/a.yaml", 'mcpServers:\n  - name: mine\n    command: npx\n    env: { TOKEN: "" }\n'],
	] as const)
		test(`works between the quotes of ${format}, and nowhere else in there`, async () => {
			const config = await open(files.write(relative, text));
			const [first] = await offeredAt(config, positionIn(config, '""', 1));
			assert.equal(first?.label, "sealed://mine/TOKEN");
			assert.ok(first.range instanceof vscode.Range);
			assert.equal(first.range.isEmpty, true);
			assert.deepEqual(labels(await offeredAt(config, positionIn(config, "npx", 1))), []);
			assert.deepEqual(labels(await offeredAt(config, positionIn(config, "TOKEN", 2))), []);
		});

	test("proposes the name that the secret of this place would have", async () => {
		const config = await open(
			files.write(".cursor/mcp.json", '{ "mcpServers": { "new one": { "command": "npx", "args": [], "env": { "KEY": "" } } } }\n'),
		);
		const items = await offeredAt(config, positionIn(config, '"KEY": "', 8));
		const proposed = items.find(({ label }) => label === "sealed://new-one/KEY");
		assert.match(proposed?.detail ?? "", /not in the encrypted file yet/);
	});
});

suite("code lenses", () => {
	suiteSetup(() => setting("vault", "sealed"));
	suiteTeardown(async () => {
		await setting("vault", undefined);
		await setting("codeLens", undefined);
	});
	teardown(() => files.remove());

	async function lensesOf(document: vscode.TextDocument): Promise<readonly vscode.Command[]> {
		const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 100);
		return lenses.flatMap(({ command }) => (command?.command.startsWith("sallyport.") === true ? [command] : []));
	}
	const titles = (lenses: readonly vscode.Command[]): readonly string[] => lenses.map(({ title }) => title);

	test("say of each server how it starts, and what can be done", async () => {
		const document = await openJudged(
			files.write(".cursor/mcp.json", {
				mcpServers: { lens: { command: "npx", args: ["-y", "x@1.0.0"] }, far: { url: "https://mcp.example.com" } },
			}),
		);
		await until(
			async () => titles(await lensesOf(document)),
			(now) =>
				JSON.stringify(now) ===
				JSON.stringify(["$(warning) runs unconfined", "List tools", "Secure…", "Launch through Sallyport", "$(globe) remote"]),
		);
		await take(document, "not-launched-through-sallyport", "Launch through Sallyport");
		await until(
			async () => titles(await lensesOf(document)),
			(now) => now[0] === "$(question) not approved yet" && !now.includes("Secure…"),
		);
	});

	test("stand on the line of the server's name, and are off where the setting says so", async () => {
		const document = await openJudged(
			files.write(".cursor/mcp.json", { mcpServers: { lens: { command: "npx", args: ["-y", "x@1.0.0"] } } }),
		);
		const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 100);
		for (const { range, command } of lenses)
			if (command?.command.startsWith("sallyport.") === true) assert.equal(document.getText(range), '"lens"');
		await setting("codeLens", false);
		await until(
			() => lensesOf(document),
			(now) => now.length === 0,
		);
	});
});
