import { type SessionDrift, sessionDrifts } from "../core/audit/session-drift.ts";
import { constraintsText } from "../core/constraints/text.ts";
import { brief, exact, plain } from "../core/plain-text.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import { claimsToRead, RISKS, riskOf } from "../core/tools/risk.ts";
import { suspicionsOf } from "../core/tools/suspicious.ts";
import { warningsOf } from "../core/tools/warnings.ts";
import type { Candidate } from "../platform/approval/candidate.ts";
import { type GivenInstructions, instructionsOf } from "../platform/approval/given.ts";
import { listCandidate } from "../platform/approval/list-candidate.ts";
import { toolsOfOthers } from "../platform/approval/other-tools.ts";
import { readAuditLogs } from "../platform/audit/reader.ts";
import { readDefinition } from "../platform/definitions.ts";
import type { Home } from "../platform/home.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import { approvalContext } from "./approval-context.ts";
import type { Io } from "./io.ts";
import { complain, say } from "./say.ts";
import { driftLines, sessionDriftLines, showDrift, showMetaDrift, showSessionDrift } from "./show-drift.ts";
import { showLaunch } from "./show-grant.ts";
import { showInstructions } from "./show-instructions.ts";
import { commandHere } from "./target.ts";
import { showTool } from "./tool-lines.ts";
import { isOtherMeta, maskedJson, stateOf, type ToolsOptions, type Verb } from "./tools-server.ts";

export const list: Verb<ToolsOptions> = async (candidate, home, options, io) => {
	const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
	showStart(out, candidate);
	const listed = await listCandidate(candidate, approvalContext(home, io));
	if (!listed.ok) return complain(io, listed.problem);
	const { tools } = listed.value;
	const { current, described } = candidate;
	const here = { name: described.line.name, file: options.file };
	const instructions = instructionsOf(listed.value, current ?? {});
	const around = aroundOf(candidate, home);
	const rows = tools.map((tool) => rowOf(tool, around));
	const gone = [...around.granted.keys()].filter((name) => !tools.some((tool) => tool.name === name));
	if (options.json === true) {
		const approved = current?.launch.fingerprint === described.launch.fingerprint;
		const { name: server, config } = described.line;
		const { fingerprint } = described.launch;
		say(io, JSON.stringify({ version: 1, server, config, approved, fingerprint, tools: rows, gone, instructions }));
		return 0;
	}
	say(io);
	const width = Math.min(40, Math.max(4, ...rows.map(({ name }) => plain(name).length)));
	for (const [index, tool] of tools.entries()) {
		const row = rows[index];
		if (row === undefined) continue;
		const { name, state, narrowed, readOnly, where, risks, description } = row;
		const worst = risks.at(-1)?.kind ?? "";
		const risk = (worst === "read" && !readOnly ? "" : worst).padEnd(RISK_WIDTH);
		say(io, `  ${MARKS[state]} ${brief(name, 120).padEnd(width)}  ${risk}  ${firstLine(description)}`);
		for (const constraints of where) say(io, `      where ${brief(constraintsText(constraints), 200)}`);
		if (narrowed === true) say(io, `      ! another policy takes it away: ${commandHere("policy explain", here, [name])}`);
		for (const warning of warningsOf(tool, around.others)) say(io, `      ! ${warning}`);
	}
	for (const name of gone) say(io, `  [?] ${brief(name, 120).padEnd(width)}  ${" ".repeat(RISK_WIDTH)}  allowed, and no longer listed`);
	say(io);
	say(
		io,
		`${rows.length} ${rows.length === 1 ? "tool" : "tools"}, ${rows.filter(({ state, narrowed }) => state === "allowed" && narrowed !== true).length} allowed. What a tool may do is told by its name, parameters and description, and "read" only where the server says so too.`,
	);
	if (rows.length > 0) say(io, `To read them whole: ${commandHere("tools show", here)}`);
	if (around.granted.size === 0 && rows.length > 0) say(io, `To allow some: ${commandHere("tools allow", here, ["TOOL…"])}, or --all-read`);
	for (const tool of tools) showDifference(io, home, tool, around);
	showInstructions(io, home, instructions, current?.instructions);
	const said = around.saidInSession;
	if (said !== undefined && said.listed !== instructions.pin) showSessionDrift(io, home, said);
	if (instructions.state !== "none") say(io, `${INSTRUCTIONS[instructions.state]}`);
	if (instructions.state === "denied" || instructions.state === "changed")
		say(io, `To let the model have them: ${commandHere("tools allow", here, [], [["--instructions"]])}`);
	if (isStale(candidate)) say(io, "Allowing a tool approves the command anew.");
	return 0;
};

/** @param named of the tools to be shown; empty: all */
export function show(named: readonly string[]): Verb<ToolsOptions> {
	return async (candidate, home, options, io) => {
		const out: Io = options.json === true ? { ...io, stdout: io.stderr } : io;
		showStart(out, candidate);
		const listed = await listCandidate(candidate, approvalContext(home, io));
		if (!listed.ok) return complain(io, listed.problem);
		const missing = named.find((name) => !listed.value.tools.some((tool) => tool.name === name));
		if (missing !== undefined)
			return complain(io, {
				code: "tool-not-listed",
				message: `The server lists no tool ${exact(missing)}.`,
				remedy: `Names are exact: ${commandHere("tools list", { name: candidate.described.line.name, file: options.file })}`,
			});
		const around = aroundOf(candidate, home);
		const tools = listed.value.tools.filter(({ name }) => named.length === 0 || named.includes(name));
		if (options.json === true) {
			const { name: server, config } = candidate.described.line;
			say(io, JSON.stringify({ version: 1, server, config, tools: tools.map((tool) => rowOf(tool, around)) }));
			return 0;
		}
		for (const tool of tools) {
			say(io);
			showTool(io, tool, around.others);
			say(io, `  ${STATES[stateOf(tool, around.granted)]}`);
			showDifference(io, home, tool, around);
		}
		return 0;
	};
}

