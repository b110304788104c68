import * as os from "node:os";
import { resolve } from "node:path";
import { parseLaunch } from "../../core/launch/runner.ts";
import type { Grant } from "../../core/policy/layers.ts";
import { isMutable, isMutableCode } from "../executable/roots.ts";
import type { LaunchFacts } from "./facts.ts";

/** A program that is given a script may be one that runs it, with all that it has: `mcp-proxy node server.js`, also as one word. */
export function namesMutableCode(args: readonly string[], cwd: string): boolean {
	return args.some((arg) => {
		const bare = arg.replace(/^--?[A-Za-z0-9-]{1,40}=/, "");
		const words = bare.length > 4096 ? [bare] : [bare, ...bare.split(/\s+/)];
		return words.some((word) => word !== "" && !word.includes("\0") && isMutableCode(resolve(cwd, word)));
	});
}

/**
 * Whether this user's programs can change some of the code behind an approved launch, as the disk is now: what was found at its approval stands in
 * a file that another program may have written, and what could not be changed then may be open to everybody now.
 */
export function isMutableNow(
	{ launch, workspace }: Pick<Grant, "launch" | "workspace">,
	{ executable, argv, code, roots }: Omit<LaunchFacts, "mutable">,
): boolean {
	const beside = roots.filter((root) => root !== executable.path);
	if (code.kind === "script") return [code.script.path, ...beside].some(isMutable);
	const cwd = launch.cwd ?? workspace ?? os.userInfo().homedir;
	const line = parseLaunch(launch.command, launch.args);
	// What cannot be read any more cannot be said to be closed.
	if (!line.ok || line.value.kind === "interpreter") return true;
	if (code.kind === "none") return namesMutableCode(argv, cwd);
	const args = line.value.kind === "package" ? line.value.args : launch.args;
	return namesMutableCode(args, cwd) || beside.some((root) => root !== code.folder && isMutable(root));
}
