import * as fs from "node:fs";
import type { Interpreter, InterpreterLaunch } from "../../core/launch/interpreter-line.ts";
import type { PackageLaunch } from "../../core/launch/package-launch.ts";
import { parseLaunch } from "../../core/launch/runner.ts";
import { fingerprintOf } from "../../core/policy/fingerprint.ts";
import type { LaunchGrant } from "../../core/policy/schema.ts";
import { fail, ok, type Result, unreachable } from "../../core/result.ts";
import type { Code } from "../coded-memory.ts";
import { type HashCache, openHashCache } from "../executable/hash.ts";
import { type ResolvedExecutable, resolveExecutable } from "../executable/resolve.ts";
import { isMutable } from "../executable/roots.ts";
import { describeScript } from "../executable/script.ts";
import type { Home } from "../home.ts";
import type { PackageRun, ReadyPackage } from "../packages/kind.ts";
import { denoCache } from "./deno-cache.ts";
import type { LaunchFacts } from "./facts.ts";
import type { LaunchLine } from "./locate.ts";
import { namesMutableCode } from "./mutable.ts";
import { launchParts } from "./parts.ts";

/** A launch line and all that stands behind it: what a person approves. */
export interface DescribedLaunch {
	readonly line: LaunchLine;
	readonly launch: LaunchGrant;
	readonly facts: LaunchFacts;
}

export interface DescribeOptions {
	readonly home: Home;
	/** The person's home folder. */
	readonly userHome: string;
	/** The person's PATH: never a workspace's. */
	readonly path: string;
	/** Absolute path of the Node that runs packages. */
	readonly node: string;
	/** The person's environment, in which Deno's cache may be named. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Of what is remembered of files. Undefined or null: every file is read. */
	readonly code?: Code | null;
	/** Puts a package into the store, or finds it there. */
	readonly install: (launch: PackageLaunch) => Promise<Result<ReadyPackage>>;
}

/** Finds everything behind a launch line. Runs nothing of the workspace's; a package may be installed, confined. */
export async function describeLaunch(line: LaunchLine, options: DescribeOptions): Promise<Result<DescribedLaunch>> {
	const facts = await findFacts(line, options);
	if (!facts.ok) return facts;
	const { command, args, cwd, env } = line;
	const fingerprint = fingerprintOf(launchParts({ command, args, cwd }, env, facts.value), options.home.key);
	const kinds = Object.entries(env).map(([name, part]) => [name, part.kind === "literal" ? "literal" : "reference"] as const);
	return ok({ line, launch: { command, args: [...args], cwd, env: Object.fromEntries(kinds), fingerprint }, facts: facts.value });
}

async function findFacts(line: LaunchLine, options: DescribeOptions): Promise<Result<LaunchFacts>> {
	const launch = parseLaunch(line.command, line.args);
	if (!launch.ok) return launch;
	const around: Around = {
		...options,
		line,
		cwd: line.cwd ?? line.workspace ?? options.userHome,
		hashes: openHashCache(options.home.state, options.code ?? null),
	};
	switch (launch.value.kind) {
		case "package":
			return packageFacts(launch.value, around);
		case "interpreter":
			return interpreterFacts(launch.value, around);
		case "executable":
			return executableFacts(around);
		default:
			return unreachable(launch.value);
	}
}

/** A launch line, and where its words are looked up. */
interface Around extends DescribeOptions {
	readonly line: LaunchLine;
	readonly cwd: string;
	readonly hashes: HashCache;
}

async function packageFacts(launch: PackageLaunch, around: Around): Promise<Result<LaunchFacts>> {
	const stored = await around.install(launch);
	if (!stored.ok) return stored;
	const { name, version, folder, lockDigest, contentDigest, run } = stored.value;
	const runtime = runtimeOf(run, around);
	if (!runtime.ok) return runtime;
	const { path, startedAs } = runtime.value;
	return withHash(around.hashes, path, startedAs, {
		argv: [...run.argv, ...launch.args],
		code: { kind: "package", name, version, folder, bin: run.bin, lockDigest, contentDigest },
		roots: [path, folder, ...run.roots],
		// The library of an interpreter that the person keeps in their home is code as much as a script there.
		mutable: namesMutableCode(launch.args, around.cwd) || run.roots.some((root) => root !== path && isMutable(root)),
	});
}

/** The program that runs a package. Node is the installation's; Bun is the one of the person's PATH. */
function runtimeOf({ runtime }: PackageRun, around: Around): Result<{ readonly path: string; readonly startedAs: string }> {
	if (runtime === null) {
		const node = fs.realpathSync(around.node);
		return ok({ path: node, startedAs: node });
	}
	if (runtime !== "bun") return ok(runtime);
	const found = find("bun", around);
	if (!found.ok)
		return fail(
			"no-bun",
			"This package is started with Bun, which is not in any trusted folder of PATH.",
			"Install Bun, or start the package with Node: npx -y NAME.",
		);
	const real = itself(found.value, "bun");
	return real.ok ? ok({ path: real.value.path, startedAs: real.value.argv[0] }) : real;
}

