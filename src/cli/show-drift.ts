import { createTwoFilesPatch } from "diff";
import type { SessionDrift } from "../core/audit/session-drift.ts";
import { exact, plain } from "../core/plain-text.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import { readDefinition, readToolMeta } from "../platform/definitions.ts";
import type { Home } from "../platform/home.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import type { Io } from "./io.ts";
import { logTime } from "./log-time.ts";
import { say } from "./say.ts";

/** Drift as a difference of the definitions, not of two digests. */
export function showDrift(io: Io, home: Home, tool: ListedTool, approved: string): void {
	say(io);
	say(io, `${exact(tool.name)} is not what was approved, and is withheld until you allow it again:`);
	showLines(io, driftLines(home, approved, tool.definition), "(the approved definition is no longer kept)");
}

/** What a running server listed in the place of what was approved. Started anew, it need not list it again. */
export function showSessionDrift(io: Io, home: Home, drift: SessionDrift): void {
	say(io);
	say(io, `${exact(drift.tool)}: in a session at ${logTime(drift.at)} it listed another definition, which was withheld:`);
	showLines(io, sessionDriftLines(home, drift), "(one of the two definitions is not kept)");
}

/** What was approved, and what is listed, as lines of a difference. Null: what was approved is no longer kept. */
export function driftLines(home: Home, approved: string, definition: Readonly<Record<string, unknown>>): readonly string[] | null {
	const before = readDefinition(home, approved);
	const { _meta: _, ...now } = definition;
	return before === null ? null : patchLines(definitionText(before), definitionText(now));
}

/** The same of a session. Null: one of the two is not kept. */
export function sessionDriftLines(home: Home, { approved, listed }: SessionDrift): readonly string[] | null {
	const now = readDefinition(home, listed);
	return now === null ? null : driftLines(home, approved, now);
}

/** What stands beside a tool's definition, in its `_meta`, where that is not what was approved: as a difference where that is kept, else whole. */
export function showMetaDrift(io: Io, home: Home, { name, definition }: ListedTool, approved: string | undefined): void {
	say(io);
	say(io, `Beside the definition of ${exact(name)}, in its _meta, where some hosts look for pages to show and the like:`);
	const before = approved === undefined ? null : readToolMeta(home, approved);
	showPatch(io, before === null ? "" : definitionText(before), definitionText(definition._meta));
}

/** What of one text is not as in the other, as lines of plain text. */
export function showPatch(io: Io, before: string, after: string): void {
	showLines(io, patchLines(before, after), "");
}

function showLines(io: Io, lines: readonly string[] | null, otherwise: string): void {
	for (const line of lines ?? [otherwise]) say(io, `  ${line}`);
}

/** Credentials are masked, and nothing in it drives a terminal. Empty: they are the same. */
function patchLines(before: string, after: string): readonly string[] {
	if (before === after) return [];
	return createTwoFilesPatch("approved", "now", before, after, "", "", { context: 2 })
		.split("\n")
		.slice(3)
		.filter((line) => line !== "")
		.map((line) => plain(maskDetected(line)));
}

/** Keys in order, a line a value. */
function definitionText(value: unknown): string {
	return `${JSON.stringify(value, sortedKeys, 2)}\n`;
}

function sortedKeys(_key: string, value: unknown): unknown {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;
}
