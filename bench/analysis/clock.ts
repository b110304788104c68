import process from "node:process";

/** Something to measure, and what to do before each time, which is not measured. */
export interface Way<T = void> {
	readonly name: string;
	readonly prepare?: () => T;
	readonly run: (prepared: T) => void | Promise<void>;
}

/** Milliseconds that have passed, for whoever waits. */
export function wallTime(): number {
	return performance.now();
}

/** Milliseconds of processor time that this thread has had: what else the machine does is not in it. */
export function threadTime(): number {
	const { user, system } = process.threadCpuUsage();
	return (user + system) / 1000;
}

/** The same of all threads: those that read files and clear memory, too. */
export function processTime(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

/**
 * Milliseconds that each way took in each round, by its name. They take turns, so that what else the machine does falls on all.
 *
 * @param now by which clock
 */
export async function takeTurns<T>(
	rounds: number,
	ways: readonly Way<T>[],
	now: () => number = wallTime,
): Promise<ReadonlyMap<string, readonly number[]>> {
	const times = new Map<string, number[]>(ways.map(({ name }) => [name, []]));
	// The first time warms up.
	for (let round = -1; round < rounds; round++) {
		for (const { name, prepare, run } of ways) {
			const prepared = prepare?.() as T;
			const started = now();
			await run(prepared);
			if (round >= 0) times.get(name)?.push(now() - started);
		}
	}
	return times;
}

/** NaN for none. */
export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** How many times as long the one took as the other, round by round; the median of it. */
export function ratio(of: readonly number[] = [], to: readonly number[] = []): number {
	return median(of.map((ms, i) => ms / (to[i] ?? Number.NaN)));
}
