import * as path from "node:path";
import type { Command } from "commander";
import { ourCommand } from "../core/command-words.ts";
import { plain } from "../core/plain-text.ts";
import { egressGrantText, parseEgressGrant } from "../core/policy/egress.ts";
import { confinedOf, type Grant, grantsOf, inWorkspace, withConfined } from "../core/policy/layers.ts";
import { withPromptPins } from "../core/policy/offers.ts";
import { readWaiting } from "../platform/approval/accept.ts";
import { narrowGrant, revokeGrants } from "../platform/approval/narrow.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { readLayers } from "../platform/policy-files.ts";
import { approvalOptions } from "./approval-context.ts";
import { realNames } from "./config-files.ts";
import type { GrantParts } from "./grant-parts.ts";
import type { ExitCode, Io } from "./io.ts";
import { listOption } from "./list-option.ts";
import { complain, say } from "./say.ts";

interface RevokeOptions extends GrantParts {
	readonly file?: string;
	readonly json?: boolean;
}

export function registerRevoke(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("revoke <name>")
		.description("take back everything that was granted to a server, or only what is named; a running one is stopped")
		.option("--file <config>", "only what was granted for this config file (default: for every file that has this name)")
		.addOption(listOption("--read <path>", "only its reading of this file or folder"))
		.addOption(listOption("--write <path>", "only its writing of this file or folder"))
		.addOption(listOption("--egress <host:port>", "only its connections there"))
		.addOption(listOption("--env <name>", "only this variable of the host's environment"))
		.addOption(listOption("--secret <slot>", "only this secret, such as env:GITHUB_TOKEN"))
		.addOption(listOption("--prompt <name>", "only this prompt"))
		.addOption(listOption("--resource <uri>", "only this resource or glob, as it was granted"))
		.addOption(listOption("--template <template>", "only this URI template"))
		.option("--completions", "only its completing of what you type")
		.addOption(listOption("--ask <kind>", "only this of what it may ask the host: sampling, elicitation, roots"))
		.addOption(
			listOption("--host-secrets <tool>", "only the keys and tokens that the host may send it in calls of this tool, as it was granted"),
		)
		.option("--json", "print the result as JSON")
		.addHelpText(
			"after",
			"\nNothing is asked: this only takes away. One tool: sallyport tools deny. A limit or a --deny goes by widening: sallyport allow NAME --limit memory=none --undeny PATTERN.\nExit: 0 taken back, 1 nothing of it was granted, 2 could not.",
		)
		.action(async (name: string, options: RevokeOptions) => exit(await revoke(name, options, io)));
}

async function revoke(name: string, options: RevokeOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const configs = options.file === undefined ? null : realNames(path.resolve(io.cwd, options.file));
	const meant = (grant: Grant): boolean => grant.name === name && (configs === null || configs.includes(grant.config));
	const { file: _, json: __, ...parts } = options;
	if (Object.keys(parts).length > 0) return takeBack(name, home.value, meant, options, io);
	const revoked = await revokeGrants(home.value, meant, approvalOptions(io));
	if (!revoked.ok) return complain(io, revoked.problem);
	const grants = revoked.value;
	if (options.json === true) say(io, JSON.stringify({ version: 1, server: name, revoked: grants.map((grant) => grant.config) }));
	else if (grants.length === 0) say(io, "Nothing was granted to it.");
	else {
		for (const grant of grants) say(io, `Revoked: ${plain(name)}  (${plain(grant.config)})`);
		await sayWhatStays(name, home.value, io);
	}
	return grants.length === 0 ? 1 : 0;
}

/** The same command may be granted for another config file, and nobody can tell which of both a host starts. */
async function sayWhatStays(name: string, home: Home, io: Io): Promise<void> {
	const waiting = await readWaiting(home, approvalOptions(io));
	const others = waiting.ok ? waiting.value.withdrawn.filter(({ grant }) => grant.name === name).flatMap(({ others }) => others) : [];
	const configs = [...new Set(others.map(({ alone }) => alone.config))];
	if (configs.length === 0) return;
	say(
		io,
		`The same command is still granted for ${plain(configs.join(", "))}, and a host that starts it from elsewhere cannot be told from that.`,
	);
	say(io, `Each start has no more than both gave. To stop it everywhere: ${ourCommand("revoke", [name])}`);
	say(io, `To let it have all that is granted there: ${ourCommand("policy accept", [name])}`);
}

/** Takes back what the options name, and leaves the rest of the grant as it is. */
async function takeBack(name: string, home: Home, meant: (grant: Grant) => boolean, options: RevokeOptions, io: Io): Promise<ExitCode> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	if (!layers.ok) return complain(io, layers.problem);
	const narrowed: string[] = [];
	for (const grant of grantsOf(layers.value).filter(meant)) {
		const taken = await narrowGrant(home, grant, (current) => without(current, options, io.cwd), approvalOptions(io));
		if (!taken.ok) return complain(io, taken.problem);
		if (taken.value) narrowed.push(grant.config);
	}
	if (options.json === true) say(io, JSON.stringify({ version: 1, narrowed }));
	else if (narrowed.length === 0) say(io, `Nothing of that was granted to it. What is: ${ourCommand("grants", [name])}`);
	else for (const config of narrowed) say(io, `Taken back  (${plain(config)})`);
	return narrowed.length === 0 ? 1 : 0;
}

function without(grant: Grant, options: RevokeOptions, cwd: string): Grant {
	const paths = (named: readonly string[] = []) => {
		const gone = new Set(named.flatMap((each) => realNames(path.resolve(cwd, inWorkspace(each, grant.workspace) ?? each))));
		return (granted: readonly string[]): readonly string[] => granted.filter((each) => !gone.has(each));
	};
	const left = (granted: readonly string[], gone: readonly string[] = []) => granted.filter((each) => !gone.includes(each));
	const { offers, asks } = grant;
	const { read, write, env, ...others } = confinedOf(grant);
	const confined = { ...others, read: paths(options.read)(read), write: paths(options.write)(write), env: left(env, options.env) };
	return {
		...withConfined(grant, confined),
		secrets: new Map([...grant.secrets].filter(([slot]) => options.secret?.includes(slot) !== true)),
		egress: grant.egress.filter((target) => options.egress?.some((named) => isTarget(target, named)) !== true),
		...(offers === undefined
			? {}
			: {
					offers: withPromptPins(
						{
							prompts: left(offers.prompts, options.prompt),
							resources: left(offers.resources, options.resource),
							templates: left(offers.templates, options.template),
							completions: offers.completions && options.completions !== true,
						},
						offers.promptPins ?? {},
					),
				}),
		...(asks === undefined
			? {}
			: { asks: Object.fromEntries(Object.entries(asks).filter(([kind]) => options.ask?.includes(kind) !== true)) }),
		...(grant.hostSecrets === undefined ? {} : { hostSecrets: left(grant.hostSecrets, options.hostSecrets) }),
	};
}

/** Whether an entry of `egress` is the one that a person names: in whatever spelling, and with or without the addresses that were granted with it. */
function isTarget(granted: string, named: string): boolean {
	const [entry, meant] = [parseEgressGrant(granted), parseEgressGrant(named)];
	if (entry === null || meant === null) return granted === named;
	const { addresses: _, ...place } = entry;
	return egressGrantText(meant) === egressGrantText(meant.addresses === undefined ? place : entry);
}
