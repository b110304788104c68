// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import * as fs from "node:fs";
import * as path from "node:path";
import type { Command } from "commander";
import { parseConstraints, unknownArgument } from "../core/constraints/parse.ts";
import { placeConstraints } from "../core/constraints/place.ts";
import type { Constraints } from "../core/constraints/schema.ts";
import { constraintsText } from "../core/constraints/text.ts";
import { brief, plain, shellWord } from "../core/plain-text.ts";
import type { Grant } from "../core/policy/layers.ts";
import { withoutInstructions } from "../core/policy/said.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { metaPinOf } from "../core/tools/pin.ts";
import { claimsToRead, RISKS, riskOf } from "../core/tools/risk.ts";
import { type Candidate, describeCandidate, saveGrant, startingGrant } from "../platform/approval/candidate.ts";
import { type GivenInstructions, instructionsOf, NO_INSTRUCTIONS, withTools } from "../platform/approval/given.ts";
import { listCandidate } from "../platform/approval/list-candidate.ts";
import { narrowGrant } from "../platform/approval/narrow.ts";
import { keepInstructions, keepTool } from "../platform/definitions.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import { approvalContext, approvalOptions } from "./approval-context.ts";
import { confirmWidening } from "./confirm.ts";
import type { ExitCode, Io } from "./io.ts";
import { listOption } from "./list-option.ts";
import { complain, remark, say } from "./say.ts";
import { showDrift, showMetaDrift } from "./show-drift.ts";
import { showChange, showLaunch } from "./show-grant.ts";
import { showInstructions } from "./show-instructions.ts";
import { sayWhatIsLeft } from "./show-narrowed.ts";
import { findTarget, serverWords } from "./target.ts";
import { registerLock } from "./tools-lock.ts";

interface ToolsOptions {
	readonly file?: string;
	readonly allRead?: boolean;
	readonly all?: boolean;
	readonly yes?: boolean;
	readonly json?: boolean;
	readonly update?: boolean;
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
		.action(async (name: string, options: ToolsOptions) => exit(await withServer(name, options, io, list)));
	common(tools.command("allow <name> [tool...]").description("allow tools, each pinned to its definition as it is now"))
		.option("--all-read", "every tool that only reads, by its name and by the server's own word")
		.addOption(
			listOption(
				"--where <argument=kind:value>",
				"what an argument of these tools may be, such as path=within:docs or state=enum:open,closed",
			),
		)
		.option("--no-where", "take back what --where said of these tools: any argument")
		.option("--instructions", "let it give the model its instructions as they are now, with or without a tool")
		.option("--no-instructions", "leave its instructions as you approved them, or unapproved")
		.option("--yes", "do not ask (only in a home made by: sallyport init --unattended)")
		.action(async (name: string, named: readonly string[], options: ToolsOptions) =>
			exit(await withServer(name, options, io, allow(named))),
		);
	common(tools.command("deny <name> [tool...]").description("take tools away; a running server obeys at once"))
		.option("--all", "every tool")
		.option("--instructions", "its instructions for the model, too")
		.action(async (name: string, named: readonly string[], options: ToolsOptions) =>
			exit(await withServer(name, options, io, deny(named))),
		);
}

type Verb = (candidate: Candidate, home: Home, options: ToolsOptions, io: Io) => Promise<ExitCode>;

async function withServer(name: string, options: ToolsOptions, io: Io, verb: Verb): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const line = findTarget(name, options.file, io);
	if (!line.ok) return complain(io, line.problem);
	const candidate = await describeCandidate(line.value, approvalContext(home.value, io), { update: options.update === true });
	return candidate.ok ? verb(candidate.value, home.value, options, io) : complain(io, candidate.problem);
}