const STATES: Readonly<Record<ReturnType<typeof stateOf>, string>> = {
	allowed: "It is allowed, as it is here.",
	changed: "It was allowed with another definition, and is withheld.",
	unpinnable: "It cannot be allowed: it is listed twice, or its definition has no one reading.",
	denied: "It is not allowed.",
};

const MARKS: typeof STATES = { allowed: "[x]", changed: "[!]", unpinnable: "[-]", denied: "[ ]" };

const INSTRUCTIONS: Readonly<Record<Exclude<GivenInstructions["state"], "none">, string>> = {
	allowed: "What it says of itself is what you approved.",
	changed: "What it says of itself is left out until you approve it as it is now.",
	denied: "What it says of itself is not approved, and is left out.",
	unreadable: "What it says of itself is too long to be read before it is approved, so that it is always left out.",
};

/** The longest word for what a tool may do. */
const RISK_WIDTH = Math.max(...RISKS.map((kind) => kind.length));

/** Records of one server that are looked through. */
const MOST_RECORDS = 20_000;

function isStale({ current, described }: Candidate): boolean {
	return current !== null && current.launch.fingerprint !== described.launch.fingerprint;
}

function showStart(io: Io, candidate: Candidate): void {
	const { current, described } = candidate;
	showLaunch(io, described, current?.secrets);
	if (isStale(candidate)) say(io, "  note      the command or its code is not what was approved, so it starts without what it was granted");
	if (current?.sandbox === "off") say(io, "  note      its sandbox is off in its host; it is confined only to list its tools here");
}

/** What the rows of one server's tools are told by. */
interface Around {
	readonly home: Home;
	readonly candidate: Candidate;
	readonly granted: ReadonlyMap<string, string>;
	/** Tools of other servers. */
	readonly others: ReadonlySet<string>;
	/** By tool: what a session listed in its place, while what was approved then is what is approved now. */
	readonly inSessions: ReadonlyMap<string, SessionDrift>;
	/** What it gave the model in a session, in the place of the instructions that are approved now. Undefined: nothing else. */
	readonly saidInSession: SessionDrift | undefined;
}

function aroundOf(candidate: Candidate, home: Home): Around {
	const { name } = candidate.described.line;
	const { current } = candidate;
	const granted = current?.tools ?? new Map<string, string>();
	const read = current === null ? null : readAuditLogs(home, { server: name, limit: MOST_RECORDS });
	const drifts = read?.ok === true ? sessionDrifts(read.value.entries) : [];
	const inSessions = new Map(
		drifts.flatMap((drift) =>
			drift.kind === "tool" && drift.name !== null && granted.get(drift.name) === drift.approved ? [[drift.name, drift] as const] : [],
		),
	);
	const saidInSession = drifts.find(({ kind, approved }) => kind === "instructions" && approved === current?.instructions);
	return { home, candidate, granted, others: toolsOfOthers(home, { name }), inSessions, saidInSession };
}

/** One that says something else than the list does now. */
function sessionDriftOf(tool: ListedTool, { inSessions }: Around): SessionDrift | undefined {
	const drift = inSessions.get(tool.name);
	return drift?.listed === tool.pin ? undefined : drift;
}

function showDifference(io: Io, home: Home, tool: ListedTool, around: Around): void {
	const { granted, candidate } = around;
	const approved = granted.get(tool.name);
	if (approved === undefined) return;
	if (stateOf(tool, granted) === "changed") showDrift(io, home, tool, approved);
	const drift = sessionDriftOf(tool, around);
	if (drift !== undefined) showSessionDrift(io, home, drift);
	const meta = candidate.current?.toolMeta?.get(tool.name);
	if (isOtherMeta(tool, meta)) showMetaDrift(io, home, tool, meta);
}

/** A tool as a program gets it; what looks like a credential in it is masked. */
function rowOf(tool: ListedTool, around: Around) {
	const { granted, candidate, home, others } = around;
	// What another policy takes away of it is granted, and not to be had.
	const inEffect = candidate.effective?.tools ?? granted;
	const approved = granted.get(tool.name);
	const state = stateOf(tool, granted);
	const drift = sessionDriftOf(tool, around);
	const { _meta: _, ...pinned } = tool.definition;
	const { description } = pinned;
	return {
		name: tool.name,
		pin: tool.pin,
		state,
		...(approved !== undefined && !inEffect.has(tool.name) ? { narrowed: true } : {}),
		readOnly: claimsToRead(tool),
		where: approved !== undefined ? (candidate.current?.constraints.get(tool.name) ?? []) : [],
		...riskOf(tool),
		lookClosely: suspicionsOf(tool, others),
		description: typeof description === "string" ? maskDetected(description) : "",
		definition: maskedJson(tool.definition),
		...(state === "changed" && approved !== undefined
			? { approved: maskedJson(readDefinition(home, approved)), diff: driftLines(home, approved, pinned) }
			: {}),
		...(drift === undefined
			? {}
			: {
					inSession: {
						at: drift.at,
						session: drift.session,
						pin: drift.listed,
						definition: maskedJson(readDefinition(home, drift.listed)),
						diff: sessionDriftLines(home, drift),
					},
				}),
	};
}

/** The beginning of what it says of itself; `…` where there is more. */
function firstLine(description: string): string {
	const [first = "", ...more] = description.trim().split("\n");
	const shown = brief(first, 80);
	return more.length > 0 && !shown.endsWith("…") ? `${shown} …` : shown;
}
