import * as fs from "node:fs";
import * as path from "node:path";
import type { EntryPoint } from "./entry-points.ts";

/** Folders of an installed package in the store. */
export const PLACES = { site: "site-packages", commands: "bin" } as const;

/**
 * Writes a small program for each command, as an installer would. The interpreter is started without its own site packages and without any
 * `.pth` file: what it can import is the standard library and what the lock holds.
 *
 * @param paths folders with modules, relative to the site; see `CheckedSite`
 */
export function writeStarters(tree: string, commands: readonly EntryPoint[], paths: readonly string[]): void {
	const folder = path.join(tree, PLACES.commands);
	fs.mkdirSync(folder, { mode: 0o700 });
	for (const command of commands) fs.writeFileSync(path.join(folder, command.name), starter(command, paths), { mode: 0o600, flag: "wx" });
}

/** Flags for the interpreter: apart from the person's own packages and variables, no site packages, no compiled files. */
export const STARTER_FLAGS: readonly string[] = ["-I", "-S", "-B"];

/** Names were checked where they were read: none can end a string. */
function starter({ module, attribute }: EntryPoint, paths: readonly string[]): string {
	return `import os
import site
import sys

here = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "${PLACES.site}")
packages = [here] + [os.path.join(here, each) for each in ${JSON.stringify(paths)}]
sys.path += [each for each in packages if each not in sys.path]
# For an interpreter that the server starts itself.
os.environ.update(PYTHONPATH=os.pathsep.join(packages), PYTHONNOUSERSITE="1", PYTHONDONTWRITEBYTECODE="1")

if __name__ == "__main__":
    # exit(), quit() and help(), which come with the site module.
    site.setquit()
    site.setcopyright()
    site.sethelper()
    if os.environ.get("PYTHONUNBUFFERED"):
        sys.stdout.reconfigure(write_through=True)
        sys.stderr.reconfigure(write_through=True)
    from importlib import import_module

    command = import_module("${module}")
    for name in "${attribute}".split("."):
        command = getattr(command, name)
    sys.exit(command())
`;
}
