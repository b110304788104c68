import * as fs from "node:fs";
import * as path from "node:path";
import { HOSTS, type HostId } from "../core/config/hosts.ts";
import { parseConfig } from "../core/config/parse.ts";
import type { StdioServer } from "../core/config/server.ts";
import type { WrappingOf } from "../core/fixes/move-secrets.ts";
import type { Wrapping } from "../core/fixes/wrap.ts";
import { analyze } from "../core/rules/analyze.ts";
import type { Home } from "./home.ts";
import { workspaceOf } from "./launch/locate.ts";
import type { Analysis } from "./stored-moves.ts";

/** What config files need to know of a home. */
export type HomeToBe = Pick<Home, "path" | "stub">;

/** The home as it is or would be, for what changes nothing in it. */
export function homeToBe(where: string): HomeToBe {
	const home = realPath(where);
	return { path: home, stub: path.join(home, "bin", "sallyport") };
}

/**
 * How entries of this file name the launcher. A file that travels with a repository names it through the host's own variable,
 * which fits every account with an ordinary home; a per-user file, or another home, by its absolute path.
 *
 * @param file as its host names it
 * @param userHome the person's home folder
 */
export function wrappingFor(file: string, host: HostId, home: HomeToBe, userHome: string): WrappingOf {
	const travels = workspaceOf(path.resolve(file), host, userHome) !== null;
	const ordinary = isUsualHome(home, userHome);
	const { portableLauncher, workspaceVariable } = HOSTS[host];
	return (server: StdioServer): Wrapping => ({
		launcher: (travels && ordinary ? portableLauncher : null) ?? home.stub,
		name: server.name.value,
		workspace: travels ? workspaceVariable : null,
	});
}

/** True for the home that every account has at the same place: the only one that a file can name for all. */
export function isUsualHome(home: HomeToBe, userHome: string): boolean {
	return home.path === realPath(path.join(userHome, ".sallyport"));
}

/** What `sallyport scan` finds in a text of this file. */
export function analyser(file: string, host: HostId, userHome: string): (text: string) => Analysis {
	return (text) => {
		const document = parseConfig(text, host, file);
		return { document, findings: analyze(document, { home: userHome }) };
	};
}

function realPath(file: string): string {
	try {
		return fs.realpathSync(file);
	} catch {
		return path.resolve(file);
	}
}
