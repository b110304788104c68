import { fail, failed, type Result } from "../result.ts";
import { READ, readLine } from "./python-line.ts";
import { type OptionTable, options, readOptions } from "./python-options.ts";
import type { PythonLine } from "./python-runner.ts";

const harmless = { kind: "harmless", value: false } as const;
const harmlessWithValue = { kind: "harmless", value: true } as const;
const refused = (why: string) => ({ kind: "refused", why }) as const;
const read = (as: string) => ({ kind: "read", as }) as const;

/** Those of `uv` itself, which may also stand before `tool run`. */
const GLOBAL: OptionTable = {
	...options(harmless, "-q", "--quiet", "-v", "--verbose", "--no-progress", "--native-tls", "--system-certs", "--no-config"),
	...options(harmless, "-n", "--no-cache", "--no-cache-dir", "--offline", "--no-offline", "--preview", "--no-preview"),
	...options(harmless, "--managed-python", "--no-managed-python", "--no-python-downloads"),
	...options(harmlessWithValue, "--color", "--preview-features", "--python-preference", "--python-fetch"),
	...options(refused("packages are installed into the store"), "--cache-dir"),
	...options(refused("only your own uv configuration counts"), "--config-file"),
	...options(refused("it has settings read from another folder"), "--directory", "--project"),
	...options(refused("it lets anyone on the way decide what is installed"), "--allow-insecure-host", "--trusted-host"),
	...options(refused("interpreters are not downloaded"), "--allow-python-downloads"),
};

const OWN_INDEX = "only your own configuration may add a package index";
const BUILDS = "it has code of a package run while it is installed";
const UNLISTED = "what it names is not in the line, so it would not be approved";

const TOOL_RUN: OptionTable = {
	...GLOBAL,
	...options(read(READ.package), "--from"),
	...options(read(READ.beside), "-w", "--with"),
	...options(read(READ.python), "-p", "--python"),
	...options(read(READ.index), "-i", "--index-url", "--default-index"),
	...options(read(READ.prerelease), "--prerelease"),
	...options(harmless, "--isolated", "--no-env-file", "--show-resolution", "-U", "--upgrade", "--refresh", "--no-refresh", "--reinstall"),
	...options(harmless, "--force-reinstall", "--compile-bytecode", "--no-compile-bytecode", "--no-sources", "--no-build"),
	...options(harmlessWithValue, "-P", "--upgrade-package", "--refresh-package", "--reinstall-package", "--link-mode", "--no-build-package"),
	...options(refused(OWN_INDEX), "--index", "--extra-index-url", "-f", "--find-links", "--no-index", "--index-strategy"),
	...options(refused("credentials come from your own configuration"), "--keyring-provider"),
	...options(refused(BUILDS), "--no-binary", "--no-binary-package", "-C", "--config-setting", "--config-settings-package"),
	...options(refused(BUILDS), "--no-build-isolation", "--no-build-isolation-package", "-b", "--build-constraints", "--with-editable"),
	...options(refused(UNLISTED), "--with-requirements", "-c", "--constraints", "--overrides", "--env-file"),
	...options(refused("name the versions in the line instead"), "--exclude-newer", "--exclude-newer-package", "--resolution"),
};

/** What follows `uvx` or `uv tool run`. */
export function parseUvx(runner: string, args: readonly string[]): Result<PythonLine> {
	const found = readOptions(runner, args, TOOL_RUN);
	return found.ok ? readLine(runner, found.value, true) : failed(found.problem);
}

/** What follows `uv`: of all it can do, `uv tool run` alone starts a package of the registry. */
export function parseUv(args: readonly string[]): Result<PythonLine> {
	const found = readOptions("uv", args, GLOBAL);
	if (!found.ok) {
		// `uv --directory FOLDER run …` is the common form of a project's server.
		const runs = args.includes("run") && !args.includes("tool");
		return failed(runs ? { ...found.problem, remedy: PROJECT } : found.problem);
	}
	const [first = "", second = "", ...rest] = found.value.rest;
	if (first === "tool" && second === "run") return parseUvx("uv tool run", rest);
	if (first === "run")
		return fail(
			"launch-runner",
			"uv run builds a project's environment anew at every start, from files that the project can change.",
			PROJECT,
		);
	return fail("launch-runner", "This uv command starts no package of the registry.", "Write: uvx NAME");
}

const PROJECT =
	"Make the environment once (uv sync, or uv venv and uv pip install), and start its own interpreter: the absolute path of .venv/bin/python, with the script.";
