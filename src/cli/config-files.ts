import * as path from "node:path";
import type { HostId, Platform } from "../core/config/hosts.ts";
import { parseConfig } from "../core/config/parse-json.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { discover, discoverUserFiles } from "../platform/discover.ts";
import type { Io } from "./io.ts";
import { complain } from "./say.ts";
import { userHome } from "./target.ts";

/** A host's file that a command is to change. */
export interface ConfigFile {
	/** Absolute. */
	readonly path: string;
	readonly host: HostId;
	/** For people: relative to the current folder where it is inside. */
	readonly shown: string;
}

/**
 * The files that a person means: those named, or all in this folder, and with `user` the hosts' per-user files. With `server`, only
 * those that have a server of that name; it is a Problem when none has. What could not be read is told on standard error.
 */
export function configFiles(
	paths: readonly string[],
	wanted: { readonly user: boolean; readonly server: string | null },
	io: Io,
): Result<readonly ConfigFile[]> {
	const discovered = discover((paths.length === 0 ? ["."] : paths).map((named) => path.resolve(io.cwd, named)));
	if (!discovered.ok) return discovered;
	const user = wanted.user ? discoverUserFiles(userHome(io), platform(), io.env) : { files: [], problems: [] };
	for (const problem of [...discovered.value.problems, ...user.problems]) complain(io, problem);

	const files = new Map<string, ConfigFile>();
	for (const { path: file, host, text } of [...discovered.value.files, ...user.files]) {
		if (text === null) {
			complain(io, { code: "file-too-large", message: `${file} is too large for a config file.`, remedy: "It was not looked at." });
			continue;
		}
		const has = wanted.server === null || parseConfig(text, host, file).servers.some(({ name }) => name.value === wanted.server);
		if (has) files.set(file, { path: file, host, shown: shownAs(file, io.cwd) });
	}
	if (files.size === 0 && wanted.server !== null)
		return fail(
			"server-not-found",
			`No config file here has a server ${JSON.stringify(wanted.server)}.`,
			"Name the file, or add --user for the hosts' own files.",
		);
	return ok([...files.values()]);
}

function shownAs(file: string, cwd: string): string {
	const relative = path.relative(cwd, file);
	const outside = relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
	return (outside ? file : relative).split(path.sep).join("/");
}

function platform(): Platform {
	return process.platform === "darwin" || process.platform === "win32" ? process.platform : "linux";
}
