import type { Grant } from "../../core/policy/layers.ts";
import { type Said, withToolMeta } from "../../core/policy/said.ts";
import { instructionsPinOf, metaPinOf } from "../../core/tools/pin.ts";
import type { ListedServer, ListedTool } from "../launch/list-tools.ts";

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
