import type { Proposal } from "../core/policy/accepted.ts";
import { proposedWords } from "../platform/approval/proposed-words.ts";
import type { Home } from "../platform/home.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";
import { showDrift, showListed, showMetaDrift } from "./show-drift.ts";
import { showInstructions } from "./show-instructions.ts";
import { showTool } from "./tool-lines.ts";

/** What a proposal lets through of a server's own word, whole, and what of it is another than was accepted. */
export function showProposedWords(io: Io, home: Home, proposal: Proposal): void {
	const { accepted } = proposal;
	const { tools, metas, prompts, instructions } = proposedWords(home, proposal);
	for (const tool of tools) {
		say(io);
		showTool(io, tool, new Set());
		if (tool.approved !== undefined) showDrift(io, home, tool, tool.approved);
	}
	for (const meta of metas) showMetaDrift(io, home, meta, meta.approved);
	for (const prompt of prompts) {
		showListed(io, prompt);
		if (prompt.approved !== undefined) showDrift(io, home, prompt, prompt.approved, "prompt");
	}
	if (instructions !== null)
		showInstructions(
			io,
			home,
			{ state: accepted?.instructions === undefined ? "denied" : "changed", ...instructions },
			accepted?.instructions,
		);
	else if (tools.length + metas.length + prompts.length > 0) say(io);
}
