// @ts-check
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { ensureEditorHost } from "./editor-host.mjs";
import { installExtension, makeProfile, QUIET_SETTINGS, startEditorServer } from "./editor-server.mjs";
import { capture, withoutOuterNpm } from "./run.mjs";
import { SetupError, step } from "./say.mjs";

/** The signals that end the try, and which is which in an exit code. */
const ENDINGS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** The window opens with the page that says what there is to try. */
const FIRST_PAGE = { "workbench.startupEditor": "readme" };

/**
 * Where the try takes place: a throw-away home with a copy of the example in it.
 * @typedef {{ folder: string, workspace: string, env: NodeJS.ProcessEnv }} Place
 */

/**
 * Opens a copy of the quickstart workspace with the packaged extension: in the desktop's VS Code, else in a VS Code to be looked at with a
 * browser. Nothing of the person's is read or written: home, settings, extensions and keychain are made for this and removed. Resolves when the
 * window is closed or the person ends it.
 * @param {string} root
 * @param {string} node the Node that servers are to find
 * @param {string} vsix
 */
export async function openQuickstart(root, node, vsix) {
	const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-try-")));
	/** @type {(() => void) | undefined} */
	let stopKeyring;
	try {
		const workspace = await copyExample(root, node, path.join(folder, "home"));
		const keyring = await startKeyring(root, path.join(folder, "keyring"));
		stopKeyring = keyring?.stop;
		step("keychain", keyring === null ? "none: the sealed file keeps secrets (dbus and gnome-keyring would make one)" : "one of its own");
		const place = { folder, workspace, env: environment(node, path.join(folder, "home"), keyring?.address) };
		const desktop = findDesktop(process.env);
		if (desktop === null) await openInBrowser(root, vsix, place);
		else await openOnDesktop(desktop, vsix, place);
	} finally {
		stopKeyring?.();
		remove(folder);
	}
}

/**
 * The example with a token in it that has never been one, made by the very code that the programs use.
 * @param {string} root
 * @param {string} node
 * @param {string} home
 */
async function copyExample(root, node, home) {
	const workspace = path.join(home, "quickstart");
	fs.mkdirSync(home);
	const source = pathToFileURL(path.join(root, "src", "platform", "example.ts")).href;
	const script = `import { copyExample } from ${JSON.stringify(source)};
		const copied = copyExample(...process.argv.slice(1));
		if (!copied.ok) throw new Error(copied.problem.message);`;
	const flags = ["--experimental-strip-types", "--no-warnings", "--input-type=module", "--eval", script];
	const args = [...flags, path.join(root, "examples", "quickstart"), workspace];
	const { code, output } = await capture(node, args, { cwd: root, env: withoutOuterNpm(process.env) });
	if (code !== 0) throw new SetupError("The example could not be copied.", output);
	return workspace;
}

/**
 * A Secret Service for this alone, so that no secret of a try stays in the person's keychain. It ends with this process.
 * @param {string} root
 * @param {string} folder
 * @returns {Promise<{ address: string, stop: () => void } | null>} `null`: the parts for one are not here
 */
function startKeyring(root, folder) {
	const script = path.join(root, "test", "harness", "keyring-session.sh");
	// In a process group of its own: the terminal's Ctrl-C is for the editor, and this ends after it.
	const session = spawn("sh", [script, folder, "unlocked"], { stdio: ["pipe", "pipe", "ignore"], shell: false, detached: true });
	return new Promise((resolve) => {
		session.once("error", () => resolve(null));
		session.once("close", () => resolve(null));
		session.stdout.once("data", (chunk) => resolve({ address: String(chunk).trim(), stop: () => session.stdin.end() }));
	});
}

/**
 * The person's environment, but for what leads to their files, their Sallyport and their keychain.
 * @param {string} node
 * @param {string} home
 * @param {string | undefined} bus address of the keychain
 * @returns {NodeJS.ProcessEnv}
 */
