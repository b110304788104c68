import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NODES } from "../../src/setup/runtime.mjs";
import { Clone, type Ran } from "./clone.ts";

let clone: Clone;
beforeEach(() => {
	clone = new Clone();
});
afterEach(() => clone.remove());

/** What every command of the set-up does that needs an editor, with this as npm. */
function ensure(npm: string, before = ""): Promise<Ran> {
	const program = clone.file(
		"ensure.mjs",
		`${before}
		const { ensureEditorHost } = await import("./src/setup/editor-host.mjs");
		await ensureEditorHost(import.meta.dirname).then((host) => console.log(JSON.stringify(host)), (error) => {
			console.error(error.details, error.message);
			process.exitCode = 1;
		});`,
	);
	return clone.node([program], { npm_execpath: clone.file("fake/npm-cli.js", npm) });
}
const FAILING = `console.error("ENOTFOUND"); process.exit(1);`;

describe("the editor for the tests", () => {
	it("is fetched once, against pinned digests, and needs no network after that", async () => {
		clone.file("fake/package.json", "{}");
		const ran = await ensure(`
			const fs = require("node:fs"), path = require("node:path"), [command] = process.argv.slice(2);
			fs.appendFileSync(${JSON.stringify(path.join(clone.path, "seen"))}, process.argv.slice(2, 4).join(" ") + "\\n");
			const lock = JSON.parse(fs.existsSync("package-lock.json") ? fs.readFileSync("package-lock.json", "utf8") : "null");
			if (lock !== null) fs.copyFileSync("package-lock.json", ${JSON.stringify(path.join(clone.path, "seen-lock"))});
			if (lock !== null) for (const [name, { integrity }] of Object.entries(lock.packages)) if (integrity) fs.mkdirSync(name, { recursive: true });
			if (lock !== null) fs.mkdirSync("node_modules/code-server/lib/vscode/extensions/copilot", { recursive: true });`);
		expect(ran).toMatchObject({ code: 0, stderr: "" });
		expect(ran.stdout).toMatch(/^• editor +fetching VS Code [\d.]+ \(code-server [\d.]+\), once: about 380 MB, a minute or two …$/m);
		expect(ran.stdout).toContain("note: no C++ compiler");
		expect(clone.read("seen")).toMatch(/^ci .*\nci --omit=dev\ninstall --no-save\nrebuild @vscode\/spdlog\n$/);
		const pinned = NODES[`${process.platform}-${process.arch}`];
		expect(clone.read("seen-lock")).toContain(pinned?.integrity);
		expect(clone.read("seen-lock")).toMatch(/"node_modules\/code-server":\{"version":"[\d.]+","integrity":"sha512-[A-Za-z0-9+/]{86}=="\}/);
		expect(clone.has(".cache/editor/node_modules/code-server/lib/vscode/extensions/copilot")).toBe(false);
		expect(fs.readdirSync(path.join(clone.path, ".cache"))).toEqual(["editor"]);
		const again = await ensure(FAILING);
		expect(again).toMatchObject({ code: 0, stderr: "" });
		expect(again.stdout).toMatch(/^• editor +VS Code [\d.]+ \(code-server [\d.]+\) ready$/m);
		expect(again.stdout).toContain(`${clone.path}/.cache/editor/node_modules/code-server/out/node/entry.js`);
	});

	it("keeps nothing of a fetch that failed, and says how", async () => {
		const ran = await ensure(FAILING);
		expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/^ENOTFOUND npm could not install the packages\. .*network/) });
		expect(fs.readdirSync(path.join(clone.path, ".cache"))).toEqual([]);
	});

	it("is not looked for where none is known", async () => {
		const ran = await ensure(FAILING, `Object.defineProperty(process, "platform", { value: "win32" });`);
		expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("VSCODE_TEST_HOST=desktop") });
	});
});
