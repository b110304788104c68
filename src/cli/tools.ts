// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { parseConstraints, unknownArgument } from "../core/constraints/parse.ts";
import { placeConstraints } from "../core/constraints/place.ts";
import type { Constraints } from "../core/constraints/schema.ts";
import { exact, plain, shellWord } from "../core/plain-text.ts";
import { type Grant, grantsOf } from "../core/policy/layers.ts";
import { withoutInstructions } from "../core/policy/said.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { claimsToRead } from "../core/tools/risk.ts";
import { suspicionsOf } from "../core/tools/suspicious.ts";
import { warningsOf } from "../core/tools/warnings.ts";
import { saveGrant, startingGrant } from "../platform/approval/candidate.ts";
import { instructionsOf, NO_INSTRUCTIONS, withTools } from "../platform/approval/given.ts";
import { listCandidate } from "../platform/approval/list-candidate.ts";
import { narrowGrant } from "../platform/approval/narrow.ts";
import { toolsOfOthers } from "../platform/approval/other-tools.ts";
import { keepInstructions, keepTool } from "../platform/definitions.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import { readLayers } from "../platform/policy-files.ts";
import { approvalContext, approvalOptions } from "./approval-context.ts";
import { realNames } from "./config-files.ts";
import { confirmWidening } from "./confirm.ts";
import type { ExitCode, Io } from "./io.ts";
import { listOption } from "./list-option.ts";
import { paged } from "./paged.ts";
import { complain, remark, say } from "./say.ts";
import { showDrift, showMetaDrift } from "./show-drift.ts";
import { showChange, showLaunch } from "./show-grant.ts";
import { showInstructions } from "./show-instructions.ts";
import { sayWhatIsLeft } from "./show-narrowed.ts";
import { commandHere, findTarget, secretOptions } from "./target.ts";
import { showTool } from "./tool-lines.ts";
import { list, show } from "./tools-list.ts";
import { registerLock } from "./tools-lock.ts";
import { isOtherMeta, type ToolsOptions, type Verb, withServer } from "./tools-server.ts";

interface AllowOptions extends ToolsOptions {
	readonly allRead?: boolean;
	readonly all?: boolean;
	readonly yes?: boolean;
	/** True: they are what this is about. False: they stay as they were approved. */
	readonly instructions?: boolean;
	/** False: what the tools are held to goes. */
	readonly where?: readonly string[] | false;
}

export function registerTools(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	const tools = program.command("tools").description("list, allow and deny a server's tools; none is allowed until you say so");
	registerLock(tools, io, exit);
	const common = (command: Command): Command =>
		command.option("--file <config>", "the config file that has the server").option("--json", "print the result as JSON");
	common(tools.command("list <name>").description("start the server confined and list its tools"))
		.option("--update", "resolve the package anew instead of keeping the version that is installed")
		.addHelpText("after", "\nGrants nothing.\nExit: 0 listed, 2 could not.")
		.action(async (name: string, options: ToolsOptions) => exit(await withServer(name, options, io, list)));
	common(
		tools
			.command("show <name> [tool...]")
			.description("show tools whole, as the server lists them now, and what differs from what was approved (default: all)"),
	)
		.addHelpText("after", "\nGrants nothing. The server is started confined, without what it was not granted.\nExit: 0 shown, 2 could not.")
		.action(async (name: string, named: readonly string[], options: ToolsOptions) =>
			exit(await withServer(name, options, io, show(named))),
		);
	common(tools.command("allow <name> [tool...]").description("allow tools, each pinned to its definition as it is now"))
		.option("--all-read", "every tool that only reads, by its name and by the server's own word")
		.addOption(
			listOption(
				"--where <argument=kind:value>",
				"what an argument of these tools may be, such as path=within:docs or state=enum:open,closed",
			),
		)
		.option("--no-where", "take back what --where said of these tools: any argument")
		.option(
			"--instructions",
			"let through what it says of itself as it is now, such as its instructions for the model; with or without a tool",
		)
		.option("--no-instructions", "leave what it says of itself as you approved it, or unapproved")
		.option("--yes", "do not ask (only in a home made by: sallyport init --unattended)")
		.addHelpText(
			"after",
			"\nShows each tool whole, and the exact change, and asks for the server's name on a terminal.\nExit: 0 allowed, 1 declined, or no tool only reads, 2 could not.",
		)
		.action(async (name: string, named: readonly string[], options: AllowOptions) =>
			exit(await withServer(name, options, io, allow(named))),
		);
	common(tools.command("deny <name> [tool...]").description("take tools away; a running server obeys at once"))
		.option("--all", "every tool")
		.option("--instructions", "what it says of itself, too")
		.addHelpText("after", "\nNothing is asked: this only takes away.\nExit: 0 taken away, 1 nothing of it was allowed, 2 could not.")
		.action(async (name: string, named: readonly string[], options: AllowOptions) => exit(await deny(name, named, options, io)));
}

