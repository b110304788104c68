// @ts-check
import { spawn } from "node:child_process";
import os from "node:os";
import process from "node:process";

/** npm's settings that belong to the machine, not to the npm that happens to have started us. */
const MACHINE_SETTINGS = new Set(
	[
		"cache",
		"userconfig",
		"globalconfig",
		"registry",
		"proxy",
		"https_proxy",
		"noproxy",
		"cafile",
		"ca",
		"strict_ssl",
		"offline",
		"prefer_offline",
	].map((name) => `npm_config_${name}`),
);

/**
 * The environment without what an outer `npm start` added to it: another npm below would take that for its own settings.
 * @param {NodeJS.ProcessEnv} environment
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutOuterNpm(environment) {
	return Object.fromEntries(
		Object.entries(environment).filter(([name]) => {
			const lower = name.toLowerCase();
			if (lower.startsWith("npm_")) return MACHINE_SETTINGS.has(lower);
			return lower !== "init_cwd" && !(lower === "node" && environment.npm_command !== undefined);
		}),
	);
}

/** @typedef {{ cwd: string, env: NodeJS.ProcessEnv }} Where */
/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, output: string }} Outcome */

/** The person stopped us, or the system did. Thrown rather than obeyed at once, so that temporary files are taken away. */
export class Interrupted extends Error {
	/** @param {NodeJS.Signals} signal */
	constructor(signal) {
		super(`Stopped by ${signal}.`);
		/** What a shell reports for a process that this signal ended. */
		this.exitCode = 128 + os.constants.signals[signal];
	}
}

/**
 * Runs a program without a terminal and keeps what it prints, for the case that it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Where} where
 * @returns {Promise<Outcome>} `code` and `signal` are both null when the program could not be started
 */
export function capture(command, args, where) {
	return new Promise((resolve, reject) => {
		/** @type {Buffer[]} */
		const chunks = [];
		/** @type {NodeJS.Signals | null} */
		let stoppedBy = null;
		const child = spawn(command, args, { ...where, stdio: ["ignore", "pipe", "pipe"], shell: false });
		const release = passSignalsOn(child, (signal) => {
			stoppedBy = signal;
		});
		child.stdout.on("data", (chunk) => chunks.push(chunk));
		child.stderr.on("data", (chunk) => chunks.push(chunk));
		child.once("error", (error) => {
			release();
			resolve({ code: null, signal: null, output: error.message });
		});
		child.once("close", (code, signal) => {
			release();
			if (stoppedBy !== null) reject(new Interrupted(stoppedBy));
			else resolve({ code, signal, output: Buffer.concat(chunks).toString("utf8") });
		});
	});
}

/**
 * Hands this process's input and output to a program and ends as the program ends: same exit code, same signal.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Where} where
 * @returns {Promise<never>}
 */
export function become(command, args, where) {
	return new Promise((_, reject) => {
		const child = spawn(command, args, { ...where, stdio: "inherit", shell: false });
		const release = passSignalsOn(child);
		child.once("error", reject);
		child.once("exit", (code, signal) => {
			release();
			if (signal === null) process.exit(code ?? 1);
			process.kill(process.pid, signal);
		});
	});
}

/**
 * While a child runs its parent waits: a signal goes to the child, and the parent ends when the child has.
 * A terminal's Ctrl-C reaches the whole foreground group by itself; sent on as well, the child would see it twice.
 * @param {import("node:child_process").ChildProcess} child
 * @param {(signal: NodeJS.Signals) => void} [note]
 */
function passSignalsOn(child, note) {
	const fromTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
	/** @type {Array<["SIGINT" | "SIGTERM" | "SIGHUP", () => void]>} */
	const handlers = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]).map((signal) => [
		signal,
		() => {
			if (!(signal === "SIGINT" && fromTerminal)) child.kill(signal);
			note?.(signal);
		},
	]);
	for (const [signal, handler] of handlers) process.on(signal, handler);
	return () => {
		for (const [signal, handler] of handlers) process.off(signal, handler);
	};
}
