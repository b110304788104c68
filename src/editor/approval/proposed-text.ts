import { exact, plain } from "../../core/plain-text.ts";
import type { ToolText } from "../../core/tools/definition-lines.ts";
import { warningsOf } from "../../core/tools/warnings.ts";
import { linesOf, wrap } from "../../core/wrapped-text.ts";
import type { ProposedWord, ProposedWords } from "../../platform/approval/proposed-words.ts";
import { readDefinition, readInstructions, readToolMeta } from "../../platform/definitions.ts";
import type { Home } from "../../platform/home.ts";
import { plainDefinition } from "./definition-text.ts";

/** Columns of a line in the document: what is longer would be out of sight. */
const WIDTH = 110;

/** What a proposal lets through of a server's own word, whole and in plain text: a paragraph for each thing. */
export interface ProposedText {
	/** As it would count. Empty: there is nothing of it. */
	readonly now: readonly string[];
	/** The same things as they were accepted, as far as that is kept. Null: nothing of it was accepted before. */
	readonly before: readonly string[] | null;
	/** What it is, in a few words: `2 tools, what it says of itself`. */
	readonly summary: string;
}

export function proposedText(
	home: Pick<Home, "state">,
	accepted: { readonly instructions?: string | undefined } | null,
	{ tools, metas, prompts, instructions }: ProposedWords,
): ProposedText {
	const definitionAt = (pin: string) => readDefinition(home, pin);
	const metaAt = (pin: string) => {
		const meta = readToolMeta(home, pin);
		return meta === null ? null : { _meta: meta };
	};
	const things: readonly Thing[] = [
		...tools.map((tool) => thing(tool, `The tool ${exact(tool.name)}`, definitionAt, toolBody)),
		...metas.map((meta) => thing(meta, `What stands beside the definition of ${exact(meta.name)}, in its _meta`, metaAt, bodyOf)),
		...prompts.map((prompt) => thing(prompt, `The prompt ${exact(prompt.name)}`, definitionAt, bodyOf)),
		...(instructions === null ? [] : [instructionsOf(home, instructions.text, accepted?.instructions)]),
	];
	return {
		now: things.map(({ heading, now }) => `${heading}, by the server's own word:\n${now}`),
		before: things.some(({ before }) => before !== null)
			? things.map(({ heading, before }) => `${heading}, by the server's own word:\n${before ?? "(nothing of it was accepted)"}`)
			: null,
		summary: [
			...counted(tools, "tool"),
			...counted(metas, "_meta"),
			...counted(prompts, "prompt"),
			...(instructions === null ? [] : ["what it says of itself"]),
		].join(", "),
	};
}

interface Thing {
	readonly heading: string;
	readonly now: string;
	/** Null: nothing of it was accepted. */
	readonly before: string | null;
}

const NOT_KEPT = "(what was accepted of it is no longer kept)";

function thing(
	{ name, definition, approved }: ProposedWord,
	heading: string,
	read: (pin: string) => ToolText["definition"] | null,
	body: (tool: ToolText) => string,
): Thing {
	const before = approved === undefined ? null : read(approved);
	const was = before === null ? NOT_KEPT : body({ name, definition: before });
	return { heading, now: body({ name, definition }), before: approved === undefined ? null : was };
}

function instructionsOf(home: Pick<Home, "state">, text: string, approved: string | undefined): Thing {
	const before = approved === undefined ? null : readInstructions(home, approved);
	const was = before === null ? NOT_KEPT : barred(linesOf(before).map(plain));
	return {
		heading: "What it says of itself, which many hosts hand to the model",
		now: barred(linesOf(text).map(plain)),
		before: approved === undefined ? null : was,
	};
}

function toolBody(tool: ToolText): string {
	return [...warningsOf(tool).map((warning) => `! ${warning}`), bodyOf(tool)].join("\n");
}

function bodyOf({ definition }: ToolText): string {
	return barred(plainDefinition(definition).trimEnd().split("\n"));
}

/** Every line that the server wrote begins with a bar, and none is wider than a window. */
function barred(lines: readonly string[]): string {
	return lines.flatMap((line) => wrap(line, WIDTH).map((each) => `│ ${each}`)).join("\n");
}

function counted(items: readonly unknown[], what: string): readonly string[] {
	return items.length === 0 ? [] : [items.length === 1 ? `1 ${what}` : `${items.length} ${what}s`];
}
