import { fail, ok, type Result } from "../result.ts";
import { type InterpreterLaunch, parseNode, parsePython } from "./interpreter-line.ts";
import { type NpxLaunch, parseNpmExec, parseNpx } from "./npx-line.ts";
import { refusedRunner } from "./refused-runners.ts";

/** What a launch line really starts. */
export type Launch = NpxLaunch | InterpreterLaunch | ExecutableLaunch;

/** A program of the machine, run with the line's own arguments. */
export interface ExecutableLaunch {
	readonly kind: "executable";
}

/**
 * Reads a server's `command` and `args`. Strict: a flag or a runner that is not understood is refused by name, so that what a
 * person approved and what is started are never two readings of one line.
 */
export function parseLaunch(command: string, args: readonly string[]): Result<Launch> {
	if (command.trim() === "") return fail("launch-command", "The server has no command.", "Give the entry a command.");
	const unprintable = [command, ...args].find((word) => word.includes("\0"));
	if (unprintable !== undefined) return fail("launch-command", "The launch line holds a NUL character.", "Remove it from the entry.");
	const name = runnerName(command);
	if (name === "npx") return parseNpx(args);
	if (name === "npm") {
		if (args[0] === "exec" || args[0] === "x") return parseNpmExec(args.slice(1));
		return fail(
			"launch-runner",
			"npm starts whatever the project's scripts say, which cannot be pinned.",
			"Start the server itself: npx -y NAME, or node SCRIPT.",
		);
	}
	if (name === "node" || name === "nodejs") return parseNode(args);
	if (/^python(?:[23](?:\.[0-9]{1,2})?)?$/.test(name)) return parsePython(args);
	const refused = refusedRunner(name);
	if (refused !== null) return fail("launch-runner", refused.message, refused.remedy);
	return ok({ kind: "executable" });
}

/** `/usr/bin/npx`, `C:\node\npx.cmd` and `npx` are one runner. Case is folded because some file systems fold it. */
function runnerName(command: string): string {
	return command
		.replace(/^.*[\\/]/s, "")
		.toLowerCase()
		.replace(/\.(?:exe|cmd|bat|ps1|com)$/, "");
}
