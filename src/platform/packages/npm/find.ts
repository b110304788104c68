import * as fs from "node:fs";
import * as path from "node:path";
import { fail, ok, type Result } from "../../../core/result.ts";
import { findOnPath } from "../../executable/resolve.ts";

/** The npm that belongs to this person. It is run as `node CLI`, never through the script that PATH names. */
export interface Npm {
	/** Real path of `npm-cli.js`. */
	readonly cli: string;
	/** npm's own package: what must be readable to run it. */
	readonly root: string;
	/** The person's global configuration (`PREFIX/etc/npmrc`); it may not exist. */
	readonly globalConfig: string;
}

/**
 * @param options.path the value of PATH
 * @param options.node the Node whose own npm is taken when PATH has none, or one of a version manager's shims
 */
export function findNpm(options: { readonly path: string; readonly node: string; readonly untrusted: readonly string[] }): Result<Npm> {
	const named = findOnPath("npm", { cwd: "/", path: options.path, untrusted: options.untrusted });
	const candidates: readonly (readonly [cli: string, prefix: string])[] = [
		...(named === null ? [] : [[fs.realpathSync(named), path.dirname(path.dirname(named))] as const]),
		...[options.node, named]
			.filter((each) => each !== null)
			.map((each) => path.dirname(path.dirname(each)))
			.map((prefix) => [path.join(prefix, "lib/node_modules/npm/bin/npm-cli.js"), prefix] as const),
	];
	for (const [cli, prefix] of candidates) {
		if (path.basename(cli) !== "npm-cli.js" || !fs.existsSync(cli)) continue;
		const real = fs.realpathSync(cli);
		return ok({ cli: real, root: path.dirname(path.dirname(real)), globalConfig: path.join(prefix, "etc", "npmrc") });
	}
	return fail("no-npm", "npm was not found in PATH.", "Install Node with npm, and make sure that `npm --version` works in this terminal.");
}
