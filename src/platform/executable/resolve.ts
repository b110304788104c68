import * as fs from "node:fs";
import * as path from "node:path";
import { isSameInterpreter, refusedRunner } from "../../core/launch/refused-runners.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { isMutable, isSystemPath } from "./roots.ts";
import { resolveShim } from "./shim.ts";

/** A command of a launch line, found on this machine. Nothing is run to find it. */
export interface ResolvedExecutable {
	/** Real path of the file that the command names: the one to hash. Of a script, the script. */
	readonly path: string;
	/** What to execute before the line's own arguments, absolute paths; more than one word when the command is a script with `#!`. */
	readonly argv: readonly [string, ...string[]];
	/** The interpreter of a script (`path` real, to hash as well; `args` from its first line); null for a program of its own. */
	readonly interpreter: { readonly path: string; readonly args: readonly string[] } | null;
	/** Files and folders that the program needs to read beyond the system's (`/usr`, libraries). Empty: nothing more. */
	readonly readRoots: readonly string[];
	/** True when this user may change the program, its folder, or the interpreter: nothing but its hash says that it is the one approved. */
	readonly mutable: boolean;
}

export interface ResolveOptions {
	/** Absolute; relative commands with a `/` start here. */
	readonly cwd: string;
	/** The value of `PATH`. Relative and empty entries are skipped. */
	readonly path: string;
	/** Folders whose files never answer to a bare name: the workspace. */
	readonly untrusted: readonly string[];
}

/** How many `#!` lines may lead to one another. */
const DEEPEST = 4;

/**
 * Finds what a command would start. A bare name is looked up in PATH, but never in a folder that others may write or that belongs
 * to the workspace: there a repository could answer for `node`. A shim of pyenv or nodenv is followed without being run.
 */
export function resolveExecutable(command: string, options: ResolveOptions): Result<ResolvedExecutable> {
	return resolve(command, options, 0);
}

/** Where a bare name stands in PATH, under the rules of {@link resolveExecutable}; links are not followed. */
export function findOnPath(name: string, options: ResolveOptions, skip?: string): string | null {
	const untrusted = options.untrusted.map(realOrSelf);
	for (const entry of options.path.split(path.delimiter)) {
		if (!path.isAbsolute(entry)) continue;
		const folder = realOrSelf(entry);
		if (folder === skip || untrusted.some((root) => contains(root, folder)) || isWorldWritable(folder)) continue;
		const candidate = path.join(entry, name);
		if (isProgram(candidate)) return candidate;
	}
	return null;
}

function resolve(command: string, options: ResolveOptions, depth: number): Result<ResolvedExecutable> {
	const named = command.includes("/") ? path.resolve(options.cwd, command) : findOnPath(command, options);
	if (named === null)
		return fail(
			"command-not-found",
			`${command} is not in any trusted folder of PATH.`,
			"Install it, or write the absolute path of the executable.",
		);
	if (!isProgram(named))
		return fail("command-not-found", `${named} is not there or may not be executed.`, "Check the command of the server.");
	const shim = resolveShim(named, options.cwd);
	if (shim !== null) {
		if (!shim.ok) return shim;
		if (shim.value !== null) return resolve(shim.value, options, depth + 1);
		// The shim stands for the system's own program: look further along PATH.
		const next = findOnPath(path.basename(named), options, path.dirname(fs.realpathSync(named)));
		if (next === null)
			return fail(
				"command-not-found",
				`${command} has no version that is installed.`,
				"Choose one with pyenv, or write the absolute path.",
			);
		return resolve(next, options, depth + 1);
	}
	return describe(named, options, depth);
}

