import { parseLaunch } from "../../core/launch/runner.ts";
import { brief, exact, plain } from "../../core/plain-text.ts";
import type { Grant } from "../../core/policy/layers.ts";
import type { ToolText } from "../../core/tools/definition-lines.ts";
import { linesOf, wrap } from "../../core/wrapped-text.ts";
import type { Candidate } from "../../platform/approval/candidate.ts";
import type { ChangeRow, GrantChange } from "../../platform/approval/texts.ts";
import type { ListedTool } from "../../platform/launch/list-tools.ts";
import type { LaunchLine } from "../../platform/launch/locate.ts";
import { type Cuttable, commandText, joined, lineText, list, placeText } from "./command-text.ts";
import { MOST_LINES, type Question } from "./dialog.ts";
import { heightOf, WIDTH } from "./lines.ts";
import { type Holder, holderRows } from "./other-holders.ts";
import { namesOf, toolsText } from "./tool-text.ts";

/** The name of a server or a tool in a sentence: in quotation marks, which nothing in it can end. */
export function called(name: string): string {
	const safe = exact(name);
	return safe === name ? `“${brief(name, 80)}”` : brief(safe, 80);
}

const CONFINED =
	"It starts confined: with placeholders for its secrets, without network, and with nothing of yours to read. It is stopped when it has listed its tools, and nothing is granted.";

/** Before a command that was never approved is started for the first time, to list its tools. */
export function startQuestion({ described }: Pick<Candidate, "described">): Question {
	return {
		title: listTitle(described.line),
		...rowsOf([joined([commandText(described, { asks: true }), placeText(described.line)]), asIs(CONFINED)]),
		button: "List Tools",
	};
}

/**
 * Before a package is fetched for the first time, of which no more is known than what the entry says.
 *
 * @param toList the server is started right after, to list its tools
 */
export function fetchQuestion(line: LaunchLine, toList: boolean): Question {
	return {
		title: toList ? listTitle(line) : `Fetch the package of ${called(line.name)}?`,
		...rowsOf([
			joined([lineText(line), list(asksOf(line), MOST_NEWS), placeText(line)]),
			asIs(`Its package is not on this machine yet. It is fetched from ${registryOf(line)} first, and none of its code runs for that.`),
			asIs(toList ? CONFINED : "Nothing is started, and nothing is granted."),
		]),
		button: toList ? "List Tools" : "Fetch Package",
	};
}

function registryOf({ command, args }: LaunchLine): string {
	const launch = parseLaunch(command, args);
	return launch.ok && launch.value.kind === "package" && launch.value.registry === "python" ? "the Python index" : "the npm registry";
}

function asksOf({ asks }: LaunchLine): readonly string[] {
	return [...asks].map(([slot, reference]) => `asks for: ${exact(slot)} ← ${exact(reference)}`);
}

function listTitle({ name }: LaunchLine): string {
	return `Start ${called(name)} once, to list its tools?`;
}

/** Before secrets go to code that the person's other programs can change: a question of its own. */
export function mutableQuestion({ described }: Candidate, { secrets }: Grant): Question {
	return {
		title: `Give ${called(described.line.name)} its secrets although its code can be changed?`,
		...rowsOf([
			asIs("Your other programs can change this server's code. Whatever they put there gets:"),
			list(
				[...secrets].map(([slot, reference]) => `${exact(slot)} ← ${exact(reference)}`),
				MOST_NEWS,
			),
			asIs("What starts from a package, with no file of yours in its line, cannot be changed."),
		]),
		button: "Give Secrets",
	};
}

/** What a grant is about, beside the launch itself. */
export interface Granting {
	readonly tools: readonly ListedTool[];
	/** Other servers that have, or ask for, what this one would get. */
	readonly holders: readonly Holder[];
	/** What it begins with, a paragraph each: our own words. Undefined: nothing. */
	readonly notes?: readonly string[];
	/** What it would give the model, by its own word. Null or undefined: nothing that is new. */
	readonly instructions?: string | null;
	/** Prompts, with their definitions. Undefined: none. */
	readonly prompts?: readonly ToolText[];
}

/** Rows of what is new, of what stays and what goes; a server gets few things at a time. */
export const MOST_NEWS = 12;
export const MOST_OTHER = 4;
const FEWEST_TOOL_LINES = 6;

/**
 * Everything that a change would grant, in one question. What is secret, and what is another server's, stands first: nothing of the server's
 * own making can push it out of sight. `changed`: tools that were allowed as they were before.
 */
