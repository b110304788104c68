import { plain } from "../core/plain-text.ts";
import type { Grant } from "../core/policy/layers.ts";
import { grantChange, launchRows } from "../platform/approval/texts.ts";
import type { DescribedLaunch } from "../platform/launch/describe.ts";
import { labelWidth } from "./columns.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Where it starts, the exact command, and what stands behind it on this machine. */
export function showLaunch(io: Io, described: DescribedLaunch, secrets: Grant["secrets"] = new Map()): void {
	say(io, `${plain(described.line.name)}  (${plain(described.line.config)})`);
	const { workspace } = described.line;
	say(io, `  starts    ${workspace === null ? "in every workspace" : `in ${plain(workspace)}`}`);
	for (const { label, text, missing } of launchRows(described, secrets)) {
		const how = missing === undefined ? "" : ` (--secret ${plain(missing.slot)}=${plain(missing.reference)})`;
		say(io, `  ${label.padEnd(9)} ${text}${how}`);
	}
}

/** Shows a change line by line: `+` is new, `-` goes, the rest stays. True when something is new. */
export function showChange(io: Io, before: Grant | null, after: Grant): boolean {
	const { rows, widens } = grantChange(before, after);
	const width = labelWidth(rows.map(({ kind }) => kind));
	for (const { mark, kind, text } of rows) say(io, `  ${mark} ${kind.padEnd(width)} ${text}`);
	return widens;
}
