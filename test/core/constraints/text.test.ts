import { describe, expect, it } from "vitest";
import { Constraints } from "../../../src/core/constraints/schema.ts";
import { constraintsText } from "../../../src/core/constraints/text.ts";

const text = (constraints: unknown): string => constraintsText(Constraints.parse(constraints));

describe("what a policy says of a tool's arguments, in one line", () => {
	it("is plain words where nothing can be mistaken", () => {
		expect(text({})).toBe("");
		expect(text({ path: { within: ["/project/docs", "/project/notes"] }, mode: { enum: ["append", "create"], optional: true } })).toBe(
			"mode enum append, create, optional; path within /project/docs, /project/notes",
		);
		expect(text({ path: {} })).toBe("path given");
	});

	const optional = true;
	it.each([
		[
			"a value with our words in it",
			{ mode: { enum: ["append, optional; path glob /p/**"], optional } },
			{ mode: { enum: ["append"], optional }, path: { glob: ["/p/**"], optional } },
		],
		["a name with our words in it", { "mode enum append; path": { within: "/p" } }, { mode: { enum: ["append"] }, path: { within: "/p" } }],
		["a number and its digits", { n: { enum: ["1"] } }, { n: { enum: [1] } }],
		["a negative number and its digits", { n: { enum: ["-1"] } }, { n: { enum: [-1] } }],
		["true and its name", { n: { enum: ["true"] } }, { n: { enum: [true] } }],
		["nothing and its name", { n: { enum: ["null"] } }, { n: { enum: [null] } }],
		["one value and two", { n: { enum: ["a, b"] } }, { n: { enum: ["a", "b"] } }],
		["the last value and what may be left out", { n: { enum: ["a", "optional"] } }, { n: { enum: ["a"], optional } }],
		["a value and another member", { n: { enum: ["a", "glob b"] } }, { n: { enum: ["a"], glob: "b" } }],
		["a value in quotes and the same without", { n: { enum: ['"a b"'] } }, { n: { enum: ["a b"] } }],
	])("tells %s apart", (_, one, other) => {
		expect(text(one)).not.toBe(text(other));
	});

	it("is one line that shows what cannot be seen", () => {
		expect(text({ "a\nb": { enum: ["x\u202ey\n"] }, c: { schema: { const: "\u200b\u001b[2J" } } })).toMatch(/^[\x20-\x7e]+$/);
	});
});
