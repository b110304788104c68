import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { homePath } from "../home.ts";
import type { Places } from "./grants.ts";

export interface PlacesOptions {
	/** Sallyport's home in use, so that it can be kept out of every sandbox. Undefined: by the environment. */
	readonly sallyportHome?: string;
	/** The person's home. Undefined: by the environment; the account's own is always protected too. */
	readonly home?: string;
}

export function placesOf(options: PlacesOptions): Places {
	const homes = realPaths([...accountHome(), options.home ?? process.env.HOME ?? ""]);
	const inUse = options.sallyportHome === undefined ? namedHome() : [options.sallyportHome];
	return { homes, sallyport: realPaths([...homes.map((home) => path.join(home, ".sallyport")), ...inUse]) };
}

/** Empty when neither the environment nor the account says where it would be. */
export function namedHome(): readonly string[] {
	try {
		return [homePath(process.env)];
	} catch {
		return [];
	}
}

/** Empty for a user who has no account, as in some containers. */
function accountHome(): readonly string[] {
	try {
		return [os.userInfo().homedir];
	} catch {
		return [];
	}
}

/** Real paths without doubles; one that is not there stands for itself. */
function realPaths(paths: readonly string[]): readonly string[] {
	const real = (where: string) => {
		try {
			return fs.realpathSync(where);
		} catch {
			return path.resolve(where);
		}
	};
	// A home of `/` is no home: nothing at all could be granted.
	return [...new Set(paths.filter(path.isAbsolute).map(real))].filter((where) => where !== "/");
}
