import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { World } from "../harness/world.ts";
import { type Editor, startEditor } from "./harness/editor-host.ts";
import { eventually, oneAfterTheOther } from "./harness/steps.ts";
import { Workbench, words } from "./harness/workbench.ts";

const ROW = "Policy changes wait";

describe("a policy that another program has changed", () => {
	let world: World;
	let editor: Editor;
	let workbench: Workbench;
	beforeAll(async () => {
		world = new World();
		await world.init();
		const launcher = path.join(world.sallyportHome, "bin", "sallyport");
		const args = ["run", "--name", "mini", "--", process.execPath, world.server];
		const config = world.write(".vscode/mcp.json", { servers: { mini: { command: launcher, args } } });
		const sallyport = async (...words: string[]): Promise<void> => {
			const outcome = await world.sallyport([...words, "--file", config]);
			if (outcome.code !== 0) throw new Error(outcome.stderr);
		};
		await sallyport("tools", "allow", "mini", "echo", "read", "--yes");
		const folder = path.join(world.sallyportHome, "policy");
		const file = path.join(folder, fs.readdirSync(folder)[0] ?? "");
		const wide = fs.readFileSync(file, "utf8");
		await sallyport("tools", "deny", "mini", "read");
		editor = await startEditor({ env: world.env() });
		workbench = await Workbench.open(editor, world.workspace);
		await workbench.command("View: Show Sallyport");
		await workbench.treeRow("mini").waitFor();
		expect(await workbench.tree()).not.toContain(`${ROW} mini`);
		fs.writeFileSync(file, wide);
	});
	afterAll(async () => {
		await workbench?.close();
		await editor?.stop();
		world.remove();
	});
	oneAfterTheOther(() => workbench);

	/** From the row to the document, and from there on. */
	const look = async (goOn: string): Promise<string> => {
		const list = workbench.quickInput().filter({ hasText: "Go On to the Question" });
		await workbench.clickFor(
			list,
			() => workbench.treeRow(ROW).click(),
			() => false,
		);
		await workbench.activeTab().filter({ hasText: "question" }).waitFor();
		const text = await workbench.text();
		await workbench.pick(goOn);
		return text;
	};

	it("is a row above all servers, and what it adds does not count", async () => {
		await workbench.treeRow(ROW).waitFor();
		const rows = await workbench.tree();
		expect(rows[0]).toBe(`${ROW} mini`);
		expect(rows).toContain("mini 1 of 1 tool");
	});

	it("is shown with every word of the server first, and who leaves that is asked nothing", async () => {
		const text = await look("Leave everything as it is");
		expect(text).toContain("Accept what a policy file grants to “mini”?");
		expect(text).toContain("The tool read, by the server's own word:");
		await workbench.quickInput().waitFor({ state: "hidden" });
		expect(await workbench.dialog().count()).toBe(0);
		await workbench.treeRow(ROW).waitFor();
	});

	it("counts once the person has gone on, and said yes in the dialog", async () => {
		await look("Go On to the Question");
		await workbench.dialog().waitFor();
		const said = await words(workbench.dialog());
		expect(said).toMatch(/The server's own words that it lets through stand in the document behind this: 1 tool\./);
		expect(said).toMatch(/It gets:\s+tool: read/);
		await workbench.dialogButton("Accept");
		await eventually(() => workbench.tree()).toContain("mini 2 of 2 tools");
		await workbench.treeRow(ROW).waitFor({ state: "detached" });
	});
});
