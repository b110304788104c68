import * as fs from "node:fs";
import * as path from "node:path";
import { expect, test } from "vitest";
import { documentationIndex, ruleDocumentation } from "../../../src/core/rules/documentation.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { detectInText } from "../../../src/core/secrets/detector.ts";

const FOLDER = path.join(import.meta.dirname, "../../../docs/rules");

// `npx vitest run test/core/rules/documentation.test.ts -u` writes them anew.
test("every rule has the page that its own words make, and no other page is there", async () => {
	for (const rule of RULES) await expect(ruleDocumentation(rule)).toMatchFileSnapshot(path.join(FOLDER, `${rule.id}.md`));
	await expect(documentationIndex(RULES)).toMatchFileSnapshot(path.join(FOLDER, "README.md"));
	const known = new Set(["README.md", ...RULES.map(({ id }) => `${id}.md`)]);
	expect(fs.readdirSync(FOLDER).filter((file) => !known.has(file))).toEqual([]);
});

test("no page holds what a scanner would take for a credential", () => {
	for (const rule of RULES) {
		const { before, after } = rule.documentation.example;
		expect(before, rule.id).not.toBe(after);
		for (const text of [ruleDocumentation(rule), before, after]) expect(detectInText(text), rule.id).toEqual([]);
	}
});
