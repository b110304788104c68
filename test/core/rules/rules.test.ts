import { describe, expect, test } from "vitest";
import { examine } from "../../../src/core/rules/analyze.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { ruleFixtures } from "./rule-fixtures.ts";

const FIXTURES = ruleFixtures();

describe("each rule finds what is marked, at the very place, and nothing else", () => {
	for (const { rule, name, document, context, marked } of FIXTURES) {
		test(`${rule}: ${name}`, () => {
			expect(name).toMatch(/^(?:ok|ng)-/);
			expect(marked.length > 0, "only a file with findings has marks").toBe(name.startsWith("ng-"));
			const found = examine(document, context).findings.filter(({ ruleId }) => ruleId === rule);
			expect(found.map(({ span: { offset, length } }) => document.text.slice(offset, offset + length))).toEqual(
				marked.map(({ offset, length }) => document.text.slice(offset, offset + length)),
			);
			expect(found.map(({ span }) => span)).toEqual(marked);
		});
	}
});

test("every rule has a file that it complains of and one that it does not", () => {
	const names = new Set(FIXTURES.map(({ rule, name }) => `${rule} ${name.slice(0, 2)}`));
	const missing = RULES.flatMap(({ id }) => ["ok", "ng"].map((kind) => `${id} ${kind}`)).filter((each) => !names.has(each));
	expect(missing).toEqual([]);
	const known = new Set(RULES.map(({ id }) => id));
	expect(FIXTURES.map(({ rule }) => rule).filter((rule) => !known.has(rule))).toEqual([]);
});
