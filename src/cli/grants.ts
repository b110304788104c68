import * as path from "node:path";
import type { Command } from "commander";
import { plain } from "../core/plain-text.ts";
import { type Grant, grantsOf } from "../core/policy/layers.ts";
import { compareText } from "../core/report/report.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import { commandLine, grantChange, maskedArguments } from "../platform/approval/texts.ts";
import { homePath, openHome } from "../platform/home.ts";
import { policyServer, readLayers } from "../platform/policy-files.ts";
import { realNames } from "./config-files.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";

interface GrantsOptions {
	readonly file?: string;
	readonly json?: boolean;
}

export function registerGrants(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("grants [name]")
		.description("show what every server is granted now, or this one; starts nothing, changes nothing")
		.option("--file <config>", "only what was granted for this config file")
		.option("--json", "print the grants as JSON, as their policy files have them")
		.addHelpText(
			"after",
			"\nA workspace's or an administrator's policy may take some of it away at a start: sallyport policy explain.\nExit: 0 something is granted, 1 nothing is, 2 could not.",
		)
		.action((name: string | undefined, options: GrantsOptions) => exit(grants(name, options, io)));
}

function grants(name: string | undefined, options: GrantsOptions, io: Io): ExitCode {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const layers = readLayers(home.value, { workspace: null, narrowing: [] });
	if (!layers.ok) return complain(io, layers.problem);
	const configs = options.file === undefined ? null : realNames(path.resolve(io.cwd, options.file));
	const meant = grantsOf(layers.value)
		.filter((grant) => (name === undefined || grant.name === name) && (configs === null || configs.includes(grant.config)))
		.sort((a, b) => compareText(a.name, b.name) || compareText(a.config, b.config));
	if (options.json === true) say(io, JSON.stringify({ version: 1, grants: meant.map(grantJson) }));
	else if (meant.length === 0) say(io, name === undefined ? "Nothing is granted to any server." : "Nothing is granted to it.");
	else for (const [index, grant] of meant.entries()) show(grant, index > 0, io);
	return meant.length === 0 ? 1 : 0;
}

function show(grant: Grant, isLater: boolean, io: Io): void {
	if (isLater) say(io);
	say(io, `${plain(grant.name)}  (${plain(grant.config)})`);
	say(io, `  starts    ${grant.workspace === null ? "in every workspace" : `in ${plain(grant.workspace)}`}`);
	say(io, `  command   ${commandLine(grant.launch)}`);
	const { rows } = grantChange(grant, grant);
	for (const { kind, text } of rows) say(io, `  ${kind.padEnd(9)} ${text}`);
	if (grant.tools.size === 0) say(io, "  tool      none");
}

/** As its file has it; a credential in its command is masked. */
export function grantJson(grant: Grant): unknown {
	const server = policyServer(grant);
	return { ...server, launch: { ...grant.launch, args: maskedArguments(grant.launch).map(maskDetected) } };
}
