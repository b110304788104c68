import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { suite, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { ConfigFiles, open } from "./config-files.ts";
import { userHome } from "./granting.ts";

// First of all suites, in a window whose folder is empty: nothing was set up yet. VS Code itself reads some JSON when a window opens, so
// that the extension may have started by now.
suite("a window without servers", () => {
	const files = new ConfigFiles();
	suiteTeardown(() => files.remove());

	test("has nothing of Sallyport in the home, also when the extension has started and has looked for servers", async () => {
		const isThere = (): boolean => fs.existsSync(path.join(userHome(), ".sallyport"));
		assert.equal(isThere(), false);
		await vscode.extensions.getExtension("sallyport.sallyport")?.activate();
		await open(files.write("package.json", { name: "some-package" }));
		assert.equal(isThere(), false);
		await vscode.commands.executeCommand("sallyport.refresh");
		await vscode.commands.executeCommand("sallyport.servers.focus");
		assert.equal(isThere(), false);
	});
});
