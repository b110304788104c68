import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import type { AskedPython } from "../../../core/launch/python-runner.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { resolveExecutable } from "../../executable/resolve.ts";
import { isMutable, isSystemPath } from "../../executable/roots.ts";
import { runConfined } from "../confined-install.ts";
import type { InstallDeps } from "../kind.ts";

/** An interpreter of this machine. */
export interface Interpreter {
	/** Real path. */
	readonly path: string;
	/** `3.12.4` */
	readonly version: string;
	/** What it reads beyond the system's folders. */
	readonly roots: readonly string[];
	/** Folder or archive that holds the module `pip`; null: there is none. */
	readonly pip: string | null;
}

/** Said by the interpreter itself, in one line that nothing else begins with. */
const MARK = "sallyport:";
const ASK = [
	"import json, sys, os",
	"from importlib.util import find_spec",
	"pip = find_spec('pip')",
	"folder = os.path.dirname(os.path.dirname(pip.origin)) if pip and pip.origin else None",
	"if not folder:",
	"    spec = find_spec('ensurepip')",
	"    bundled = os.path.join(os.path.dirname(spec.origin), '_bundled') if spec and spec.origin else ''",
	"    wheels = [os.path.join(each, name) for each in (bundled, '/usr/share/python-wheels') if os.path.isdir(each)",
	"        for name in sorted(os.listdir(each)) if name.startswith('pip-') and name.endswith('.whl')]",
	"    folder = wheels[-1] if wheels else None",
	`print('${MARK}' + json.dumps([sys.implementation.name, '%d.%d.%d' % sys.version_info[:3], folder]))`,
].join("\n");
const Answer = z.tuple([z.string(), z.string().check(z.regex(/^[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}$/)), z.nullable(z.string())]);
const ANSWER_MS = 60_000;

/**
 * The interpreter that a line asks for, among those that are installed: none is downloaded. It is asked confined what it is, for a path that
 * a line names may be anybody's program.
 *
 * @param runner whose own choice counts where the line asks for none
 * @param asked null: the one that the runner would take, or the person's own `python3`
 * @param scratch an empty folder
 */
export async function findInterpreter(
	runner: "uv" | "pipx",
	asked: AskedPython | null,
	scratch: string,
	{ engine, env, untrusted }: Pick<InstallDeps, "engine" | "env" | "untrusted">,
): Promise<Result<Interpreter>> {
	const seen = new Set<string>();
	for (const candidate of [...(asked === null ? preferred(runner, env) : []), ...candidates(asked, env)]) {
		const found = resolveExecutable(candidate, { cwd: "/", path: env.PATH ?? "", untrusted });
		if (!found.ok || found.value.interpreter !== null) continue;
		const { path: real, readRoots } = found.value;
		if (seen.has(real) || untrusted.some((folder) => real.startsWith(`${folder}/`))) continue;
		seen.add(real);
		if (asked?.kind === "path" && !isOwn(real, candidate, { env, untrusted })) continue;
		// A virtual environment leads to the interpreter that it was made with: what it holds itself is not used.
		const roots = readRoots.filter((root) => !fs.existsSync(path.join(root, "pyvenv.cfg")));
		const ran = await runConfined({
			engine,
			command: real,
			args: ["-I", "-c", ASK],
			cwd: scratch,
			env: { LANG: "C.UTF-8" },
			read: [real, ...roots],
			write: [scratch],
			egress: [],
			timeoutMs: ANSWER_MS,
		});
		if (!ran.ok) return ran;
		const answer = readAnswer(ran.value.output);
		if (answer === null || answer[0] !== "cpython" || !isAsked(answer[1], asked)) continue;
		const [, version, pip] = answer;
		return ok({ path: real, version, roots, pip: pip !== null && isPip(pip) ? pip : pipElsewhere(version, env) });
	}
	const wanted = asked === null ? "python3" : asked.kind === "version" ? `Python ${asked.version}` : asked.path;
	return fail(
		"no-python",
		`${wanted} was not found on this machine, or is no CPython, and interpreters are not downloaded.`,
		asked === null
			? "Install Python 3, and make sure that `python3 --version` works in this terminal."
			: "Install it, or change --python in the server's args to a version that is installed.",
	);
}

/**
 * Whether an interpreter that a line names by its path is one that the person installed: it is started with the credentials of their index, and
 * whoever wrote the line may have put a program anywhere.
 */
