import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import { isHarmlessNodeFlag } from "../../../core/launch/interpreter-line.ts";
import { fail, ok, type Result } from "../../../core/result.ts";
import { parseShebang, readShebang } from "../../executable/resolve.ts";
import { plainText } from "../../files/bounded-file.ts";

/** The script that a package's command stands for. */
export interface PackageEntry {
	/** Relative to the package's folder, with `/`. */
	readonly script: string;
	/** What its first line asks for; Node, where it has none. */
	readonly runtime: "node" | "bun";
	/** Flags that the script's first line asks Node for; each loads no code. */
	readonly flags: readonly string[];
}

const Manifest = z.object({ bin: z.optional(z.union([z.string(), z.record(z.string(), z.string())])) });

/**
 * Chooses the command as npx does: the one that was asked for, the only one, or the one that is named like the package.
 *
 * @param folder real path of the package
 * @param bin null: none was asked for
 */
export function packageEntry(folder: string, name: string, bin: string | null): Result<PackageEntry> {
	const bins = readBins(folder, name);
	if (bins === null) return refuse(name, "its package.json is not understood", "Choose another version of it.");
	if (bins.size === 0) return refuse(name, "it brings no command", "Check the name: this package is a library, not a server.");
	const targets = new Set(bins.values());
	const target = bin !== null ? bins.get(bin) : targets.size === 1 ? [...targets][0] : bins.get(lastSegment(name));
	if (target === undefined) {
		const names = [...bins.keys()]
			.map((each) => JSON.stringify(each).slice(0, 60))
			.sort()
			.slice(0, 10)
			.join(", ");
		return refuse(
			name,
			bin === null ? "it brings several commands" : "it brings no such command",
			`Name one of its commands: npx -y --package=${name} COMMAND (${names}).`,
		);
	}
	const script = path.resolve(folder, target);
	// npm would quietly turn `../x` into `x`; a package that asks for it is not one to guess about.
	const outside = refuse(name, "its command points outside the package", "Do not use it.");
	if (path.isAbsolute(target) || !isWithin(script, folder)) return outside;
	let real: string;
	try {
		real = fs.realpathSync(script);
	} catch {
		return refuse(name, "its command is not in the package", "Choose another version of it.");
	}
	if (!isWithin(real, folder) || !fs.statSync(real).isFile()) return outside;
	const shebang = readShebang(real);
	if (shebang === null && !/\.[cm]?[jt]s$/.test(real))
		return refuse(
			name,
			"its command is a program of its own, not JavaScript",
			"Native programs in packages are not supported yet: install it and name its executable.",
		);
	const runtime = shebang === null ? { runtime: "node" as const, flags: [] } : runtimeOf(shebang);
	if (runtime === null)
		return refuse(name, "its command is not for Node, or asks Node to load other code", "Install it and name its executable.");
	return ok({ script: path.relative(folder, real), ...runtime });
}

/** Bytes. */
const MOST_MANIFEST = 4 * 1024 * 1024;

function readBins(folder: string, name: string): ReadonlyMap<string, string> | null {
	try {
		const { bin } = Manifest.parse(JSON.parse(plainText(path.join(folder, "package.json"), MOST_MANIFEST) ?? ""));
		return new Map(bin === undefined ? [] : typeof bin === "string" ? [[lastSegment(name), bin]] : Object.entries(bin));
	} catch {
		return null;
	}
}

function runtimeOf(shebang: string): Pick<PackageEntry, "runtime" | "flags"> | null {
	const parsed = parseShebang(shebang);
	if (parsed === null) return null;
	const program = path.basename(parsed.command);
	if (program === "bun" && (parsed.args.length === 0 || (parsed.args.length === 1 && parsed.args[0] === "run")))
		return { runtime: "bun", flags: [] };
	return /^node(?:js)?$/.test(program) && parsed.args.every(isHarmlessNodeFlag) ? { runtime: "node", flags: parsed.args } : null;
}

function lastSegment(name: string): string {
	return name.slice(name.lastIndexOf("/") + 1);
}

function isWithin(file: string, root: string): boolean {
	return file.startsWith(root + path.sep);
}

function refuse(name: string, why: string, remedy: string): Result<never> {
	return fail("package-command", `${name} cannot be started: ${why}.`, remedy);
}
