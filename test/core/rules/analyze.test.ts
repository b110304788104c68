import { describe, expect, test } from "vitest";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { slice } from "../../../src/core/text.ts";
import { fixtureNames, readFixture, SECRETS, unsubstitute } from "./fixture.ts";

describe("analyze", () => {
	for (const name of fixtureNames()) {
		test(`finds in ${name} what is listed there, at the very place`, () => {
			const { document, expected } = readFixture(name);
			const found = analyze(document, { home: null }).map(({ ruleId, severity, server, span, slot, fixable, keyPath }) => ({
				rule: `${severity} ${ruleId}`,
				server,
				on: unsubstitute(slice(document.text, span)),
				...span,
				keyPath: keyPath.join(" / "),
				slot,
				fixable,
			}));
			expect(found).toEqual(expected);
		});

		test(`says nothing of a secret in ${name}`, () => {
			const { document } = readFixture(name);
			const said = JSON.stringify(analyze(document, { home: null }));
			for (const secret of Object.values(SECRETS)) expect(said).not.toContain(secret);
		});
	}
});

test("rules have an id of their own, and only those for credentials start with secret-", () => {
	const ids = RULES.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	for (const rule of RULES) {
		expect(rule.id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
		expect(rule.title).not.toBe("");
		expect(rule.help).toMatch(/\.$/);
		if (/credential/i.test(rule.title)) expect(rule.id).toMatch(/^secret-/);
	}
});
