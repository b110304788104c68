import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests, SilentReporter } from "@vscode/test-electron";
import { build } from "esbuild";
import { QUIET_SETTINGS } from "../../../src/setup/editor-server.mjs";
import { packagesOf } from "../../../src/setup/package.mjs";
import { launchBrowser } from "./browser.ts";
import { ROOT, startEditor } from "./editor-host.ts";
import { type InnerTest, readReport } from "./report.ts";

const SUITE = path.join(ROOT, "test", "editor", "suite");

/** How long a download may make no progress, and how long a whole suite may take. */
const DOWNLOAD_MS = 10_000;
const SUITE_MS = 300_000;

export interface SuiteRun {
	/** Which VS Code it was, in words. */
	readonly host: string;
	readonly tests: readonly InnerTest[];
}

/** What a suite is given: the environment that its editor runs in, and the folder that it opens. */
export interface SuiteWorld {
	readonly env: Readonly<Record<string, string>>;
	readonly workspace: string;
}

/** Where a suite runs, and how it ended: VS Code's exit code, or why there is none. */
interface HostRun {
	readonly host: string;
	readonly code: number | string;
	/** What the host printed, for when something is wrong. */
	readonly said: string;
}

/**
 * Runs `test/editor/suite` inside a real extension host, against the packaged extension. `VSCODE_TEST_HOST` chooses: `desktop`, `code-server`,
 * or `auto`, the first that can be had. `VSCODE_EXECUTABLE` names a desktop VS Code to use instead of a fetched one. Throws when the exit code
 * and the report do not agree, or when there is no test in the report.
 */
export async function runSuite(world: SuiteWorld): Promise<SuiteRun> {
	// Below the project, so that the suite finds its libraries.
	fs.mkdirSync(path.join(ROOT, ".cache"), { recursive: true });
	const folder = fs.mkdtempSync(path.join(ROOT, ".cache", "suite-"));
	try {
		const driver = await bundleSuite(folder);
		const report = path.join(folder, "report.ndjson");
		const env = { ...world.env, SALLYPORT_TEST_REPORT: report };
		const wanted = process.env.VSCODE_TEST_HOST ?? "auto";
		const desktop = wanted === "code-server" ? null : await findDesktop(wanted === "desktop");
		const run = desktop === null ? await runInServer(driver, { ...world, env }) : await runOnDesktop(desktop, driver, { ...world, env });
		const text = fs.existsSync(report) ? fs.readFileSync(report, "utf8") : "";
		try {
			const tests = readReport(text);
			const failed = tests.some(({ outcome }) => outcome === "failed");
			if ((run.code !== 0) !== failed)
				throw new Error(failed ? "It failed, and the exit code says that it did not." : "Nothing in it failed.");
			return { host: run.host, tests };
		} catch (error) {
			throw new Error(
				`${run.host} ended with ${run.code}. ${error instanceof Error ? error.message : String(error)}\n${run.said.slice(-4000)}`,
			);
		}
	} finally {
		fs.rmSync(folder, { recursive: true, force: true });
	}
}

/** A small extension that is nothing but the place of the suite: what is tested is the one that is installed. */
interface Driver {
	readonly folder: string;
	readonly tests: string;
}

async function bundleSuite(folder: string): Promise<Driver> {
	const files = fs.readdirSync(SUITE).filter((name) => name === "index.ts" || name.endsWith(".test.ts"));
	await build({
		absWorkingDir: ROOT,
		entryPoints: files.map((name) => path.join(SUITE, name)),
		outdir: folder,
		outExtension: { ".js": ".cjs" },
		bundle: true,
		format: "cjs",
		platform: "node",
		target: "node22",
		mainFields: ["module", "main"],
		external: ["vscode", "mocha", "keytar"],
		define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
		sourcemap: "inline",
		logLevel: "silent",
	});
	const manifest = { name: "suite", publisher: "sallyport-tests", version: "0.0.0", engines: { vscode: "^1.101.0" } };
	fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify(manifest));
	return { folder, tests: path.join(folder, "index.cjs") };
}

/** A desktop VS Code; `null` when none can be had: nothing to fetch it from, or no display to show it on. Throws instead when it is required. */
async function findDesktop(required: boolean): Promise<string | null> {
	try {
		if (process.platform === "linux" && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
			throw new Error("A desktop VS Code needs a display. Without one: xvfb-run -a npm test");
		const given = process.env.VSCODE_EXECUTABLE;
		if (given !== undefined && given !== "") return given;
		const cachePath = path.join(ROOT, ".cache", "vscode");
		return await downloadAndUnzipVSCode({ version: "stable", cachePath, timeout: DOWNLOAD_MS, reporter: new SilentReporter() });
	} catch (error) {
		if (required) throw error;
		return null;
	}
}

async function runOnDesktop(executable: string, driver: Driver, world: SuiteWorld): Promise<HostRun> {
	const profile = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-desktop-"));
	try {
		const flags = [
			`--user-data-dir=${path.join(profile, "user")}`,
			`--extensions-dir=${path.join(profile, "extensions")}`,
			...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
		];
		fs.mkdirSync(path.join(profile, "user", "User"), { recursive: true });
		fs.writeFileSync(path.join(profile, "user", "User", "settings.json"), JSON.stringify(QUIET_SETTINGS));
		const [cli = executable, ...before] = resolveCliArgsFromVSCodeExecutablePath(executable, { reuseMachineInstall: true });
		const installed = spawnSync(cli, [...before, ...flags, "--install-extension", packagesOf(ROOT).vsix, "--force"], {
			encoding: "utf8",
			env: world.env,
			shell: false,
		});
		if (installed.status !== 0) throw new Error(`VS Code did not take the extension.\n${installed.stdout}${installed.stderr}`);
		const code = await runTests({
			vscodeExecutablePath: executable,
			reuseMachineInstall: true,
			extensionDevelopmentPath: driver.folder,
			extensionTestsPath: driver.tests,
			extensionTestsEnv: { ...world.env },
			launchArgs: [world.workspace, ...flags, "--disable-workspace-trust", "--skip-welcome", "--skip-release-notes"],
		}).catch((error: { code?: number }) => error.code ?? 1);
		return { host: `desktop VS Code (${executable})`, code, said: "" };
	} finally {
		fs.rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
	}
}

async function runInServer(driver: Driver, world: SuiteWorld): Promise<HostRun> {
	const editor = await startEditor({ env: world.env, testDriver: true });
	const said: string[] = [];
	try {
		const browser = await launchBrowser();
		try {
			const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
			const ended = new Promise<number | string>((resolve) => {
				void page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
				page.on("crash", () => resolve("a crash of the window"));
				void editor.server.exited.then(() => resolve("an end of the server"));
				setTimeout(() => resolve(`silence for ${SUITE_MS / 1000} s`), SUITE_MS).unref();
			});
			await page.exposeFunction("codeAutomationLog", (_type: string, words: unknown[]) => said.push(words.map(String).join(" ")));
			const uri = (file: string): string => `vscode-remote://127.0.0.1:${editor.server.port}${file}`;
			const payload = JSON.stringify([
				["extensionDevelopmentPath", uri(driver.folder)],
				["extensionTestsPath", uri(driver.tests)],
				["skipWelcome", "true"],
			]);
			await page.goto(`${editor.server.url}/?${new URLSearchParams({ folder: world.workspace, payload })}`);
			const code = await ended;
			said.push(fs.readFileSync(editor.server.log, "utf8"));
			return { host: "code-server", code, said: said.join("\n") };
		} finally {
			await browser.close();
		}
	} finally {
		await editor.stop();
	}
}
