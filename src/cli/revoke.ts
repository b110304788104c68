import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { plain } from "../core/plain-text.ts";
import { type Grant, grantsOf, inWorkspace } from "../core/policy/layers.ts";
import { narrowGrant, revokeGrants } from "../platform/approval/narrow.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { readLayers } from "../platform/policy-files.ts";
import { approvalOptions } from "./approval-context.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";

interface RevokeOptions {
	readonly file?: string;
	readonly json?: boolean;
	readonly read: readonly string[];
	readonly write: readonly string[];
	readonly egress: readonly string[];
	readonly env: readonly string[];
	readonly secret: readonly string[];
	readonly prompt: readonly string[];
	readonly resource: readonly string[];
	readonly template: readonly string[];
	readonly completions?: boolean;
	readonly ask: readonly string[];
}

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

export function registerRevoke(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("revoke <name>")
		.description("take back everything that was granted to a server, or only what is named; a running one is stopped")
		.option("--file <config>", "only what was granted for this config file (default: for every file that has this name)")
		.option("--read <path>", "only its reading of this file or folder (repeatable)", collect, [])
		.option("--write <path>", "only its writing of this file or folder (repeatable)", collect, [])
		.option("--egress <host:port>", "only its connections there (repeatable)", collect, [])
		.option("--env <name>", "only this variable of the host's environment (repeatable)", collect, [])
		.option("--secret <slot>", "only this secret, such as env:GITHUB_TOKEN (repeatable)", collect, [])
		.option("--prompt <name>", "only this prompt (repeatable)", collect, [])
		.option("--resource <uri>", "only this resource or glob, as it was granted (repeatable)", collect, [])
		.option("--template <template>", "only this URI template (repeatable)", collect, [])
		.option("--completions", "only its completing of what you type")
		.option("--ask <kind>", "only this of what it may ask the host: sampling, elicitation, roots (repeatable)", collect, [])
		.option("--json", "print the result as JSON")
		.addHelpText(
			"after",
			"\nNothing is asked: this only takes away. One tool: sallyport tools deny.\nExit: 0 taken back, 1 nothing of it was granted, 2 could not.",
		)
		.action(async (name: string, options: RevokeOptions) => exit(await revoke(name, options, io)));
}

async function revoke(name: string, options: RevokeOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const configs = options.file === undefined ? null : namesOf(path.resolve(io.cwd, options.file));
	const meant = (grant: Grant): boolean => grant.name === name && (configs === null || configs.includes(grant.config));
	const { read, write, egress, env, secret, prompt, resource, template, ask } = options;
	const named = [read, write, egress, env, secret, prompt, resource, template, ask];
	if (options.completions === true || named.some((each) => each.length > 0)) return takeBack(home.value, meant, options, io);
	const revoked = await revokeGrants(home.value, meant, approvalOptions(io));
	if (!revoked.ok) return complain(io, revoked.problem);
	const grants = revoked.value;
	if (options.json === true) say(io, JSON.stringify({ version: 1, server: name, revoked: grants.map((grant) => grant.config) }));
	else if (grants.length === 0) say(io, "Nothing was granted to it.");
	else for (const grant of grants) say(io, `Revoked: ${plain(name)}  (${plain(grant.config)})`);
	return grants.length === 0 ? 1 : 0;
}

/** Takes back what the options name, and leaves the rest of the grant as it is. */
async function takeBack(home: Home, meant: (grant: Grant) => boolean, options: RevokeOptions, io: Io): Promise<ExitCode> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	if (!layers.ok) return complain(io, layers.problem);
	const narrowed: string[] = [];
	for (const grant of grantsOf(layers.value).filter(meant)) {
		const taken = await narrowGrant(home, grant, (current) => without(current, options, io.cwd), approvalOptions(io));
		if (!taken.ok) return complain(io, taken.problem);
		if (taken.value) narrowed.push(grant.config);
	}
	if (options.json === true) say(io, JSON.stringify({ version: 1, narrowed }));
	else if (narrowed.length === 0) say(io, "Nothing of that was granted to it; sallyport explain shows what is.");
	else for (const config of narrowed) say(io, `Taken back  (${plain(config)})`);
	return narrowed.length === 0 ? 1 : 0;
}

function without(grant: Grant, options: RevokeOptions, cwd: string): Grant {
	const paths = (named: readonly string[]) => {
		const gone = new Set(named.flatMap((each) => namesOf(path.resolve(cwd, inWorkspace(each, grant.workspace) ?? each))));
		return (granted: readonly string[]): readonly string[] => granted.filter((each) => !gone.has(each));
	};
	const left = (granted: readonly string[], gone: readonly string[]) => granted.filter((each) => !gone.includes(each));
	const { offers, asks } = grant;
	const targets = options.egress.map((target) => target.toLowerCase());
	return {
		...grant,
		secrets: new Map([...grant.secrets].filter(([slot]) => !options.secret.includes(slot))),
		egress: grant.egress.filter((target) => !targets.includes(target)),
		...(offers === undefined
			? {}
			: {
					offers: {
						prompts: left(offers.prompts, options.prompt),
						resources: left(offers.resources, options.resource),
						templates: left(offers.templates, options.template),
						completions: offers.completions && options.completions !== true,
					},
				}),
		...(asks === undefined ? {} : { asks: Object.fromEntries(Object.entries(asks).filter(([kind]) => !options.ask.includes(kind))) }),
		sandbox:
			grant.sandbox === "off"
				? "off"
				: {
						...grant.sandbox,
						read: paths(options.read)(grant.sandbox.read),
						write: paths(options.write)(grant.sandbox.write),
						env: grant.sandbox.env.filter((each) => !options.env.includes(each)),
					},
	};
}

/** A grant is tied to the file itself, behind links. One that is gone has only its name. */
function namesOf(file: string): readonly string[] {
	try {
		return [file, fs.realpathSync(file)];
	} catch {
		return [file];
	}
}
