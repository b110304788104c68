import * as assert from "node:assert/strict";
import { suite, teardown, test } from "mocha";
import * as vscode from "vscode";
import { generateFakeToken } from "../../../src/platform/example.ts";
import { actionsAt, ConfigFiles, diagnosticsOf, openJudged, pointsAt, replaceIn, until } from "./config-files.ts";

const files = new ConfigFiles();

/** Each starts unconfined and without a version: two findings that are no more than information. The last one has a token. */
function manyServers(count: number, token: string): object {
	const entry = (i: number): object => ({
		command: "npx",
		args: ["-y", `server-${i}`],
		env: i === count - 1 ? { GITHUB_TOKEN: token } : {},
	});
	return Object.fromEntries(Array.from({ length: count }, (_, i) => [`server-${i}`, entry(i)]));
}

async function lensesOf(document: vscode.TextDocument): Promise<readonly string[]> {
	const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>("vscode.executeCodeLensProvider", document.uri, 1_000);
	return lenses.flatMap(({ command }) => (command?.command.startsWith("sallyport.") === true ? [command.title] : []));
}

suite("a file with hundreds of servers", () => {
	teardown(() => files.remove());

	test("has its errors and warnings marked, says so, and offers every fix all the same", async () => {
		const token = generateFakeToken();
		const document = await openJudged(files.write(".cursor/mcp.json", { mcpServers: manyServers(210, token) }));
		const [note, ...marked] = diagnosticsOf(document.uri);
		assert.match(note?.message ?? "", /only errors and warnings are marked here\. The view MCP Servers lists the other 420/);
		assert.equal(marked.length, 1);
		assert.deepEqual(pointsAt(document).slice(1), [["secret-in-env", token]]);
		const at = document.positionAt(document.getText().indexOf('"npx"') + 2);
		const titles = (await actionsAt(document, new vscode.Range(at, at))).map(({ title }) => title);
		assert.ok(titles.includes("Launch through Sallyport"), titles.join(", "));
	});

	test("shows above each entry its state alone", async () => {
		const document = await openJudged(files.write(".cursor/mcp.json", { mcpServers: manyServers(210, generateFakeToken()) }));
		const lenses = await lensesOf(document);
		assert.equal(lenses.length, 210);
		assert.deepEqual([...new Set(lenses)], ["$(warning) runs unconfined"]);
	});
});

suite("diagnostics of a file that changes without a change in what is unsafe", () => {
	teardown(() => files.remove());

	test("are not told once more", async () => {
		const token = generateFakeToken();
		const document = await openJudged(
			files.write(".cursor/mcp.json", { mcpServers: { a: { command: "npx", args: ["-y", "a@1.0.0"], env: { LOG: "info", KEY: "x" } } } }),
		);
		const [before] = diagnosticsOf(document.uri);
		await replaceIn(document, '"info"', '"debug"');
		// Judges at once.
		await document.save();
		await new Promise((resolve) => setTimeout(resolve, 500));
		assert.equal(diagnosticsOf(document.uri)[0], before);
		await replaceIn(document, '"x"', `"${token}"`);
		await until(
			() => diagnosticsOf(document.uri).length,
			(count) => count === 2,
		);
		assert.notEqual(diagnosticsOf(document.uri)[0], before);
	});
});
