/** How long logs are kept. */
export interface Retention {
	/** Days since the last record of a log. */
	readonly days: number;
	/** Bytes of all logs together: beyond that the oldest go first. */
	readonly bytes: number;
}

export const DEFAULT_RETENTION: Retention = { days: 90, bytes: 256 * 1024 * 1024 };

const DAY_MS = 24 * 60 * 60 * 1000;

interface LogSize {
	/** When it was last written, in milliseconds since 1970. */
	readonly at: number;
	readonly bytes: number;
}

/**
 * Which of these logs are to go, and why, oldest first. Those that may not go are not among them, and do not count.
 *
 * @param now in milliseconds since 1970
 */
export function aged<T extends LogSize>(
	logs: readonly T[],
	{ days, bytes }: Retention,
	now: number,
): readonly { readonly log: T; readonly why: "age" | "size" }[] {
	let over = logs.reduce((sum, log) => sum + log.bytes, 0) - bytes;
	return [...logs]
		.sort((a, b) => a.at - b.at)
		.flatMap((log) => {
			const why = now - log.at > days * DAY_MS ? "age" : over > 0 ? "size" : null;
			if (why === null) return [];
			over -= log.bytes;
			return [{ log, why }];
		});
}
