import * as fs from "node:fs";
import * as path from "node:path";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callTool } from "../harness/world.ts";
import { Quickstart } from "./harness/quickstart.ts";
import { eventually, oneAfterTheOther, toldWhenFailed } from "./harness/steps.ts";
import { type Workbench, words } from "./harness/workbench.ts";

/** What a running server is asked for, as a person watches it. */
describe("the view Activity", () => {
	let quickstart: Quickstart;
	let workbench: Workbench;
	let client: Client;
	beforeAll(async () => {
		quickstart = await Quickstart.open({
			prepare: ({ workspace }) => {
				for (const name of fs.readdirSync(workspace)) fs.rmSync(path.join(workspace, name), { recursive: true });
			},
		});
		workbench = quickstart.workbench;
		const { world } = quickstart;
		await world.init();
		world.entry("mini");
		await world.allowTools("mini", "echo", "read");
		const earlier = await world.connect("mini");
		await callTool(earlier.client, "echo", { text: "earlier" });
		await earlier.client.close();
		client = (await world.connect("mini")).client;
	});
	afterAll(async () => {
		await client?.close();
		await quickstart?.close();
	});
	oneAfterTheOther(() => workbench);
	toldWhenFailed(() => quickstart);

	const rows = (): Promise<string[]> => workbench.viewRows("Activity");

	it("shows what earlier sessions did once it is opened, and then what is called, as it happens", async () => {
		await workbench.command("View: Show Sallyport");
		await workbench.openView("Activity");
		workbench.rowsOf = "Activity";
		await eventually(async () => (await rows()).filter((row) => row.startsWith("echo answered"))).toHaveLength(1);
		await callTool(client, "echo", { text: "now" });
		await eventually(async () => (await rows()).filter((row) => row.startsWith("echo answered"))).toHaveLength(2);
		expect((await rows())[0]).toMatch(/^mini \d+$/);
		expect((await rows()).filter((row) => /^The server itself started/.test(row))).toHaveLength(2);
	});

	it("says of a refusal why, which policy decided, and what was asked for", async () => {
		await callTool(client, "env", { canary: "seen" });
		await eventually(async () => (await rows()).filter((row) => row.startsWith("env refused"))).toHaveLength(1);
		expect(await workbench.spoken("env")).toMatch(/^env of mini: refused, a tool that is not granted was called, /);
		const tooltip = await workbench.rowTooltip("env");
		expect(tooltip).toContain("A tool that is not granted was called.");
		expect(tooltip).toContain(`Your policy does not grant it (${path.join(quickstart.world.sallyportHome, "policy")}`);
		expect(tooltip).toContain('"canary": "seen"');
	});

	it("shows nothing but refusals when it is asked to, and all of it again", async () => {
		await workbench.viewAction("Activity", "Show Only What Was Refused");
		await eventually(rows).toEqual([expect.stringMatching(/^mini 1 · 1 refused$/), expect.stringMatching(/^env refused · /)]);
		await workbench.viewAction("Activity", "Show as One List");
		await eventually(rows).toEqual([expect.stringMatching(/^env mini · refused · /)]);
		await workbench.viewAction("Activity", "Show All");
		await eventually(async () => (await rows()).length).toBeGreaterThan(4);
	});

	it("stands still while it is paused, counts what comes, and shows it afterwards", async () => {
		await workbench.viewAction("Activity", "Pause");
		await eventually(() => workbench.viewMessage("Activity")).toBe("Paused.");
		const before = await rows();
		await callTool(client, "echo", { text: "meanwhile" });
		await eventually(() => workbench.viewMessage("Activity")).toMatch(/^Paused: [1-9]\d* more since\.$/);
		expect(await rows()).toEqual(before);
		await workbench.viewAction("Activity", "Go On");
		await eventually(async () => (await rows())[0]).toMatch(/^echo mini · answered · /);
	});

	it("keeps up with a thousand calls, and keeps no more than it shows", async () => {
		await Promise.all(Array.from({ length: 1_000 }, (_, i) => callTool(client, "echo", { text: String(i) })));
		await callTool(client, "read", { path: quickstart.world.server });
		await eventually(async () => (await rows())[0]).toMatch(/^read mini · answered/);
	});

	it("opens the place in the policy that decided", async () => {
		await workbench.treeRow("read").first().click();
		await workbench.activeTab().waitFor();
		await eventually(() => words(workbench.activeTab())).toMatch(/^mini-[0-9a-f]{12}/);
		await eventually(() => workbench.selectedLine()).toContain('"read": {');
	});

	it("opens the dialog for what was refused, and grants nothing before it was answered", async () => {
		await workbench.viewAction("Activity", "Show Only What Was Refused");
		await eventually(rows).toHaveLength(1);
		await workbench.contextMenu("env", "Allow…");
		await workbench.dialog().waitFor();
		expect(await words(workbench.dialog())).toContain("env");
		await workbench.dialogButton("Cancel");
		expect(quickstart.policyText()).not.toMatch(/"env": \{\s*"pin"/);
	});

	it("opens the log at the entry, and gives the record as JSON", async () => {
		await workbench.contextMenu("env", "Show the Log File");
		await eventually(() => words(workbench.activeTab())).toMatch(/^\d{8}T\d{6}Z-mini-/);
		await workbench.contextMenu("env", "Copy as JSON");
		const copied = await eventuallyCopied(workbench);
		expect(JSON.parse(copied)).toMatchObject({
			kind: "event",
			server: "mini",
			tool: "env",
			decision: "refuse",
			reason: "tool-not-granted",
		});
	});

	it("stands beside the servers, where what a server may ask is ticked through the dialog and unticked without one", async () => {
		workbench.rowsOf = "MCP Servers";
		await workbench.toggle("Beside Tools");
		await workbench.tick(workbench.checkbox("Sampling"));
		await workbench.dialog().waitFor();
		expect(await words(workbench.dialog())).toMatch(/Let mini ask your model\?[\s\S]*ask: sampling, 10 a minute/);
		await workbench.dialogButton("Allow");
		await eventually(() => quickstart.policyText()).toMatch(/"asks": \{\s*"sampling": true/);
		await workbench.treeRow("Beside Tools").filter({ hasText: "sampling" }).waitFor();
		await workbench.tick(workbench.checkbox("Sampling"));
		await workbench.treeRow("Beside Tools").filter({ hasText: "nothing allowed" }).waitFor();
		expect(quickstart.policyText()).not.toContain('"asks"');
		workbench.rowsOf = "Activity";
	});

	it("is empty once it is cleared, and the log keeps everything", async () => {
		await workbench.viewAction("Activity", "Show All");
		await workbench.viewAction("Activity", "Clear");
		await eventually(rows).toEqual([]);
		await callTool(client, "echo", { text: "after" });
		await eventually(async () => (await rows()).filter((row) => row.startsWith("echo"))).toHaveLength(1);
		expect(quickstart.audited("mini").length).toBeGreaterThan(900);
	});
});

async function eventuallyCopied(workbench: Workbench): Promise<string> {
	const read = (): Promise<string> => workbench.page.evaluate<string>("navigator.clipboard.readText()");
	await eventually(read).toContain('"kind": "event"');
	return read();
}