function isOwn(real: string, named: string, { env, untrusted }: Pick<InstallDeps, "env" | "untrusted">): boolean {
	if (isSystemPath(real) || !isMutable(real) || keepers(env).some((folder) => real.startsWith(`${folder}/`))) return true;
	const onPath = resolveExecutable(path.basename(named), { cwd: "/", path: env.PATH ?? "", untrusted });
	return onPath.ok && onPath.value.path === real;
}

function readAnswer(output: string): z.infer<typeof Answer> | null {
	const line = output.split("\n").find((each) => each.startsWith(MARK));
	try {
		return Answer.parse(JSON.parse(line?.slice(MARK.length) ?? ""));
	} catch {
		return null;
	}
}

function isAsked(version: string, asked: AskedPython | null): boolean {
	if (asked?.kind !== "version") return version.startsWith("3.");
	return version === asked.version || version.startsWith(`${asked.version}.`);
}

/** Where an interpreter may be, the likelier first: PATH, then what uv and pyenv keep. */
function candidates(asked: AskedPython | null, env: InstallDeps["env"]): readonly string[] {
	if (asked?.kind === "path") return [asked.path];
	const [major = "3", minor] = (asked?.version ?? "3").split(".");
	const name = minor === undefined ? `python${major}` : `python${major}.${minor}`;
	return [...new Set([name, ...(minor === undefined ? ["python3"] : kept(`${major}.${minor}`, env)), "python3", "python"])];
}

/** uv takes the newest that it installed itself, and each has a variable. */
function preferred(runner: "uv" | "pipx", env: InstallDeps["env"]): readonly string[] {
	const [folder] = keepers(env);
	const chosen = (runner === "uv" ? env.UV_PYTHON : env.PIPX_DEFAULT_PYTHON) ?? "";
	const version = /^(?:python)?(3(?:\.[0-9]{1,3})?)$/.exec(chosen)?.[1];
	const named = path.isAbsolute(chosen) ? [chosen] : version === undefined ? [] : candidates({ kind: "version", version }, env);
	const own = runner === "uv" ? newestFirst(folder, "cpython-3.").filter(isRelease) : [];
	return [...named, ...own.map((each) => path.join(each, "bin/python3"))];
}

function isRelease(folder: string): boolean {
	return !/freethreaded|[0-9](?:a|b|rc)[0-9]/.test(path.basename(folder));
}

/** Where uv and pyenv keep interpreters. */
function keepers(env: InstallDeps["env"]): readonly [uv: string, pyenv: string] {
	const home = env.HOME ?? "/";
	return [
		env.UV_PYTHON_INSTALL_DIR || path.join(env.XDG_DATA_HOME || path.join(home, ".local/share"), "uv/python"),
		path.join(env.PYENV_ROOT || path.join(home, ".pyenv"), "versions"),
	];
}

/** Interpreters that uv and pyenv installed, the newest first. */
function kept(minor: string, env: InstallDeps["env"]): readonly string[] {
	const [uv, pyenv] = keepers(env);
	return [...newestFirst(uv, `cpython-${minor}.`).filter(isRelease), ...newestFirst(pyenv, `${minor}.`)].map((folder) =>
		path.join(folder, "bin", `python${minor}`),
	);
}

function newestFirst(folder: string, start: string): readonly string[] {
	try {
		return fs
			.readdirSync(folder)
			.filter((name) => name.startsWith(start))
			.sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
			.map((name) => path.join(folder, name));
	} catch {
		return [];
	}
}

/** The pip that the person, or pipx, installed for this version. */
function pipElsewhere(version: string, env: InstallDeps["env"]): string | null {
	const home = env.HOME ?? "/";
	const packages = `lib/python${version.replace(/\.[0-9]+$/, "")}/site-packages`;
	const places = [
		...(env.PIPX_HOME ? [path.join(env.PIPX_HOME, "shared")] : []),
		...[".local/share/pipx/shared", ".local/pipx/shared", ".local"].map((folder) => path.join(home, folder)),
	].map((folder) => path.join(folder, packages));
	return places.find(isPip) ?? null;
}

/** A folder with the module in it, or its archive; the interpreter's own word is not enough to have it read. */
function isPip(place: string): boolean {
	return /\/pip-[^/]+\.whl$/.test(place) ? fs.existsSync(place) : fs.existsSync(path.join(place, "pip/__main__.py"));
}
