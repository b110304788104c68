import { expect, test } from "vitest";
import { fitsSchema } from "../../../src/core/constraints/json-schema.ts";
import { parseConstraints } from "../../../src/core/constraints/parse.ts";
import { schemaProblem } from "../../../src/core/constraints/schema-problem.ts";

test.each([
	[{ type: "arr" }, "type"],
	[{ type: ["string", "nul"] }, "type"],
	[{ $ref: "http://x/y" }, "elsewhere"],
	[{ properties: { a: { items: { pattern: "(" } } } }, "properties.a.items"],
	[{ anyOf: [{}, 7] }, "anyOf.1"],
	[{ patternProperties: { "[": {} } }, "pattern"],
	["text", "no schema"],
	[{ pattern: "^(?!secret)" }, "looks ahead"],
	[{ patternProperties: { "(a)\\1": {} } }, "goes back to a group"],
	[{ allOf: Array.from({ length: 50 }, () => ({ pattern: "a{4000}" })) }, "counts very far"],
	[{ items: { format: "url" } }, '"uri"'],
])("a schema to which nothing could hold is told when it is granted: %j", (schema, words) => {
	expect(schemaProblem(schema)).toContain(words);
	expect(parseConstraints([`x=schema:${JSON.stringify(schema)}`], (path) => path)).toMatchObject({ ok: false });
});

test.each([
	true,
	{ type: "string", pattern: "^[a-z]+$", maxLength: 5 },
	{ $ref: "#/$defs/a", $defs: { a: { type: "integer" } } },
	{ type: ["array", "null"], items: { enum: [1, 2] }, contains: { const: 1 } },
])("one that says something is taken, and used: %j", (schema) => {
	expect(schemaProblem(schema)).toBeNull();
	const wanted = parseConstraints([`x=schema:${JSON.stringify(schema)}`], (path) => path);
	const taken = wanted.ok ? wanted.value?.x?.schema : undefined;
	if (taken === undefined) throw new Error("it was not taken");
	expect([fitsSchema(taken, "abc"), fitsSchema(taken, 3), fitsSchema(taken, [1])]).toContain(true);
});

test("one that is nested without end is not gone through", () => {
	let schema: object = {};
	for (let i = 0; i < 10_000; i++) schema = { not: schema };
	expect(schemaProblem(schema)).toContain("larger");
});
