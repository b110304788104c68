import * as fs from "node:fs";
import * as path from "node:path";
import * as z from "zod/mini";
import type { Interpreter } from "../../core/launch/interpreter-line.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { plainText } from "../files/bounded-file.ts";
import type { HashCache } from "./hash.ts";
import { type CodeRootOptions, codeRoots, isMutable } from "./roots.ts";

/** The program that an interpreter is given. */
export interface Script {
	/** Real path: what to hand to the interpreter. */
	readonly path: string;
	/** 64 hexadecimal digits. */
	readonly sha256: string;
	/** Files and folders that must be readable for it to run. */
	readonly readRoots: readonly string[];
	/** True when this user may change the script or what it may import: the code beside it is not pinned. */
	readonly mutable: boolean;
}

/** Finds a script as its interpreter would (Node completes `dist` and `server`), describes and hashes it. */
export function describeScript(
	script: string,
	options: CodeRootOptions & { readonly cwd: string; readonly interpreter: Interpreter; readonly hashes: HashCache },
): Result<Script> {
	const file = locate(path.resolve(options.cwd, script), options.interpreter);
	if (file === null)
		return fail(
			"script-not-found",
			`${path.resolve(options.cwd, script)} is not there, or is not a file that ${options.interpreter} can run.`,
			"Check the args of the server.",
		);
	const real = fs.realpathSync(file);
	const hash = options.hashes.hash(real);
	if (!hash.ok) return hash;
	const readRoots = codeRoots(real, options);
	return ok({
		path: real,
		sha256: hash.value,
		readRoots,
		mutable: [real, ...readRoots].some(isMutable),
	});
}

function locate(target: string, interpreter: Interpreter): string | null {
	if (isFile(target)) return target;
	if (interpreter !== "node") return null;
	return complete(target) ?? (isFolder(target) ? (main(target) ?? complete(path.join(target, "index"))) : null);
}

function complete(stem: string): string | null {
	return isFile(`${stem}.js`) ? `${stem}.js` : null;
}

/** Bytes. */
const MOST_MANIFEST = 4 * 1024 * 1024;

const Manifest = z.object({ main: z.optional(z.string()) });

function main(folder: string): string | null {
	try {
		const manifest = Manifest.safeParse(JSON.parse(plainText(path.join(folder, "package.json"), MOST_MANIFEST) ?? ""));
		if (!manifest.success || manifest.data.main === undefined) return null;
		const named = path.resolve(folder, manifest.data.main);
		return isFile(named) ? named : (complete(named) ?? complete(path.join(named, "index")));
	} catch {
		return null;
	}
}

function isFile(file: string): boolean {
	return fs.statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(file: string): boolean {
	return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
