import { fail, ok, type Result } from "../result.ts";
import { flagName } from "./flag-name.ts";

/** An interpreter with a program of the user's own. */
export interface InterpreterLaunch {
	readonly kind: "interpreter";
	readonly interpreter: Interpreter;
	/** What stands before the program: its verb, where it has one, and flags that are known to load no code. */
	readonly flags: readonly string[];
	readonly entry: InterpreterEntry;
	readonly args: readonly string[];
}

/** A program that runs a script which the line names. */
export type Interpreter = "node" | "bun" | "deno" | "python";

/** `path` as written: relative to the working folder. A module is looked up by Python in its own environment. */
export type InterpreterEntry = { readonly kind: "script"; readonly path: string } | { readonly kind: "module"; readonly name: string };

const NODE_FLAGS: ReadonlySet<string> = new Set([
	"--enable-source-maps",
	"--no-warnings",
	"--no-deprecation",
	"--trace-warnings",
	"--trace-deprecation",
	"--trace-uncaught",
	"--throw-deprecation",
	"--pending-deprecation",
	"--unhandled-rejections=strict",
	"--unhandled-rejections=warn",
	"--dns-result-order=ipv4first",
	"--dns-result-order=verbatim",
	"--use-system-ca",
	"--use-openssl-ca",
	"--use-bundled-ca",
	"--use-env-proxy",
	"--experimental-fetch",
	"--experimental-json-modules",
	"--experimental-modules",
	"--experimental-sqlite",
	"--experimental-strip-types",
	"--experimental-transform-types",
	"--experimental-vm-modules",
	"--experimental-wasm-modules",
	"--experimental-websocket",
]);
const NODE_FLAG_WITH_VALUE =
	/^--(?:max-old-space-size=[0-9]{1,7}|max-semi-space-size=[0-9]{1,5}|stack-size=[0-9]{1,6}|stack-trace-limit=[0-9]{1,4}|disable-warning=[A-Za-z0-9_]+)$/;

export const RUNS_TEXT = "it runs code that stands in the launch line";
export const LOADS = "it loads other code before the server";
export const OPENS = "it lets anyone on this machine run code in the server";
const NODE_REASONS: FlagReasons = [
	[/^(?:-[a-z]*[ep][a-z]*|--eval|--print|-pe)$/, RUNS_TEXT],
	[
		/^(?:-r|--require|--import|--loader|--experimental-loader|--env-file|--env-file-if-exists|--experimental-config-file|--experimental-default-config-file)$/,
		LOADS,
	],
	[/^--(?:inspect|debug)/, OPENS],
	[/^(?:--run|--test|--watch|--watch-path|-i|--interactive)$/, "it starts something other than one program"],
];

/** What follows `node`. */
export function parseNode(args: readonly string[]): Result<InterpreterLaunch> {
	const flags: string[] = [];
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? "";
		if (arg === "--") return nodeScript(flags, args.slice(at + 1));
		if (!arg.startsWith("-") || arg === "-") return nodeScript(flags, args.slice(at));
		if (!isHarmlessNodeFlag(arg)) return refuseFlag("node", arg, NODE_REASONS);
		flags.push(arg);
	}
	return noScript("node");
}

/** A flag of Node that loads no code and opens no door. Everything unknown is not. */
export function isHarmlessNodeFlag(flag: string): boolean {
	return NODE_FLAGS.has(flag) || NODE_FLAG_WITH_VALUE.test(flag);
}

function nodeScript(flags: readonly string[], words: readonly string[]): Result<InterpreterLaunch> {
	const [path, ...args] = words;
	if (path === undefined || path === "" || path === "-") return noScript("node");
	// `node inspect x.js` is a debugger, wherever the word stands before the script.
	if (path === "inspect" || path === "debug")
		return fail("launch-flag", `node ${path} is not allowed here: it starts a debugger.`, "Name the server's script.");
	return ok({ kind: "interpreter", interpreter: "node", flags, entry: { kind: "script", path }, args });
}

const PYTHON_FLAG = /^-[bBdEIOPqRsSuv]+$/;
const PYTHON_WARNING = /^(?:default|error|always|module|once|ignore)$/;
const PYTHON_X = /^(?:utf8(?:=[01])?|dev|faulthandler|no_debug_ranges|int_max_str_digits=[0-9]{1,7})$/;
const PYTHON_REASONS: FlagReasons = [
	[/^-[a-zA-Z]*c/, RUNS_TEXT],
	[/^-[a-zA-Z]*i/, "it starts an interactive session"],
];

/** What follows `python`. */
export function parsePython(args: readonly string[]): Result<InterpreterLaunch> {
	const flags: string[] = [];
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? "";
		const next = args[at + 1] ?? "";
		if (arg === "-m") {
			if (!/^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/.test(next))
				return fail("launch-script", "python -m names no module.", "Write: python -m MODULE");
			return ok({ kind: "interpreter", interpreter: "python", flags, entry: { kind: "module", name: next }, args: args.slice(at + 2) });
		}
		if ((arg === "-W" && PYTHON_WARNING.test(next)) || (arg === "-X" && PYTHON_X.test(next))) {
			flags.push(arg, next);
			at++;
		} else if (
			PYTHON_FLAG.test(arg) ||
			(arg.startsWith("-W") && PYTHON_WARNING.test(arg.slice(2))) ||
			(arg.startsWith("-X") && PYTHON_X.test(arg.slice(2)))
		) {
			flags.push(arg);
		} else if (arg.startsWith("-") && arg !== "-") {
			return refuseFlag("python", arg, PYTHON_REASONS);
		} else {
			if (arg === "" || arg === "-") break;
			return ok({ kind: "interpreter", interpreter: "python", flags, entry: { kind: "script", path: arg }, args: args.slice(at + 1) });
		}
	}
	return noScript("python");
}

/** A line without a program. */
export function noScript(interpreter: Interpreter): Result<never> {
	return fail(
		"launch-script",
		`${interpreter} is started without a program: it would read one from the client.`,
		"Name the server's script.",
	);
}

/** Why flags of an interpreter are refused: the first that fits counts. */
export type FlagReasons = readonly (readonly [RegExp, string])[];

/** Refuses a flag by its name; a value of it may be a credential. */
export function refuseFlag(interpreter: Interpreter, flag: string, reasons: FlagReasons): Result<never> {
	const name = flagName(flag);
	const reason = reasons.find(([pattern]) => pattern.test(name))?.[1];
	return fail(
		"launch-flag",
		`${interpreter} ${name} is not allowed here${reason === undefined ? ": its meaning is not known" : `: ${reason}`}.`,
		`Remove ${name} from the server's args.`,
	);
}
