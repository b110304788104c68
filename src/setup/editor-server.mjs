// @ts-check
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import process from "node:process";
import { capture } from "./run.mjs";
import { SetupError } from "./say.mjs";

/** How long a server may take to answer, and how long to end when it is asked to. */
const START_MS = 60_000;
const STOP_MS = 2_000;

/**
 * Settings of an editor that fetches nothing, reports nothing and opens nothing by itself.
 * `chat.disableAIFeatures` is off because VS Code's own MCP host goes with it.
 */
export const QUIET_SETTINGS = {
	"chat.commandCenter.enabled": false,
	"chat.disableAIFeatures": false,
	"extensions.autoCheckUpdates": false,
	"extensions.autoUpdate": false,
	"extensions.ignoreRecommendations": true,
	"files.autoSave": "off",
	"git.enabled": false,
	"git.openRepositoryInParentFolders": "never",
	"json.schemaDownload.enable": false,
	"npm.autoDetect": "off",
	"remote.autoForwardPorts": false,
	"telemetry.telemetryLevel": "off",
	"typescript.disableAutomaticTypeAcquisition": true,
	"update.mode": "none",
	"window.dialogStyle": "custom",
	"workbench.enableExperiments": false,
	"workbench.secondarySideBar.defaultVisibility": "hidden",
	"workbench.startupEditor": "none",
	"workbench.tips.enabled": false,
};

/**
 * A running editor and the folder that it keeps everything in.
 * @typedef {{ url: string, port: number, log: string, exited: Promise<void>, stop: () => Promise<void> }} EditorServer
 */

/**
 * Makes the folder that an editor keeps its settings, extensions and state in.
 * @param {string} profile
 * @param {Readonly<Record<string, unknown>>} settings besides the quiet ones
 */
export function makeProfile(profile, settings) {
	for (const name of ["user/User", "extensions", "xdg"]) fs.mkdirSync(path.join(profile, name), { recursive: true });
	// Without one, code-server writes one with a password into the person's home.
	fs.writeFileSync(path.join(profile, "config.yaml"), "auth: none\ncert: false\n");
	fs.writeFileSync(path.join(profile, "user", "User", "settings.json"), JSON.stringify({ ...QUIET_SETTINGS, ...settings }, null, "\t"));
}

/**
 * @param {import("./editor-host.mjs").EditorHost} host
 * @param {string} profile
 * @param {string} vsix
 * @param {NodeJS.ProcessEnv} env
 */
export async function installExtension(host, profile, vsix, env) {
	const args = [host.entry, ...profileFlags(profile), "--install-extension", vsix, "--force"];
	const { code, output } = await capture(host.node, args, { cwd: profile, env: editorEnvironment(profile, env) });
	if (code !== 0 || !output.includes("successfully installed")) throw new SetupError(`The editor did not take ${vsix}.`, output);
}

/**
 * Starts an editor on a free port of the loopback. It ends with this process, however that dies.
 * @param {import("./editor-host.mjs").EditorHost} host
 * @param {string} profile made before
 * @param {{ env: NodeJS.ProcessEnv, flags?: readonly string[] }} options
 * @returns {Promise<EditorServer>}
 */
export async function startEditorServer(host, profile, { env, flags = [] }) {
	const port = await freePort();
	const url = `http://127.0.0.1:${port}`;
	const log = path.join(profile, "server.log");
	const output = fs.openSync(log, "w");
	const args = [
		host.entry,
		...profileFlags(profile),
		...["--auth", "none", "--bind-addr", `127.0.0.1:${port}`, "--session-socket", path.join(profile, "s.sock")],
		...["--disable-telemetry", "--disable-update-check", "--disable-getting-started-override", "--ignore-last-opened"],
		...flags,
	];
	// In a process group of its own, so that what it started can be ended with it.
	const child = spawn(host.node, args, {
		cwd: profile,
		env: editorEnvironment(profile, env),
		stdio: ["ignore", output, output],
		shell: false,
		detached: true,
	});
	fs.closeSync(output);
	const exited = once(child, "exit").then(
		() => {},
		() => {},
	);
	const kill = (/** @type {NodeJS.Signals} */ signal) => {
		try {
			if (child.pid !== undefined) process.kill(-child.pid, signal);
		} catch {
			// The whole group is gone.
		}
	};
	const guard = endWithUs(child.pid ?? 0);
	const stop = async () => {
		guard.kill();
		kill("SIGTERM");
		await Promise.race([exited, pause(STOP_MS)]);
		kill("SIGKILL");
		await exited;
	};
	const isUp = async () => {
		try {
			return (await fetch(`${url}/healthz`)).ok;
		} catch {
			return false;
		}
	};
	for (const deadline = Date.now() + START_MS; !(await isUp()); await pause(50)) {
		if (child.exitCode === null && child.signalCode === null && child.pid !== undefined && Date.now() < deadline) continue;
		await stop();
		throw new SetupError("The editor did not start. Its own words are above.", fs.readFileSync(log, "utf8"));
	}
	return { url, port, log, exited, stop };
}

/**
 * Ends a process group when this process is gone: the guard's input closes then, and for no other reason.
 * @param {number} group 0: none, as nothing was started
 */
function endWithUs(group) {
	const script = 'read -r _; [ "$1" -eq 0 ] || kill -s KILL -- "-$1"';
	const guard = spawn("sh", ["-c", script, "sh", String(group)], { stdio: ["pipe", "ignore", "ignore"], shell: false, detached: true });
	guard.unref();
	return guard;
}

/** @param {string} profile */
function profileFlags(profile) {
	return [
		...["--config", path.join(profile, "config.yaml")],
		...["--user-data-dir", path.join(profile, "user")],
		...["--extensions-dir", path.join(profile, "extensions")],
	];
}

/**
 * Without what a terminal inside another editor hands on (it would be spoken to instead) and what overrides the flags.
 * @param {string} profile
 * @param {NodeJS.ProcessEnv} env
 */
function editorEnvironment(profile, env) {
	const outer = /^(?:VSCODE_|ELECTRON_|CODE_SERVER_|CS_DISABLE)|^(?:PORT|PASSWORD|HASHED_PASSWORD|NODE_OPTIONS)$/;
	const xdg = path.join(profile, "xdg");
	return { ...Object.fromEntries(Object.entries(env).filter(([name]) => !outer.test(name))), XDG_DATA_HOME: xdg, XDG_CACHE_HOME: xdg };
}

/** @returns {Promise<number>} */
async function freePort() {
	const server = net.createServer().listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = /** @type {net.AddressInfo} */ (server.address());
	server.close();
	await once(server, "close");
	return port;
}

/** @param {number} ms */
function pause(ms) {
	return new Promise((resolve) => setTimeout(resolve, ms));
}
