import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { findNodeAtLocation, parseTree } from "jsonc-parser";
import { plain, shellWord } from "../core/plain-text.ts";
import { ASK_KINDS } from "../core/policy/asks.ts";
import { askedText, type ExampleResult, runExamples } from "../core/policy/examples.ts";
import { type Asked, explain as explainAsked } from "../core/policy/explain.ts";
import { type GrantLookup, type GrantStep, isInside, traceGrant } from "../core/policy/layers.ts";
import { limitLines, messageLimits } from "../core/policy/limits.ts";
import { type Stranger, strangersFor } from "../core/policy/strangers.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { LineIndex } from "../core/text.ts";
import { readHeldNow } from "../platform/acceptance/held.ts";
import { narrowedBy } from "../platform/approval/narrowed.ts";
import { ArgumentsJudge } from "../platform/constraints/judge.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { forbiddenLaunch } from "../platform/launch/forbidden.ts";
import type { LaunchLine } from "../platform/launch/locate.ts";
import { verifyLaunch } from "../platform/launch/verify.ts";
import { policyFilesHere, readPolicyFile } from "../platform/policy-files.ts";
import { approvalOptions } from "./approval-context.ts";
import type { ExitCode, Io } from "./io.ts";
import { registerPolicyAccept } from "./policy-accept.ts";
import { complain, say } from "./say.ts";
import { shownName } from "./show-diff.ts";
import { showNarrowed } from "./show-narrowed.ts";
import { commandHere, findTarget } from "./target.ts";

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
			'\nAn example is a member of a server: "examples": [{ "tool": "read", "arguments": { "path": "/etc" }, "expect": "refuse" }]. In the place of "tool": prompt, resource, template, completions, instructions, ask.\n\nExit: 0 all as expected, 1 some are not, 2 could not run them, or a file that was named has none.',
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
	const held = await readHeldNow(home.value, { workspace: folder, narrowing: line.value.policies }, approvalOptions(io));
	if (!held.ok) return complain(io, held.problem);
	const { layers, proposals } = held.value;
	const waiting = proposals.filter(({ server }) => server.name === line.value.name).map(({ file }) => file);
	const forbidden = forbiddenLaunch(layers, line.value);
	const traced = traceGrant(layers, { name: line.value.name, command, args: words, folder });
	const why = forbidden !== null ? "forbidden" : traced.found ? null : traced.why;
	const steps = traced.found && forbidden === null ? traced.steps : [];
	const reason =
		forbidden !== null
			? forbidden.problem.message
			: traced.found || waiting.length > 0
				? null
				: whyNot(traced.why, { name, file: options.file });
	const verified = await verifiedNow(steps, line.value, home.value);
	const [first] = steps;
	const strangers = first === undefined ? [] : strangersFor(layers, first.grant);
	if (asked.value === null) return explainGrant(line.value.name, steps, { why, reason, waiting, verified, strangers }, options, io);
	const judge = new ArgumentsJudge();
	await judge.prepare(steps.flatMap(({ grant }) => [...grant.constraints.values()]));
	const explained =
		why === null
			? explainAsked(steps, asked.value, (several, call) => judge.judge(several, call))
			: { decision: "refuse" as const, layers: [] };
	const isAllowed = explained.decision === "allow" && verified === null;
	const limits = why === null ? limitsOfCalls(steps) : [];
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				server: line.value.name,
				...(asked.value.kind === "tool" ? { tool } : { asked: askedText(asked.value) }),
				...explained,
				decision: isAllowed ? "allow" : "refuse",
				limits,
				waiting,
				...(why === null && verified === null ? {} : { why: why ?? verified?.code }),
			}),
		);
	else {
		const bounded = tool !== undefined && (steps.at(-1)?.grant.constraints.get(tool)?.length ?? 0) > 0;
		const open = isAllowed && bounded && asked.value.kind === "tool" && asked.value.arguments === null;
		say(
			io,
			`${plain(askedText(asked.value))} of ${shownName(name)}: ${isAllowed ? "allowed" : "refused"}${open ? ", with arguments that hold to what follows" : ""}`,
		);
		if (reason !== null) say(io, `  ✗ ${plain(reason)}`);
		for (const { file, says, refuses } of explained.layers) say(io, `  ${refuses ? "✗" : "✓"} ${plain(file)}  ${plain(says)}`);
		if (asked.value.kind === "tool" && isAllowed) say(io, "  ✓ while the server lists it as it was approved");
		showStrangers(io, strangers);
		for (const { limit, file } of limits) say(io, `  ✓ ${plain(file)}  at most: ${limit}`);
		if (verified !== null) say(io, `  ✗ ${plain(verified.message)} ${plain(verified.remedy)}`);
		showWaiting(io, name, waiting, steps);
	}
	return isAllowed ? 0 : 1;
}

/** Why the launcher would not start what was approved, by what is on the disk now; null: it would. */
async function verifiedNow(steps: readonly GrantStep[], { env }: Pick<LaunchLine, "env">, home: Home): Promise<Problem | null> {
	const grant = steps.at(-1)?.grant;
	if (grant === undefined) return null;
	const verified = await verifyLaunch(grant, env, home);
	if (!verified.ok) return verified.problem;
	// Without the key nothing that is remembered of the files counts: they are read anew.
	const proved = verified.value.prove(null);
	return proved.ok ? null : proved.problem;
}

