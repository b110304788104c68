import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { normalizeName, requirementText } from "../../../core/launch/python-requirement.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { type InstallEnd, runConfined } from "../confined-install.ts";
import { explainInstall, type LockedWheel, lockText, type PythonInstall } from "./installer.ts";

const EVERY = ["--no-config", "--no-progress", "--color=never", "--only-binary=:all:", "--no-sources"];

/**
 * Resolves and installs with uv, confined: first a lock with the hash of every archive, then exactly what the lock holds. No code of a package
 * runs: an archive of sources is never taken.
 *
 * @param uv real path of the person's uv
 */
export async function installWithUv(uv: string, install: PythonInstall): Promise<Result<readonly LockedWheel[]>> {
	const { requirement, beside, prereleases, settings, cache, site, interpreter } = install;
	const wanted = path.join(settings, "wanted.txt");
	fs.writeFileSync(wanted, [requirement, ...beside].map((each) => `${requirementText(each)}\n`).join(""), { mode: 0o600 });
	const compiled = path.join(cache, "compiled.txt");
	const resolved = await runUv(
		uv,
		install,
		[wanted],
		[
			...["pip", "compile", ...EVERY, "--generate-hashes", "--no-header", "--no-annotate"],
			...[...(prereleases ? ["--prerelease=allow"] : []), `--python=${interpreter.path}`, `--output-file=${compiled}`, wanted],
		],
	);
	if (!resolved.ok) return resolved;
	if (resolved.value.code !== 0) return explain(resolved.value, install);
	const packages = parseLock(fs.readFileSync(compiled, "utf8"));
	if (packages === null || ![requirement, ...beside].every(({ name }) => packages.some((each) => each.name === name)))
		return fail("package-unpinned", "The package cannot be pinned: uv wrote a lock that is not understood.", "Update uv: uv self update.");
	const lock = path.join(settings, "lock.txt");
	fs.writeFileSync(lock, lockText(packages), { mode: 0o600 });
	const installed = await runUv(
		uv,
		install,
		[lock],
		[
			...["pip", "install", ...EVERY, "--require-hashes", "--no-deps", "--link-mode=copy", "--no-compile-bytecode"],
			...[`--python=${interpreter.path}`, `--target=${site}`, `--requirement=${lock}`],
		],
	);
	if (!installed.ok) return installed;
	// uv's own, against two that install into one folder.
	fs.rmSync(path.join(site, ".lock"), { force: true });
	return installed.value.code === 0 ? ok(packages) : explain(installed.value, install);
}

/** Code of the problem that this uv does not know an option that is needed. */
export const UV_TOO_OLD = "uv-options";

function explain(end: InstallEnd, install: PythonInstall): Result<never> {
	if (end.code === 2 && /unexpected argument|unrecognized subcommand|invalid value '[^']*' for '--/.test(end.output))
		return fail(UV_TOO_OLD, "Your uv does not know an option that is needed to install with it.", "Update it: uv self update.");
	return explainInstall("uv", end, install);
}

function runUv(uv: string, install: PythonInstall, files: readonly string[], args: readonly string[]): Promise<Result<InstallEnd>> {
	const { engine, interpreter, sources, site, cache, timeoutMs } = install;
	const { indexes, folders, links, certificates } = sources;
	const [main, ...more] = indexes;
	const scratch = path.join(cache, "scratch");
	fs.mkdirSync(scratch, { recursive: true, mode: 0o700 });
	const [first, ...others] = folders.map((each) => pathToFileURL(each).href);
	const env: Record<string, string> = {
		LANG: "C.UTF-8",
		UV_CACHE_DIR: path.join(cache, "uv"),
		UV_PYTHON_DOWNLOADS: "never",
		UV_KEYRING_PROVIDER: "disabled",
		// The first index that knows a name answers for it; folders of the person's own come first.
		UV_INDEX_STRATEGY: "first-index",
	};
	// Never arguments: others of this machine can read those.
	const last = main?.authenticated ?? first;
	const own = main === undefined ? others : folders.map((each) => pathToFileURL(each).href);
	const before = [...own, ...more.map(({ authenticated }) => authenticated)];
	if (last === undefined) env.UV_NO_INDEX = "1";
	else env.UV_DEFAULT_INDEX = last;
	if (before.length > 0) env.UV_INDEX = before.join(" ");
	if (links.length > 0) env.UV_FIND_LINKS = links.join(",");
	if (certificates !== null) env.SSL_CERT_FILE = certificates;
	// The older name and the newer.
	if (sources.systemCertificates) Object.assign(env, { UV_NATIVE_TLS: "1", UV_SYSTEM_CERTS: "1" });
	const unchecked = indexes.filter((index) => index.unchecked).map(({ url }) => url.host);
	if (unchecked.length > 0) env.UV_INSECURE_HOST = unchecked.join(" ");
	return runConfined({
		engine,
		command: uv,
		args,
		cwd: scratch,
		env,
		read: [
			...[uv, interpreter.path, ...interpreter.roots, ...files, ...folders, ...links, ...sources.archives],
			...(certificates === null ? [] : [certificates]),
		],
		write: [path.dirname(site), cache],
		egress: [...new Set(indexes.flatMap(({ egress }) => egress))],
		network: sources.network,
		timeoutMs,
	});
}

/** What `uv pip compile --generate-hashes` wrote: an exact version and at least one hash for each package. Null: anything else is in it. */
export function parseLock(text: string): readonly LockedWheel[] | null {
	const packages: LockedWheel[] = [];
	for (const line of text.replace(/\\\r?\n/g, " ").split(/\r?\n/)) {
		const words = line.split(/\s+/).filter((word) => word !== "");
		if (words.length === 0 || words[0]?.startsWith("#")) continue;
		const [, name, version] = /^([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9][A-Za-z0-9.!+_-]*)$/.exec(words[0] ?? "") ?? [];
		const hashes = words.slice(1).map((word) => /^--hash=sha256:([0-9a-f]{64})$/.exec(word)?.[1]);
		if (name === undefined || version === undefined || hashes.length === 0) return null;
		const known = hashes.filter((hash) => hash !== undefined);
		if (known.length !== hashes.length) return null;
		packages.push({ name: normalizeName(name), version, hashes: known.sort() });
	}
	packages.sort((a, b) => (a.name < b.name ? -1 : 1));
	return new Set(packages.map(({ name }) => name)).size === packages.length ? packages : null;
}
