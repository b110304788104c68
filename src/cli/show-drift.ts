import { createTwoFilesPatch } from "diff";
import { plain } from "../core/plain-text.ts";
import { readDefinition } from "../platform/definitions.ts";
import type { Home } from "../platform/home.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Drift as a difference of the definitions, not of two digests. */
export function showDrift(io: Io, home: Home, tool: ListedTool, approved: string): void {
	say(io);
	say(io, `${plain(tool.name)} is not what was approved, and is withheld until you allow it again:`);
	const before = readDefinition(home, approved);
	if (before === null) {
		say(io, "  (the approved definition is no longer kept)");
		return;
	}
	const { _meta: _, ...now } = tool.definition;
	const text = (definition: unknown): string => `${JSON.stringify(definition, sortedKeys, 2)}\n`;
	for (const line of createTwoFilesPatch("approved", "now", text(before), text(now), "", "", { context: 2 }).split("\n").slice(3))
		if (line !== "") say(io, `  ${plain(line)}`);
}

function sortedKeys(_key: string, value: unknown): unknown {
	return typeof value === "object" && value !== null && !Array.isArray(value)
		? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
		: value;
}
