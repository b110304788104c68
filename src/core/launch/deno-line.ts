import { fail, ok, type Result } from "../result.ts";
import { type FlagReasons, type InterpreterLaunch, LOADS, noScript, OPENS, refuseFlag } from "./interpreter-line.ts";

/** Deno's own permissions, which narrow the server further: passed on as they stand. */
const PERMISSION =
	/^(?:-[ARWNESIP]+(?:=.*)?|--allow-(?:all|read|write|net|env|sys|run|ffi|import|hrtime)(?:=.*)?|--deny-(?:read|write|net|env|sys|run|ffi|import|hrtime)(?:=.*)?|--ignore-(?:read|env)(?:=.*)?|--permission-set(?:=.*)?)$/s;
const FLAG =
	/^(?:-q|--quiet|--no-prompt|--cached-only|--no-remote|--no-npm|--no-lock|--frozen(?:=(?:true|false))?|--no-config|--no-code-cache|--use-env-proxy|--check(?:=all)?|--no-check(?:=remote)?|--node-modules-dir=(?:none|manual)|--ext=(?:ts|tsx|js|jsx|mts|mjs|cts|cjs)|--seed=[0-9]{1,19}|--unstable(?:-[a-z-]{1,40})?|--v8-flags=--max-old-space-size=[0-9]{1,7})$/;
const STARTS_ANEW = "it starts something other than one program";
const FETCHES = "it fetches code when the server starts";
const REASONS: FlagReasons = [
	[
		/^(?:--preload|--require|--import-map|-c|--config|--conditions|--vendor)$/,
		`${LOADS}; a deno.json beside the script is found without it`,
	],
	[/^(?:--lock|--lock-write)$/, "a deno.lock beside the script is found without it"],
	[/^--inspect/, OPENS],
	[/^(?:--watch|--watch-exclude|--watch-hmr|--hmr|--coverage)$/, STARTS_ANEW],
	[/^(?:-r|--reload|--allow-scripts)$/, FETCHES],
	[/^--env-file$/, "it reads variables that the launcher cannot see"],
	[/^(?:--cert|--unsafely-ignore-certificate-errors)$/, "it decides whose certificates are trusted"],
	[/^--node-modules-dir$/, "it writes into the script's folder; write --node-modules-dir=manual"],
];
/** Every start: what is not granted fails instead of asking on a terminal, and what is not in the cache is not fetched. */
const ALWAYS = ["run", "--no-prompt", "--cached-only"];

/** What follows `deno`. */
export function parseDeno(args: readonly string[]): Result<InterpreterLaunch> {
	const flags = [...ALWAYS];
	let verb = false;
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? "";
		if (arg === "run" && !verb) verb = true;
		else if (!arg.startsWith("-") || arg === "-") return script(flags, args.slice(at));
		else if (!PERMISSION.test(arg) && !FLAG.test(arg)) return refuseFlag("deno", arg, REASONS);
		else if (!ALWAYS.includes(arg)) flags.push(arg);
	}
	return noScript("deno");
}

function script(flags: readonly string[], [path = "", ...args]: readonly string[]): Result<InterpreterLaunch> {
	if (path === "" || path === "-") return noScript("deno");
	const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(path)?.[1]?.toLowerCase();
	// The text is not repeated: an address may carry a credential.
	if (scheme !== undefined && scheme.length > 1)
		return fail(
			"launch-script",
			`deno is given a program by ${scheme}:, which may be another one at every start.`,
			scheme === "npm"
				? "Start the package itself: npx -y NAME."
				: "Put the program into a folder of your own, and name that file: deno run SCRIPT. What it imports is read from Deno's cache.",
		);
	if (!/[./\\]/.test(path))
		return fail(
			"launch-runner",
			"deno does something other than to run one program here, which cannot be pinned.",
			"Name the server's own file: deno run SCRIPT.",
		);
	return ok({ kind: "interpreter", interpreter: "deno", flags, entry: { kind: "script", path }, args });
}
