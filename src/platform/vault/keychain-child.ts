import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import { sessionSocket } from "./session-bus.ts";

/** Started before it is known whether it will be asked; null: none, or it has been taken. */
let ahead: { readonly program: string; readonly process: ChildProcess } | null = null;

/** Where the installed keytar lies; null: it is not installed. */
export function installedKeytar(): string | null {
	try {
		return createRequire(here()).resolve("keytar");
	} catch {
		return null;
	}
}

/** The socket on which the keychain can be asked without its library; null: there is none. */
export function keychainSocket(): string | null {
	return process.platform === "linux" ? sessionSocket(environment(process.env)) : null;
}

/**
 * Starts the process that the first keychain of this program will take. It asks the keychain nothing by itself: it only loads, while
 * this program finds out whether anything may be asked. Whoever starts it discards it. Nothing is started where the keychain can be asked
 * without it.
 */
export function startKeychainAhead(): void {
	const program = keychainSocket() === null ? installedKeytar() : null;
	if (program !== null) ahead = { program, process: spawnKeychain(program) };
}

/** Ends what was started ahead and not taken. */
export function discardKeychain(): void {
	ahead?.process.kill("SIGKILL");
	ahead = null;
}

/** @param program the module to load as keytar */
export function takeKeychain(program: string): ChildProcess {
	if (ahead?.program !== program) return spawnKeychain(program);
	const started = ahead.process;
	ahead = null;
	// One that has ended already would never say so.
	return started.pid !== undefined && started.exitCode === null && started.signalCode === null ? started : spawnKeychain(program);
}

function spawnKeychain(program: string): ChildProcess {
	// A process that lives for a moment has no use for helpers of its engine, which take a while to start.
	const child = spawn(process.execPath, ["--single-threaded", "-e", PROGRAM, program], {
		// The keychain's own texts may be anything, and belong in no log of ours.
		stdio: ["pipe", "pipe", "ignore"],
		cwd: "/",
		env: environment(process.env),
		shell: false,
		windowsHide: true,
	});
	// Whoever takes it learns of its end by what it does not answer; until then nobody listens.
	child.on("error", () => {});
	child.stdin?.on("error", () => {});
	child.unref();
	for (const stream of [child.stdin, child.stdout]) unrefStream(stream);
	return child;
}

/**
 * What runs in the child: one JSON line a question, one an answer. It is text because the bundle has no file of its own for it.
 * When the parent goes it kills itself: `exit` would wait for a keychain that does not answer.
 */
const PROGRAM = `
const gone = () => process.kill(process.pid, "SIGKILL");
let keytar;
try { keytar = require(process.argv[1]); } catch {}
const run = (q) => {
	if (keytar === undefined) throw new Error("library");
	switch (q.op) {
		case "get": return keytar.getPassword(q.service, q.account);
		case "set": return keytar.setPassword(q.service, q.account, q.value).then(() => true);
		case "delete": return keytar.deletePassword(q.service, q.account);
		case "accounts": return keytar.findCredentials(q.service).then((all) => all.map((one) => one.account));
	}
};
const answer = (a) => process.stdout.write(JSON.stringify(a) + "\\n");
const ask = async (line) => {
	const q = JSON.parse(line);
	try { answer({ id: q.id, value: await run(q) }); } catch (e) { answer({ id: q.id, error: String(e && e.message) }); }
};
let waiting = "";
process.stdin.setEncoding("utf8").on("data", (text) => {
	const lines = (waiting + text).split("\\n");
	waiting = lines.pop();
	for (const line of lines) ask(line);
}).on("close", gone).on("error", gone);
process.stdout.on("error", gone);
`;

/** What the keychain's library needs to find the session and, on a desktop, to ask. Nothing that makes Node or the loader run other code. */
function environment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const kept: NodeJS.ProcessEnv = { ELECTRON_RUN_AS_NODE: "1", LC_ALL: "C", PATH: "/usr/bin:/bin" };
	for (const name of PASSED) if (env[name] !== undefined) kept[name] = env[name];
	// Many hosts pass on a short list of variables without those of the session. Its bus stands where the login made it.
	const runtime = `/run/user/${process.getuid?.() ?? ""}`;
	if (kept.XDG_RUNTIME_DIR === undefined && isOurs(runtime)) kept.XDG_RUNTIME_DIR = runtime;
	// Other transports start programs or leave the machine; a host's entry could name them.
	if (kept.DBUS_SESSION_BUS_ADDRESS?.startsWith("unix:") === false) delete kept.DBUS_SESSION_BUS_ADDRESS;
	return kept;
}

function isOurs(folder: string): boolean {
	const stat = fs.statSync(folder, { throwIfNoEntry: false });
	return stat?.isDirectory() === true && stat.uid === process.getuid?.();
}

const PASSED = [
	...["HOME", "USER", "LOGNAME", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"],
	...["DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"],
	...["SystemRoot", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "TEMP", "TMP"],
];

/** A child that waits for questions must not keep this program alive. */
function unrefStream(stream: unknown): void {
	if (typeof stream === "object" && stream !== null && "unref" in stream && typeof stream.unref === "function") stream.unref();
}

/** This file, in the sources (a module) as in the bundle (a script). */
function here(): string {
	return typeof __filename === "string" ? __filename : import.meta.url;
}