const list: Verb = async (candidate, home, options, io) => {
	const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
	showLaunch(out, candidate.described, candidate.current?.secrets);
	const stale = candidate.current !== null && candidate.current.launch.fingerprint !== candidate.described.launch.fingerprint;
	if (stale) say(out, "  note      the command or its code is not what was approved, so it starts without what it was granted");
	if (candidate.current?.sandbox === "off")
		say(out, "  note      its sandbox is off in its host; it is confined only to list its tools here");
	const listed = await listCandidate(candidate, approvalContext(home, io));
	if (!listed.ok) return complain(io, listed.problem);
	const { tools } = listed.value;
	const instructions = instructionsOf(listed.value, candidate.current ?? {});
	const granted = candidate.current?.tools ?? new Map<string, string>();
	const approved = candidate.current?.launch.fingerprint === candidate.described.launch.fingerprint;
	// What another policy takes away of it is granted, and not to be had.
	const inEffect = candidate.effective?.tools ?? granted;
	const rows = tools.map((tool) => ({
		name: tool.name,
		pin: tool.pin,
		state: stateOf(tool, granted),
		...(granted.has(tool.name) && !inEffect.has(tool.name) ? { narrowed: true } : {}),
		readOnly: claimsToRead(tool),
		where: granted.has(tool.name) ? (candidate.current?.constraints.get(tool.name) ?? []) : [],
		...riskOf(tool),
		description: typeof tool.definition.description === "string" ? tool.definition.description : "",
	}));
	const gone = [...granted.keys()].filter((name) => !tools.some((tool) => tool.name === name));
	if (options.json === true) {
		say(
			io,
			JSON.stringify({
				version: 1,
				server: candidate.described.line.name,
				config: candidate.described.line.config,
				approved,
				fingerprint: candidate.described.launch.fingerprint,
				tools: rows,
				gone,
				instructions,
			}),
		);
		return 0;
	}
	say(io);
	const width = Math.min(40, Math.max(4, ...rows.map(({ name }) => plain(name).length)));
	const marks = { allowed: "[x]", changed: "[!]", unpinnable: "[-]", denied: "[ ]" };
	for (const { name, state, narrowed, readOnly, where, risks, contradictions, description } of rows) {
		const worst = risks.at(-1)?.kind ?? "";
		const risk = (worst === "read" && !readOnly ? "" : worst).padEnd(RISK_WIDTH);
		say(io, `  ${marks[state]} ${brief(name, 120).padEnd(width)}  ${risk}  ${brief(description.split("\n")[0] ?? "", 80)}`);
		for (const constraints of where) say(io, `      where ${brief(constraintsText(constraints), 200)}`);
		if (narrowed === true)
			say(
				io,
				`      ! another policy takes it away: sallyport policy explain ${serverWords(candidate.described.line.name, options.file)} ${shellWord(name)}`,
			);
		for (const sentence of contradictions) say(io, `      ! ${sentence}`);
	}
	for (const name of gone) say(io, `  [?] ${brief(name, 120).padEnd(width)}  ${" ".repeat(RISK_WIDTH)}  allowed, and no longer listed`);
	say(io);
	say(
		io,
		`${rows.length} ${rows.length === 1 ? "tool" : "tools"}, ${rows.filter(({ state, narrowed }) => state === "allowed" && narrowed !== true).length} allowed. What a tool may do is told by its name, parameters and description, and "read" only where the server says so too.`,
	);
	if (granted.size === 0 && rows.length > 0)
		say(io, `To allow some: sallyport tools allow ${serverWords(candidate.described.line.name, options.file)} TOOL…, or --all-read`);
	for (const tool of tools) {
		if (stateOf(tool, granted) === "changed") showDrift(io, home, tool, granted.get(tool.name) ?? "");
		const meta = candidate.current?.toolMeta?.get(tool.name);
		if (granted.has(tool.name) && isOtherMeta(tool, meta)) showMetaDrift(io, home, tool, meta);
	}
	showInstructions(io, home, instructions, candidate.current?.instructions);
	if (instructions.state !== "none") say(io, `${INSTRUCTIONS[instructions.state]}`);
	if (instructions.state === "denied" || instructions.state === "changed")
		say(io, `To let the model have them: sallyport tools allow ${serverWords(candidate.described.line.name, options.file)} --instructions`);
	if (stale) say(io, "Allowing a tool approves the command anew.");
	return 0;
};

