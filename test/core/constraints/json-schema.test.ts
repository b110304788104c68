import { expect, test } from "vitest";
import { fitsSchema } from "../../../src/core/constraints/json-schema.ts";

test.each([
	["a whole number that other parsers keep, and ours does not", { const: 9007199254740992 }, "9007199254740993"],
	["a number without end", { type: "integer" }, "1e400"],
	["one deep in a value", {}, '{"a":[{"b":12345678901234567890}]}'],
	["a member that an object has anyway", { additionalProperties: false }, '{"__proto__":{"a":1}}'],
	["a member that is only on every object", { required: ["toString"] }, "{}"],
	[
		"a list in which each of very many is compared with each",
		{ uniqueItems: true },
		JSON.stringify(Array.from({ length: 100_000 }, (_, i) => i)),
	],
])("a value does not fit a schema with %s", (_what, schema, text) => {
	expect(fitsSchema(schema as Parameters<typeof fitsSchema>[0], JSON.parse(text))).toBe(false);
});

test.each([
	[{ uniqueItems: true }, "[1,2,3]"],
	[{ items: { type: "number" } }, `[${"1.5,".repeat(100_000)}-0]`],
	[{ type: "string" }, '"12345678901234567890"'],
])("a value fits %j", (schema, text) => {
	expect(fitsSchema(schema as Parameters<typeof fitsSchema>[0], JSON.parse(text))).toBe(true);
});
