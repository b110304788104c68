import { describe, expect, it } from "vitest";
import { aged, sessionShare } from "../../../src/core/audit/retention.ts";

const DAY = 24 * 60 * 60 * 1000;
const NOW = 1000 * DAY;
const MiB = 1024 * 1024;

/** Logs by name, with how many days ago each was last written, and its bytes. */
function gone(
	logs: Readonly<Record<string, readonly [days: number, bytes: number]>>,
	bytes: number,
	days = 90,
): Record<string, "age" | "size"> {
	const sized = Object.entries(logs).map(([name, [ago, size]]) => ({ name, at: NOW - ago * DAY, bytes: size }));
	return Object.fromEntries(aged(sized, { days, bytes }, NOW).map(({ log, why }) => [log.name, why]));
}

describe("which logs go", () => {
	it("are those that are too old, and none that fits", () => {
		expect(gone({ old: [91, 1], other: [89, 1] }, 100)).toEqual({ old: "age" });
		expect(gone({ a: [30, 50], b: [1, 50] }, 100)).toEqual({});
	});

	it("are the largest of those older than a week, and not many small ones that are older still", () => {
		const small = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`small ${i}`, [80, 1] as const]));
		expect(gone({ ...small, large: [10, 60], today: [0, 50] }, 100)).toEqual({ large: "size" });
	});

	it("are the oldest, of those that are about as large", () => {
		expect(gone({ first: [30, 50], second: [29, 51], third: [28, 52] }, 110)).toEqual({ first: "size" });
	});

	it("are not those of this week while older ones take more than half of the room", () => {
		expect(gone({ a: [30, 35], b: [20, 35], today: [0, 45] }, 100)).toEqual({ a: "size" });
	});

	it("are what somebody has written today to make the others go", () => {
		const flood = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`flood ${i}`, [0, 25] as const]));
		const taken = gone({ evidence: [0.1, 1], older: [30, 2], oldest: [80, 2], ...flood }, 100);
		expect(Object.keys(taken).filter((name) => !name.startsWith("flood"))).toEqual([]);
		expect(Object.keys(taken)).toHaveLength(5);
	});
});

it("a session may write a quarter of what is kept, and at least a mebibyte", () => {
	expect(sessionShare({ days: 90, bytes: 256 * MiB })).toBe(64 * MiB);
	expect(sessionShare({ days: 90, bytes: 1 })).toBe(MiB);
});
