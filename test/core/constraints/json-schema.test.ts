import { type Schema, Validator } from "@cfworker/json-schema";
import { describe, expect, it, test } from "vitest";
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

const nested = (depth: number, inner: unknown): unknown => {
	let value = inner;
	for (let i = 0; i < depth; i++) value = [value];
	return value;
};

/** Schemas d0, d1, …: each applies the next one twice. */
const twice = (count: number, last: object): object => {
	const next = (i: number) => ({ $ref: `#/$defs/d${i + 1}` });
	return Object.fromEntries(Array.from({ length: count }, (_, i) => [`d${i}`, i === count - 1 ? last : { allOf: [next(i), next(i)] }]));
};

describe("no value takes the time of many", () => {
	it.each<[string, object, unknown]>([
		["a pattern that could be read in very many ways", { pattern: "^(a+)+$" }, `${"a".repeat(100_000)}!`],
		["the same of a name", { patternProperties: { "^(a+)+$": false }, required: ["b"] }, { [`${"a".repeat(10_000)}!`]: 1 }],
		[
			"the same behind a reference",
			{ $ref: "#/$defs/a", $defs: { a: { items: { pattern: "^(\\w+\\s?)*$" } } } },
			[`${"word ".repeat(10_000)}!`],
		],
		["the same of the names of members", { propertyNames: { pattern: "^(a|a)*$" } }, { [`${"a".repeat(10_000)}!`]: 1 }],
		["a format that could be read in very many ways", { format: "url" }, `http://${"a".repeat(1_000)}`],
		[
			"a schema that is applied twice on every level",
			{ items: { anyOf: [{ $ref: "#" }, { $ref: "#" }] }, not: { type: "string" } },
			nested(150, "x"),
		],
		["a schema that leads to itself", { anyOf: [{ $ref: "#" }, { $ref: "#" }] }, 1],
		[
			"schemas that each apply the next one twice",
			{
				$ref: "#/$defs/d0",
				$defs: twice(60, {}),
			},
			1,
		],
		[
			"the same, of an object of many members",
			{ $ref: "#/$defs/d0", $defs: twice(60, {}) },
			Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`a${i}`, 1])),
		],
		["a value of very many levels", {}, nested(5_000, 1)],
		[
			"names without end where they are matched",
			{ patternProperties: { "^a": {} } },
			Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`a${i}`, 1])),
		],
		["a pattern that looks ahead", { pattern: "^(?!b)a" }, "a"],
		["a pattern that stands where dependencies are named", { dependencies: { pattern: ["a"] } }, { a: 1 }],
	])("%s fits nothing", (_, schema, value) => {
		expect(fitsSchema(schema, value)).toBe(false);
	});

	it("and what an honest call holds is looked through", () => {
		const rows: Schema = {
			items: { properties: { id: { type: "integer" }, name: { pattern: "^[\\w ]+$" }, tags: { uniqueItems: true } } },
		};
		const value = Array.from({ length: 2_000 }, (_, id) => ({ id, name: `row ${id}`, tags: ["a", "b", `${id}`] }));
		expect(fitsSchema(rows, value)).toBe(true);
		expect(fitsSchema({ pattern: "^[^<>]*$", maxLength: 1_000_000 }, "é".repeat(1_000_000))).toBe(true);
		expect(fitsSchema({ additionalProperties: { type: "integer" } }, Object.fromEntries(value.map(({ name, id }) => [name, id])))).toBe(
			true,
		);
	});
});

test("the same schema says the same of one value after the other", () => {
	const schema: Schema = {
		patternProperties: { "^a": { type: "string" }, b$: { maxLength: 1 } },
		properties: { ab: { const: "x" } },
		additionalProperties: false,
	};
	const says = (value: unknown) => fitsSchema(schema, value);
	expect([{ ab: "x" }, { ab: "xx" }, { ac: 1 }, { ac: "long" }, { cb: "long" }, { cb: "l" }, { c: 1 }, {}, { ab: "x" }].map(says)).toEqual([
		true,
		false,
		false,
		true,
		false,
		true,
		false,
		true,
		true,
	]);
});

test.each<object>([
	{ patternProperties: { "^a": { type: "string" } } },
	{ patternProperties: { "^a": { type: "string" }, b$: { minLength: 2 } }, additionalProperties: false },
	{ patternProperties: { "^a": true }, properties: { a: false }, unevaluatedProperties: { type: "integer" } },
	{ patternProperties: { ".": { patternProperties: { "^a": { const: 1 } }, additionalProperties: false } } },
	{ allOf: [{ patternProperties: { "^a": {} } }], unevaluatedProperties: false },
	JSON.parse('{"if": {"patternProperties": {"^a": {"const": 1}}}, "then": {"required": ["a"]}, "else": {"required": ["b"]}}'),
	{ $ref: "#/patternProperties/^a", patternProperties: { "^a": { type: ["object", "integer"] } } },
	{ patternProperties: { __proto__x: {}, "^__proto__$": false } },
	{ propertyNames: { pattern: "^[ab]+$", maxLength: 2 } },
	{ properties: { type: { type: "string" }, pattern: { pattern: "^b" }, format: {} }, additionalProperties: false },
	{ items: { minLength: 1, maxLength: 2, pattern: "^.b?$", format: "no such" } },
	{ items: { format: "email" } },
	{ items: { format: "uri", pattern: "^http" } },
	{ uniqueItems: true },
	{ items: { uniqueItems: true }, uniqueItems: false },
	{ contains: { uniqueItems: true, type: "array" } },
	{ dependencies: { a: ["b"], b: { required: ["ab"] } } },
	{ dependentSchemas: { a: { patternProperties: { "^b": { type: "integer" } } } } },
	{ enum: [{ a: 1 }, [1, 1], "ab"] },
	{ not: { patternProperties: { "^a": { type: "integer" } } } },
	{ oneOf: [{ pattern: "^a" }, { pattern: "b$" }] },
	{ $defs: { s: { pattern: "^a+$" } }, items: { $ref: "#/$defs/s" } },
])("what is counted and matched in another way means what it meant: %j", (schema) => {
	const values: unknown[] = [
		1,
		"a",
		"ab",
		"",
		"b",
		{},
		{ a: 1 },
		{ a: "x" },
		{ b: "x" },
		{ ab: "xx", b: 2 },
		{ a: 1, b: 2, ab: 3 },
		{ c: { a: 1 } },
		{ c: { a: 2 } },
		{ c: { b: 1 } },
		{ type: "x" },
		{ type: 1 },
		{ pattern: "a" },
		{ pattern: "b", format: 1 },
		JSON.parse('{"__proto__": 1}'),
		JSON.parse('{"a": {"__proto__": 1}}'),
		[],
		["a"],
		["ab", "c"],
		["abc"],
		[1, 1],
		[1, 2],
		[
			[1, 1],
			[1, 1],
		],
		[[1, 1], [2]],
		[
			{ a: 1, b: 2 },
			{ b: 2, a: 1 },
		],
		[-0, 0],
		Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`a${i}`, i])),
		[{ a: Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`b${i}`, "x"])) }],
		JSON.parse(`{"__proto__": 1${Array.from({ length: 60 }, (_, i) => `, "a${i}": ${i}`).join("")}}`),
		["a@b.c"],
		["http://a.b/"],
	];
	for (const value of values) {
		const usual = new Validator(structuredClone(schema), "2020-12").validate(value).valid;
		expect([value, fitsSchema(schema, value)]).toEqual([value, usual]);
	}
});
