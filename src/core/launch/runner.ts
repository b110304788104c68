import { own } from "../own.ts";
import { fail, ok, type Result } from "../result.ts";
import { parseBun } from "./bun-line.ts";
import { parseDeno } from "./deno-line.ts";
import { type InterpreterLaunch, parseNode, parsePython } from "./interpreter-line.ts";
import { parseBunx, parseNpm, parseNpx, parsePnpm, parsePnpx, parseYarn } from "./npm-tools.ts";
import type { PackageLaunch } from "./package-launch.ts";
import { pythonRunner } from "./python-runner.ts";
import { refusedRunner } from "./refused-runners.ts";

/** What reads the rest of a line that one of these programs begins. */
const RUNNERS: Readonly<Record<string, (args: readonly string[]) => Result<Launch>>> = {
	npx: parseNpx,
	npm: parseNpm,
	bunx: parseBunx,
	bun: parseBun,
	pnpm: parsePnpm,
	pnpx: parsePnpx,
	pnx: parsePnpx,
	yarn: parseYarn,
	yarnpkg: parseYarn,
	node: parseNode,
	nodejs: parseNode,
	deno: parseDeno,
};

/** What a launch line really starts. */
export type Launch = PackageLaunch | InterpreterLaunch | ExecutableLaunch;

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
	const read = own(RUNNERS, name);
	if (read !== undefined) return read(args);
	if (/^python(?:[23](?:\.[0-9]{1,2})?)?$/.test(name)) return parsePython(args);
	const python = pythonRunner(name);
	if (python !== null) return python(args);
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
