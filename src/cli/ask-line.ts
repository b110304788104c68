import { createInterface } from "node:readline/promises";
import type { Io } from "./io.ts";

/** One line that a person types. Null: Ctrl-C, or the end of the input. */
export async function askLine(io: Io, question: string): Promise<string | null> {
	const lines = createInterface({ input: io.stdin, output: io.stdout });
	try {
		// A question that stands when the input ends is never answered, and never refused either.
		const ended = new Promise<null>((resolve) => lines.once("close", () => resolve(null)));
		const typed = await Promise.race([lines.question(question), ended]);
		if (typed === null) io.stdout.write("\n");
		return typed;
	} catch {
		io.stdout.write("\n");
		return null;
	} finally {
		lines.close();
	}
}
