import { ourCommand } from "../core/command-words.ts";
import { plain } from "../core/plain-text.ts";
import type { ApprovalContext } from "../platform/approval/context.ts";
import { type Narrowed, narrowedNow } from "../platform/approval/narrowed.ts";
import type { LaunchLine } from "../platform/launch/locate.ts";
import { labelWidth } from "./columns.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Each file with what it takes away, line by line. */
export function showNarrowed(io: Io, narrowed: readonly Narrowed[]): void {
	for (const { file, rows } of narrowed) {
		say(io, `  ✗ ${plain(file)} takes away:`);
		const width = labelWidth(rows.map(({ kind }) => kind));
		for (const { mark, kind, text } of rows) say(io, `    ${mark} ${kind.padEnd(width)} ${text}`);
	}
}

/** After something was granted: what of the whole grant other files take away again, which the person would look for in vain. */
export async function sayWhatIsLeft(
	io: Io,
	line: LaunchLine,
	context: Pick<ApprovalContext, "home" | "userHome" | "approvals">,
): Promise<void> {
	const narrowed = await narrowedNow(line, context);
	if (!narrowed.ok || narrowed.value.length === 0) return;
	say(io, "Not all of it is in effect:");
	showNarrowed(io, narrowed.value);
	say(io, `To see who decides: ${ourCommand("policy explain", [line.name])}`);
}
