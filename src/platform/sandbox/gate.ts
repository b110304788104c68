import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { fail, failed, ok, type Result } from "../../core/result.ts";
import { diagnoseStart } from "./diagnose.ts";

/** The gate's descriptor. Shells know numbers of one digit alone. */
export const GATE_FD = 9;

/** How long the sandbox may take to stand. Milliseconds; it takes 15, and some hundred on a loaded machine. */
const START_TIMEOUT_MS = 20_000;

/** Reads a number of lines, then so many, and exports them as the variable that is named first. Again, up to `--`. */
const READ_VARIABLES = `
while [ "$1" != -- ]; do
	read -r sallyport_lines <&${GATE_FD} && IFS= read -r sallyport_value <&${GATE_FD} || exit 1
	while [ "$sallyport_lines" -gt 1 ]; do
		IFS= read -r sallyport_line <&${GATE_FD} || exit 1
		sallyport_value="$sallyport_value
$sallyport_line"
		sallyport_lines=$((sallyport_lines - 1))
	done
	export "$1=$sallyport_value"
	shift
done
unset sallyport_lines sallyport_line sallyport_value`;

/**
 * The last step before the server: say that the sandbox stands, wait until the launcher has looked at it, become the server.
 * A launcher that dies before leaves `read` at the end of the file, and nothing is started.
 *
 * @param variables names of variables whose values come with the permission to start; each {@link passesGate}
 */
export function gateLine(server: readonly string[], variables: readonly string[]): readonly string[] {
	const wait = `echo >&${GATE_FD} && read -r sallyport_go <&${GATE_FD} || exit 1${variables.length > 0 ? READ_VARIABLES : ""}`;
	return ["/bin/sh", "-c", `${wait}\nshift; exec ${GATE_FD}>&- && exec "$@"`, "sh", ...variables, "--", ...server];
}

/** Names that mean something to one shell or another. */
const SHELLS_OWN = new RegExp(
	`^(?:${[
		"IFS|PS[0-9]|PATH|CDPATH|HOME|TMPDIR|PWD|OLDPWD|OPT(?:IND|ARG|ERR)|E?UID|E?GID|PPID|GROUPS|SHELL|SHELLOPTS|SHLVL|BASH.*|MAIL.*|HIST.*",
		"LC_.*|LANG|TERM|ENV|LINENO|RANDOM|SRANDOM|SECONDS|EPOCH.*|FUNCNEST|FUNCNAME|PIPESTATUS|DIRSTACK|COMP.*|READLINE.*|sallyport_.*",
	].join("|")})$`,
);

/** True for a variable that a shell can hand on without a meaning of its own. */
export function passesGate(variable: string): boolean {
	return /^[A-Za-z][A-Za-z0-9_]*$/.test(variable) && !SHELLS_OWN.test(variable);
}

/** Says of a sandbox that was started when it waits at its gate, or that it never will. */
export interface Gate {
	/** Call it when the sandbox has been told everything: from then on its time is measured. */
	standing(): Promise<Result<void>>;
}

/** Call it in the same turn in which the child was started: what becomes of it is told once. */
export function watchGate(child: ChildProcess): Gate {
	const gate = descriptor(child, GATE_FD);
	const settled = new Promise<Result<void>>((resolve) => {
		// Node throws away what nobody reads once a child has gone, so the reading starts at this very moment.
		const onExit = () => void readAll(child.stderr).then((said) => resolve(failed(diagnoseStart(said))));
		gate?.on("error", () => {});
		gate?.once("data", () => {
			child.removeListener("exit", onExit);
			resolve(ok(undefined));
		});
		child.once("exit", onExit);
		child.once("error", (error) => resolve(failed(diagnoseStart(error.message))));
	});
	return {
		standing: async () => {
			let timer: NodeJS.Timeout | undefined;
			const late = new Promise<Result<void>>((resolve) => {
				timer = setTimeout(
					() => resolve(fail("sandbox-failed", "The sandbox did not stand up in time.", "Run: sallyport doctor")),
					START_TIMEOUT_MS,
				);
			});
			return Promise.race([settled, late]).finally(() => clearTimeout(timer));
		},
	};
}

/**
 * Lets the server start.
 *
 * @param values of the variables, in the order of their names
 */
export function openGate(child: ChildProcess, values: readonly string[]): void {
	const gate = descriptor(child, GATE_FD);
	gate?.resume();
	gate?.end(["", ...values.flatMap((value) => [String(value.split("\n").length), value]), ""].join("\n"));
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
