import { createRequire } from "node:module";

/** Where the program of an installed library lies; null: it is not installed. */
export function installedLibrary(name: string): string | null {
	try {
		return createRequire(here()).resolve(name);
	} catch {
		return null;
	}
}

/** This file, in the sources (a module) as in the bundle (a script). */
function here(): string {
	return typeof __filename === "string" ? __filename : import.meta.url;
}
