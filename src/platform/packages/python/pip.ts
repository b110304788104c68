import * as fs from "node:fs";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import { normalizeName, requirementText } from "../../../core/launch/python-requirement.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { type InstallEnd, runConfined } from "../confined-install.ts";
import { checkAgreement } from "./agreement.ts";
import { explainInstall, type LockedWheel, lockText, type PythonInstall } from "./installer.ts";
import { readWheels, type Wheel } from "./wheels.ts";

/** pip from where it lies, with a place of its own for what it unpacks: the sandbox's `/tmp` is small. Arguments: that place, and pip's folder. */
const RUN =
	"import runpy,sys,tempfile; tempfile.tempdir,pip=sys.argv[1:3]; del sys.argv[1:3]; sys.path.insert(0,pip); runpy.run_module('pip',run_name='__main__',alter_sys=True)";
const QUIET = ["--disable-pip-version-check", "--no-input", "--no-color", "--no-cache-dir"];

/**
 * Fetches wheels with pip, confined, takes the hash of each, and installs exactly those without the network. No code of a package runs: an
 * archive of sources is never taken.
 */
export async function installWithPip(install: PythonInstall): Promise<Result<readonly LockedWheel[]>> {
	const { pip, version } = install.interpreter;
	if (pip === null)
		return fail(
			"no-pip",
			`Python ${version} has no pip, and nothing else can install packages for it here.`,
			"Install pip for it (python3 -m ensurepip, or your system's python3-pip), or uv.",
		);
	const fetched = await fetchWheels(install, pip);
	if (!fetched.ok) return fetched;
	const { folder, wheels } = fetched.value;
	const packages = wheels.map(({ name, version, sha256 }) => ({ name, version, hashes: [sha256] }));
	const lock = path.join(install.settings, "lock.txt");
	fs.writeFileSync(lock, lockText(packages), { mode: 0o600 });
	const end = await runPip(
		install,
		pip,
		["install", ...QUIET, "--no-index", `--find-links=${folder}`, "--no-deps", "--require-hashes", "--only-binary=:all:"].concat(
			"--no-compile",
			"--ignore-installed",
			`--target=${install.site}`,
			`--requirement=${lock}`,
		),
		{ env: {}, read: [lock], write: [path.dirname(install.site)], egress: [] },
	);
	if (!end.ok) return end;
	return end.value.code === 0 ? ok(packages) : explainInstall("pip", end.value, install);
}

/** Folders first: what the person keeps there is not asked of the network, where a stranger could serve the same name. */
async function fetchWheels(install: PythonInstall, pip: string): Promise<Result<{ folder: string; wheels: readonly Wheel[] }>> {
	const { indexes, folders, links } = install.sources;
	const local = folders.length + links.length > 0;
	if (local) {
		const fetched = await download(install, pip, "local");
		if (!fetched.ok) return fetched;
		if (fetched.value.end.code === 0) return readFetched(fetched.value.folder, install);
		if (indexes.length === 0) return explainInstall("pip", fetched.value.end, install);
	}
	if (indexes.length === 0)
		return fail(
			"package-index",
			"Your configuration names no place from which packages could be installed.",
			"Set index-url in your own pip.conf or uv.toml.",
		);
	const fetched = await download(install, pip, "index");
	if (!fetched.ok) return fetched;
	if (fetched.value.end.code !== 0) return explainInstall("pip", fetched.value.end, install);
	const read = readFetched(fetched.value.folder, install);
	if (!read.ok) return read;
	const agreed = await checkAgreement(read.value.wheels, pip, install, (program, args, env) =>
		runPython(install, pip, ["-c", program, ...args], {
			env: { ...trust(install), ...env },
			read: trusted(install),
			write: [],
			egress: egressOf(install),
		}),
	);
	if (!agreed.ok) return agreed;
	if (!local) return read;
	const doubtful = read.value.wheels.find(({ name }) => isOffered(name, install));
	return doubtful === undefined
		? read
		: fail(
				"package-indexes",
				`${doubtful.name} is in a folder of your own and in the index too, and not all that is needed is in the folder: it could be a stranger's.`,
				"Put all that the package needs into the folder, or take the folder out of your configuration.",
			);
}

