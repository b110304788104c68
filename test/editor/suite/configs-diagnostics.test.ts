// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { suite, suiteTeardown, teardown, test } from "mocha";
import * as vscode from "vscode";
import { generateFakeToken } from "../../../src/platform/example.ts";
import {
	ConfigFiles,
	diagnosticsOf,
	open,
	openJudged,
	pointsAt,
	replaceIn,
	ruleOf,
	setting,
	until,
	withWorkspaceSettings,
} from "./config-files.ts";

const files = new ConfigFiles();

/** One server of every kind of mistake. */
function entries(token: string): object {
	return {
		github: { command: "npx", args: ["-y", "@modelcontextprotocol/server-github"], env: { GITHUB_TOKEN: token } },
		search: { type: "http", url: "http://mcp.example.com/mcp" },
	};
}

/** @param more what only some hosts have against the second one */
function expected(token: string, ...more: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
	return [
		["not-launched-through-sallyport", "npx"],
		["unversioned-runner", "@modelcontextprotocol/server-github"],
		["secret-in-env", token],
		...more,
		["insecure-url", "http://mcp.example.com/mcp"],
	];
}

suite("diagnostics", () => {
	teardown(() => files.remove());
	suiteTeardown(() => setting("rules", undefined));

	for (const [host, relative, key] of [
		["VS Code", ".vscode/mcp.json", "servers"],
		["Cursor", ".cursor/mcp.json", "mcpServers"],
		["Claude Code and others", ".mcp.json", "mcpServers"],
	] as const)
		test(`stand at the exact place in the file of ${host}`, async () => {
			const token = generateFakeToken();
			const document = await openJudged(files.write(relative, { [key]: entries(token) }));
			assert.deepEqual(pointsAt(document), expected(token));
		});

	for (const [host, relative, ...more] of [
		["Claude Code", ".claude.json"],
		["Claude Desktop", ".config/Claude/claude_desktop_config.json", ["wrong-transport", "url"]],
		["Cursor", ".cursor/mcp.json"],
	] as const)
		test(`are in the per-user file of ${host} while it is open, and gone when it is closed`, async () => {
			const token = generateFakeToken();
			const uri = files.writeInHome(relative, { mcpServers: entries(token) });
			const document = await openJudged(uri);
			assert.deepEqual(pointsAt(document), expected(token, ...more));
			await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
			await until(
				() => diagnosticsOf(uri).length,
				(count) => count === 0,
			);
		});

	test("count from the text in a file with a byte order mark, CRLF, comments and emoji", async () => {
		const token = generateFakeToken();
		const text = `\uFEFF{\r\n  // 🚪 the door\r\n  "servers": {\r\n    "g": { "command": "npx", "args": ["-y", "x@1.0.0"],\r\n      "env": { "GITHUB_TOKEN": "${token}", }, },\r\n  },\r\n}\r\n`;
		const document = await openJudged(files.write(".vscode/mcp.json", text));
		assert.equal(document.eol, vscode.EndOfLine.CRLF);
		assert.deepEqual(pointsAt(document), [
			["not-launched-through-sallyport", "npx"],
			["secret-in-env", token],
		]);
	});

	test("never repeat a secret, and lead to the rule's page", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".mcp.json", { mcpServers: entries(token) }));
		for (const { message, code, relatedInformation = [] } of diagnosticsOf(document.uri)) {
			for (const text of [message, ...relatedInformation.map((each) => each.message)])
				assert.equal(text.includes(token.slice(4, 14)), false);
			assert.ok(typeof code === "object");
			const page = await vscode.workspace.openTextDocument(code.target);
			assert.match(page.getText(), new RegExp(`^# ${code.value}$`, "m"));
		}
	});

	test("have pages that open rendered, and a page that lists them all", async () => {
		for (const [argument, page] of [
			["secret-in-env", "/secret-in-env.md"],
			[undefined, "/README.md"],
		] as const) {
			await vscode.commands.executeCommand("sallyport.showRule", argument);
			const input = await until(
				() => vscode.window.tabGroups.activeTabGroup.activeTab?.input,
				(now) => now instanceof vscode.TabInputCustom && now.uri.path === page,
			);
			assert.ok(input instanceof vscode.TabInputCustom);
			assert.equal(input.viewType, "vscode.markdown.preview.editor");
		}
	});

	test("show the other place of a key that stands twice", async () => {
		const document = await openJudged(
			files.write(".mcp.json", '{ "mcpServers": { "a": { "url": "https://a.example" }, "a": { "url": "https://b.example" } } }\n'),
		);
		const [twice] = diagnosticsOf(document.uri).filter((diagnostic) => ruleOf(diagnostic) === "invalid-config");
		assert.ok(twice?.relatedInformation?.[0]);
		assert.equal(document.getText(twice.relatedInformation[0].location.range), '"a"');
		assert.notDeepEqual(twice.relatedInformation[0].location.range, twice.range);
	});

	test("do not flash while somebody types, and come when the text is whole", async () => {
		const token = generateFakeToken();
		const document = await openJudged(
			files.write(".mcp.json", '{ "mcpServers": { "a": { "command": "npx", "args": ["-y", "a@1.0.0"] } } }\n'),
		);
		const before = pointsAt(document);
		const seen: string[] = [];
		const watch = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
			if (uris.some((uri) => uri.toString() === document.uri.toString())) seen.push(...diagnosticsOf(document.uri).map(ruleOf));
		});
		const typed = `, "env": { "GITHUB_TOKEN": "${token}" }`;
		const editor = vscode.window.activeTextEditor;
		assert.ok(editor);
		let at = document.getText().indexOf("]") + 1;
		for (const letter of typed) {
			const position = document.positionAt(at++);
			await editor.edit((edit) => edit.insert(position, letter), { undoStopBefore: false, undoStopAfter: false });
		}
		await until(
			() => pointsAt(document),
			(now) => now.length === before.length + 1,
		);
		watch.dispose();
		assert.equal(seen.includes("invalid-config"), false);
		assert.deepEqual(pointsAt(document).at(-1), ["secret-in-env", token]);
	});

	test("say of a text that stays broken what is broken", async () => {
		const document = await openJudged(files.write(".mcp.json", { mcpServers: { a: { command: "npx", args: ["-y", "a@1.0.0"] } } }));
		await replaceIn(document, '"args"', '"args');
		await until(
			() => diagnosticsOf(document.uri).map(ruleOf),
			(rules) => rules.includes("invalid-config"),
		);
	});

	test("have the severity that the setting gives, or are off", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".mcp.json", { mcpServers: entries(token) }));
		await setting("rules", { "secret-in-env": "error", "insecure-url": "off", nonsense: "error", "wide-path": "loud" });
		const found = await until(
			() => diagnosticsOf(document.uri),
			(now) => !now.some((diagnostic) => ruleOf(diagnostic) === "insecure-url"),
		);
		assert.equal(found.find((diagnostic) => ruleOf(diagnostic) === "secret-in-env")?.severity, vscode.DiagnosticSeverity.Error);
		await setting("rules", undefined);
		await until(
			() => pointsAt(document).length,
			(count) => count === expected(token).length,
		);
	});

	test("of a person's own files are not what a workspace's settings say, nor where a workspace links to them", async () => {
		const project = await openJudged(files.write(".mcp.json", { mcpServers: entries(generateFakeToken()) }));
		const own = files.writeInHome(".cursor/mcp.json", { mcpServers: entries(generateFakeToken()) });
		const link = vscode.Uri.file(path.join(path.dirname(project.uri.fsPath), "linked", ".mcp.json"));
		fs.mkdirSync(path.dirname(link.fsPath));
		fs.symlinkSync(own.fsPath, link.fsPath);
		const rules = Object.fromEntries(expected("").map(([rule]) => [rule, "off"]));
		await withWorkspaceSettings({ "sallyport.rules": rules }, async () => {
			await until(
				() => diagnosticsOf(project.uri).length,
				(count) => count === 0,
			);
			for (const uri of [own, link]) {
				const document = await openJudged(uri);
				assert.deepEqual(
					pointsAt(document).map(([rule]) => rule),
					expected("").map(([rule]) => rule),
				);
			}
			await setting("rules", rules);
			await until(
				() => [own, link].flatMap(diagnosticsOf).length,
				(count) => count === 0,
			);
		});
		await setting("rules", undefined);
	});

	test("are none in a file that no host reads", async () => {
		const document = await open(files.write("other.json", { mcpServers: entries(generateFakeToken()) }));
		const judged = await openJudged(files.write(".mcp.json", { mcpServers: entries(generateFakeToken()) }));
		assert.ok(diagnosticsOf(judged.uri).length > 0);
		assert.deepEqual(diagnosticsOf(document.uri), []);
	});

	test("are one note in a file that is too large to be a configuration", async () => {
		const document = await openJudged(files.write(".mcp.json", `{ "mcpServers": {}, "x": "${"x".repeat(5 * 1024 * 1024)}" }`));
		const found = diagnosticsOf(document.uri);
		assert.deepEqual(
			found.map(({ severity }) => severity),
			[vscode.DiagnosticSeverity.Information],
		);
	});
});
