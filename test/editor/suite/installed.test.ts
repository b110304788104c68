import * as assert from "node:assert/strict";
import { suite, test } from "mocha";
import * as vscode from "vscode";

suite("the packaged extension", () => {
	test("is installed and activates", async () => {
		const extension = vscode.extensions.getExtension("sallyport.sallyport");
		assert.ok(extension);
		await extension.activate();
		assert.equal(extension.isActive, true);
	});

	test("runs where its files are, which is where servers are started", () => {
		const extension = vscode.extensions.getExtension("sallyport.sallyport");
		assert.equal(extension?.extensionKind, vscode.ExtensionKind.Workspace);
		assert.equal(extension?.extensionUri.scheme, "file");
	});
});