function interpreterFacts({ entry, flags, interpreter, args }: InterpreterLaunch, around: Around): Result<LaunchFacts> {
	const { line, hashes } = around;
	const found = find(line.command, around);
	if (!found.ok) return found;
	const real = itself(found.value, interpreter);
	if (!real.ok) return real;
	const { argv, path, readRoots } = real.value;
	const before = argv.slice(1);
	if (entry.kind === "script")
		return scriptFacts(entry.path, interpreter, real.value, (script) => [...before, ...flags, script, ...args], around);
	// Isolated: else a folder of that name in the workspace would answer for the module, with its secrets.
	const steering = Object.keys(line.env).find((name) => /^PYTHON(?:PATH|HOME|USERBASE|STARTUP|PLATLIBDIR)$/.test(name));
	if (steering !== undefined)
		return fail(
			"python-path",
			`${steering} decides which code "python -m" finds, which cannot be pinned.`,
			"Install the module into a virtual environment and name its python, or name the script.",
		);
	return withHash(hashes, path, argv[0], {
		argv: [...before, "-I", ...flags, "-m", entry.name, ...args],
		code: { kind: "none" },
		roots: readRoots,
		mutable: true,
	});
}

function executableFacts(around: Around): Result<LaunchFacts> {
	const { line, hashes } = around;
	const found = find(line.command, around);
	if (!found.ok) return found;
	const { argv, path: named, interpreter: shebang, readRoots } = found.value;
	// A link or a copy under another name: what the file really is decides how its arguments are read.
	const real = shebang?.path ?? named;
	const before = [...argv.slice(1), ...line.args];
	const called = parseLaunch(real, shebang === null ? line.args : before);
	if (!called.ok) return called;
	if (shebang === null && called.value.kind !== "executable")
		return fail(
			"executable-renamed",
			`${line.command} is really ${real}, whose arguments name the code that runs.`,
			`Write ${real} as the command.`,
		);
	if (shebang !== null) return scriptFacts(named, interpreterOf(shebang.path), found.value, () => before, around);
	// All that a sandbox shows of it is this one file, whose hash is approved.
	const mutable = namesMutableCode(before, around.cwd);
	return withHash(hashes, named, argv[0], { argv: before, code: { kind: "none" }, roots: readRoots, mutable });
}

/** A script, its own package and the interpreter that runs it. */
function scriptFacts(
	file: string,
	interpreter: Interpreter,
	program: ResolvedExecutable,
	toArgv: (script: string) => readonly string[],
	{ line, cwd, hashes, userHome, env }: Around,
): Result<LaunchFacts> {
	const script = describeScript(file, { cwd, interpreter, hashes, workspace: line.workspace, userHome });
	if (!script.ok) return script;
	const cache = interpreter === "deno" ? denoCache(env) : null;
	const real = program.interpreter?.path ?? program.path;
	const beside = program.readRoots.filter((root) => root !== real && root !== script.value.path);
	return withHash(hashes, real, program.argv[0], {
		argv: toArgv(script.value.path),
		code: { kind: "script", script: { path: script.value.path, sha256: script.value.sha256 } },
		roots: [...program.readRoots, ...script.value.readRoots, ...(cache?.roots ?? [])],
		mutable: script.value.mutable || [...beside, ...(cache?.roots ?? [])].some(isMutable),
		...(cache === null ? {} : { env: cache.env }),
	});
}

function find(command: string, { cwd, path, line }: Around): Result<ResolvedExecutable> {
	return resolveExecutable(command, { cwd, path, untrusted: line.workspace === null ? [] : [line.workspace] });
}

/** A script that calls itself node or python runs whatever it likes: only the real interpreter reads its arguments as we do. */
function itself(found: ResolvedExecutable, interpreter: Interpreter): Result<ResolvedExecutable> {
	return found.interpreter === null
		? ok(found)
		: fail(
				"interpreter-script",
				`${found.path} is a script, not ${interpreter} itself.`,
				"Write the absolute path of the real interpreter.",
			);
}

function interpreterOf(path: string): Interpreter {
	if (/python[0-9.]*$/.test(path)) return "python";
	const name = /(?:^|\/)(bun|deno)(?:\.exe)?$/.exec(path)?.[1];
	return name === "bun" || name === "deno" ? name : "node";
}

/** @param file the real program, which is hashed; `startedAs` may be a link to it that a virtual environment is found by */
function withHash(hashes: HashCache, file: string, startedAs: string, rest: Omit<LaunchFacts, "executable">): Result<LaunchFacts> {
	const sha256 = hashes.hash(file);
	if (!sha256.ok) return sha256;
	return ok({ executable: { path: file, startedAs, sha256: sha256.value }, ...rest, roots: [...new Set(rest.roots)].sort() });
}