function allow(named: readonly string[]): Verb<AllowOptions> {
	return async (candidate, home, options, io) => {
		if (named.length === 0 && options.allRead !== true && options.instructions !== true)
			return complain(io, {
				code: "no-tool",
				message: "No tool was named.",
				remedy: "Name tools, or use --all-read; sallyport tools list shows them.",
			});
		const where = parseConstraints(options.where || [], (named) =>
			named.startsWith("${workspace}") ? named : path.resolve(io.cwd, named),
		);
		if (!where.ok) return complain(io, where.problem);
		const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
		showLaunch(out, candidate.described, candidate.current?.secrets);
		const listed = await listCandidate(candidate, approvalContext(home, io));
		if (!listed.ok) return complain(io, listed.problem);
		const here = { name: candidate.described.line.name, file: options.file };
		const others = toolsOfOthers(home, candidate.described.line);
		const reading = listed.value.tools.filter((tool) => options.allRead === true && tool.pin !== null && claimsToRead(tool));
		const doubtful = reading.filter((tool) => !named.includes(tool.name) && suspicionsOf(tool, others).length > 0);
		for (const tool of doubtful) {
			remark(io, `${exact(tool.name)} is left out of --all-read: ${warningsOf(tool, others).join("; ")}`);
			remark(io, `To read it: ${commandHere("tools show", here, [tool.name])}`);
		}
		const wanted = [...named, ...reading.filter((tool) => !doubtful.includes(tool)).map(({ name }) => name)];
		const chosen = choose(listed.value.tools, wanted);
		if (!chosen.ok) return complain(io, chosen.problem);
		if (chosen.value.length === 0 && options.instructions !== true)
			return complain(
				io,
				{
					code: "no-tool-reads",
					message:
						doubtful.length === 0
							? "None of its tools only reads, by its name and by the server's own word, so none was allowed."
							: "No other tool of it only reads, by its name and by the server's own word, so none was allowed.",
					remedy: `Name tools. To see them: ${commandHere("tools list", here)}`,
				},
				1,
			);
		const start = startingGrant(candidate);
		const given = options.instructions === false ? NO_INSTRUCTIONS : instructionsOf(listed.value, start);
		if (options.instructions === true && given.pin === null) return complain(io, given.text === null ? NOTHING_SAID : UNREADABLE);
		const fitting = where.value === null ? ok(undefined) : haveArguments(chosen.value, where.value);
		if (!fitting.ok) return complain(io, fitting.problem);
		for (const folder of missingFolders(where.value)) remark(io, `${folder} does not exist; until it does, no path is in it.`);
		const after: Grant = {
			...withTools(start, chosen.value),
			...(given.pin === null ? {} : { instructions: given.pin }),
			constraints:
				where.value !== null
					? constrained(start, chosen.value, where.value)
					: options.where === false
						? new Map([...start.constraints].filter(([tool]) => !chosen.value.some(({ name }) => name === tool)))
						: start.constraints,
		};
		const read = await paged(io, out, (to) => {
			for (const tool of chosen.value) {
				const approved = start.tools.get(tool.name);
				const meta = start.toolMeta?.get(tool.name);
				const isNew = approved !== tool.pin;
				if (isNew) say(to);
				if (isNew) showTool(to, tool, others);
				if (isNew && approved !== undefined) showDrift(to, home, tool, approved);
				if (isOtherMeta(tool, meta)) showMetaDrift(to, home, tool, meta);
			}
			if (given.state !== "allowed") showInstructions(to, home, given, start.instructions);
		});
		if (!read) return complain(io, LEFT, 1);
		if (given.state === "unreadable") remark(io, UNREADABLE.message);
		const widens = showChange(out, candidate.current, after);
		if (widens) {
			const confirmed = await confirmWidening(after.name, home, options.yes === true, io);
			if (!confirmed.ok) return complain(io, confirmed.problem, confirmed.problem.code === "declined" ? 1 : 2);
		}
		for (const tool of chosen.value) await keepTool(home, tool);
		if (given.pin !== null && given.text !== null) await keepInstructions(home, given.pin, given.text);
		const saved = await saveGrant(home, after, candidate, approvalOptions(io));
		if (!saved.ok) return complain(io, saved.problem);
		const waiting = [...candidate.described.line.asks].filter(([slot, reference]) => after.secrets.get(slot) !== reference);
		if (options.json === true)
			say(
				io,
				JSON.stringify({
					version: 1,
					server: after.name,
					tools: [...after.tools.keys()].sort(),
					instructions: after.instructions ?? null,
					waiting: waiting.map(([slot]) => slot),
				}),
			);
		else {
			say(io, widens ? "Allowed." : "Saved; nothing was widened.");
			for (const [slot, reference] of waiting)
				say(
					io,
					`It still asks for ${slot} and will not start without it: ${commandHere("allow", here, [], secretOptions(slot, reference, candidate.described.facts))}`,
				);
			await sayWhatIsLeft(io, candidate.described.line, approvalContext(home, io));
		}
		return 0;
	};
}

const LEFT: Problem = { code: "declined", message: "Nothing was changed.", remedy: "Do it again, and read to the end." };

