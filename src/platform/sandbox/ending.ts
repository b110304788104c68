import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Asks a process to end. Nothing happens where it has ended. */
export function tryToEnd(pid: number): void {
	try {
		process.kill(pid, "SIGTERM");
	} catch {
		// Gone by now.
	}
}

/** Kills it and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
	const gone = once(child, "exit");
	child.kill("SIGKILL");
	await gone;
}
