import * as fs from "node:fs";
import type { NpxLaunch } from "../../core/launch/npx-line.ts";
import { parseLaunch } from "../../core/launch/runner.ts";
import { fingerprintOf } from "../../core/policy/fingerprint.ts";
import type { LaunchGrant } from "../../core/policy/schema.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { type HashCache, openHashCache } from "../executable/hash.ts";
import { resolveExecutable } from "../executable/resolve.ts";
import { describeScript } from "../executable/script.ts";
import type { Home } from "../home.ts";
import type { StoredPackage } from "../packages/store.ts";
import type { LaunchFacts } from "./facts.ts";
import type { LaunchLine } from "./locate.ts";
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
	/** Puts a package into the store, or finds it there. */
	readonly install: (launch: NpxLaunch) => Promise<Result<StoredPackage>>;
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
	const hashes = openHashCache(options.home.state);
	if (launch.value.kind === "npx") {
		const stored = await options.install(launch.value);
		if (!stored.ok) return stored;
		const node = fs.realpathSync(options.node);
		const { name, version, folder, bin, nodeFlags, lockDigest, contentDigest } = stored.value;
		return withHash(hashes, node, node, {
			argv: [...nodeFlags, bin, ...launch.value.args],
			code: { kind: "package", name, version, folder, bin, lockDigest, contentDigest },
			roots: [node, folder],
			mutable: false,
		});
	}
	const cwd = line.cwd ?? line.workspace ?? options.userHome;
	const untrusted = line.workspace === null ? [] : [line.workspace];
	const found = resolveExecutable(line.command, { cwd, path: options.path, untrusted });
	if (!found.ok) return found;
	const { argv, path: named, interpreter: shebang, readRoots } = found.value;
	const before = argv.slice(1);
	if (launch.value.kind === "interpreter") {
		// A script that calls itself node or python runs whatever it likes: only the real interpreter reads its arguments as we do.
		if (shebang !== null)
			return fail(
				"interpreter-script",
				`${named} is a script, not ${launch.value.interpreter} itself.`,
				"Write the absolute path of the real interpreter.",
			);
		const { entry, flags, interpreter, args } = launch.value;
		if (entry.kind === "module") {
			// Isolated: else a folder of that name in the workspace would answer for the module, with its secrets.
			const steering = Object.keys(line.env).find((name) => /^PYTHON(?:PATH|HOME|USERBASE|STARTUP|PLATLIBDIR)$/.test(name));
			if (steering !== undefined)
				return fail(
					"python-path",
					`${steering} decides which code "python -m" finds, which cannot be pinned.`,
					"Install the module into a virtual environment and name its python, or name the script.",
				);
			return withHash(hashes, named, argv[0], {
				argv: [...before, "-I", ...flags, "-m", entry.name, ...args],
				code: { kind: "none" },
				roots: readRoots,
				mutable: true,
			});
		}
		return withScript(entry.path, interpreter, (script) => [...before, ...flags, script, ...args]);
	}
	// A link or a copy under another name: what the file really is decides how its arguments are read.
	const real = shebang?.path ?? named;
	const called = parseLaunch(real, line.args);
	if (!called.ok) return called;
	if (shebang === null && called.value.kind !== "executable")
		return fail(
			"executable-renamed",
			`${line.command} is really ${real}, whose arguments name the code that runs.`,
			`Write ${real} as the command.`,
		);
	if (shebang === null)
		return withHash(hashes, named, argv[0], {
			argv: [...before, ...line.args],
			code: { kind: "none" },
			roots: readRoots,
			mutable: found.value.mutable,
		});
	return withScript(named, /python[0-9.]*$/.test(shebang.path) ? "python" : "node", () => [...before, ...line.args]);

	function withScript(file: string, kind: "node" | "python", toArgv: (script: string) => readonly string[]): Result<LaunchFacts> {
		const script = describeScript(file, { cwd, interpreter: kind, hashes, workspace: line.workspace, userHome: options.userHome });
		if (!script.ok) return script;
		return withHash(hashes, shebang?.path ?? named, argv[0], {
			argv: toArgv(script.value.path),
			code: { kind: "script", script: { path: script.value.path, sha256: script.value.sha256 } },
			roots: [...readRoots, ...script.value.readRoots],
			mutable: script.value.mutable,
		});
	}
}

/** @param file the real program, which is hashed; `startedAs` may be a link to it that a virtual environment is found by */
function withHash(hashes: HashCache, file: string, startedAs: string, rest: Omit<LaunchFacts, "executable">): Result<LaunchFacts> {
	const sha256 = hashes.hash(file);
	if (!sha256.ok) return sha256;
	return ok({ executable: { path: file, startedAs, sha256: sha256.value }, ...rest, roots: [...new Set(rest.roots)].sort() });
}
