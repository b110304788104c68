import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../../core/result.ts";
import { runConfined } from "../confined-install.ts";
import type { PythonInstall } from "./installer.ts";

/** Said when every file was looked at: one that does not compile (a template, code for another Python) is left as it is. */
const DONE = "sallyport:compiled";
/** Without times and without the place where it lies now, the same packages are the same bytes. Arguments: what to compile, and where to. */
const COMPILE = `
import os, py_compile, sys
from importlib.util import cache_from_source
site, out = sys.argv[1:3]
mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
for folder, _, names in os.walk(site):
    for name in names:
        if name.endswith(".py"):
            file = os.path.join(folder, name)
            module = os.path.relpath(file, site)
            try:
                py_compile.compile(file, os.path.join(out, cache_from_source(module)), module, True, invalidation_mode=mode)
            except Exception:
                pass
print("${DONE}")
`;
const COMPILED = /^((?:[^/]+\/)*)__pycache__\/([^/]+)\.cpython-[0-9]{2,4}\.pyc$/;

/**
 * Compiles what was installed and was checked, confined and without the network: the store is read-only, so that each start would have to do it
 * again. Compiling runs no code of a package, and cannot change a file of it.
 */
export async function compileSite({ engine, interpreter, requirement, site, cache, timeoutMs }: PythonInstall): Promise<Result<void>> {
	const out = path.join(cache, "compiled");
	fs.mkdirSync(out, { mode: 0o700 });
	const end = await runConfined({
		engine,
		command: interpreter.path,
		args: ["-I", "-S", "-B", "-W", "ignore", "-c", COMPILE, site, out],
		cwd: out,
		env: { LANG: "C.UTF-8" },
		read: [interpreter.path, ...interpreter.roots, path.dirname(site)],
		write: [out],
		egress: [],
		timeoutMs,
	});
	if (!end.ok) return end;
	if (!end.value.output.includes(DONE))
		return fail(
			"package-install",
			`${requirement.name} was not installed: it could not be compiled to its end.`,
			"Try again; if it stays so, choose another version.",
		);
	takeCompiled(out, out, site);
	return ok(undefined);
}

/** Moves compiled files beside their sources; anything else that lies there is left behind. */
function takeCompiled(folder: string, out: string, site: string): void {
	for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
		const file = path.join(folder, entry.name);
		if (entry.isDirectory()) takeCompiled(file, out, site);
		const name = path.relative(out, file);
		const [, before = "", module] = COMPILED.exec(name) ?? [];
		if (!entry.isFile() || module === undefined || !fs.existsSync(path.join(site, `${before}${module}.py`))) continue;
		fs.mkdirSync(path.dirname(path.join(site, name)), { recursive: true, mode: 0o700 });
		fs.renameSync(file, path.join(site, name));
	}
}
