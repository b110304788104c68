import type { Result } from "../result.ts";
import { type NpmLaunch, NpmLine, type NpmTool, refuseOption, refuseVerb } from "./npm-line.ts";

const TO_A_SHELL = "it hands a line to a shell";
const CHOOSES_A_SHELL = "it chooses a shell";
const OWN_CODE = "it loads code of its own into Node";
const OWN_CONFIGURATION = "only your own npm configuration counts";
const INTO_THE_STORE = "packages are installed into the store";
const RUNS_SCRIPTS = "it runs scripts of packages when they are installed";
const ELSEWHERE = "the server starts in the folder that the host names";

const REASONS: NpmTool["reasons"] = {
	"-c": TO_A_SHELL,
	"--call": TO_A_SHELL,
	"--shell-mode": TO_A_SHELL,
	"--shell": CHOOSES_A_SHELL,
	"--script-shell": CHOOSES_A_SHELL,
	"--node-options": OWN_CODE,
	"-n": OWN_CODE,
	"--node-arg": OWN_CODE,
	"--registry": "only your own npm configuration may choose the registry",
	"--userconfig": OWN_CONFIGURATION,
	"--globalconfig": OWN_CONFIGURATION,
	"--prefix": INTO_THE_STORE,
	"--cache": INTO_THE_STORE,
};
const NPX = {
	harmless: new Set(["-y", "--yes", "-q", "--quiet", "--silent", "--prefer-online", "--prefer-offline"]),
	packages: new Set(["-p", "--package"]),
	bun: new Set<string>(),
	reasons: REASONS,
	example: "npx -y NAME, or npx -y --package=NAME COMMAND",
};

/** What follows `npx`. Only the first positional and the options before it are npx's; everything after belongs to the server. */
export function parseNpx(args: readonly string[]): Result<NpmLaunch> {
	return parseTool({ name: "npx", ...NPX }, args);
}

/** What follows `npm`. npm keeps reading options after the package until `--`, so the same is done here. */
export function parseNpm([verb, ...args]: readonly string[]): Result<NpmLaunch> {
	if (verb !== "exec" && verb !== "x") return refuseVerb("npm starts whatever the project's scripts say, which cannot be pinned.");
	const tool = { name: "npm exec", ...NPX };
	const line = new NpmLine(tool);
	const words: string[] = [];
	for (let at = 0; at < args.length; at++) {
		const arg = args[at] ?? "";
		if (arg === "--") {
			for (const word of args.slice(at + 1)) words.push(word);
			break;
		}
		if (!arg.startsWith("-")) {
			words.push(arg);
			continue;
		}
		const next = args[at + 1];
		const taken = line.option(arg, next);
		if (!taken.ok) return taken;
		if (taken.value === 1 && /^(?:true|false|null)$/.test(next ?? "")) return refuseOption(tool, arg);
		at += taken.value - 1;
	}
	return line.finish(words);
}

const BUN_X = {
	harmless: new Set(["-y", "--yes", "--silent", "--verbose", "--ignore-scripts"]),
	packages: new Set(["-p", "--package"]),
	bun: new Set(["-b", "--bun"]),
	reasons: {
		...REASONS,
		"--no-install": "it starts what the project has installed",
		"--trust": RUNS_SCRIPTS,
		"--cwd": ELSEWHERE,
		"--env-file": "it reads variables that the launcher cannot see",
		"--minimum-release-age": "set min-release-age in your npm configuration",
		"--ca": OWN_CONFIGURATION,
		"--cafile": OWN_CONFIGURATION,
	},
	example: "bunx NAME, or bunx --package=NAME COMMAND",
};

/** What follows `bunx`. */
export function parseBunx(args: readonly string[]): Result<NpmLaunch> {
	return parseTool({ name: "bunx", ...BUN_X }, args);
}

/** What follows `bun`, when that is `x` with a package. Null: it is something else that Bun does. */
export function parseBunX(args: readonly string[]): Result<NpmLaunch> | null {
	const at = args.findIndex((arg) => !arg.startsWith("-"));
	if (at < 0 || args[at] !== "x") return null;
	const tool = { name: "bun x", ...BUN_X };
	const front = args.slice(0, at);
	const unknown = front.find((arg) => !tool.harmless.has(arg) && !tool.bun.has(arg));
	return unknown === undefined ? parseTool(tool, [...front, ...args.slice(at + 1)]) : refuseOption(tool, unknown);
}

const DLX = {
	harmless: new Set(["-s", "--silent", "--reporter=silent", "--reporter=append-only", "--color", "--no-color"]),
	packages: new Set(["--package"]),
	bun: new Set<string>(),
	reasons: {
		...REASONS,
		"--allow-build": RUNS_SCRIPTS,
		"-C": ELSEWHERE,
		"--dir": ELSEWHERE,
		"--config": OWN_CONFIGURATION,
		"--store-dir": INTO_THE_STORE,
		"-p": "pnpm reads it in another way than npx; write --package=NAME",
	},
	example: "pnpm dlx NAME, or pnpm --package=NAME dlx COMMAND",
};

/** What follows `pnpx` and `pnx`, which are `pnpm dlx`. */
export function parsePnpx(args: readonly string[]): Result<NpmLaunch> {
	return parseTool({ name: "pnpx", ...DLX }, args);
}

/** What follows `pnpm`. Its options stand in front of `dlx` or behind it. */
export function parsePnpm(args: readonly string[]): Result<NpmLaunch> {
	return parseVerb(
		{ name: "pnpm dlx", ...DLX },
		args,
		"pnpm starts what the project has installed, or what its scripts say, which cannot be pinned.",
	);
}

const YARN_DLX = {
	harmless: new Set(["-q", "--quiet"]),
	packages: new Set(["-p", "--package"]),
	bun: new Set<string>(),
	reasons: REASONS,
	example: "yarn dlx NAME, or yarn dlx -p NAME COMMAND",
};

/** What follows `yarn`. */
export function parseYarn(args: readonly string[]): Result<NpmLaunch> {
	return parseVerb(
		{ name: "yarn dlx", ...YARN_DLX },
		args,
		"yarn starts what the project has installed, or what its scripts say, which cannot be pinned.",
	);
}

function parseTool(tool: NpmTool, args: readonly string[]): Result<NpmLaunch> {
	const line = new NpmLine(tool);
	const words = line.leading(args);
	return words.ok ? line.finish(words.value) : words;
}

/** A tool whose one verb here is `dlx`, with options on either side of it. */
function parseVerb(tool: NpmTool, args: readonly string[], other: string): Result<NpmLaunch> {
	const line = new NpmLine(tool);
	const words = line.leading(args);
	if (!words.ok) return words;
	const [verb, ...rest] = words.value;
	if (verb !== "dlx" || args[args.length - words.value.length - 1] === "--") return refuseVerb(other);
	const behind = line.leading(rest);
	return behind.ok ? line.finish(behind.value) : behind;
}
