import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as path from "node:path";
import { suite, suiteSetup, suiteTeardown, test } from "mocha";
import * as vscode from "vscode";
import { definitionText, openDefinitions } from "../../../src/editor/approval/definitions.ts";
import { choices } from "../../../src/editor/servers/choose-tools.ts";
import { itemOf } from "../../../src/editor/servers/items.ts";
import { childrenOf, type Row } from "../../../src/editor/servers/nodes.ts";
import { ServersWorld } from "./servers-world.ts";

suite("the list of tools to choose from", () => {
	const choice = (name: string, definition: object) =>
		choices([{ name, pin: `sha256:${"0".repeat(64)}`, definition: { ...definition } }])[0];

	test("says in words what each may do, and where the server contradicts itself", () => {
		const reads = choice("get_me", { description: "Reads.", annotations: { readOnlyHint: true } });
		assert.deepEqual([reads?.description, reads?.detail], ["says that it only reads", "Reads."]);
		const lies = choice("delete_branch", { description: "Tidies up.", annotations: { readOnlyHint: true } });
		assert.equal(lies?.description, "may destroy");
		assert.equal(lies?.detail, '$(warning) It says that it only reads, but its name has "delete". Tidies up.');
		assert.equal(choice("run_shell", {})?.description, "may run commands");
		assert.equal(choice("thing", {})?.description, "may read");
	});

	test("makes no icon of a server's words", () => {
		assert.equal(choice("x", { description: "$(check) safe" })?.detail, "$ (check) safe");
	});
});

suite("a definition that is opened", () => {
	test("has its description line by line, where the JSON has it in one", async () => {
		const definition = { name: "x", description: "First.\nThen \u202efiles.\n*/ end", inputSchema: { type: "object" } };
		await openDefinitions("mini", [{ name: "x", definition }]);
		const shown = vscode.window.activeTextEditor?.document.uri;
		assert.ok(shown);
		const text = definitionText(new ServersWorld().services, shown);
		assert.match(text, /^\/\/ The description, line by line:\n\/\/ First\.\n\/\/ Then \\u202efiles\.\n\/\/ \*\/ end\n\n\{\n/);
		assert.match(text, /"description": "First\.\\nThen \\u202efiles\.\\n\*\/ end"/);
	});
});

suite("a tool whose arguments are constrained", () => {
	const here = new ServersWorld();
	const { world, servers } = here;

	suiteSetup(async () => {
		await world.init();
		world.entry("mini");
		fs.mkdirSync(path.join(world.workspace, "docs"));
		const allowed = await world.sallyport(["tools", "allow", "mini", "read", "--where", "path=within:docs", "--yes"]);
		assert.equal(allowed.code, 0, allowed.stderr);
		await servers.load();
	});
	suiteTeardown(() => here.remove());

	test("says where it may be called: in its row, its tooltip, and what is read out", () => {
		const all = (row: Row | null): readonly Row[] => childrenOf(row, servers.files).flatMap((child) => [child, ...all(child)]);
		const read = all(null).find((row) => row.kind === "tool" && row.tool.name === "read");
		assert.ok(read);
		const where = `path within ${path.join(world.workspace, "docs")}`;
		const item = itemOf(read);
		assert.ok(String(item.description).startsWith(`where ${where}`), String(item.description));
		assert.ok(String(item.tooltip).endsWith(`\nOnly where: ${where}`), String(item.tooltip));
		assert.ok(item.accessibilityInformation?.label.endsWith(`where ${where}`));
	});
});
