import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import type { Duplex } from "node:stream";
import { fail, ok, type Result } from "../../../core/result.ts";
import { spawnSealed } from "../descriptors.ts";
import { CONNECTIONS_FD, KEEPER, ORDERS_FD, type Orders, STANDING, STARTER } from "./starter.ts";

/** How long the walls may take to stand. Milliseconds; they take a hundred, and some hundred more on a loaded machine. */
const START_TIMEOUT_MS = 20_000;

/** Node without helpers of its engine: it lives for a moment. */
const NODE = ["--single-threaded", "-e", STARTER];

/**
 * Starts the keeper, and in it the starter, which waits for its orders.
 *
 * @param library the FFI's program
 * @param folder the server's own, removed when it has ended
 * @param connections where the starter hands over its filter's questions; null: it has none
 */
export function startKept(library: string, folder: string, connections: number | null): Result<ChildProcess> {
	const starter = [process.execPath, ...NODE, library, "starter"];
	const keeper = ["sh", "-c", KEEPER, "sh", folder, ...starter];
	return spawnSealed(ORDERS_FD + 1, (stdio) => {
		const args = [...NODE, library, "keeper", String(process.pid), ...keeper];
		// Away from the host's terminal, whose keys are for others.
		if (connections !== null) stdio[CONNECTIONS_FD] = connections;
		const child = spawn(process.execPath, args, { env: NODE_ALONE, cwd: "/", detached: true, shell: false, stdio });
		return withGentleKill(child);
	});
}

/** An editor's own binary is a Node when it is told so. */
const NODE_ALONE = { ELECTRON_RUN_AS_NODE: "1", PATH: "/usr/bin:/bin" };

/** A keeper that was killed could not end what it keeps: it is told to, and does it by killing. */
function withGentleKill(child: ChildProcess): ChildProcess {
	const kill = child.kill.bind(child);
	child.kill = (signal) => {
		if (signal !== "SIGKILL") return kill(signal);
		const told = kill("SIGTERM");
		// Should someone have stopped it.
		kill("SIGCONT");
		return told;
	};
	return child;
}

/** Which Landlock the kernel has: null: none, or it cannot be asked. 0 and less: it is turned off. */
export function askAbi(library: string): Promise<number | null> {
	return new Promise((resolve) => {
		const stdio: ("pipe" | "ignore")[] = ["ignore", "pipe", "ignore"];
		const child = spawn(process.execPath, [...NODE, library, "abi"], { env: NODE_ALONE, cwd: "/", shell: false, stdio });
		let said = "";
		child.stdout?.on("data", (part) => {
			said += String(part);
		});
		child.once("error", () => resolve(null));
		child.once("close", () => resolve(/^-?\d+$/.test(said.trim()) ? Number(said) : null));
	});
}

/** Hands a starter its orders and waits for what becomes of them. */
export async function giveOrders(child: ChildProcess, orders: Orders): Promise<Result<void>> {
	const pipe = descriptor(child);
	if (pipe === null) return failedStart("spawn", 0);
	let timer: NodeJS.Timeout | undefined;
	const said = new Promise<string>((resolve) => {
		let text = "";
		timer = setTimeout(() => resolve("failed late 0"), START_TIMEOUT_MS);
		const done = (): void => resolve(text);
		pipe.on("data", (part) => {
			text += String(part);
			if (text.includes("\n")) done();
		});
		pipe.on("error", done);
		pipe.once("end", done);
		child.once("exit", done);
		child.once("error", done);
	});
	pipe.write(`${JSON.stringify(orders)}\n`);
	const answer = await said.finally(() => clearTimeout(timer));
	if (answer === STANDING) return ok(undefined);
	const [, what = "ended", number = "0"] = /^failed ([a-z_]+) (\d+)/.exec(answer) ?? [];
	return failedStart(what, Number(number));
}

/** The server itself: the keeper's only child, as long as nothing of it runs. Null: it cannot be found. */
export function serverOf(keeper: number): number | null {
	try {
		const [first] = fs.readFileSync(`/proc/${keeper}/task/${keeper}/children`, "utf8").split(" ").filter(Boolean);
		return first === undefined ? null : Number(first);
	} catch {
		return null;
	}
}

function failedStart(what: string, number: number): Result<never> {
	if (what === "abi")
		return fail(
			"landlock-missing",
			number === 0 ? "The kernel has no Landlock, or it is turned off." : `The kernel's Landlock is too old (${number}; 4 is needed).`,
			"Use Linux 6.7 or newer, with landlock in its list of security modules (lsm=landlock,…), or make bubblewrap work: sallyport doctor",
		);
	if (what === "changed")
		return fail(
			"grant-changed",
			"Something that is granted to the server changed while it was being started.",
			"Start it again when nothing changes it.",
		);
	if (what === "cwd") return fail("cwd-missing", "The server's working folder is not there.", "Create it, or change the entry's cwd.");
	const detail = number === 0 ? what : `${what}, ${number}`;
	return fail("sandbox-failed", `The server's walls could not be put up (${detail}).`, "Run: sallyport doctor");
}

function descriptor(child: ChildProcess): Duplex | null {
	return ((child.stdio as readonly unknown[] | undefined)?.[ORDERS_FD] ?? null) as Duplex | null;
}
