import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { plain, shellWord } from "../core/plain-text.ts";
import { type ExampleResult, explainTool, runExamples } from "../core/policy/explain.ts";
import { traceGrant } from "../core/policy/layers.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { readHeldNow } from "../platform/acceptance/held.ts";
import { ArgumentsJudge } from "../platform/constraints/judge.ts";
import { homePath, openHome } from "../platform/home.ts";
import { forbiddenLaunch } from "../platform/launch/forbidden.ts";
import { policyFilesHere, readPolicyFile } from "../platform/policy-files.ts";
import { approvalOptions } from "./approval-context.ts";
import type { ExitCode, Io } from "./io.ts";
import { registerPolicyAccept } from "./policy-accept.ts";
import { complain, say } from "./say.ts";
import { shownName } from "./show-diff.ts";
import { findTarget } from "./target.ts";

interface ExplainOptions {
	readonly file?: string;
	readonly json?: boolean;
}

export function registerPolicy(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	const policy = program
		.command("policy")
		.description(
			"say which layer of the policy decides over a call, accept what was written by hand, and run the examples of a policy file",
		);
	policy
		.command("explain <server> <tool> [arguments]")
		.description('which layer allows or refuses a call, and why; arguments as JSON, such as \'{"path":"docs/a.md"}\'')
		.option("--file <config>", "the config file that has the server")
		.option("--json", "print the result as JSON")
		.addHelpText("after", "\nExit: 0 the call is allowed, 1 it is refused, 2 could not tell.")
		.action(async (server: string, tool: string, given: string | undefined, options: ExplainOptions) =>
			exit(await explain(server, tool, given, options, io)),
		);
	registerPolicyAccept(policy, io, exit);
	policy
		.command("test [file...]")
		.description("run the examples that stand in policy files, each file taken alone (default: this folder's, the administrator's, yours)")
		.option("--json", "print the result as JSON")
		.addHelpText(
			"after",
			'\nAn example is a member of a server: "examples": [{ "tool": "read", "arguments": { "path": "/etc" }, "expect": "refuse" }]\n\nExit: 0 all as expected, 1 some are not, 2 could not run them.',
		)
		.action(async (files: readonly string[], options: ExplainOptions) => exit(await test(files, options, io)));
}

async function explain(name: string, tool: string, given: string | undefined, options: ExplainOptions, io: Io): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const args = given === undefined ? ok(null) : parseArguments(given);
	if (!args.ok) return complain(io, args.problem);
	const line = findTarget(name, options.file, io);
	if (!line.ok) return complain(io, line.problem);
	const { command, args: words, workspace } = line.value;
	const folder = workspace ?? fs.realpathSync(io.cwd);
	const held = await readHeldNow(home.value, { workspace: folder, narrowing: [] }, approvalOptions(io));
	if (!held.ok) return complain(io, held.problem);
	const { layers, proposals } = held.value;
	const waiting = proposals.filter(({ server }) => server.name === line.value.name);
	const forbidden = forbiddenLaunch(layers, line.value);
	const traced = traceGrant(layers, { name: line.value.name, command, args: words, folder });
	const judge = new ArgumentsJudge();
	if (traced.found) await judge.prepare(traced.steps.flatMap(({ grant }) => [...grant.constraints.values()]));
	const explained =
		traced.found && forbidden === null
			? explainTool(traced.steps, tool, args.value, (several, call) => judge.judge(several, call))
			: { decision: "refuse" as const, layers: [] };
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				server: line.value.name,
				tool,
				...explained,
				waiting: waiting.map(({ file }) => file),
				...(forbidden !== null ? { why: "forbidden" } : traced.found ? {} : { why: traced.why }),
			}),
		);
	else {
		say(
			io,
			`${plain(tool)} of ${shownName(name)}: ${explained.decision === "allow" ? "allowed" : "refused"}${args.value === null && explained.decision === "allow" ? ", with arguments that hold to what follows" : ""}`,
		);
		if (forbidden !== null) say(io, `  ✗ ${plain(forbidden.problem.message)}`);
		else if (!traced.found && waiting.length === 0) say(io, `  ${WHY[traced.why]}`);
		for (const { file, says, refuses } of explained.layers) say(io, `  ${refuses ? "✗" : "✓"} ${plain(file)}  ${plain(says)}`);
	}
	if (options.json !== true)
		for (const { file } of waiting)
			say(io, `  … ${plain(file)}  says more than was accepted, which waits: sallyport policy accept ${shellWord(name)}`);
	return explained.decision === "allow" ? 0 : 1;
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
		const run = runExamples(policy.value.servers, fs.realpathSync(io.cwd), (several, call) => judge.judge(several, call));
		results.push(...run.map((result) => ({ ...result, file })));
	}
	const wrong = results.filter(({ expected, decision }) => expected !== decision);
	if (options.json === true) say(io, JSON.stringify({ version: 1, examples: results }));
	else {
		for (const { file, server, tool, expected, decision } of wrong)
			say(io, `${plain(file)}: ${shownName(server)} ${plain(tool)}: expected ${expected}, and it is ${decision}`);
		if (results.length === 0) say(io, named.length === 0 ? "There is no policy here." : "No policy here has an example.");
		else say(io, `${results.length - wrong.length} of ${results.length} ${results.length === 1 ? "example" : "examples"} as expected.`);
	}
	return wrong.length > 0 ? 1 : 0;
}
