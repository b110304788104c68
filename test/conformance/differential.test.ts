import { expect, it } from "vitest";
import { compare, DIFFERENCES, type Met } from "./differential.ts";

it("thousands of messages of every era come through byte for byte, but for what is listed", () => {
	const met: Met = new Map();
	for (let seed = 1; seed <= 60; seed++) compare(seed, 200, met);
	expect([...met.keys()].sort()).toEqual(["", ...Object.keys(DIFFERENCES)].sort());
	expect(met.get("")).toBeGreaterThan(8000);
});
