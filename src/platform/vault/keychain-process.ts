import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { createRequire } from "node:module";
import * as readline from "node:readline";
import * as z from "zod/mini";

/**
 * The OS keychain, reached through keytar in a process of its own. A keychain that waits for an answer blocks a thread
 * that nobody can stop, and a process with such a thread cannot even exit; a locked one can crash the library. A child can be killed.
 */
export class KeychainProcess {
	readonly #options: KeychainProcessOptions;
	#child: { readonly process: ChildProcess; readonly pending: Map<number, (answer: KeychainAnswer) => void> } | null = null;
	#last = 0;

	constructor(options: KeychainProcessOptions) {
		this.#options = options;
	}

	/** Never rejects and never takes longer than the timeout. */
	async ask(question: KeychainQuestion): Promise<KeychainAnswer> {
		let program: string;
		try {
			program = this.#options.keytar ?? createRequire(here()).resolve("keytar");
		} catch {
			return { error: "library" };
		}
		this.#child ??= this.#start(program);
		const { process: child, pending } = this.#child;
		const id = ++this.#last;
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				pending.delete(id);
				this.close();
				resolve({ error: "timeout" });
			}, this.#options.timeoutMs);
			child.ref();
			pending.set(id, (answer) => {
				clearTimeout(timer);
				if (pending.size === 0) child.unref();
				resolve(answer);
			});
			child.stdin?.write(`${JSON.stringify({ id, service: this.#options.service, ...question })}\n`);
		});
	}

	/** Idempotent; a later question starts anew. */
	close(): void {
		this.#child?.process.kill("SIGKILL");
		this.#child = null;
	}

	#start(program: string): { readonly process: ChildProcess; readonly pending: Map<number, (answer: KeychainAnswer) => void> } {
		const child = spawn(process.execPath, ["-e", PROGRAM, program], {
			// The keychain's own texts may be anything, and belong in no log of ours.
			stdio: ["pipe", "pipe", "ignore"],
			cwd: "/",
			env: environment(process.env),
			shell: false,
			windowsHide: true,
		});
		const pending = new Map<number, (answer: KeychainAnswer) => void>();
		const end = (): void => {
			if (this.#child?.process === child) this.#child = null;
			for (const [id, answer] of [...pending]) {
				pending.delete(id);
				answer({ error: "died" });
			}
		};
		child.on("error", end);
		child.on("close", end);
		child.stdin?.on("error", () => {});
		for (const stream of [child.stdin, child.stdout]) unrefStream(stream);
		readline.createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
			const answer = parseAnswer(line);
			const take = answer === null ? undefined : pending.get(answer.id);
			if (answer === null || take === undefined) return;
			pending.delete(answer.id);
			take(answer.error === undefined ? { value: answer.value } : { error: "refused", text: answer.error });
		});
		return { process: child, pending };
	}
}

export interface KeychainProcessOptions {
	readonly service: string;
	/** How long one question may take, prompts included. */
	readonly timeoutMs: number;
	/** The module to load instead of the installed keytar; for tests. */
	readonly keytar?: string;
}

export type KeychainQuestion =
	| { readonly op: "get" | "delete"; readonly account: string }
	| { readonly op: "set"; readonly account: string; readonly value: string }
	| { readonly op: "accounts" };

export type KeychainAnswer =
	| { readonly value: unknown; readonly error?: never }
	| { readonly error: "refused"; readonly text: string }
	| { readonly error: "library" | "timeout" | "died" };

const Answer = z.object({ id: z.number(), value: z.optional(z.unknown()), error: z.optional(z.string()) });

function parseAnswer(line: string): z.infer<typeof Answer> | null {
	try {
		return Answer.parse(JSON.parse(line));
	} catch {
		return null;
	}
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
require("node:readline").createInterface({ input: process.stdin }).on("line", async (line) => {
	const q = JSON.parse(line);
	try { answer({ id: q.id, value: await run(q) }); } catch (e) { answer({ id: q.id, error: String(e && e.message) }); }
}).on("close", gone);
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
