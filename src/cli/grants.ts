import * as path from "node:path";
import type { Command } from "commander";
import { plain, shellWord } from "../core/plain-text.ts";
import { type Grant, grantsOf } from "../core/policy/layers.ts";
import { nearest } from "../core/policy/parse.ts";
import { compareText } from "../core/report/report.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import { readHeldNow } from "../platform/acceptance/held.ts";
import { commandLine, grantChange, maskedArguments } from "../platform/approval/texts.ts";
import { homePath, openHome } from "../platform/home.ts";
import { policyServer } from "../platform/policy-files.ts";
import { approvalOptions } from "./approval-context.ts";
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
			"\nWhat was written into a policy file by hand counts once it was accepted; until then it is named as waiting. A workspace's or an administrator's\npolicy may take some of it away at a start: sallyport policy explain.\nExit: 0 something is granted, 1 nothing is, 2 could not.",
		)
		.action(async (name: string | undefined, options: GrantsOptions) => exit(await grants(name, options, io)));
}

async function grants(name: string | undefined, options: GrantsOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const held = await readHeldNow(home.value, { workspace: null, narrowing: [] }, approvalOptions(io));
	if (!held.ok) return complain(io, held.problem);
	const configs = options.file === undefined ? null : realNames(path.resolve(io.cwd, options.file));
	const isMeant = (server: { readonly name: string; readonly config?: string | undefined }): boolean =>
		(name === undefined || server.name === name) && (configs === null || configs.includes(server.config ?? ""));
	const all = grantsOf(held.value.layers);
	const meant = all.filter(isMeant).sort((a, b) => compareText(a.name, b.name) || compareText(a.config, b.config));
	const waiting = held.value.proposals.filter(({ server }) => isMeant(server));
	if (options.json === true) {
		const proposed = waiting.map(({ server, file }) => ({ name: server.name, config: server.config ?? null, file }));
		say(io, JSON.stringify({ version: 1, grants: meant.map(grantJson), waiting: proposed }));
	} else {
		for (const [index, grant] of meant.entries()) show(grant, index > 0, io);
		if (meant.length === 0) say(io, nothingGranted(name, [...all, ...held.value.proposals.map(({ server }) => server)]));
		for (const { server, file, accepted } of waiting)
			say(
				io,
				`${plain(server.name)}: ${plain(file)} says ${accepted === null ? "what nobody accepted" : "more than was accepted"}, which waits: sallyport policy accept ${shellWord(server.name)}`,
			);
	}
	return meant.length === 0 ? 1 : 0;
}

function nothingGranted(name: string | undefined, known: readonly { readonly name: string }[]): string {
	if (name === undefined) return "Nothing is granted to any server.";
	const names = [...new Set(known.map((server) => server.name))];
	const near = names.includes(name) ? null : nearest(name, names);
	return `Nothing is granted to it.${near === null ? "" : ` Did you mean ${shellWord(near)}?`}`;
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
