import { createHash } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import canonicalize from "canonicalize";
import { type PythonRequirement, requirementText } from "../../../core/launch/python-requirement.ts";
import type { PythonLaunch } from "../../../core/launch/python-runner.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { findOnPath, resolveExecutable } from "../../executable/resolve.ts";
import type { InstallDeps, PackageRun, PackageWork } from "../kind.ts";
import { addToStore, type Installed, type Staging, type StoredPackage } from "../store.ts";
import { compileSite } from "./compile.ts";
import type { EntryPoint } from "./entry-points.ts";
import type { LockedWheel, PythonInstall } from "./installer.ts";
import { findInterpreter } from "./interpreter.ts";
import { installWithPip } from "./pip.ts";
import { checkSite, ownCommands } from "./site.ts";
import { readSources } from "./sources.ts";
import { PLACES, STARTER_FLAGS, writeStarters } from "./starter.ts";
import { installWithUv, UV_TOO_OLD } from "./uv.ts";

const TEN_MINUTES = 600_000;

/** What a line of uvx or pipx installs and starts. */
export function pythonWork(launch: PythonLaunch): PackageWork {
	const { runner, requirement, beside, command, python, index, prereleases } = launch;
	const [asked, ...others] = [requirement, ...beside].map(requirementText);
	return {
		registry: "python",
		label: others.length === 0 ? (asked ?? "") : `${asked} with ${others.join(", ")}`,
		key: JSON.stringify(["python", runner, asked, others, command ?? requirement.written, python, index, prereleases]),
		install: (deps) => addToStore(deps.home, "python", (staging) => install(launch, staging, deps)),
		run: (stored) => run(stored, launch),
	};
}

async function install(
	{ runner, requirement, beside, python, index, prereleases, command }: PythonLaunch,
	{ tree, cache, settings }: Staging,
	{ engine, env, untrusted, onProgress, timeoutMs = TEN_MINUTES }: InstallDeps,
): Promise<Result<Installed>> {
	const sources = readSources(runner, index, settings, { env, untrusted });
	if (!sources.ok) return sources;
	const interpreter = await findInterpreter(runner, python, cache, { engine, env, untrusted });
	if (!interpreter.ok) return interpreter;
	const uv = runner === "uv" ? findUv(env.PATH ?? "", untrusted) : null;
	const { indexes, folders, links } = sources.value;
	const from = [...(folders.length + links.length > 0 ? ["your own folders"] : []), ...indexes.map(({ url }) => url.host)];
	const tool = uv === null ? "pip" : "uv";
	const instead = runner === "uv" && uv === null ? ", for uv is not in PATH" : "";
	onProgress(
		`installing ${requirementText(requirement)} for Python ${interpreter.value.version} with ${tool}${instead}, from ${from.join(" or ")} …`,
	);
	const site = path.join(tree, PLACES.site);
	const job: PythonInstall = {
		...{ requirement, beside, prereleases, interpreter: interpreter.value, sources: sources.value },
		...{ engine, site, cache, settings, timeoutMs },
	};
	const locked = uv === null ? await installWithPip(job) : await installWithUvOrPip(uv, job, onProgress);
	return locked.ok ? finish(job, tree, command, locked.value) : locked;
}

/** pip takes the place of a uv that is too old, where it is there. */
async function installWithUvOrPip(
	uv: string,
	job: PythonInstall,
	onProgress: InstallDeps["onProgress"],
): Promise<Result<readonly LockedWheel[]>> {
	const installed = await installWithUv(uv, job);
	if (installed.ok || installed.problem.code !== UV_TOO_OLD || job.interpreter.pip === null) return installed;
	onProgress("uv is too old for this: installing with pip …");
	fs.rmSync(job.site, { recursive: true, force: true });
	return installWithPip(job);
}

