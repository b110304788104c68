import { own } from "../../core/own.ts";
import { exact } from "../../core/plain-text.ts";
import type { Proposal } from "../../core/policy/accepted.ts";
import { readDefinition, readInstructions, readToolMeta } from "../definitions.ts";
import type { Home } from "../home.ts";

/** Something of a server's own word that a proposal would let through: a file has its digest alone. */
export interface ProposedWord {
	/** The tool or the prompt. */
	readonly name: string;
	/** As it was kept; of what stands beside a definition, with nothing but `_meta`. */
	readonly definition: Readonly<Record<string, unknown>>;
	/** The digest in whose place it stands. Undefined: nothing was accepted. */
	readonly approved: string | undefined;
}

/** What of a server's own word is new or another in a proposal. */
export interface ProposedWords {
	readonly tools: readonly ProposedWord[];
	readonly metas: readonly ProposedWord[];
	readonly prompts: readonly ProposedWord[];
	/** Null: they are as they were accepted, there are none, or they are not kept. */
	readonly instructions: { readonly text: string; readonly pin: string } | null;
	/** What is not kept on this machine, so that nobody can show it: plain text, a thing each. Empty: everything can be shown. */
	readonly unkept: readonly string[];
}

export function proposedWords(home: Pick<Home, "state">, { asked, accepted }: Pick<Proposal, "asked" | "accepted">): ProposedWords {
	const unkept: string[] = [];
	const words = (
		now: Iterable<readonly [string, string]>,
		before: (name: string) => string | undefined,
		read: (pin: string) => ProposedWord["definition"] | null,
		called: (name: string) => string,
	): readonly ProposedWord[] =>
		[...now].flatMap(([name, pin]) => {
			const approved = before(name);
			if (approved === pin) return [];
			const definition = read(pin);
			if (definition === null) unkept.push(called(exact(name)));
			return definition === null ? [] : [{ name, definition, approved }];
		});
	const definitionOf = (pin: string) => readDefinition(home, pin);
	const metaOf = (pin: string) => {
		const meta = readToolMeta(home, pin);
		return meta === null ? null : { _meta: meta };
	};
	const tools = words(
		asked.tools,
		(name) => accepted?.tools.get(name),
		definitionOf,
		(name) => `the definition of ${name}`,
	);
	const metas = words(
		asked.toolMeta ?? [],
		(name) => accepted?.toolMeta?.get(name),
		metaOf,
		(name) => `the _meta of ${name}`,
	);
	const prompts = words(
		Object.entries(asked.offers?.promptPins ?? {}),
		(name) => own(accepted?.offers?.promptPins ?? {}, name),
		definitionOf,
		(name) => `the prompt ${name}`,
	);
	const pin = asked.instructions;
	const isNew = pin !== undefined && pin !== accepted?.instructions;
	const text = isNew ? readInstructions(home, pin) : null;
	if (isNew && text === null) unkept.push("what it says of itself");
	return { tools, metas, prompts, instructions: isNew && text !== null ? { text, pin } : null, unkept };
}
