import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { World } from "../harness/world.ts";
import { runSuite, type SuiteRun } from "./harness/integration.ts";

describe("where the integration suite runs, with a program in place of the desktop's VS Code", () => {
	let world: World;
	let folder: string;
	let calls: string;
	beforeAll(() => {
		world = new World();
	});
	afterAll(() => world.remove());
	beforeEach(() => {
		folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-desktop-")));
		calls = path.join(folder, "calls");
		// Neither a network nor a display is needed: nothing is fetched, and nothing is shown.
		vi.stubEnv("VSCODE_EXECUTABLE", path.join(folder, "code"));
		vi.stubEnv("DISPLAY", ":0");
	});
	afterEach(() => {
		vi.unstubAllEnvs();
		fs.rmSync(folder, { recursive: true, force: true });
	});

	/** A VS Code that takes every extension, and whose suite reports these lines and ends with this code. */
	function install(lines: readonly object[], code: number): void {
		const report = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
		fs.writeFileSync(path.join(folder, "report"), report);
		const log = `echo "$*" >>'${calls}'`;
		const program = (name: string, script: string): void => {
			fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
			fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${log}\n${script}\n`, { mode: 0o755 });
		};
		program("bin/code", "exit 0");
		program("code", `cat '${folder}/report' >"$SALLYPORT_TEST_REPORT"\nexit ${code}`);
	}

	function run(host: "auto" | "desktop"): Promise<SuiteRun> {
		vi.stubEnv("VSCODE_TEST_HOST", host);
		return runSuite({ env: world.env(), workspace: world.workspace });
	}

	it.each(["auto", "desktop"] as const)(
		"is the desktop's VS Code when one can be had (%s), with the packaged extension in it",
		async (wanted) => {
			install([{ outcome: "passed", name: "a test" }, { outcome: "end" }], 0);
			const { host, tests } = await run(wanted);
			expect(host).toBe(`desktop VS Code (${path.join(folder, "code")})`);
			expect(tests).toEqual([{ outcome: "passed", name: "a test" }]);
			const [installed = "", ran = ""] = fs.readFileSync(calls, "utf8").split("\n");
			expect(installed).toMatch(/--install-extension \S+\.vsix --force/);
			expect(ran).toMatch(/--extensionTestsPath=\S+index\.cjs/);
			expect(ran).toContain(world.workspace);
			// Both in one profile, and not the person's.
			expect(/--user-data-dir=\S+/.exec(ran)?.[0]).toBe(/--user-data-dir=\S+/.exec(installed)?.[0]);
		},
	);

	it("is refused without a display when the desktop is asked for, with what to do", async () => {
		vi.stubEnv("DISPLAY", "");
		vi.stubEnv("WAYLAND_DISPLAY", "");
		install([], 0);
		await expect(run("desktop")).rejects.toThrow(/needs a display.*xvfb-run/);
		expect(fs.existsSync(calls)).toBe(false);
	});

	it.each([
		[
			"the report and the exit code do not agree",
			[{ outcome: "passed", name: "a" }, { outcome: "end" }],
			1,
			/ended with 1\. Nothing in it failed/,
		],
		["a failure ends well", [{ outcome: "failed", name: "a", stack: "here" }, { outcome: "end" }], 0, /the exit code says that it did not/],
		["the suite does not come to its end", [{ outcome: "passed", name: "a" }], 0, /stopped after 1 tests, the last: a/],
		["nothing ran", [{ outcome: "end" }], 0, /ran no test/],
	])("fails, and names the host, when %s", async (_, lines, code, message) => {
		install(lines, code);
		const failure = await run("desktop").then(
			() => "no failure",
			(error: Error) => error.message,
		);
		expect(failure).toMatch(/^desktop VS Code \(/);
		expect(failure).toMatch(message);
	});
});
