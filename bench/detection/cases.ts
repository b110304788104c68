import type { Sample } from "./sample.ts";
import type { Outcome } from "./score.ts";

/** What an engine missed and what it flagged wrongly in one split, a line each; every secret in it is made up. */
export function cases(outcome: Outcome, split: Sample["split"]): string {
	const lines: string[] = [];
	for (const { sample, label, flag } of outcome.secrets) {
		if (sample.split !== split || flag?.tier === "warning" || (flag !== null && label.tier === "hint")) continue;
		lines.push(
			`${flag === null ? "missed" : "only a hint"}  ${sample.set}  ${sample.host}  ${label.position}  ${label.kind}  ${context(sample, label)}`,
		);
	}
	for (const { sample, flag, kind } of outcome.falseFlags) {
		if (sample.split === split) lines.push(`false ${flag.tier}  ${sample.set}  ${sample.host}  ${kind}  ${context(sample, flag)}`);
	}
	return lines.sort().join("\n");
}

/** The text with a little of what stands before and after it. */
function context({ text }: Sample, { offset, length }: { readonly offset: number; readonly length: number }): string {
	const part = (from: number, to: number) => JSON.stringify(text.slice(Math.max(0, from), to)).slice(1, -1);
	return `${part(offset - 60, offset)}⟦${part(offset, Math.min(offset + length, offset + 160))}⟧${part(offset + length, offset + length + 12)}`;
}