export function grantQuestion(
	title: string,
	candidate: Candidate,
	after: Grant,
	{ rows }: GrantChange,
	{ tools, holders, notes = [], instructions = null, prompts = [] }: Granting,
): { readonly question: Question; readonly changed: readonly ListedTool[] } {
	const relaunched = rows.some(({ kind }) => kind === "start");
	const changed = tools.filter(({ name, pin }) => candidate.current?.tools.has(name) === true && candidate.current.tools.get(name) !== pin);
	const news = rows.filter(({ mark, kind, text }) => mark === "+" && kind !== "start" && !isShown(kind, text, tools)).sort(byWeight);
	const kept = relaunched ? rows.filter(({ mark }) => mark === " ").sort(byWeight) : [];
	const gone = rows.filter(({ mark }) => mark === "-");
	const of = (heading: string, items: readonly string[], most: number): Cuttable[] =>
		items.length === 0 ? [] : [joined([asIs(heading), list(items, most)])];
	const ours: readonly Cuttable[] = [
		...notes.map((note) => asIs(plain(note))),
		...of("This secret is another server's, too:", holderRows(holders, called), MOST_OTHER),
		...changed.slice(0, MOST_OTHER).map(({ name }) => asIs(`${called(name)} is not what you allowed: its definition has changed.`)),
		...(changed.length <= MOST_OTHER ? [] : [asIs(`${changed.length - MOST_OTHER} more have changed since you allowed them.`)]),
		...of("It gets:", [...news.map(rowText), ...(tools.length > 1 ? [`tools: ${namesOf(tools, 300)}`] : [])], MOST_NEWS),
		...of("It keeps:", kept.map(rowText), MOST_OTHER),
		...of("It loses:", gone.map(rowText), MOST_OTHER),
		joined([asIs("This is granted to the entry:"), placeText(candidate.described.line)]),
		...(relaunched ? [command(candidate)] : []),
		...(relaunched && isClosed(after) ? [asIs("It has no network, and reads its own code and nothing of yours.")] : []),
	];
	const said = [...(instructions === null ? [] : [instructionRows(instructions)]), ...prompts.map(promptRows)];
	const room = MOST_LINES - [...ours, ...said].reduce((sum, { text }) => sum + heightOf(text) + 1, 0);
	const { rows: shown, full } = rowsOf([...ours, ...said, ...toolRows(tools, Math.max(FEWEST_TOOL_LINES, room - 2))]);
	return { question: { title, rows: shown, ...(full === undefined ? {} : { full }), button: "Allow" }, changed };
}

function command({ current, described }: Candidate): Cuttable {
	const heading = current === null ? "This command:" : "This command, which is not the one that was approved before:";
	return joined([asIs(heading), commandText(described, { asks: false })]);
}

function instructionRows(text: string): Cuttable {
	return barred("What it says of itself, which many hosts hand to the model, by the server's own word", text);
}

function promptRows({ name, definition }: ToolText): Cuttable {
	return barred(`The prompt ${called(name)}, by the server's own word`, JSON.stringify(definition, null, 2));
}

/** Every line that the server wrote is short and begins with a bar, as in what it says of a tool. */
function barred(heading: string, text: string): Cuttable {
	const lines = linesOf(text).flatMap((line) => wrap(plain(line), WIDTH).map((each) => `│ ${each}`));
	const full = [`${heading}:`, ...lines].join("\n");
	if (lines.length <= MOST_INSTRUCTIONS) return { text: full, full };
	return { text: [`${heading}, and only the beginning of it:`, ...lines.slice(0, MOST_INSTRUCTIONS), "│ …"].join("\n"), full };
}

/** Lines of it: a dialog that shows less has a button that shows all. */
const MOST_INSTRUCTIONS = 12;

function toolRows(tools: readonly ListedTool[], most: number): readonly Cuttable[] {
	if (tools.length === 0) return [];
	const { text, whole } = toolsText(tools, most);
	const these = tools.length === 1 ? "This tool" : "These tools";
	return [asIs(`${these}, by the server's own word${whole ? "" : `, and only a part of it: “${FULL_DEFINITIONS}” has all`}:\n${text}`)];
}

/** What opens everything that a server says of its tools. */
export const FULL_DEFINITIONS = "Show Full Definitions";

export function asIs(text: string): Cuttable {
	return { text, full: text };
}

export function rowsOf(paragraphs: readonly Cuttable[]): Pick<Question, "rows" | "full"> {
	const rows = paragraphs.map(({ text }) => text);
	const full = paragraphs.map((paragraph) => paragraph.full);
	return full.every((text, i) => text === rows[i]) ? { rows } : { rows, full };
}

const WEIGHTS: readonly ChangeRow["kind"][] = [
	"start",
	"sandbox",
	"secret",
	"write",
	"read",
	"network",
	"env",
	"ask",
	"tool",
	"instructions",
	"prompt",
	"resource",
	"template",
	"completion",
	"deny",
	"limit",
];

function byWeight(a: ChangeRow, b: ChangeRow): number {
	return WEIGHTS.indexOf(a.kind) - WEIGHTS.indexOf(b.kind);
}

function rowText({ kind, text }: ChangeRow): string {
	return `${kind}: ${text}`;
}

/** A tool whose definition is shown anyway. */
function isShown(kind: ChangeRow["kind"], text: string, tools: readonly ListedTool[]): boolean {
	return kind === "tool" && tools.some(({ name }) => text === exact(name) || text.startsWith(`${exact(name)}  (`));
}

function isClosed({ sandbox, egress }: Grant): boolean {
	return sandbox !== "off" && sandbox.read.length + sandbox.write.length + sandbox.env.length === 0 && egress.length === 0;
}
