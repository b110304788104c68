import { expect, test, vi } from "vitest";
import { Harmless } from "../../../src/core/secrets/harmless.ts";

test("what held nothing is not searched again", () => {
	const harmless = new Harmless();
	const find = vi.fn(() => []);
	expect([harmless.search("NAME", "value", find), harmless.search("NAME", "value", find)]).toEqual([[], []]);
	expect(find).toHaveBeenCalledTimes(1);
});

test("what held something is searched each time, for it is not kept", () => {
	const harmless = new Harmless();
	let searches = 0;
	const search = (): readonly number[] => harmless.search("NAME", "value", () => [++searches]);
	expect([search(), search()]).toEqual([[1], [2]]);
});

test.each([
	["a", "bc", "ab", "c"],
	[null, "a", "", "a"],
	["a", "", null, "a"],
] as const)("%j with %j says nothing of %j with %j", (name, text, otherName, other) => {
	const harmless = new Harmless();
	harmless.search(name, text, () => []);
	expect(harmless.search(otherName, other, () => ["found"])).toEqual(["found"]);
});

test.each([
	[
		["a", "b"],
		["a", "", "b"],
	],
	[
		["a\0b", "c"],
		["a", "b\0c"],
	],
	[["a", "b"], ["a\0b"]],
	[[], [""]],
	[["a"], ["a", ""]],
])("the list %j says nothing of %j", (first, second) => {
	const harmless = new Harmless();
	harmless.searchAll("npx", first, () => []);
	expect(harmless.searchAll("npx", second, () => ["found"])).toEqual(["found"]);
});

test("a list in which nothing was found is not searched again", () => {
	const harmless = new Harmless();
	const find = vi.fn(() => []);
	expect([harmless.searchAll("npx", ["-y", "x"], find), harmless.searchAll("npx", ["-y", "x"], find)]).toEqual([[], []]);
	expect(find).toHaveBeenCalledTimes(1);
});

test("of long texts nothing is kept", () => {
	const harmless = new Harmless();
	const long = "x".repeat(10_000);
	harmless.search("A", long, () => []);
	expect(harmless.search("A", long, () => ["found"])).toEqual(["found"]);
});