/** Checks what was installed, compiles it, and adds the programs that start its commands. */
async function finish(
	job: PythonInstall,
	tree: string,
	command: string | null,
	packages: readonly LockedWheel[],
): Promise<Result<Installed>> {
	const { requirement, interpreter } = job;
	const strange = fs.readdirSync(tree).find((name) => name !== PLACES.site);
	const root = packages.find((each) => each.name === requirement.name);
	if (strange !== undefined || root === undefined)
		return fail(
			"package-unpinned",
			"The package cannot be pinned: something was installed outside its folder.",
			"Do not use this package; it was not installed.",
		);
	const site = checkSite(
		job.site,
		packages.map(({ name }) => name),
	);
	if (!site.ok) return site;
	const { commands, paths } = site.value;
	const own = commands.get(root.name) ?? [];
	// As the runners have it: a command of what comes with it is a command, too, and its own go first.
	const all = new Map([...commands.values(), own].flatMap((each) => each.map((point) => [point.name, point] as const)));
	const chosen = choose(requirement, command, namesOf(own), [...all.keys()]);
	if (!chosen.ok) return chosen;
	const compiled = await compileSite(job);
	if (!compiled.ok) return compiled;
	writeStarters(tree, [...all.values()], paths);
	const form = canonicalize({
		version: 1,
		python: { path: interpreter.path, version: interpreter.version.replace(/\.[0-9]+$/, "") },
		package: root.name,
		packages,
	});
	if (form === undefined) throw new Error("a lock without a canonical form");
	return ok({
		name: root.name,
		version: root.version,
		integrity: integrityOf(root),
		lockDigest: `sha256:${createHash("sha256").update(form).digest("hex")}`,
		skippedScripts: site.value.startCode,
		packages: packages.map((each) => [`${PLACES.site}/${each.name}`, each.name, each.version, integrityOf(each)]),
		runtime: interpreter.path,
	});
}

/** As npm writes it; where one of several archives may be the one, over all of their hashes. */
function integrityOf({ hashes }: LockedWheel): string {
	const [only] = hashes;
	const digest = hashes.length === 1 && only !== undefined ? Buffer.from(only, "hex") : createHash("sha256").update(hashes.join()).digest();
	return `sha256-${digest.toString("base64")}`;
}

/** The person's uv, as a real path; null: it is not there. */
function findUv(searched: string, untrusted: readonly string[]): string | null {
	const named = findOnPath("uv", { cwd: "/", path: searched, untrusted });
	return named === null ? null : fs.realpathSync(named);
}

function run({ folder, name, runtime }: StoredPackage, { requirement, command }: PythonLaunch): Result<PackageRun> {
	const again = "Approve the server again: sallyport allow NAME";
	const interpreter = runtime === null ? null : resolveExecutable(runtime, { cwd: "/", path: "", untrusted: [] });
	if (interpreter === null || !interpreter.ok || interpreter.value.path !== runtime)
		return fail("package-runtime", `The Python that ${name} was installed for is no longer there.`, again);
	const commands = path.join(folder, PLACES.commands);
	const own = ownCommands(path.join(folder, PLACES.site), name);
	let names: readonly string[] = [];
	try {
		names = fs.readdirSync(commands);
	} catch {
		return fail("package-missing", `${name} is no longer in the store as it was installed.`, again);
	}
	const chosen = choose(requirement, command, own === null ? [] : namesOf(own), names);
	if (!chosen.ok) return chosen;
	const bin = path.join(commands, chosen.value);
	const { path: real, readRoots } = interpreter.value;
	return ok({ runtime: { path: real, startedAs: real }, argv: [...STARTER_FLAGS, bin], bin, roots: readRoots });
}

function namesOf(points: readonly EntryPoint[]): readonly string[] {
	return points.map(({ name }) => name);
}

/**
 * As the runners do: the command that was asked for, or the one that is named like the package, or the only one.
 *
 * @param own commands of the package itself
 * @param all those of what it needs, too
 */
function choose(
	{ name, written }: PythonRequirement,
	command: string | null,
	own: readonly string[],
	all: readonly string[],
): Result<string> {
	const chosen = (command === null ? [written, name] : [command]).find((each) => all.includes(each));
	if (chosen !== undefined) return ok(chosen);
	const [only] = own;
	if (command === null && only !== undefined && own.length === 1) return ok(only);
	if (all.length === 0)
		return fail(
			"package-command",
			`${name} cannot be started: it brings no command.`,
			"Check the name: this package is a library, not a server.",
		);
	const listed = [...(own.length > 0 ? own : all)].sort().slice(0, 10).join(", ");
	return fail(
		"package-command",
		`${name} cannot be started: ${command === null ? "none of its commands is named like it" : "it brings no such command"}.`,
		`Name one: uvx --from ${name} COMMAND, or pipx run --spec ${name} COMMAND (${listed}).`,
	);
}
