import { describe, expect, it } from "vitest";
import { compareVersions } from "../../../src/platform/installation/version.ts";

describe("which launcher is newer", () => {
	it.each([
		["0.1.0", "0.1.0", 0],
		["0.9.0", "0.10.0", -1],
		["1.0.0", "0.99.99", 1],
		["1.0.0-rc.1", "1.0.0", -1],
		["1.0.0-rc.2", "1.0.0-rc.10", -1],
		["1.0.1-rc.1", "1.0.0", 1],
		["1.0.0+a", "1.0.0+b", 0],
		["1.0", "1.0.0", 0],
	])("%s against %s", (a, b, order) => {
		expect([Math.sign(compareVersions(a, b)), Math.sign(compareVersions(b, a)) + 0]).toEqual([order, order === 0 ? 0 : -order]);
	});
});
