import type { PolicyServer } from "./schema.ts";

/** What a server may say of itself beside the definitions of its tools: digests of what a person approved. Both undefined: nothing. */
export interface Said {
	/** Of the instructions that it gives the model. */
	readonly instructions?: string;
	/** By tool, of the `_meta` that stands beside its definition. Never empty. */
	readonly toolMeta?: ReadonlyMap<string, string>;
}

/** Of a server of the user's layer. */
export function saidOf({ instructions, tools = {} }: PolicyServer): Said {
	return saying(
		instructions === false ? undefined : instructions,
		Object.entries(tools).flatMap(([tool, { pin, decision, meta }]) =>
			typeof meta !== "string" || pin === undefined || decision === "deny" ? [] : [[tool, meta] as const],
		),
	);
}

function saying(instructions: string | undefined, toolMeta: Iterable<readonly [string, string]>): Said {
	const metas = new Map(toolMeta);
	return { ...(instructions === undefined ? {} : { instructions }), ...(metas.size === 0 ? {} : { toolMeta: metas }) };
}

/** The same with this in the place of what may stand beside the definitions of its tools; empty: nothing may. */
export function withToolMeta<T extends Said>({ toolMeta: _, ...rest }: T, toolMeta: ReadonlyMap<string, string>) {
	return { ...rest, ...saying(undefined, toolMeta) };
}

/** The same without its instructions. */
export function withoutInstructions<T extends Said>({ instructions: _, ...rest }: T) {
	return rest;
}

/**
 * What both allow. A digest that the limit leaves out does not narrow; `false`, or another one, takes away.
 *
 * @param limits what the limit says of one tool, undefined: it does not name it
 * @param tools that are left
 */
export function narrowSaid(
	{ instructions, toolMeta = new Map() }: Said,
	limit: PolicyServer,
	limits: (tool: string) => { readonly meta?: string | false | undefined } | undefined,
	tools: ReadonlyMap<string, string>,
): Said {
	const isLeft = (said: string, limited: string | false | undefined): boolean => limited === undefined || limited === said;
	return saying(
		instructions !== undefined && isLeft(instructions, limit.instructions) ? instructions : undefined,
		[...toolMeta].filter(([tool, meta]) => tools.has(tool) && isLeft(meta, limits(tool)?.meta)),
	);
}

/** As a limit: what is not there is taken away. */
export function instructionsLimit({ instructions }: Said): Pick<PolicyServer, "instructions"> {
	return { instructions: instructions ?? false };
}

export function metaLimit({ toolMeta }: Said, tool: string): { readonly meta: string | false } {
	return { meta: toolMeta?.get(tool) ?? false };
}

/** What a policy file says of one tool's `_meta`; nothing where it says nothing of it. */
export function policyMeta({ toolMeta }: Said, tool: string): { readonly meta?: string } {
	const meta = toolMeta?.get(tool);
	return meta === undefined ? {} : { meta };
}
