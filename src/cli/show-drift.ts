import { plain } from "../core/plain-text.ts";
import { readDefinition, readToolMeta } from "../platform/definitions.ts";
import type { Home } from "../platform/home.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";
import { showBarred, showPatch } from "./show-text.ts";

/**
 * Drift as a difference of the definitions, not of two digests.
 *
 * @param what stands before the name, with a blank behind. Empty: nothing
 */
export function showDrift(io: Io, home: Home, tool: Pick<ListedTool, "name" | "definition">, approved: string, what = ""): void {
	say(io);
	say(io, `${what}${plain(tool.name)} is not what was approved, and is withheld until you allow it again:`);
	const before = readDefinition(home, approved);
	if (before === null) {
		say(io, "  (the approved definition is no longer kept)");
		return;
	}
	const { _meta: _, ...now } = tool.definition;
	showPatch(io, textOf(before), textOf(now));
}

/** What stands beside a tool's definition, in its `_meta`, where that is not what was approved: as a difference where that is kept, else whole. */
export function showMetaDrift(io: Io, home: Home, { name, definition }: ListedTool, approved: string | undefined): void {
	say(io);
	say(io, `Beside the definition of ${plain(name)}, in its _meta, where some hosts look for pages to show and the like:`);
	const before = approved === undefined ? null : readToolMeta(home, approved);
	if (before === null) showBarred(io, textOf(definition._meta));
	else showPatch(io, textOf(before), textOf(definition._meta));
}

/** A prompt as it is listed now, by the server's own word. */
export function showListed(io: Io, { name, definition }: Pick<ListedTool, "name" | "definition">): void {
	const { _meta: _, ...now } = definition;
	say(io);
	say(io, `The prompt ${plain(name)}, by the server's own word:`);
	showBarred(io, textOf(now));
}

function textOf(value: unknown): string {
	return `${JSON.stringify(value, sortedKeys, 2)}\n`;
}

function sortedKeys(_key: string, value: unknown): unknown {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;
}
