import type { Sample } from "../sample.ts";

/** One finding on a text. Offsets are UTF-16 units, a byte order mark counted. */
export interface Flag {
	readonly offset: number;
	readonly length: number;
	/** A hint is a guess that the engine itself calls one. */
	readonly tier: "warning" | "hint";
}

export interface Engine {
	readonly name: string;
	/**
	 * What it finds in each sample, in their order; null in place of a list: it does not read such a file. Null: it cannot be run here.
	 *
	 * @param say is told why it cannot
	 */
	readonly run: (samples: readonly Sample[], say: (text: string) => void) => Promise<readonly (readonly Flag[] | null)[] | null>;
}