function describe(named: string, options: ResolveOptions, depth: number): Result<ResolvedExecutable> {
	const real = fs.realpathSync(named);
	if (isWorldWritable(real)) return fail("command-writable", `${real} can be written by anyone.`, `Run: chmod o-w ${real}`);
	if (/^(?:volta-shim|volta|mise|rtx|asdf|proto|corepack)$/.test(path.basename(real)) || path.basename(path.dirname(named)) === "shims")
		return fail(
			"command-shim",
			`${named} is a shim: it decides at every start what to run.`,
			"Write the absolute path of the real executable (for example the one that `mise which` or `asdf which` prints).",
		);
	let shebang: string | null;
	try {
		shebang = readShebang(real);
	} catch {
		return fail("file-unreadable", `${real} cannot be read, so that nothing can say whether it changed.`, `Run: chmod u+r ${real}`);
	}
	if (shebang === null) {
		// A link named `server` may lead to a shell; one that a script's own first line names is pinned with the script. That `node` is a link to
		// `node-22` changes nothing of how its line is read.
		const [name, itself] = [path.basename(named), path.basename(real)];
		const runner = depth === 0 && !isSameInterpreter(name, itself) ? refusedRunner(itself) : null;
		if (runner !== null) return fail("launch-runner", `${named} leads to ${real}: ${runner.message}`, runner.remedy);
		const environment = pythonEnvironment(named, real);
		// A virtual environment is found through the path it was started by, so that link must be kept.
		const argv0 = environment?.virtual === true ? named : real;
		return ok({
			path: real,
			argv: [argv0],
			interpreter: null,
			readRoots: environment?.roots ?? (isSystemPath(real) ? [] : [real]),
			mutable: isMutable(real),
		});
	}
	if (depth >= DEEPEST) return fail("command-script", `${real} leads through too many interpreters.`, "Name the real executable.");
	const parsed = parseShebang(shebang);
	if (parsed === null)
		return fail(
			"command-script",
			`The first line of ${real} is not understood.`,
			"Name its interpreter in the command, and the script as its argument.",
		);
	const interpreter = resolve(parsed.command, { ...options, cwd: path.dirname(real) }, depth + 1);
	if (!interpreter.ok) return interpreter;
	// A chain would run a script in the middle that nobody hashes.
	if (interpreter.value.interpreter !== null)
		return fail("command-script", `${real} is started by another script, ${interpreter.value.path}.`, "Name the real executable.");
	const args = [...interpreter.value.argv.slice(1), ...parsed.args];
	return ok({
		path: real,
		argv: [interpreter.value.argv[0], ...args, real],
		interpreter: { path: interpreter.value.path, args },
		readRoots: [...new Set([...interpreter.value.readRoots, ...(isSystemPath(real) ? [] : [real])])],
		mutable: interpreter.value.mutable || isMutable(real),
	});
}

/** The text after `#!`, without the line's end; null when the file is no script. */
export function readShebang(file: string): string | null {
	// A pipe or a device would keep it waiting.
	const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY);
	try {
		const bytes = Buffer.alloc(512);
		const line = bytes.toString("latin1", 0, fs.readSync(fd, bytes, 0, bytes.length, 0)).split(/\r?\n/, 1)[0] ?? "";
		return line.startsWith("#!") ? line.slice(2).trim() : null;
	} finally {
		fs.closeSync(fd);
	}
}

/** `/usr/bin/env [-S] NAME [ARGS]` and `/absolute/interpreter [ONE ARGUMENT]`; null: a form with variables, quotes or options of its own. */
export function parseShebang(line: string): { readonly command: string; readonly args: readonly string[] } | null {
	const [program = "", ...rest] = line.split(/[ \t]+/);
	if (!path.isAbsolute(program)) return null;
	if (path.basename(program) !== "env") return { command: program, args: rest.length === 0 ? [] : [line.slice(program.length).trim()] };
	const split = rest[0] === "-S";
	const words = split ? rest.slice(1) : rest;
	const [command = "", ...args] = words;
	if (command === "" || command.startsWith("-") || words.some((word) => /["'$\\=]/.test(word) && !/^--[a-z-]+=[A-Za-z0-9]+$/.test(word)))
		return null;
	// Without -S the kernel hands all of it to env as one word, and env finds no such program.
	if (!split && args.length > 0) return null;
	return { command, args };
}

/** What a Python needs to read: its own prefix, and the virtual environment that it is started through. Null: no Python, or nothing. */
function pythonEnvironment(named: string, real: string): { readonly virtual: boolean; readonly roots: readonly string[] } | null {
	if (!/^python[0-9.]*$/.test(path.basename(real)) && !/^python[0-9.]*$/.test(path.basename(named))) return null;
	const roots: string[] = [];
	const environment = path.dirname(path.dirname(named));
	const virtual = fs.existsSync(path.join(environment, "pyvenv.cfg"));
	if (virtual && !isSystemPath(environment)) roots.push(fs.realpathSync(environment));
	if (!isSystemPath(real)) {
		const prefix = path.dirname(path.dirname(real));
		const isPrefix = path.basename(path.dirname(real)) === "bin" && fs.existsSync(path.join(prefix, "lib"));
		roots.push(isPrefix && prefix !== path.parse(prefix).root ? prefix : real);
	}
	return { virtual, roots };
}

function isProgram(file: string): boolean {
	try {
		fs.accessSync(file, fs.constants.X_OK);
		return fs.statSync(file).isFile();
	} catch {
		return false;
	}
}

function isWorldWritable(file: string): boolean {
	try {
		return (fs.statSync(file).mode & 0o002) !== 0;
	} catch {
		return true;
	}
}

function contains(root: string, file: string): boolean {
	return file === root || file.startsWith(root.endsWith(path.sep) ? root : root + path.sep);
}

function realOrSelf(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return path.resolve(file);
	}
}
