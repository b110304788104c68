import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../core/result.ts";
import { plainText } from "../files/bounded-file.ts";

/** A manager whose shims are shell scripts in `ROOT/shims`, with versions in `ROOT/versions/VERSION/bin`. */
const MANAGERS = { pyenv: ".python-version", nodenv: ".node-version" } as const;

/**
 * Follows a shim of pyenv or nodenv as the manager itself would, without running it: the nearest version file above the working
 * folder, else the manager's own. Null: the file is no such shim. A value of null: the shim stands for the system's program.
 */
export function resolveShim(file: string, cwd: string): Result<string | null> | null {
	const shims = path.dirname(file);
	if (path.basename(shims) !== "shims") return null;
	const root = path.dirname(shims);
	const text = readSmall(file);
	const manager =
		text === null ? undefined : (Object.keys(MANAGERS) as (keyof typeof MANAGERS)[]).find((name) => text.includes(`/${name}" exec `));
	if (manager === undefined || text?.startsWith("#!") !== true) return null;
	for (const version of versions(root, MANAGERS[manager], cwd)) {
		if (version === "system") return ok(null);
		const folder = installed(root, version);
		const program = folder === null ? null : path.join(folder, "bin", path.basename(file));
		if (program !== null && fs.existsSync(program)) return ok(program);
	}
	return fail(
		"command-shim",
		`${file} leads to no installed version of ${path.basename(file)}.`,
		`Choose one with ${manager}, or write the absolute path of the executable.`,
	);
}

function versions(root: string, name: string, cwd: string): readonly string[] {
	for (let folder = cwd; ; folder = path.dirname(folder)) {
		const chosen = readSmall(path.join(folder, name));
		if (chosen !== null) return words(chosen);
		if (folder === path.dirname(folder)) break;
	}
	const chosen = readSmall(path.join(root, "version"));
	return chosen === null ? ["system"] : words(chosen);
}

function words(text: string): readonly string[] {
	return text
		.split("\n")
		.map((line) => line.replace(/#.*$/, ""))
		.join(" ")
		.split(/\s+/)
		.filter((word) => word !== "");
}

/** The folder of a version; `3.11` means the newest `3.11.x`. A name that would leave the versions folder is none. */
function installed(root: string, version: string): string | null {
	if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(version)) return null;
	const folder = path.join(root, "versions");
	if (fs.existsSync(path.join(folder, version))) return path.join(folder, version);
	try {
		const newest = fs
			.readdirSync(folder)
			.filter((name) => name.startsWith(`${version}.`) && /^[0-9.]+$/.test(name))
			.sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
			.at(-1);
		return newest === undefined ? null : path.join(folder, newest);
	} catch {
		return null;
	}
}

function readSmall(file: string): string | null {
	return plainText(file, 65_536);
}
