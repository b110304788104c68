import { fail, failed, ok, type Result } from "../result.ts";
import { parsePipx } from "./python-pipx.ts";
import type { PythonRequirement } from "./python-requirement.ts";
import { parseUv, parseUvx } from "./python-uvx.ts";

/** `uvx`, `uv tool run` and `pipx run`: a package of Python's registry. */
export interface PythonLaunch {
	readonly kind: "package";
	readonly registry: "python";
	/** The program that the line names, whose settings count and which installs where it is there. */
	readonly runner: "uv" | "pipx";
	readonly requirement: PythonRequirement;
	/** Packages that are installed beside it. Empty: none. */
	readonly beside: readonly PythonRequirement[];
	/** The command of the package to run; null: the one that is named like it, or the only one. */
	readonly command: string | null;
	/** The interpreter that the line asks for; null: the person's own `python3`. */
	readonly python: AskedPython | null;
	/** The index that the line names. Null: none; else it has to be the one that the person configured. */
	readonly index: string | null;
	/** Whether versions before a release may be chosen. */
	readonly prereleases: boolean;
	readonly args: readonly string[];
}

/** `version`: `3`, `3.12` or `3.12.4`; `path`: absolute, as written. */
export type AskedPython = { readonly kind: "version"; readonly version: string } | { readonly kind: "path"; readonly path: string };

/** What reads the rest of a line that this program begins; null: it is no runner of Python packages. */
export function pythonRunner(name: string): ((args: readonly string[]) => Result<PythonLaunch>) | null {
	switch (name) {
		case "uvx":
			return (args) => launchOf("uv", parseUvx("uvx", args));
		case "uv":
			return (args) => launchOf("uv", parseUv(args));
		case "pipx":
			return (args) => launchOf("pipx", parsePipx(args));
		default:
			return null;
	}
}

/** What a runner's own parser reads of a line. */
export type PythonLine = Omit<PythonLaunch, "kind" | "registry" | "runner">;

function launchOf(runner: PythonLaunch["runner"], line: Result<PythonLine>): Result<PythonLaunch> {
	if (!line.ok) return failed(line.problem);
	const { command } = line.value;
	if (command !== null && /^python[0-9.w]*$/i.test(command))
		return fail(
			"launch-runner",
			"The line starts an interpreter with packages beside it, not a command of a package.",
			"Name a command that the package brings.",
		);
	return ok({ kind: "package", registry: "python", runner, ...line.value });
}
