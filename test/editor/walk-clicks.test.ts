import type { Locator } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Quickstart } from "./harness/quickstart.ts";
import { eventually, toldWhenFailed } from "./harness/steps.ts";

/** Clicks and chords that the way may take. */
const MOST = 6;

let quickstart: Quickstart;
beforeAll(async () => {
	quickstart = await Quickstart.open({ callable: true });
});
afterAll(() => quickstart?.close());
toldWhenFailed(() => quickstart);

it(`takes at most ${MOST} clicks from the opened quickstart to a secured server that is called through VS Code's own MCP host`, async () => {
	const { page } = quickstart.workbench;
	const deeds: string[] = [];
	const click = async (what: string, target: Locator): Promise<void> => {
		await target.click();
		deeds.push(`click ${what}`);
	};
	const press = async (chord: string, what: string): Promise<void> => {
		await page.keyboard.press(chord);
		deeds.push(`${chord} ${what}`);
	};

	await click("Sallyport in the activity bar", page.locator(".activitybar .action-label[aria-label^='Sallyport']"));
	const server = quickstart.workbench.treeRow("everything").first();
	// The pointer passes over the row on its way to the button, and the view stands still by then.
	await server.waitFor();
	await quickstart.workbench.treeStands();
	const before = quickstart.text(".vscode/mcp.json");
	const lost = await quickstart.workbench.clickFor(
		quickstart.workbench.dialog(),
		async () => {
			await server.hover();
			await server.locator(".action-label[aria-label^='Secure This Server']").click();
		},
		() => quickstart.text(".vscode/mcp.json") !== before,
	);
	deeds.push("click Secure This Server… on its row");
	if (lost > 0) console.log(`The window lost this click ${lost} times, and it was made again.`);
	await click("List Tools in the dialog", quickstart.workbench.dialog().locator(".monaco-button", { hasText: "List Tools" }));
	await quickstart.workbench.quickInput().locator(".monaco-list-row", { hasText: "search_issues" }).waitFor();
	await click(
		"search_issues in the list of tools",
		quickstart.workbench.quickInput().locator(".monaco-list-row", { hasText: "search_issues" }),
	);
	await press("Enter", "to take it");
	await quickstart.workbench.dialog().waitFor();
	await click("Allow in the dialog", quickstart.workbench.dialog().locator(".monaco-button", { hasText: "Allow" }));

	// The only host that knows this file is the one in the window.
	await eventually(() => quickstart.workbench.tree()).toContain("everything 1 of 5 tools · running");
	expect(quickstart.text(".vscode/mcp.json")).toContain('"GITHUB_TOKEN": "keychain://everything/GITHUB_TOKEN"');
	expect(await quickstart.secret("everything/GITHUB_TOKEN")).toBe(quickstart.token);
	expect(quickstart.policyText()).toContain('"search_issues"');
	expect(quickstart.policyText()).not.toMatch(/"get_me"|"create_issue"|"delete_branch"/);
	// A model calls tools without a click. What stands in its place here calls them in the same way.
	const { caller } = quickstart;
	if (caller === null) throw new Error("nobody is there to call");
	await eventually(caller.begin("search_issues", { query: "six clicks" })).toEqual({ text: 'search_issues {"query":"six clicks"}' });
	expect(quickstart.audited("everything")).toContainEqual(expect.objectContaining({ tool: "search_issues", decision: "allow" }));
	console.log(`${deeds.length} of at most ${MOST}:\n${deeds.map((deed, i) => `  ${i + 1}. ${deed}`).join("\n")}`);
	expect(deeds.length).toBeLessThanOrEqual(MOST);
});
