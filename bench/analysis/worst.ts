import { threadTime } from "./clock.ts";
import { CARRIERS, type Carrier, type Judge, PATTERNS, type Pattern } from "./worst-cases.ts";

export interface WorstCase {
	readonly carrier: string;
	readonly pattern: string;
	/** Processor time of the one thread, so that what else the machine does does not count; the shortest of a few. */
	readonly ms: number;
	/** False: a shorter text took so long that the whole was not tried. */
	readonly isWhole: boolean;
	/** What there was to judge in it. */
	readonly things: number;
}

/** Every pattern wherever it fits, the slowest first. */
export function worstOf(length: number): { readonly judged: number; readonly slowest: readonly WorstCase[] } {
	const cases = CARRIERS.flatMap((carrier) =>
		PATTERNS.map((pattern) => ({ carrier: carrier.name, pattern: pattern.name, ...timeOf(carrier, pattern, length) })),
	);
	return { judged: cases.length, slowest: cases.toSorted((a, b) => b.ms - a.ms) };
}

/** Of a text that grows: what takes a second for a sixteenth would take minutes for the whole. */
function timeOf({ put }: Carrier, pattern: Pattern, length: number): Pick<WorstCase, "ms" | "isWhole" | "things"> {
	const first = once(put(pattern.text(length >> 4)));
	if (first.ms > PATIENCE) return { ...first, isWhole: false };
	const judge = put(pattern.text(length));
	let best = once(judge);
	for (let i = 1; i < TRIES && best.ms > DOUBTFUL; i++) {
		const again = once(judge);
		if (again.ms < best.ms) best = again;
	}
	return { ...best, isWhole: true };
}

const PATIENCE = 1000;
const DOUBTFUL = 200;
const TRIES = 5;

function once(judge: Judge): Pick<WorstCase, "ms" | "things"> {
	const started = threadTime();
	const things = judge();
	return { ms: threadTime() - started, things };
}
