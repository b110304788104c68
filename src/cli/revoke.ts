import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { plain } from "../core/plain-text.ts";
import { revokeGrants } from "../platform/approval/narrow.ts";
import { homePath, openHome } from "../platform/home.ts";
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
		.action(async (name: string, options: RevokeOptions) => exit(await revoke(name, options, io)));
}

async function revoke(name: string, options: RevokeOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const configs = options.file === undefined ? null : namesOf(path.resolve(io.cwd, options.file));
	const revoked = await revokeGrants(home.value, (grant) => grant.name === name && (configs === null || configs.includes(grant.config)));
	if (!revoked.ok) return complain(io, revoked.problem);
	const grants = revoked.value;
	if (options.json === true) say(io, JSON.stringify({ version: 1, server: name, revoked: grants.map((grant) => grant.config) }));
	else if (grants.length === 0) say(io, "Nothing was granted to it.");
	else for (const grant of grants) say(io, `Revoked: ${plain(name)}  (${plain(grant.config)})`);
	return grants.length === 0 ? 1 : 0;
}

/** A grant is tied to the file itself, behind links. One that is gone has only its name. */
function namesOf(file: string): readonly string[] {
	try {
		return [file, fs.realpathSync(file)];
	} catch {
		return [file];
	}
}
