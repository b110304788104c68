import { CARRIERS, PATTERNS } from "./worst-cases.ts";

export interface WorstCase {
	readonly carrier: string;
	readonly pattern: string;
	/** The shortest of a few times: some have the garbage of the one before. */
	readonly ms: number;
	/** False: a shorter text took so long that the whole was not tried. */
	readonly isWhole: boolean;
	/** What there was to judge in it. */
	readonly things: number;
}

/** Every pattern wherever it fits, the slowest first. */
export function worstOf(length: number): { readonly judged: number; readonly slowest: readonly WorstCase[] } {
	const cases = CARRIERS.flatMap((carrier) =>
		PATTERNS.map((pattern) => ({ carrier: carrier.name, pattern: pattern.name, ...timeOf(carrier.judge, pattern.text, length) })),
	);
	return { judged: cases.length, slowest: cases.toSorted((a, b) => b.ms - a.ms) };
}

/** Of a text that grows: what takes a second for a sixteenth would take minutes for the whole. */
function timeOf(
	judge: (text: string) => number,
	make: (length: number) => string,
	length: number,
): Pick<WorstCase, "ms" | "isWhole" | "things"> {
	const first = once(judge, make(length >> 4));
	if (first.ms > PATIENCE) return { ...first, isWhole: false };
	const text = make(length);
	let best = once(judge, text);
	for (let i = 1; i < TRIES && best.ms > DOUBTFUL; i++) {
		const again = once(judge, text);
		if (again.ms < best.ms) best = again;
	}
	return { ...best, isWhole: true };
}

const PATIENCE = 1000;
const DOUBTFUL = 200;
const TRIES = 3;

function once(judge: (text: string) => number, text: string): Pick<WorstCase, "ms" | "things"> {
	const started = performance.now();
	const things = judge(text);
	return { ms: performance.now() - started, things };
}
