import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { plain, shellWord } from "../core/plain-text.ts";
import { ASK_KINDS } from "../core/policy/asks.ts";
import { askedText, type ExampleResult, runExamples } from "../core/policy/examples.ts";
import { type Asked, explain as explainAsked } from "../core/policy/explain.ts";
import { type GrantStep, isInside, traceGrant } from "../core/policy/layers.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readHeldNow } from "../platform/acceptance/held.ts";
import { narrowedBy } from "../platform/approval/narrowed.ts";
import { ArgumentsJudge } from "../platform/constraints/judge.ts";
import { homePath, openHome } from "../platform/home.ts";
import { forbiddenLaunch } from "../platform/launch/forbidden.ts";
import { policyFilesHere, readPolicyFile } from "../platform/policy-files.ts";
import { approvalOptions } from "./approval-context.ts";
import type { ExitCode, Io } from "./io.ts";
import { registerPolicyAccept } from "./policy-accept.ts";
import { complain, say } from "./say.ts";
import { shownName } from "./show-diff.ts";
import { showNarrowed } from "./show-narrowed.ts";
import { findTarget } from "./target.ts";

interface ExplainOptions {
	readonly file?: string;
	readonly json?: boolean;
	readonly prompt?: string;
	readonly resource?: string;
	readonly template?: string;
	readonly completions?: boolean;
	readonly instructions?: boolean;
	readonly ask?: string;
}

export function registerPolicy(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	const policy = program
		.command("policy")
		.description(
			"say which layer of the policy decides over a call, accept what was written by hand, and run the examples of a policy file",
		);
	policy
		.command("explain <server> [tool] [arguments]")
		.description(
			'which layer allows or refuses a call, and why; arguments as JSON, such as \'{"path":"docs/a.md"}\'. Without a tool: what each layer takes away of the grant',
		)
		.option("--prompt <name>", "instead of a tool: this prompt")
		.option("--resource <uri>", "this resource")
		.option("--template <template>", "this URI template")
		.option("--completions", "completing what a person types")
		.option("--instructions", "the instructions that it gives the model")
		.option("--ask <kind>", "what the server asks of its host: sampling, elicitation or roots")
		.option("--file <config>", "the config file that has the server")
		.option("--json", "print the result as JSON")
		.addHelpText("after", "\nExit: 0 it is allowed (without a tool: the server may start), 1 it is refused, 2 could not tell.")
		.action(async (server: string, tool: string | undefined, given: string | undefined, options: ExplainOptions) =>
			exit(await explain(server, tool, given, options, io)),
		);
	registerPolicyAccept(policy, io, exit);
	policy
		.command("test [file...]")
		.description("run the examples that stand in policy files, each file taken alone (default: this folder's, the administrator's, yours)")
		.option("--json", "print the result as JSON")
		.addHelpText(
			"after",
			'\nAn example is a member of a server: "examples": [{ "tool": "read", "arguments": { "path": "/etc" }, "expect": "refuse" }]. In the place of "tool": prompt, resource, template, completions, instructions, ask.\n\nExit: 0 all as expected, 1 some are not, 2 could not run them.',
		)
		.action(async (files: readonly string[], options: ExplainOptions) => exit(await test(files, options, io)));
}

async function explain(
	name: string,
	tool: string | undefined,
	given: string | undefined,
	options: ExplainOptions,
	io: Io,
): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const asked = parseAsked(tool, given, options);
	if (!asked.ok) return complain(io, asked.problem);
	const line = findTarget(name, options.file, io);
	if (!line.ok) return complain(io, line.problem);
	const { command, args: words, workspace } = line.value;
	const folder = workspace ?? fs.realpathSync(io.cwd);
	const held = await readHeldNow(home.value, { workspace: folder, narrowing: [] }, approvalOptions(io));
	if (!held.ok) return complain(io, held.problem);
	const { layers, proposals } = held.value;
	const waiting = proposals.filter(({ server }) => server.name === line.value.name).map(({ file }) => file);
	const forbidden = forbiddenLaunch(layers, line.value);
	const traced = traceGrant(layers, { name: line.value.name, command, args: words, folder });
	const why = forbidden !== null ? "forbidden" : traced.found ? null : traced.why;
	const steps = traced.found && forbidden === null ? traced.steps : [];
	const reason = forbidden !== null ? forbidden.problem.message : traced.found || waiting.length > 0 ? null : WHY[traced.why];
	if (asked.value === null) return explainGrant(line.value.name, steps, { why, reason, waiting }, options, io);
	const judge = new ArgumentsJudge();
	await judge.prepare(steps.flatMap(({ grant }) => [...grant.constraints.values()]));
	const explained =
		why === null
			? explainAsked(steps, asked.value, (several, call) => judge.judge(several, call))
			: { decision: "refuse" as const, layers: [] };
	const isAllowed = explained.decision === "allow";
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				server: line.value.name,
				...(asked.value.kind === "tool" ? { tool } : { asked: askedText(asked.value) }),
				...explained,
				waiting,
				...(why === null ? {} : { why }),
			}),
		);
	else {
		const open = isAllowed && asked.value.kind === "tool" && asked.value.arguments === null;
		say(
			io,
			`${plain(askedText(asked.value))} of ${shownName(name)}: ${isAllowed ? "allowed" : "refused"}${open ? ", with arguments that hold to what follows" : ""}`,
		);
		if (reason !== null) say(io, `  ✗ ${plain(reason)}`);
		for (const { file, says, refuses } of explained.layers) say(io, `  ${refuses ? "✗" : "✓"} ${plain(file)}  ${plain(says)}`);
		showWaiting(io, name, waiting, steps);
	}
	return isAllowed ? 0 : 1;
}

