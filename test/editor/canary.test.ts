import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callTool } from "../harness/world.ts";
import { type Process, processes } from "./harness/processes.ts";
import { Quickstart } from "./harness/quickstart.ts";
import { eventually, oneAfterTheOther } from "./harness/steps.ts";
import type { Workbench } from "./harness/workbench.ts";

describe("a secret that was moved, started with and used", () => {
	let quickstart: Quickstart;
	let workbench: Workbench;
	let token: string;
	/** Every notification that showed, in the window's own words. */
	let told: () => Promise<readonly string[]>;
	beforeAll(async () => {
		quickstart = await Quickstart.open();
		workbench = quickstart.workbench;
		token = quickstart.token;
		told = await workbench.watchNotifications();
	});
	afterAll(() => quickstart?.close());
	oneAfterTheOther(() => workbench);

	it("reaches the server", async () => {
		// What is looked for can be found.
		expect(filesThatHold(quickstart.world.workspace)).toEqual([quickstart.file(".vscode/mcp.json")]);
		await workbench.openFile(".vscode/mcp.json");
		await eventually(() => workbench.isUnderlined("warning", token)).toBe(true);
		await workbench.clickText(token);
		await workbench.quickFix("Move secret to the OS keychain");
		await workbench.notification(/in the OS keychain now/).waitFor();
		await workbench.command("View: Show Sallyport");
		await workbench.rowAction("everything", "List Tools");
		await workbench.dialogButton("List Tools");
		await workbench.checkbox("get_me").waitFor();
		await workbench.tick(workbench.checkbox("get_me"));
		await workbench.dialogButton("Allow");
		await eventually(() => workbench.tree()).toContain("everything 1 of 5 tools");
		const client = await quickstart.start(".vscode/mcp.json", "everything");
		const { text } = await callTool(client, "get_me");
		expect(text).toContain(createHash("sha256").update(token).digest("hex"));
		// Refused calls and their arguments are logged too.
		expect((await callTool(client, "create_issue", { repository: "a/b", title: "t", body: token })).ok).toBe(false);
		await workbench.notification(/1 call was refused/).waitFor();
		await workbench.command("Sallyport: Show Log");
		await workbench.output().waitFor();
	});

	it("is in the environment of the server alone, and in no command line", () => {
		const holding = (part: (process: Process) => string): readonly Process[] =>
			processes().filter((process) => process.pid !== globalThis.process.pid && holds(part(process)));
		expect(holding(({ command }) => command)).toEqual([]);
		const withIt = holding(({ environment }) => environment).map(({ command }) => command);
		expect(withIt.length).toBeGreaterThan(0);
		for (const command of withIt) expect(command).toMatch(/issues\.mjs *$/);
	});

	it("is in no file of the home, the workspace and the editor's profile", () => {
		const { home, workspace } = quickstart.world;
		expect([home, workspace, quickstart.editor.profile].flatMap(filesThatHold)).toEqual([]);
	});

	it("is in nothing that was shown", async () => {
		// Beside these parts the window has a line for screen readers, in which VS Code reads out where the caret was when the secret stood there.
		const parts = await workbench.page.locator(".monaco-workbench .part").allInnerTexts();
		const shown = [...(await told()), ...parts, ...(await workbench.tooltips())];
		expect(shown.join("\n")).toContain("is in the OS keychain now");
		expect(shown.filter(holds)).toEqual([]);
	});

	it("is in the keychain", async () => {
		expect(await quickstart.secret("everything/GITHUB_TOKEN")).toBe(token);
	});

	function filesThatHold(folder: string): readonly string[] {
		return filesBelow(folder).filter((file) => holds(fs.readFileSync(file, "latin1")));
	}

	function holds(text: string): boolean {
		return encodingsOf(token).some((encoding) => text.includes(encoding));
	}
});

/** A secret as it stands in text, and as it stands there in disguise. */
function encodingsOf(secret: string): readonly string[] {
	const bytes = Buffer.from(secret);
	// What stands before it shifts the letters of base64; those that depend on a neighbour are left out.
	const base64 = [0, 1, 2].map((before) => {
		const text = Buffer.concat([Buffer.alloc(before), bytes])
			.toString("base64")
			.replace(/=+$/, "");
		return text.slice(Math.ceil((before * 4) / 3), -1);
	});
	return [
		secret,
		...base64,
		...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
		encodeURIComponent(secret),
		secret.replace(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
		bytes.toString("hex"),
		bytes.toString("hex").toUpperCase(),
		secret.replace(/./g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`),
		bytes.toString("utf16le"),
		[...secret].reverse().join(""),
	];
}

/** Plain files; what is gone or not to be read meanwhile is left out. */
function filesBelow(folder: string): readonly string[] {
	return fs
		.readdirSync(folder, { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile())
		.map((entry) => path.join(entry.parentPath, entry.name))
		.filter((file) => fs.existsSync(file));
}
