import type { SessionDrift } from "../core/audit/session-drift.ts";
import { exact } from "../core/plain-text.ts";
import { readDefinition, readInstructions, readToolMeta } from "../platform/definitions.ts";
import type { Home } from "../platform/home.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import type { Io } from "./io.ts";
import { logTime } from "./log-time.ts";
import { say } from "./say.ts";
import { patchLines, showBarred, showPatch, showPatchLines } from "./show-text.ts";

/**
 * Drift as a difference of the definitions, not of two digests.
 */
export function showDrift(
	io: Io,
	home: Home,
	tool: Pick<ListedTool, "name" | "definition">,
	approved: string,
	kind: "tool" | "prompt" = "tool",
): void {
	const { _meta: _, ...pinned } = tool.definition;
	say(io);
	say(
		io,
		`${kind === "prompt" ? "The prompt " : ""}${exact(tool.name)} is not what was approved, and is withheld until you allow it again:`,
	);
	showLines(io, driftLines(home, approved, kind === "prompt" ? tool.definition : pinned), "(the approved definition is no longer kept)");
}

/** What a running server listed, or said, in the place of what was approved. Started anew, it need not do so again. */
export function showSessionDrift(io: Io, home: Home, drift: SessionDrift): void {
	say(io);
	say(io, sessionDriftText(drift));
	showLines(io, sessionDriftLines(home, drift), "(one of the two is not kept)");
}

function sessionDriftText({ kind, name, at }: SessionDrift): string {
	const when = `in a session at ${logTime(at)}`;
	if (kind === "instructions") return `What it says of itself: ${when} it said something else, which was left out:`;
	return `${kind === "prompt" ? "The prompt " : ""}${exact(name ?? "")}: ${when} it listed another definition, which was withheld:`;
}

/** What was approved, and what is pinned of what is listed (of a tool, all but its `_meta`), as lines of a difference. Null: what was approved is no longer kept. */
export function driftLines(home: Home, approved: string, definition: Readonly<Record<string, unknown>>): readonly string[] | null {
	const before = readDefinition(home, approved);
	return before === null ? null : patchLines(definitionText(before), definitionText(definition));
}

/** The same of a session. Null: one of the two is not kept. */
export function sessionDriftLines(home: Home, { kind, approved, listed }: SessionDrift): readonly string[] | null {
	if (kind === "instructions") {
		const [before, said] = [readInstructions(home, approved), readInstructions(home, listed)];
		return before === null || said === null ? null : patchLines(`${before}\n`, `${said}\n`);
	}
	const now = readDefinition(home, listed);
	return now === null ? null : driftLines(home, approved, now);
}

/** What stands beside a tool's definition, in its `_meta`, where that is not what was approved: as a difference where that is kept, else whole. */
export function showMetaDrift(
	io: Io,
	home: Home,
	{ name, definition }: Pick<ListedTool, "name" | "definition">,
	approved: string | undefined,
): void {
	say(io);
	say(io, `Beside the definition of ${exact(name)}, in its _meta, where some hosts look for pages to show and the like:`);
	const before = approved === undefined ? null : readToolMeta(home, approved);
	if (before === null) showBarred(io, definitionText(definition._meta));
	else showPatch(io, definitionText(before), definitionText(definition._meta));
}

/** A prompt as it is listed now, by the server's own word. */
export function showListed(io: Io, { name, definition }: Pick<ListedTool, "name" | "definition">): void {
	say(io);
	say(io, `The prompt ${exact(name)}, by the server's own word:`);
	showBarred(io, definitionText(definition));
}

function showLines(io: Io, lines: readonly string[] | null, otherwise: string): void {
	if (lines === null) say(io, `  ${otherwise}`);
	else showPatchLines(io, lines);
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