const INSTRUCTIONS: Readonly<Record<Exclude<GivenInstructions["state"], "none">, string>> = {
	allowed: "Its instructions are what you approved.",
	changed: "Its instructions are left out until you approve them as they are now.",
	denied: "Its instructions are not approved, and are left out.",
	unreadable: "Its instructions are too long to be read before they are approved, so that they are always left out.",
};

/** What stands beside its definition is something, and not what was approved. */
function isOtherMeta({ definition }: ListedTool, approved: string | undefined): boolean {
	const meta = metaPinOf(definition);
	return meta !== undefined && meta !== approved;
}

/** The longest word for what a tool may do. */
const RISK_WIDTH = Math.max(...RISKS.map((kind) => kind.length));

function stateOf(tool: ListedTool, granted: ReadonlyMap<string, string>): "allowed" | "changed" | "unpinnable" | "denied" {
	if (tool.pin === null) return "unpinnable";
	const pin = granted.get(tool.name);
	if (pin === undefined) return "denied";
	return pin === tool.pin ? "allowed" : "changed";
}

function allow(named: readonly string[]): Verb {
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
		const chosen = choose(listed.value.tools, named, options.allRead === true);
		if (!chosen.ok) return complain(io, chosen.problem);
		if (chosen.value.length === 0 && options.instructions !== true)
			return complain(
				io,
				{
					code: "no-tool-reads",
					message: "None of its tools only reads, by its name and by the server's own word, so none was allowed.",
					remedy: `Name tools: sallyport tools list ${serverWords(candidate.described.line.name, options.file)} shows them.`,
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
		for (const tool of chosen.value) {
			const approved = start.tools.get(tool.name);
			if (approved !== undefined && approved !== tool.pin) showDrift(out, home, tool, approved);
			const meta = start.toolMeta?.get(tool.name);
			if (isOtherMeta(tool, meta)) showMetaDrift(out, home, tool, meta);
		}
		if (given.state !== "allowed") showInstructions(out, home, given, start.instructions);
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
					`It still asks for ${slot} and will not start without it: sallyport allow ${serverWords(after.name, options.file)} --secret ${slot}=${reference}${candidate.described.facts.mutable ? " --mutable-secrets" : ""}`,
				);
			await sayWhatIsLeft(io, candidate.described.line, approvalContext(home, io));
		}
		return 0;
	};
}

const NOTHING_SAID: Problem = {
	code: "no-instructions",
	message: "The server gives no instructions for the model.",
	remedy: "Leave --instructions out.",
};

const UNREADABLE: Problem = {
	code: "instructions-unreadable",
	message: "The server's instructions for the model are too long to be read before they are approved, so that they are left out.",
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

function choose(
	tools: readonly ListedTool[],
	named: readonly string[],
	allRead: boolean,
): Result<readonly (ListedTool & { readonly pin: string })[]> {
	const wanted = new Set(named);
	if (allRead) for (const tool of tools) if (tool.pin !== null && claimsToRead(tool)) wanted.add(tool.name);
	const chosen: (ListedTool & { readonly pin: string })[] = [];
	for (const name of wanted) {
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

function deny(named: readonly string[]): Verb {
	return async (candidate, home, options, io) => {
		if (named.length === 0 && options.all !== true && options.instructions !== true)
			return complain(io, { code: "no-tool", message: "No tool was named.", remedy: "Name tools, or use --all." });
		let taken: readonly string[] = [];
		let silenced = false;
		const narrowed = await narrowGrant(
			home,
			candidate.described.line,
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
		const gone = [...taken.map(plain), ...(silenced ? ["its instructions for the model"] : [])];
		if (options.json === true)
			say(
				io,
				JSON.stringify({ version: 1, server: candidate.described.line.name, denied: taken, ...(silenced ? { instructions: null } : {}) }),
			);
		else say(io, gone.length === 0 ? "Nothing to take away." : `Denied: ${gone.join(", ")}`);
		return gone.length === 0 && options.all !== true ? 1 : 0;
	};
}
