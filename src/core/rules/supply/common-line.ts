import type { EntryTexts } from "../entry-texts.ts";
import { LastOf } from "../last-of.ts";

/** One word; or a runner or an interpreter with its words, none of which is an operator, or a flag behind which code stands. */
const COMMON =
	/^[\w.-]+$|^(?:npx|uvx?|bunx|pnpx|node|python3?|deno|bun)(?:\0(?!-[A-Za-z]*[cepErRSC]|--(?:eval|print|call|command|exec|run|session-command|init-command)|eval(?:\0|$)|[|&;])[^\0]*)*$/;
/** Programs that `uv run` may start and that take code, or another program, behind a word that is no such flag. */
const WITH_OTHERS =
	/[\0/]\s*(?:cmd|%comspec%|find|eval|[gmn]?awk|su|sg|runuser|script|flock|nix-shell|nodemon|forfiles)(?:\.\w{1,4})?\s*(?:\0|$)/i;

/** True for a launch line as most are: one program with its words, no code in it, nothing else started, and not Sallyport's launcher. */
export function isCommonLine(texts: EntryTexts): boolean {
	let isCommon = common.get(texts);
	if (isCommon === undefined) {
		isCommon = looksCommon(texts);
		common.set(texts, isCommon);
	}
	return isCommon;
}

/** Several rules ask for the same. */
const common = new LastOf<EntryTexts, boolean>();

function looksCommon({ launch, twisted }: EntryTexts): boolean {
	return !twisted && COMMON.test(launch) && !/sallyport/i.test(launch) && !(launch.startsWith("uv\0") && WITH_OTHERS.test(launch));
}

/** For `Rule.mayConcern`: false for a line that holds no code. */
export function mayHoldCode(texts: EntryTexts): boolean {
	return !isCommonLine(texts);
}
