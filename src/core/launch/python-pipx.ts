import { fail, failed, type Result } from "../result.ts";
import { READ, readLine } from "./python-line.ts";
import { type OptionTable, options, readOptions } from "./python-options.ts";
import type { PythonLine } from "./python-runner.ts";

const refused = (why: string) => ({ kind: "refused", why }) as const;
const read = (as: string) => ({ kind: "read", as }) as const;

const GLOBAL: OptionTable = options({ kind: "harmless", value: false }, "-q", "--quiet", "-v", "--verbose");

const RUN: OptionTable = {
	...GLOBAL,
	...options({ kind: "harmless", value: false }, "--no-cache"),
	...options(read(READ.package), "--spec"),
	...options(read(READ.beside), "--with"),
	...options(read(READ.python), "--python"),
	...options(read(READ.index), "-i", "--index-url"),
	...options(refused("it hands options of its own to pip"), "--pip-args"),
	...options(refused("it runs a file, not a package"), "--path"),
	...options(refused("it runs what the working folder holds"), "--pypackages"),
	...options(refused("it has code of a package run while it is installed"), "-e", "--editable"),
	...options(refused("interpreters are not downloaded"), "--fetch-missing-python", "--fetch-python"),
	...options(refused("packages of the whole system would run with it"), "--system-site-packages"),
};

/** What follows `pipx`: `pipx run` alone starts a package of the registry. */
export function parsePipx(args: readonly string[]): Result<PythonLine> {
	const global = readOptions("pipx", args, GLOBAL);
	if (!global.ok) return failed(global.problem);
	const [first, ...rest] = global.value.rest;
	if (first !== "run") return fail("launch-runner", "This pipx command starts no package of the registry.", "Write: pipx run NAME");
	const found = readOptions("pipx run", rest, RUN);
	return found.ok ? readLine("pipx run", found.value, false) : failed(found.problem);
}
