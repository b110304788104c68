import { fail, failed, ok, type Result } from "../result.ts";
import type { ReadOptions } from "./python-options.ts";
import { type PythonRequirement, parseRequirement } from "./python-requirement.ts";
import type { AskedPython, PythonLine } from "./python-runner.ts";

/** Names under which the runners' tables keep what they read. */
export const READ = { package: "package", beside: "beside", python: "python", index: "index", prerelease: "prerelease" } as const;

const MOST_BESIDE = 100;

/** The name of a command of a package. */
const COMMAND = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;

/**
 * Puts together what a line says: its options, and its first word, which is the package or, where an option names the package, its command.
 *
 * @param atVersion the first word may be `NAME@VERSION`
 */
export function readLine(runner: string, { values, rest }: ReadOptions, atVersion: boolean): Result<PythonLine> {
	const [first, ...args] = rest;
	const of = (as: string) => values.flatMap(([name, value]) => (name === as ? [value] : []));
	const named = of(READ.package);
	if (named.length > 1) return fail("launch-package", `${runner} with several packages cannot be pinned.`, "Name one package.");
	if (first === undefined || first === "")
		return fail(
			"launch-package",
			named.length === 0 ? `${runner} names no package.` : `${runner} names a package and no command of it.`,
			`Write: ${runner} NAME`,
		);
	if (named.length > 0 && !COMMAND.test(first))
		return fail(
			"launch-package",
			"What follows the package is not the name of a command.",
			"Name a command that the package itself brings.",
		);
	const requirement = parseRequirement(named[0] ?? first, atVersion);
	if (!requirement.ok) return failed(requirement.problem);
	if (named.length === 0 && /^python[0-9.]*$/.test(requirement.value.name))
		return fail("launch-runner", `${runner} starts an interpreter here, not a package.`, "Write: python SCRIPT");
	const beside: PythonRequirement[] = [];
	const others = of(READ.beside).flatMap(splitPackages);
	if (others.length > MOST_BESIDE)
		return fail("launch-package", `${runner} has too many packages beside it.`, "Name only what the server needs.");
	// `--with a --with b` and, for uv, `--with a,b`; a comma within a version's condition is not one between packages.
	for (const each of others) {
		const one = parseRequirement(each, false);
		if (!one.ok) return failed(one.problem);
		beside.push(one.value);
	}
	const python = readPython(runner, of(READ.python).at(-1));
	if (!python.ok) return python;
	const index = readIndex(runner, of(READ.index));
	if (!index.ok) return index;
	const prerelease = of(READ.prerelease).at(-1);
	if (prerelease !== undefined && !PRERELEASES.has(prerelease))
		return fail("launch-flag", `${runner} --prerelease has a value that is not known.`, "Write: --prerelease allow");
	return ok({
		requirement: requirement.value,
		beside,
		command: named.length === 0 ? null : first,
		python: python.value,
		index: index.value,
		prereleases: prerelease === "allow",
		args,
	});
}

const PRERELEASES: ReadonlySet<string> = new Set(["allow", "disallow", "if-necessary", "explicit", "if-necessary-or-explicit"]);

/** At the commas that stand outside brackets and before a name. */
function splitPackages(text: string): readonly string[] {
	const parts: string[] = [];
	let from = 0;
	let depth = 0;
	for (let at = 0; at < text.length; at++) {
		const letter = text[at];
		if (letter === "[") depth++;
		else if (letter === "]") depth--;
		else if (letter === "," && depth === 0 && /^[A-Za-z]/.test(text.slice(at + 1, at + 20).trimStart())) {
			parts.push(text.slice(from, at));
			from = at + 1;
		}
	}
	return [...parts, text.slice(from)];
}

function readPython(runner: string, text: string | undefined): Result<AskedPython | null> {
	if (text === undefined || /^(?:c?python)$/i.test(text)) return ok(null);
	if (/^\/[^\0]*$/.test(text)) return ok({ kind: "path", path: text });
	const version = /^(?:c?python[@-]?)?([0-9](?:\.[0-9]{1,3}){0,2})$/i.exec(text)?.[1];
	if (version !== undefined) return ok({ kind: "version", version });
	return fail(
		"launch-flag",
		`${runner} --python asks for an interpreter in a way that is not understood here.`,
		"Write a version (--python 3.12) or the absolute path of an interpreter.",
	);
}

function readIndex(runner: string, named: readonly string[]): Result<string | null> {
	const [first] = named;
	if (first === undefined) return ok(null);
	if (named.length > 1)
		return fail(
			"launch-flag",
			`${runner} names several package indexes: whichever has the higher version would answer for a name.`,
			"Leave one index, or configure it yourself.",
		);
	const url = URL.parse(first);
	if (url === null || !/^(?:https?|file):$/.test(url.protocol))
		return fail("launch-flag", `${runner} names a package index that is no address.`, "Write: --index-url URL");
	// Not into the approval, the policy or a process list.
	if (url.username !== "" || url.password !== "")
		return fail(
			"launch-flag",
			`${runner} names a package index with a user name or a password in it.`,
			"Put the index and its credentials into your own configuration: uv.toml, pip.conf or .netrc.",
		);
	return ok(first);
}
