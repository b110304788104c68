import * as path from "node:path";
import type { Command } from "commander";
import { plain } from "../core/plain-text.ts";
import { grantsOf } from "../core/policy/layers.ts";
import { homePath, openHome } from "../platform/home.ts";
import { deleteGrant, readLayers } from "../platform/policy-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";

interface RevokeOptions {
	readonly file?: string;
	readonly json?: boolean;
}

export function registerRevoke(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("revoke <name>")
		.description("take back everything that was granted to a server; a running one is stopped")
		.option("--file <config>", "only what was granted for this config file (default: for every file that has this name)")
		.option("--json", "print the result as JSON")
		.addHelpText("after", "\nExit: 0 taken back, 1 nothing was granted, 2 could not.")
		.action((name: string, options: RevokeOptions) => exit(revoke(name, options, io)));
}

function revoke(name: string, options: RevokeOptions, io: Io): ExitCode {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const layers = readLayers(home.value, { workspace: null, narrowing: [] });
	if (!layers.ok) return complain(io, layers.problem);
	const config = options.file === undefined ? null : path.resolve(io.cwd, options.file);
	const grants = grantsOf(layers.value).filter((grant) => grant.name === name && (config === null || grant.config === config));
	for (const grant of grants) deleteGrant(home.value, grant);
	if (options.json === true) say(io, JSON.stringify({ version: 1, server: name, revoked: grants.map((grant) => grant.config) }));
	else if (grants.length === 0) say(io, "Nothing was granted to it.");
	else for (const grant of grants) say(io, `Revoked: ${plain(name)}  (${plain(grant.config)})`);
	return grants.length === 0 ? 1 : 0;
}
