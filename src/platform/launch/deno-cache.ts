import * as fs from "node:fs";
import * as path from "node:path";

/** Where modules of the network and of npm lie; beside them lie what programs keep for themselves, which is not shown. */
const MODULES = ["remote", "npm"];

/**
 * Deno's cache of modules, for reading alone: a server starts with what is in it, and fetches nothing. No roots: there is no cache.
 *
 * @param env the person's: `DENO_DIR`, else the folder for caches, say where it is
 */
export function denoCache(env: Readonly<Record<string, string | undefined>>): {
	readonly roots: readonly string[];
	/** What Deno needs to find it. */
	readonly env: Readonly<Record<string, string>>;
} {
	const caches = env.XDG_CACHE_HOME || path.join(env.HOME ?? "/", ".cache");
	const folder = realOrNull(env.DENO_DIR || path.join(caches, "deno"));
	const roots = folder === null ? [] : MODULES.map((name) => path.join(folder, name)).filter(isOwnFolder);
	return { roots, env: { DENO_NO_UPDATE_CHECK: "1", ...(folder === null || roots.length === 0 ? {} : { DENO_DIR: folder }) } };
}

function isOwnFolder(folder: string): boolean {
	return fs.lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

function realOrNull(folder: string): string | null {
	try {
		return fs.realpathSync(folder);
	} catch {
		return null;
	}
}
