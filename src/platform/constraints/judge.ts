import { type Breach, type JudgeTools, judgeArguments } from "../../core/constraints/judge.ts";
import type { Constraints } from "../../core/constraints/schema.ts";
import { realPlace } from "./real-place.ts";

/** Judges the arguments of calls. What only a JSON Schema needs is read when the first policy has one. */
export class ArgumentsJudge {
	#fitsSchema: JudgeTools["fitsSchema"] = () => false;

	/** Call it before these constraints count: until then what a JSON Schema constrains is refused. */
	async prepare(all: Iterable<readonly Constraints[]>): Promise<void> {
		for (const several of all)
			if (several.some((constraints) => Object.values(constraints).some(({ schema }) => schema !== undefined))) {
				({ fitsSchema: this.#fitsSchema } = await import("../../core/constraints/json-schema.ts"));
				return;
			}
	}

	/** The first breach of any of them; null: the arguments hold to all. */
	judge(several: readonly Constraints[], given: Readonly<Record<string, unknown>>): Breach | null {
		const tools: JudgeTools = { realPath: realPlace, fitsSchema: this.#fitsSchema };
		for (const constraints of several) {
			const breach = judgeArguments(constraints, given, tools);
			if (breach !== null) return breach;
		}
		return null;
	}
}
