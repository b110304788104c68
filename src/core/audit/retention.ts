/** How long logs are kept. */
export interface Retention {
	/** Days since the last record of a log. */
	readonly days: number;
	/** Bytes of all logs together: beyond that the largest go first, of those that are older than a week. */
	readonly bytes: number;
}

export const DEFAULT_RETENTION: Retention = { days: 90, bytes: 256 * 1024 * 1024 };

/** Bytes that one session may write: a quarter of what all of them may take, so that no session makes all others go. */
export function sessionShare({ bytes }: Retention): number {
	return Math.max(LEAST_SHARE, Math.floor(bytes / 4));
}

/** Where little is kept, a session still has room for some thousand calls. */
const LEAST_SHARE = 1024 * 1024;

const DAY_MS = 24 * 60 * 60 * 1000;

interface LogSize {
	/** When it was last written, in milliseconds since 1970. */
	readonly at: number;
	readonly bytes: number;
}

/** A log that is younger than this makes room for no other, as long as such logs take no more than half of what logs may take. */
const YOUNG_MS = 7 * DAY_MS;

/**
 * Which of these logs are to go, and why. Those that may not go are not among them, and do not count. What is too old goes first. Then those
 * that take the most room, so that nobody makes many small logs go by writing a large one: of those that are older than a week until they take
 * half of the room, then of the others; of those that are about as large, the oldest.
 *
 * @param now in milliseconds since 1970
 */
export function aged<T extends LogSize>(
	logs: readonly T[],
	{ days, bytes }: Retention,
	now: number,
): readonly { readonly log: T; readonly why: "age" | "size" }[] {
	const tooOld = logs.filter((log) => now - log.at > days * DAY_MS).sort((a, b) => a.at - b.at);
	const left = logs.filter((log) => now - log.at <= days * DAY_MS).sort((a, b) => magnitude(b) - magnitude(a) || a.at - b.at);
	const [old, young] = [left.filter((log) => now - log.at > YOUNG_MS), left.filter((log) => now - log.at <= YOUNG_MS)];
	const taken: T[] = [];
	let over = sizeOf(left) - bytes;
	const take = (from: readonly T[], least: number): void => {
		let kept = sizeOf(from);
		for (const log of from) {
			if (over <= 0 || kept <= least) return;
			taken.push(log);
			over -= log.bytes;
			kept -= log.bytes;
		}
	};
	take(old, bytes / 2);
	take(young, 0);
	return [...tooOld.map((log) => ({ log, why: "age" as const })), ...taken.map((log) => ({ log, why: "size" as const }))];
}

/** Logs are about as large as one another where one is less than twice the other, roughly. */
function magnitude({ bytes }: LogSize): number {
	return Math.floor(Math.log2(bytes + 1));
}

function sizeOf(logs: readonly LogSize[]): number {
	return logs.reduce((sum, { bytes }) => sum + bytes, 0);
}
