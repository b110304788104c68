import { fail, ok, type Result } from "../result.ts";
import { type FlagReasons, type InterpreterLaunch, LOADS, noScript, OPENS, RUNS_TEXT, refuseFlag } from "./interpreter-line.ts";
import type { NpmLaunch } from "./npm-line.ts";
import { parseBunX } from "./npm-tools.ts";

/**
 * Every start with Bun: what is not there is not fetched, because a server's code is found when it is approved; and no `bunfig.toml` of the folder that
 * it starts in has other code loaded before it.
 */
export const BUN_ALWAYS: readonly string[] = ["--no-install", "--config=/dev/null"];

const FLAGS: ReadonlySet<string> = new Set([
	"-b",
	"--bun",
	"--expose-gc",
	"--no-addons",
	"--no-deprecation",
	"--no-env-file",
	"--no-ffi-cc",
	"--no-install",
	"--no-macros",
	"--no-warnings",
	"--pending-deprecation",
	"--prefer-offline",
	"--silent",
	"--smol",
	"--throw-deprecation",
	"--trace-deprecation",
	"--trace-warnings",
	"--use-bundled-ca",
	"--use-openssl-ca",
	"--use-system-ca",
	"--zero-fill-buffers",
]);
const FLAG_WITH_VALUE =
	/^--(?:console-depth=[0-9]{1,3}|disable-warning=[A-Za-z0-9_]+|dns-result-order=(?:verbatim|ipv4first|ipv6first)|max-http-header-size=[0-9]{1,9}|unhandled-rejections=(?:strict|throw|warn|none|warn-with-error-code))$/;
const REASONS: FlagReasons = [
	[/^(?:-e|--eval|-p|--print)$/, RUNS_TEXT],
	[
		/^(?:-r|--preload|--require|--import|-l|--loader|-c|--config|--tsconfig-override|-d|--define|--extension-order|--main-fields|--conditions)$/,
		LOADS,
	],
	[/^--env-file$/, "it reads variables that the launcher cannot see"],
	[/^--inspect/, OPENS],
	[/^(?:--watch|--hot|--interactive|--parallel|--sequential|--workspaces|-F|--filter)$/, "it starts something other than one program"],
	[/^(?:-i|--install|--prefer-latest)$/, "it fetches code when the server starts"],
	[/^--cwd$/, "the server starts in the folder that the host names"],
];

/** What follows `bun`: a script, or `x` with a package of npm's registry. */
export function parseBun(args: readonly string[]): Result<InterpreterLaunch | NpmLaunch> {
	const x = parseBunX(args);
	if (x !== null) return x;
	const flags = [...BUN_ALWAYS];
	let verb = false;
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? "";
		if (arg === "--") return script(flags, args.slice(at + 1));
		if (arg === "run" && !verb) verb = true;
		else if (!arg.startsWith("-") || arg === "-") return script(flags, args.slice(at));
		else if (!FLAGS.has(arg) && !FLAG_WITH_VALUE.test(arg)) return refuseFlag("bun", arg, REASONS);
		else if (arg !== "--no-install") flags.push(arg);
	}
	return noScript("bun");
}

function script(flags: readonly string[], words: readonly string[]): Result<InterpreterLaunch> {
	const [path, ...args] = words;
	if (path === undefined || path === "" || path === "-") return noScript("bun");
	// `bun dev`, `bun run start`, `bun install`: Bun takes a word that is no file for a script of package.json or for a verb of its own.
	if (!/[./\\]/.test(path))
		return fail(
			"launch-runner",
			"bun starts whatever the project's scripts say, which cannot be pinned.",
			"Name the server's own file: bun SCRIPT, or a package: bunx NAME.",
		);
	return ok({ kind: "interpreter", interpreter: "bun", flags, entry: { kind: "script", path }, args });
}
