import type { GivenInstructions } from "../platform/approval/given.ts";
import { readInstructions } from "../platform/definitions.ts";
import type { Home } from "../platform/home.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";
import { showBarred, showPatch } from "./show-text.ts";

/** What a server says of itself, its instructions for the model among it, all of it; and what is another than was approved, where that is kept. */
export function showInstructions(io: Io, home: Home, { state, text }: GivenInstructions, approved: string | undefined): void {
	if (text === null) return;
	say(io);
	const before = state === "changed" && approved !== undefined ? readInstructions(home, approved) : null;
	if (state === "changed")
		say(io, `What it says of itself is not what you approved${before === null ? " (that is no longer kept)" : ", and differs in this"}:`);
	if (before !== null) showPatch(io, `${before}\n`, `${text}\n`);
	say(io, "What it says of itself, by its own word, which many hosts hand to the model:");
	showBarred(io, text);
	say(io);
}
