import { expect, test } from "vitest";
import { matchesRuns } from "../../../src/core/policy/wildcards.ts";

test.each([
	["a*a*a*a*a*b", "a".repeat(2_000)],
	["*a*a*a*a*a*a*a*a*a*b", "a".repeat(2_000)],
	["*ab*ab*ab*c", "ab".repeat(1_000)],
])("a glob with many wildcards takes at most the product of both lengths: %s", (glob, text) => {
	let compared = 0;
	const isSame = (item: string, wanted: string): boolean => {
		compared++;
		return item === wanted;
	};
	expect(matchesRuns([...text], [...glob], (wanted) => wanted === "*", isSame)).toBe(false);
	expect(compared).toBeLessThanOrEqual(glob.length * text.length);
});
