import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { fail, failed, ok, type Result } from "../../core/result.ts";
import { diagnoseStart } from "./diagnose.ts";

/** The gate's descriptor. Shells know numbers of one digit alone. */
export const GATE_FD = 9;

/** How long the sandbox may take to stand. Milliseconds; it takes 15, and some hundred on a loaded machine. */
const START_TIMEOUT_MS = 20_000;

/**
 * The last step before the server: say that the sandbox stands, wait until the launcher has looked at it, become the server.
 * A launcher that dies before leaves `read` at the end of the file, and nothing is started.
 */
export function gateLine(server: readonly string[]): readonly string[] {
	return ["/bin/sh", "-c", `echo >&${GATE_FD} && read -r go <&${GATE_FD} && exec ${GATE_FD}>&- && exec "$@"`, "sh", ...server];
}

/** Resolves when the sandbox waits at its gate, or when it is clear that it never will. */
export function untilStanding(child: ChildProcess): Promise<Result<void>> {
	const gate = descriptor(child, GATE_FD);
	return new Promise((resolve) => {
		const settle = (result: Result<void>) => {
			clearTimeout(timer);
			gate?.removeListener("data", onOpen);
			child.removeListener("exit", onExit);
			resolve(result);
		};
		const onOpen = () => settle(ok(undefined));
		// Node throws away what nobody reads once a child has gone, so the reading starts at this very moment.
		const onExit = () => void readAll(child.stderr).then((said) => settle(failed(diagnoseStart(said))));
		const timer = setTimeout(
			() => settle(fail("sandbox-failed", "The sandbox did not stand up in time.", "Run: sallyport doctor")),
			START_TIMEOUT_MS,
		);
		gate?.on("error", () => {});
		gate?.once("data", onOpen);
		child.once("exit", onExit);
		child.once("error", (error) => settle(failed(diagnoseStart(error.message))));
	});
}

/** Lets the server start. */
export function openGate(child: ChildProcess): void {
	const gate = descriptor(child, GATE_FD);
	gate?.resume();
	gate?.end("\n");
}

/** Writes all that the program is to read from one of its descriptors. */
export function feed(child: ChildProcess, fd: number, content: string | Buffer): void {
	const pipe = descriptor(child, fd);
	// The program may be gone before it has read everything; its exit says so.
	pipe?.on("error", () => {});
	pipe?.resume();
	pipe?.end(content);
}

/** Node's types know five descriptors. All of ours are pipes both ways; undefined when the program could not be started. */
function descriptor(child: ChildProcess, fd: number): Duplex | undefined {
	return ((child.stdio as readonly unknown[] | undefined)?.[fd] ?? undefined) as Duplex | undefined;
}

async function readAll(stream: NodeJS.ReadableStream | null): Promise<string> {
	const parts: string[] = [];
	for await (const part of stream ?? []) parts.push(String(part));
	return parts.join("").slice(0, 4000);
}
