import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";
import { type Editor, startEditor } from "./harness/editor-host.ts";
import { Workbench } from "./harness/workbench.ts";

describe.each([
	{ name: "trusted", trusted: true },
	{ name: "not trusted", trusted: false },
])("a window on a workspace that is $name", ({ trusted }) => {
	let world: World;
	let editor: Editor;
	let workbench: Workbench;
	beforeAll(async () => {
		world = new World();
		editor = await startEditor({ env: world.env(), trusted });
		workbench = await Workbench.open(editor, world.workspace);
	});
	afterAll(async () => {
		await workbench?.close();
		await editor?.stop();
		world.remove();
	});

	it("has Sallyport's view", async () => {
		await workbench.command("View: Show Sallyport");
		await workbench.page.locator(".pane-header, .title-label").filter({ hasText: "MCP Servers" }).first().waitFor();
	});

	it("is restricted only when it is not trusted", async () => {
		await expect.poll(() => workbench.statusBarItem("Restricted Mode").count(), { timeout: 20_000 }).toBe(trusted ? 0 : 1);
	});
});