const NOTHING_SAID: Problem = {
	code: "no-instructions",
	message: "The server gives no instructions for the model, and says nothing else of itself.",
	remedy: "Leave --instructions out.",
};

const UNREADABLE: Problem = {
	code: "instructions-unreadable",
	message: "What the server says of itself is too long to be read before it is approved, so that it is left out.",
	remedy: "Ask the server's makers.",
};

/** A constraint on an argument that a tool does not have would refuse every call of it. */
function haveArguments(chosen: readonly ListedTool[], where: Constraints): Result<void> {
	for (const { name, definition } of chosen) {
		const unknown = unknownArgument(where, definition);
		if (unknown === null) continue;
		const { named, known } = unknown;
		return fail(
			"no-such-argument",
			`${name} has no argument ${JSON.stringify(named)}, so that no call of it would be allowed.`,
			known.length === 0
				? "It takes none at all."
				: `It has: ${known.slice(0, MOST_NAMES).join(", ")}${known.length > MOST_NAMES ? " …" : ""}.`,
		);
	}
	return ok(undefined);
}

/** Arguments that are named in one message. */
const MOST_NAMES = 20;

/** Folders of `within` that are not there, outside of a workspace's own. */
function missingFolders(where: Constraints | null): readonly string[] {
	const named = Object.values(where ?? {}).flatMap(({ within = [] }) => within);
	return named.filter((folder) => !folder.startsWith("${workspace}") && !fs.existsSync(folder));
}

/** What `--where` says counts in the place of what these tools were held to before. */
function constrained(start: Grant, chosen: readonly ListedTool[], where: Constraints): Grant["constraints"] {
	const placed = placeConstraints(where, start.workspace);
	return new Map([...start.constraints, ...chosen.map(({ name }) => [name, [placed]] as const)]);
}

function choose(tools: readonly ListedTool[], wanted: readonly string[]): Result<readonly (ListedTool & { readonly pin: string })[]> {
	const chosen: (ListedTool & { readonly pin: string })[] = [];
	for (const name of new Set(wanted)) {
		const tool = tools.find((each) => each.name === name);
		if (tool === undefined)
			return fail(
				"tool-not-listed",
				`The server lists no tool ${JSON.stringify(name)}.`,
				"Names are exact: sallyport tools list shows them.",
			);
		if (tool.pin === null)
			return fail(
				"tool-unpinnable",
				`${JSON.stringify(name)} cannot be pinned: it is listed twice, or its definition has no one reading.`,
				"Ask the server's makers.",
			);
		chosen.push({ ...tool, pin: tool.pin });
	}
	return ok(chosen);
}

/** By the grant alone: what a package or a command has become since is no reason to leave it its tools. */
async function deny(name: string, named: readonly string[], options: AllowOptions, io: Io): Promise<ExitCode> {
	if (named.length === 0 && options.all !== true && options.instructions !== true)
		return complain(io, { code: "no-tool", message: "No tool was named.", remedy: "Name tools, or use --all." });
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const meant = grantMeant(name, options.file, home.value, io);
	if (!meant.ok) return complain(io, meant.problem);
	let taken: readonly string[] = [];
	let silenced = false;
	const narrowed = await narrowGrant(
		home.value,
		meant.value,
		(grant) => {
			const gone = [...grant.tools.keys()].filter((tool) => options.all === true || named.includes(tool));
			// Of what stands in the file, and of what was accepted.
			taken = [...new Set([...taken, ...gone])].sort();
			silenced ||= options.instructions === true && grant.instructions !== undefined;
			return {
				...(options.instructions === true ? withoutInstructions(grant) : grant),
				tools: new Map([...grant.tools].filter(([tool]) => !gone.includes(tool))),
			};
		},
		approvalOptions(io),
	);
	if (!narrowed.ok) return complain(io, narrowed.problem);
	const gone = [...taken.map(plain), ...(silenced ? ["what it says of itself"] : [])];
	if (options.json === true)
		say(io, JSON.stringify({ version: 1, server: name, denied: taken, ...(silenced ? { instructions: null } : {}) }));
	else say(io, gone.length === 0 ? "Nothing to take away." : `Denied: ${gone.join(", ")}`);
	return gone.length === 0 && options.all !== true ? 1 : 0;
}

/** The entry that a person means: the one that is found from here, else the only one of this name that was granted anything. */
function grantMeant(name: string, file: string | undefined, home: Home, io: Io): Result<Pick<Grant, "name" | "config" | "workspace">> {
	const found = findTarget(name, file, io);
	if (found.ok) return found;
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	if (!layers.ok) return layers;
	const configs = file === undefined ? null : realNames(path.resolve(io.cwd, file));
	const grants = grantsOf(layers.value).filter((grant) => grant.name === name && (configs === null || configs.includes(grant.config)));
	const [only, ...others] = grants;
	if (only === undefined) return found;
	if (others.length === 0) return ok(only);
	const files = [...new Set(grants.map(({ config }) => `--file ${shellWord(config)}`))];
	return fail("server-ambiguous", `${exact(name)} was granted tools for several config files.`, `Say which one: ${files.join(" or ")}`);
}
