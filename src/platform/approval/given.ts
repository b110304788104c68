import { exact } from "../../core/plain-text.ts";
import type { Grant } from "../../core/policy/layers.ts";
import { type Said, withToolMeta } from "../../core/policy/said.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { instructionsPinOf, metaPinOf } from "../../core/tools/pin.ts";
import type { ListedOffers, ListedPrompt, ListedServer, ListedTool } from "../launch/list-tools.ts";

/** What a server says for the model, against what a person approved of it. */
export interface GivenInstructions {
	/** `none`: it says nothing. `changed`: another text was approved. `unreadable`: nobody can be asked to approve it. */
	readonly state: "none" | "allowed" | "changed" | "denied" | "unreadable";
	/** Its own word. Null: it says nothing. */
	readonly text: string | null;
	/** Null: there is no text, or none that can be approved. */
	readonly pin: string | null;
}

export const NO_INSTRUCTIONS: GivenInstructions = { state: "none", text: null, pin: null };

/** Characters: what is longer nobody reads before they approve it. */
const MOST = 64 * 1024;

export function instructionsOf(
	{ instructions: text }: Pick<ListedServer, "instructions">,
	{ instructions: approved }: Said,
): GivenInstructions {
	if (text === null) return NO_INSTRUCTIONS;
	const pin = text.length > MOST ? null : instructionsPinOf(text);
	if (pin === null) return { state: "unreadable", text, pin };
	return { state: approved === undefined ? "denied" : approved === pin ? "allowed" : "changed", text, pin };
}

/**
 * The definitions of these prompts as they are listed now, for a grant of them; `*` has none.
 *
 * @returns a Problem for a name that is not listed, or cannot be pinned
 */
export function promptsToGrant(
	{ prompts }: ListedOffers,
	names: readonly string[],
): Result<readonly (ListedPrompt & { readonly pin: string })[]> {
	const chosen: (ListedPrompt & { readonly pin: string })[] = [];
	for (const name of new Set(names)) {
		if (name === "*") continue;
		const prompt = prompts.find((each) => each.name === name);
		if (prompt === undefined)
			return fail(
				"prompt-not-listed",
				`The server lists no prompt ${exact(name)}.`,
				"Names are exact; * stands for every prompt, whatever it says.",
			);
		if (prompt.pin === null)
			return fail(
				"prompt-unpinnable",
				`The prompt ${exact(name)} cannot be pinned: it is listed twice, or its definition has no one reading.`,
				"Ask the server's makers.",
			);
		chosen.push({ ...prompt, pin: prompt.pin });
	}
	return ok(chosen);
}

/** The grant with these tools as they are listed now, each with what stands beside its definition. One that cannot be pinned is left out. */
export function withTools(grant: Grant, tools: readonly ListedTool[]): Grant {
	const pins = tools.flatMap(({ name, pin }) => (pin === null ? [] : [[name, pin] as const]));
	const metas = new Map(grant.toolMeta);
	for (const { name, definition } of tools) {
		const meta = metaPinOf(definition);
		if (meta == null) metas.delete(name);
		else metas.set(name, meta);
	}
	return { ...withToolMeta(grant, metas), tools: new Map([...grant.tools, ...pins]) };
}
