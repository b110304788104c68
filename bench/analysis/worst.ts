import { CARRIERS, PATTERNS } from "./worst-cases.ts";

export interface WorstCase {
	readonly carrier: string;
	readonly pattern: string;
	/** The shorter of two times: the first has the garbage of the one before. */
	readonly ms: number;
	/** False: a shorter text took so long that the whole was not tried. */
	readonly isWhole: boolean;
}

/** Every pattern wherever it fits, the slowest first. */
export function worstOf(length: number): { readonly judged: number; readonly slowest: readonly WorstCase[] } {
	const cases = CARRIERS.flatMap((carrier) =>
		PATTERNS.map((pattern) => ({ carrier: carrier.name, pattern: pattern.name, ...timeOf(carrier.judge, pattern.text, length) })),
	);
	return { judged: cases.length, slowest: cases.toSorted((a, b) => b.ms - a.ms) };
}

/** Of a text that grows: what takes a second for a sixteenth would take minutes for the whole. */
function timeOf(judge: (text: string) => void, make: (length: number) => string, length: number): Pick<WorstCase, "ms" | "isWhole"> {
	const first = once(judge, make(length >> 4));
	if (first > PATIENCE) return { ms: first, isWhole: false };
	const text = make(length);
	const whole = once(judge, text);
	return { ms: whole > DOUBTFUL ? Math.min(whole, once(judge, text)) : whole, isWhole: true };
}

const PATIENCE = 1000;
const DOUBTFUL = 100;

function once(judge: (text: string) => void, text: string): number {
	const started = performance.now();
	judge(text);
	return performance.now() - started;
}