function readFetched(folder: string, { requirement, beside }: PythonInstall): Result<{ folder: string; wheels: readonly Wheel[] }> {
	const wheels = readWheels(folder);
	if (!wheels.ok) return wheels;
	const absent = [requirement, ...beside].find(({ name }) => !wheels.value.some((wheel) => wheel.name === name));
	return absent === undefined
		? ok({ folder, wheels: wheels.value })
		: fail("package-install", `${absent.name} was not installed: pip fetched no wheel of it.`, "Check its name for a typing error.");
}

async function download(
	install: PythonInstall,
	pip: string,
	from: "local" | "index",
): Promise<Result<{ readonly folder: string; readonly end: InstallEnd }>> {
	const { indexes, folders, archives, links } = install.sources;
	const folder = path.join(install.cache, `wheels-${from}`);
	const [first, ...others] = folders.map((each) => pathToFileURL(each).href);
	const env: Record<string, string> = { ...trust(install) };
	const args = ["download", ...QUIET, "-vv", "--progress-bar=off", "--only-binary=:all:", `--dest=${folder}`];
	if (from === "local") {
		if (first === undefined) args.push("--no-index");
		else env.PIP_INDEX_URL = first;
		for (const each of others) args.push(`--extra-index-url=${each}`);
		for (const each of links) args.push(`--find-links=${each}`);
	} else {
		// Never arguments: others of this machine can read those.
		const [main = "", ...more] = indexes.map(({ authenticated }) => authenticated);
		env.PIP_INDEX_URL = main;
		if (more.length > 0) env.PIP_EXTRA_INDEX_URL = more.join(" ");
		args.push("--retries=2", "--timeout=20");
		for (const { unchecked, url } of indexes) if (unchecked) args.push(`--trusted-host=${url.host}`);
	}
	if (install.prereleases) args.push("--pre");
	const asked = [install.requirement, ...install.beside].map(requirementText);
	const read = [...trusted(install), ...(from === "local" ? [...folders, ...links, ...archives] : [])];
	const egress = from === "index" ? egressOf(install) : [];
	const end = await runPip(install, pip, [...args, "--", ...asked], { env, read, write: [], egress });
	return end.ok ? ok({ folder, end: end.value }) : end;
}

/** What one run of pip gets beside its own folders. */
interface PipRun {
	readonly env: Readonly<Record<string, string>>;
	readonly read: readonly string[];
	readonly write: readonly string[];
	readonly egress: readonly string[];
}

function runPip(install: PythonInstall, pip: string, args: readonly string[], more: PipRun): Promise<Result<InstallEnd>> {
	return runPython(install, pip, ["-c", RUN, path.join(install.cache, "unpacked"), pip, ...args], more);
}

function runPython(
	{ engine, interpreter, sources, cache, timeoutMs }: PythonInstall,
	pip: string,
	args: readonly string[],
	{ env, read, write, egress }: PipRun,
): Promise<Result<InstallEnd>> {
	const scratch = path.join(cache, "unpacked");
	fs.mkdirSync(scratch, { recursive: true, mode: 0o700 });
	return runConfined({
		engine,
		command: interpreter.path,
		args: ["-I", "-B", ...args],
		cwd: scratch,
		// A configuration that is no file: none of the machine counts but what was read here.
		env: { LANG: "C.UTF-8", PIP_CONFIG_FILE: "/dev/null", ...env },
		read: [interpreter.path, ...interpreter.roots, pip, ...read],
		write: [...write, cache],
		egress,
		network: egress.length === 0 ? null : sources.network,
		timeoutMs,
	});
}

function egressOf({ sources }: PythonInstall): readonly string[] {
	return [...new Set(sources.indexes.flatMap(({ egress }) => egress))];
}

function trusted({ sources: { certificates } }: PythonInstall): readonly string[] {
	return certificates === null ? [] : [certificates];
}

/** For pip and for the library that it brings along. */
function trust({ sources: { certificates } }: PythonInstall): Readonly<Record<string, string>> {
	return certificates === null ? {} : { PIP_CERT: certificates, SSL_CERT_FILE: certificates, REQUESTS_CA_BUNDLE: certificates };
}

/** Whether a folder of the person's own offers a package of this name. */
function isOffered(name: string, { sources: { folders, links } }: PythonInstall): boolean {
	const names = (folder: string) => {
		try {
			return fs.readdirSync(folder);
		} catch {
			return [];
		}
	};
	return (
		folders.some((folder) => names(folder).some((each) => normalizeName(each) === name)) ||
		links.some((folder) => names(folder).some((each) => normalizeName(each.split("-", 1)[0] ?? "") === name))
	);
}
