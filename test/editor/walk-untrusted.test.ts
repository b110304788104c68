import * as fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { processesOf } from "./harness/processes.ts";
import { Quickstart } from "./harness/quickstart.ts";
import { eventually, oneAfterTheOther } from "./harness/steps.ts";
import { type Workbench, words } from "./harness/workbench.ts";

describe("a workspace that is not trusted", () => {
	let quickstart: Quickstart;
	let workbench: Workbench;
	let before: string;
	beforeAll(async () => {
		quickstart = await Quickstart.open({ trusted: false });
		workbench = quickstart.workbench;
		before = quickstart.text(".vscode/mcp.json");
	});
	afterAll(() => quickstart?.close());
	oneAfterTheOther(() => workbench);

	it("is read: what is unsafe is underlined and explained", async () => {
		await workbench.statusBarItem("Restricted Mode").waitFor();
		await workbench.openFile(".vscode/mcp.json");
		await eventually(() => workbench.isUnderlined("warning", quickstart.token)).toBe(true);
		expect(await words(await workbench.hoverText(quickstart.token))).toContain("GITHUB_TOKEN holds a GitHub token in plain text");
		await workbench.page.keyboard.press("Escape");
	});

	it("is offered no fix that changes anything, only the rule's page", async () => {
		await workbench.clickText(quickstart.token);
		const offered = await workbench.quickFixes("Show rule secret-in-env");
		expect(offered.filter((title) => /secret to|Sallyport$|Ignore|Fix all|Pin|https/.test(title))).toEqual([]);
		await workbench.page.keyboard.press("Escape");
	});

	it("has no lens that does anything", async () => {
		await workbench.codeLens("runs unconfined").waitFor();
		expect((await workbench.codeLenses()).filter((title) => /List tools|Secure|Launch through/.test(title))).toEqual([]);
	});

	it("lists its servers, says why that is all, and starts none of them", async () => {
		await workbench.command("View: Show Sallyport");
		await workbench.treeRow("everything").first().waitFor();
		await eventually(() => workbench.page.locator(".pane-body .message").allInnerTexts()).toContainEqual(
			expect.stringContaining("This workspace is not trusted"),
		);
		await workbench.treeRow("Not listed yet").first().click();
		await workbench.treeRow("everything").first().hover();
		for (const button of ["List Tools", "Secure This Server"])
			expect(await workbench.treeRow("everything").first().locator(`.action-item:not(.disabled) [aria-label^="${button}"]`).count()).toBe(
				0,
			);
		expect(await workbench.page.locator(".customview-tree [role='checkbox']").count()).toBe(0);
		expect(await workbench.dialog().count()).toBe(0);
	});

	it("has no command that changes anything", async () => {
		await workbench.command("Sallyport: Refresh");
		for (const title of ["Sallyport: Set Up", "Sallyport: Fix All in This File…", "Sallyport: Fix All in the Workspace…"])
			expect(await workbench.offersCommand(title), title).toBe(false);
	});

	it("leaves the file, the home and the list of processes as they were", () => {
		expect(quickstart.text(".vscode/mcp.json")).toBe(before);
		expect(fs.existsSync(quickstart.world.sallyportHome)).toBe(false);
		const started = processesOf(quickstart.world.home).map(({ command }) => command);
		expect(started.length).toBeGreaterThan(0);
		expect(started.filter((command) => /server-everything|sallyport\/bin|bwrap|\bnpm\b|\bnpx\b/.test(command))).toEqual([]);
	});

	it("can do everything once it is trusted", async () => {
		await workbench.command("Workspaces: Manage Workspace Trust");
		await workbench.page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust$/ }).click();
		await workbench.statusBarItem("Restricted Mode").waitFor({ state: "detached" });
		// It opened over everything else.
		const page = workbench.page.locator(".workspace-trust-editor");
		await page.click({ position: { x: 20, y: 20 } });
		await page.press("Escape");
		await page.waitFor({ state: "detached" });
		await workbench.codeLens("Secure…").waitFor();
		await workbench.clickText(quickstart.token);
		await workbench.quickFix("Move secret to the OS keychain");
		await workbench.notification(/GITHUB_TOKEN of .everything. is in the OS keychain now/).waitFor();
		expect(await quickstart.secret("everything/GITHUB_TOKEN")).toBe(quickstart.token);
		await workbench.rowAction("everything", "List Tools");
		await workbench.dialogButton("List Tools");
		await workbench.checkbox("search_issues").first().waitFor();
	});
});