/** The grant as a whole: who gives it, and what each other file takes away. */
function explainGrant(
	name: string,
	steps: readonly GrantStep[],
	{ why, reason, waiting }: { readonly why: string | null; readonly reason: string | null; readonly waiting: readonly string[] },
	options: ExplainOptions,
	io: Io,
): ExitCode {
	const [granting] = steps;
	const narrowed = narrowedBy(steps);
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				server: name,
				decision: why === null ? "allow" : "refuse",
				...(why === null ? {} : { why }),
				granted: granting?.layer.file ?? null,
				narrowed,
				waiting,
			}),
		);
	else {
		say(io, `${shownName(name)}: ${why === null ? "granted" : "refused"}`);
		if (reason !== null) say(io, `  ✗ ${plain(reason)}`);
		if (granting !== undefined) say(io, `  ✓ ${plain(granting.layer.file)}  grants it`);
		showNarrowed(io, narrowed);
		if (granting !== undefined && narrowed.length === 0) say(io, "  No other policy takes anything of it away.");
		showWaiting(io, name, waiting, steps);
	}
	return why === null ? 0 : 1;
}

function showWaiting(io: Io, name: string, files: readonly string[], steps: readonly GrantStep[]): void {
	const accept = `sallyport policy accept ${shellWord(name)}`;
	for (const file of files) say(io, `  … ${plain(file)}  says more than was accepted, which waits: ${accept}`);
	if (steps.some(({ layer }) => layer.withdrawn !== undefined))
		say(io, `  … What is gone holds it until you have seen and accepted what it gives without that: ${accept}`);
}

/** Null: the grant as a whole. */
function parseAsked(tool: string | undefined, given: string | undefined, options: ExplainOptions): Result<Asked | null> {
	const args = given === undefined ? ok(null) : parseArguments(given);
	if (!args.ok) return args;
	const { prompt, resource, template, completions, instructions, ask } = options;
	const kind = ASK_KINDS.find((each) => each === ask);
	if (ask !== undefined && kind === undefined)
		return fail("bad-ask", "--ask is not sampling, elicitation or roots.", "Example: --ask sampling");
	const subjects: readonly Asked[] = [
		...(tool === undefined ? [] : [{ kind: "tool", name: tool, arguments: args.value } as const]),
		...(prompt === undefined ? [] : [{ kind: "prompt", name: prompt } as const]),
		...(resource === undefined ? [] : [{ kind: "resource", name: resource } as const]),
		...(template === undefined ? [] : [{ kind: "template", name: template } as const]),
		...(completions === true ? [{ kind: "completions" } as const] : []),
		...(instructions === true ? [{ kind: "instructions" } as const] : []),
		...(kind === undefined ? [] : [{ kind: "ask", name: kind } as const]),
	];
	if (subjects.length > 1)
		return fail(
			"many-subjects",
			"More than one thing was asked about.",
			"Name one: a tool, --prompt, --resource, --template, --completions, --instructions or --ask.",
		);
	return ok(subjects[0] ?? null);
}

const WHY = {
	"not-approved": "Nobody has approved this server: sallyport tools allow",
	"launch-changed": "What it starts is not what was approved: sallyport tools list",
	"other-workspace": "It was approved for another workspace.",
} as const;

function parseArguments(text: string): Result<Readonly<Record<string, unknown>>> {
	try {
		const value: unknown = JSON.parse(text);
		if (typeof value === "object" && value !== null && !Array.isArray(value)) return ok({ ...value });
	} catch {}
	return fail(
		"bad-arguments",
		"The arguments are not a JSON object.",
		`Example: sallyport policy explain files read_file '{"path":"/tmp/a"}'`,
	);
}

async function test(files: readonly string[], options: ExplainOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	const named = files.length > 0 ? files.map((file) => path.resolve(io.cwd, file)) : policyFilesHere(home.ok ? home.value : null, io.cwd);
	const results: (ExampleResult & { readonly file: string })[] = [];
	for (const file of named) {
		const policy = readPolicyFile(file);
		if (!policy.ok) return complain(io, policy.problem);
		const judge = new ArgumentsJudge();
		await judge.prepare(
			policy.value.servers.map(({ tools }) =>
				Object.values(tools ?? {}).flatMap((tool) => (tool.arguments === undefined ? [] : [tool.arguments])),
			),
		);
		const grants = home.ok && isInside(fs.realpathSync(file), home.value.policy);
		const run = runExamples({ file, policy: policy.value, grants }, fs.realpathSync(io.cwd), (several, call) => judge.judge(several, call));
		results.push(...run.map((result) => ({ ...result, file })));
	}
	const wrong = results.filter(({ expected, decision }) => expected !== decision);
	if (options.json === true) say(io, JSON.stringify({ version: 1, examples: results }));
	else {
		for (const { file, server, what, expected, decision } of wrong)
			say(io, `${plain(file)}: ${shownName(server)} ${plain(what)}: expected ${expected}, and it is ${decision}`);
		if (results.length === 0) say(io, named.length === 0 ? "There is no policy here." : "No policy here has an example.");
		else say(io, `${results.length - wrong.length} of ${results.length} ${results.length === 1 ? "example" : "examples"} as expected.`);
	}
	return wrong.length > 0 ? 1 : 0;
}
