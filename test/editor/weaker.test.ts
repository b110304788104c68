import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { landlockEngine } from "../../src/platform/sandbox/landlock/engine.ts";
import { probeSandbox } from "../../src/platform/sandbox/probe.ts";
import { canForbidNamespaces, WITHOUT_NAMESPACES } from "../harness/forbidden-namespaces.ts";
import { World } from "../harness/world.ts";
import { type Editor, startEditor } from "./harness/editor-host.ts";
import { eventually } from "./harness/steps.ts";
import { Workbench, words } from "./harness/workbench.ts";

/** The kernel has to have it, Linux 6.7 or newer. */
const stands = await probeSandbox(landlockEngine(), []);
/** In the namespace of an ordinary user nothing is root's, and such a bubblewrap is refused for that alone. */
const isRoot = process.getuid?.() === 0;

describe.skipIf(!stands.ok || !isRoot || !canForbidNamespaces())("where the full sandbox is forbidden, the editor", () => {
	let world: World;
	let editor: Editor;
	let workbench: Workbench;
	beforeAll(async () => {
		world = new World();
		const launcher = path.join(world.sallyportHome, "bin", "sallyport");
		const args = ["run", "--name", "mini", "--", process.execPath, world.server];
		world.write(".vscode/mcp.json", { servers: { mini: { command: launcher, args } } });
		editor = await startEditor({ env: world.env(), within: WITHOUT_NAMESPACES });
		workbench = await Workbench.open(editor, world.workspace);
		await workbench.command("View: Show Sallyport");
	});
	afterAll(async () => {
		await workbench?.close();
		await editor?.stop();
		world.remove();
	});

	const policies = (): string => {
		const folder = path.join(world.sallyportHome, "policy");
		return fs
			.readdirSync(folder)
			.map((name) => fs.readFileSync(path.join(folder, name), "utf8"))
			.join("\n");
	};
	/** Lists the tools, as far as the question about the weaker sandbox. */
	const listTools = async (): Promise<string> => {
		const dialog = workbench.dialog();
		const listing = dialog.filter({ hasText: "once, to list its tools?" });
		await workbench.clickFor(
			dialog,
			() => workbench.rowAction("mini", "List Tools"),
			() => false,
		);
		// What was let start once in a session is not asked about again.
		if ((await listing.count()) > 0) await workbench.dialogButton("List Tools");
		const question = dialog.filter({ hasText: "in the weaker sandbox?" });
		await question.waitFor();
		return words(question);
	};

	it("asks before a server gets less, and says why, and what would mend it", async () => {
		const said = await listTools();
		expect(said).toContain("Start mini in the weaker sandbox?");
		expect(said).toContain("The full sandbox does not stand up on this machine: This system allows no user namespaces");
		expect(said).toContain("To have it: Run: sudo sysctl -w user.max_user_namespaces=1024");
		expect(said).toMatch(/It gets:\s+sandbox: weaker \(Landlock\)/);
		await workbench.dialogButton("Cancel");
		await workbench.dialog().waitFor({ state: "hidden" });
		expect(policies()).toBe("");
		expect(await workbench.tree()).not.toContain("mini 0 of 7 tools");
	});

	it("starts it in the weaker one when the person says yes, and lists its tools", async () => {
		await listTools();
		await workbench.dialogButton("Allow");
		await eventually(() => workbench.tree()).toContain("mini 0 of 7 tools");
		expect(policies()).toContain('"tier": "landlock"');
	});
});