function environment(node, home, bus) {
	const own = /^(?:XDG_(?:CONFIG|DATA|CACHE|STATE)_HOME|SALLYPORT_.*|VSCODE_.*|ELECTRON_.*|DBUS_SESSION_BUS_ADDRESS|NODE_OPTIONS)$/;
	const clean = Object.fromEntries(Object.entries(withoutOuterNpm(process.env)).filter(([name]) => !own.test(name)));
	return {
		...clean,
		HOME: home,
		PATH: [path.dirname(node), clean.PATH].join(path.delimiter),
		// A display's key is found through the home, which is another one here.
		...(clean.DISPLAY !== undefined && clean.XAUTHORITY === undefined ? { XAUTHORITY: path.join(os.homedir(), ".Xauthority") } : {}),
		...(bus === undefined ? {} : { DBUS_SESSION_BUS_ADDRESS: bus }),
	};
}

/**
 * The desktop's VS Code. A terminal inside a remote window has a `code` too, which speaks to that window and heeds no profile.
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | null}
 */
export function findDesktop(env) {
	if (env.VSCODE_IPC_HOOK_CLI !== undefined) return null;
	const folders = (env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder) && !folder.includes("remote-cli"));
	return (
		folders.map((folder) => path.join(folder, process.platform === "win32" ? "code.cmd" : "code")).find((file) => fs.existsSync(file)) ??
		null
	);
}

/**
 * @param {string} code
 * @param {string} vsix
 * @param {Place} place
 */
async function openOnDesktop(code, vsix, { folder, workspace, env }) {
	const profile = path.join(folder, "profile");
	fs.mkdirSync(path.join(profile, "User"), { recursive: true });
	fs.writeFileSync(path.join(profile, "User", "settings.json"), JSON.stringify({ ...QUIET_SETTINGS, ...FIRST_PAGE }));
	const flags = [
		`--user-data-dir=${profile}`,
		`--extensions-dir=${path.join(folder, "extensions")}`,
		...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
	];
	const { code: failed, output } = await capture(code, [...flags, "--install-extension", vsix, "--force"], { cwd: folder, env });
	if (failed !== 0) throw new SetupError("VS Code did not take the extension.", output);
	step("editor", `open in ${code}; it ends when its window is closed, or with Ctrl-C`);
	const window = spawn(code, [...flags, "--disable-workspace-trust", "--new-window", "--wait", workspace], {
		cwd: folder,
		env,
		stdio: "ignore",
		shell: false,
		detached: true,
	});
	const closed = new Promise((resolve) => {
		window.once("close", resolve);
		window.once("error", resolve);
	});
	await Promise.race([closed, ending()]);
	try {
		if (window.pid !== undefined && window.exitCode === null) process.kill(-window.pid, "SIGTERM");
	} catch {
		// It is gone.
	}
	await closed;
}

/**
 * @param {string} root
 * @param {string} vsix
 * @param {Place} place
 */
async function openInBrowser(root, vsix, { folder, workspace, env }) {
	const host = await ensureEditorHost(root);
	const profile = path.join(folder, "profile");
	makeProfile(profile, FIRST_PAGE);
	await installExtension(host, profile, vsix, env);
	const server = await startEditorServer(host, profile, { env, flags: ["--disable-workspace-trust"] });
	step("editor", "no desktop VS Code on the PATH, so this one is for a browser; Ctrl-C ends it and removes everything");
	process.stdout.write(`\n  ${server.url}/?${new URLSearchParams({ folder: workspace })}\n\n`);
	await Promise.race([server.exited, ending()]);
	await server.stop();
}

/** Resolves when the person, or the system, ends this. */
function ending() {
	return new Promise((resolve) => {
		for (const signal of ENDINGS) process.once(signal, () => resolve(signal));
	});
}

/**
 * Removes the whole folder; the store of packages in it is read-only on purpose.
 * @param {string} folder
 */
function remove(folder) {
	const open = (/** @type {string} */ below) => {
		fs.chmodSync(below, 0o700);
		for (const entry of fs.readdirSync(below, { withFileTypes: true })) if (entry.isDirectory()) open(path.join(below, entry.name));
	};
	open(folder);
	fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
