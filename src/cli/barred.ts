import { wrap } from "../core/wrapped-text.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Columns of a line where the terminal does not say how many it has, and the fewest and most that are used. */
const WIDTH = { usual: 80, least: 20, most: 160 };

/** Columns that are left of a line behind the bar that it begins with. */
export function columnsBehindBar({ stdout }: Io): number {
	const columns = stdout.columns ?? 0;
	return Math.min(WIDTH.most, Math.max(WIDTH.least, columns > 0 ? columns : WIDTH.usual)) - 4;
}

/**
 * A line of plain text from outside. Every line that it takes on the screen begins with a bar, so that none can pass for one of ours.
 *
 * @param mark stands behind each bar. Empty: nothing
 */
export function sayBarred(io: Io, line: string, mark = ""): void {
	for (const part of wrap(line, columnsBehindBar(io) - mark.length)) say(io, `  │ ${mark}${part}`);
}
