import { expect, it } from "vitest";
import { limitLines, limitsOf, parsePolicyLimits, policyLimits } from "../../../src/core/policy/limits.ts";
import { parseSize, sizeText } from "../../../src/core/policy/sizes.ts";

it("reads sizes with their units, and nothing that is not a whole number of bytes", () => {
	expect(["64MiB", "1GiB", "1 GB", "1.5KiB", "512B", "2TiB"].map(parseSize)).toEqual([
		64 * 1024 ** 2,
		1024 ** 3,
		1000 ** 3,
		1536,
		512,
		2 * 1024 ** 4,
	]);
	for (const text of ["", "64", "MiB", "-1MiB", "0B", "1.5B", "1e3B", "64mib", "64 MiBs", "9999999999999TiB", "__proto__", "1constructor"])
		expect(parseSize(text), text).toBeNull();
});

it("writes what it reads", () => {
	for (const bytes of [1, 1000, 1024, 1536, 64 * 1024 ** 2, 3 * 1024 ** 3, 5 * 1024 ** 4, 1_234_567])
		expect(parseSize(sizeText(bytes))).toBe(bytes);
	const limits = { memoryBytes: 1024 ** 3, diskBytes: 3_000_000, processes: 64 };
	expect(limitsOf(policyLimits(limits))).toEqual(limits);
	expect(limitLines(limits)).toEqual(["memory 1GiB", "disk 3MB", "processes 64"]);
});

it("takes the smaller of the two names of memory, and refuses what is no limit", () => {
	expect(limitsOf({ memory: "1GiB", memoryBytes: 5 })).toEqual({ memoryBytes: 5 });
	for (const value of [{ memory: "lots" }, { speed: 1 }, { processes: 0 }, { "": "" }, [], "x"])
		expect(parsePolicyLimits(value)).toBeNull();
});