/** What bounds calls and their answers, each with the first file that says so. */
function limitsOfCalls(steps: readonly GrantStep[]): readonly { readonly limit: string; readonly file: string }[] {
	const of = ({ grant }: GrantStep): readonly string[] => limitLines(messageLimits(grant.limits));
	const last = steps.at(-1);
	return (last === undefined ? [] : of(last)).map((limit) => ({
		limit,
		file: steps.find((step) => of(step).includes(limit))?.layer.file ?? "",
	}));
}

interface Standing {
	/** Why no policy grants it; null: one does. */
	readonly why: string | null;
	readonly reason: string | null;
	readonly waiting: readonly string[];
	/** Why it would not be started all the same; null: it would. */
	readonly verified: Problem | null;
	readonly strangers: readonly Stranger[];
}

/** The grant as a whole: who gives it, and what each other file takes away. */
function explainGrant(
	name: string,
	steps: readonly GrantStep[],
	{ why, reason, waiting, verified, strangers }: Standing,
	options: ExplainOptions,
	io: Io,
): ExitCode {
	const [granting] = steps;
	const narrowed = narrowedBy(steps);
	const mayStart = why === null && verified === null;
	if (options.json === true)
		say(
			io,
			JSON.stringify({
				version: 1,
				server: name,
				decision: mayStart ? "allow" : "refuse",
				...(mayStart ? {} : { why: why ?? verified?.code }),
				granted: granting?.layer.file ?? null,
				narrowed,
				odd: strangers,
				waiting,
			}),
		);
	else {
		say(io, `${shownName(name)}: ${mayStart ? "granted" : "refused"}`);
		if (reason !== null) say(io, `  ✗ ${plain(reason)}`);
		if (verified !== null) say(io, `  ✗ ${plain(verified.message)} ${plain(verified.remedy)}`);
		if (granting !== undefined) say(io, `  ✓ ${plain(granting.layer.file)}  grants it`);
		showNarrowed(io, narrowed);
		if (granting !== undefined && narrowed.length === 0) say(io, "  No other policy takes anything of it away.");
		showStrangers(io, strangers);
		showWaiting(io, name, waiting, steps);
	}
	return mayStart ? 0 : 1;
}

function showStrangers(io: Io, strangers: readonly Stranger[]): void {
	for (const { file, says } of strangers) say(io, `  ? ${plain(file)}  ${plain(says)}`);
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

/** With the command that a person can paste. */
function whyNot(
	why: Extract<GrantLookup, { readonly found: false }>["why"],
	here: { readonly name: string; readonly file: string | undefined },
): string {
	switch (why) {
		case "not-approved":
			return `Nobody has approved this server. To see its tools: ${commandHere("tools list", here)}`;
		case "launch-changed":
			return `What it starts is not what was approved. To see it, and its tools: ${commandHere("tools list", here)}`;
		case "other-workspace":
			return "It was approved for another workspace.";
	}
}

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
	const results: (ExampleResult & { readonly file: string; readonly place: string })[] = [];
	for (const file of named) {
		const read = readPolicyFile(file);
		if (!read.ok) return complain(io, read.problem);
		const { policy, text } = read.value;
		const judge = new ArgumentsJudge();
		await judge.prepare(
			policy.servers.map(({ tools }) =>
				Object.values(tools ?? {}).flatMap((tool) => (tool.arguments === undefined ? [] : [tool.arguments])),
			),
		);
		const grants = home.ok && isInside(fs.realpathSync(file), home.value.policy);
		const run = runExamples({ file, policy, grants }, fs.realpathSync(io.cwd), (several, call) => judge.judge(several, call));
		results.push(...run.map((result) => ({ ...result, file, place: placeIn(text, result.index) })));
	}
	const wrong = results.filter(({ expected, decision }) => expected !== decision);
	if (options.json === true) say(io, JSON.stringify({ version: 1, examples: results }));
	else {
		for (const { file, place, server, what, arguments: given, expected, decision } of wrong)
			say(
				io,
				`${plain(file)}${place}: ${shownName(server)} ${plain(what)}${given === undefined ? "" : ` ${plain(JSON.stringify(given))}`}: expected: ${WORDS[expected]}; it is: ${WORDS[decision]}`,
			);
		if (results.length === 0) say(io, named.length === 0 ? "There is no policy here." : "No policy here has an example.");
		else say(io, `${results.length - wrong.length} of ${results.length} ${results.length === 1 ? "example" : "examples"} as expected.`);
	}
	if (wrong.length > 0) return 1;
	// Whoever names a file wants its examples run.
	return results.length === 0 && files.length > 0 ? 2 : 0;
}

const WORDS = { allow: "allowed", refuse: "refused" } as const;

/** `:LINE:COLUMN` of an example. */
function placeIn(text: string, [entry, example]: ExampleResult["index"]): string {
	const tree = parseTree(text, [], { allowTrailingComma: true });
	const node = tree === undefined ? undefined : findNodeAtLocation(tree, ["servers", entry, "examples", example]);
	if (node === undefined) return "";
	const { line, column } = new LineIndex(text).position(node.offset);
	return `:${line}:${column}`;
}
