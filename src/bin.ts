#!/usr/bin/env node
// The `sallyport` command. It only chooses: which Node, and which of the programs beside it. Whatever is asked of the launcher loads the
// launcher alone. Built for Node 18, so that an old Node can still say what it lacks.
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as module from "node:module";
import * as os from "node:os";
import * as path from "node:path";
import { runWithKeptCode } from "./kept-code.ts";

const OLDEST_NODE = [22, 12];

/** Variables that make a Node load code of someone's choice. The stub clears them as well; a second Node must not be handed them. */
const LOADS_CODE = ["NODE_OPTIONS", "NODE_PATH", "NODE_COMPILE_CACHE"];

if (isNewEnough(process.versions.node)) runHere();
else runWithKeptNode(path.join(__dirname, "..", ".cache", "node", "bin", process.platform === "win32" ? "node.exe" : "node"));

function isNewEnough(version: string): boolean {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
	return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function runHere(): void {
	const cache = compileCacheFolder();
	const verb = process.argv[2];
	if (verb === "run" || verb === "connect") launch(path.join(__dirname, "launcher.cjs"), cache);
	else {
		if (cache !== null) module.enableCompileCache(cache);
		require(path.join(__dirname, "cli.cjs"));
	}
}

/** The launcher says when a server runs: by then most of what a start needs has run, and a little later all of it. */
function launch(launcher: string, cache: string | null): void {
	const { exports, keep } = runWithKeptCode(launcher, cache, require);
	if (keep === null) return;
	let kept = false;
	const once = (): void => {
		if (!kept) keep();
		kept = true;
	};
	void (exports as { readonly relaying?: Promise<void> }).relaying?.then(() => {
		setTimeout(once, 1_000).unref();
		process.once("exit", once);
	});
}

/**
 * V8 trusts what it finds in its compile cache, so that is code: it may lie only where nobody could write who cannot write this program, and
 * the environment has no say in it. Beside the program, else in the account's own Sallyport home, which no server can reach.
 * `null`: neither is ours alone, and the program starts a little slower.
 */
function compileCacheFolder(): string | null {
	const candidates = [__dirname];
	try {
		candidates.push(path.join(os.userInfo().homedir, ".sallyport", "state"));
	} catch {
		// An account that is in no user database has no home.
	}
	for (const parent of candidates) {
		const folder = path.join(parent, ".compile-cache");
		try {
			if (!isOursAlone(parent, 0o022)) continue;
			fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
			if (isOursAlone(folder, 0o077)) return folder;
		} catch {
			// Not there, or not writable.
		}
	}
	return null;
}

function isOursAlone(folder: string, forbidden: number): boolean {
	const stat = fs.lstatSync(folder);
	if (!stat.isDirectory()) return false;
	return process.getuid === undefined || (stat.uid === process.getuid() && (stat.mode & forbidden) === 0);
}

function runWithKeptNode(node: string): void {
	if (!fs.existsSync(node)) {
		process.stderr.write(
			`sallyport: Node ${process.versions.node} is too old. Put Node ${OLDEST_NODE.join(".")} or newer first on the PATH.\n`,
		);
		process.exit(2);
	}
	const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !LOADS_CODE.includes(name.toUpperCase())));
	const child = spawn(node, [__filename, ...process.argv.slice(2)], { stdio: "inherit", shell: false, env });
	// A terminal's Ctrl-C reaches the whole foreground group by itself; sent on as well, the child would see it twice.
	const fromTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.on(signal, () => {
			if (!(signal === "SIGINT" && fromTerminal)) child.kill(signal);
		});
	child.once("error", (error) => {
		process.stderr.write(
			`sallyport: the Node at ${node} does not start (${error.message}). Run npm start in the clone to fetch it again.\n`,
		);
		process.exit(2);
	});
	child.once("exit", (code, signal) => {
		if (signal === null) process.exit(code ?? 2);
		for (const handled of ["SIGINT", "SIGTERM", "SIGHUP"]) process.removeAllListeners(handled);
		process.kill(process.pid, signal);
	});
}
