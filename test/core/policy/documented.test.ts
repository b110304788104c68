import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { runExamples } from "../../../src/core/policy/examples.ts";
import { parsePolicy } from "../../../src/core/policy/parse.ts";
import { ArgumentsJudge } from "../../../src/platform/constraints/judge.ts";

const DOCS = path.resolve(import.meta.dirname, "..", "..", "..", "docs");
const PAGES = ["policy.md", "profiles.md", "audit.md", "scan.md"];

const judge = new ArgumentsJudge();

/** Pieces of policies, as a page has them; what a page leaves out of a digest is put in. */
const snippets = PAGES.flatMap((page) =>
	[...fs.readFileSync(path.join(DOCS, page), "utf8").matchAll(/^```jsonc\n([\s\S]*?)^```$/gm)].map(([, text = ""], index) => ({
		name: `${page} ${index + 1}`,
		text: text.replaceAll("sha256:…", `sha256:${"0".repeat(64)}`),
	})),
);

/** A whole file; else members of a file, or of a server in it. */
function files(text: string): readonly string[] {
	if (/^(?:\/\/[^\n]*\n)*\{/.test(text)) return [text];
	return [`{ "version": 1, "servers": [], ${text} }`, `{ "version": 1, "servers": [{ "name": "x", ${text} }] }`];
}

describe("a policy in the documentation", () => {
	it("is there", () => expect(snippets.length).toBeGreaterThan(8));

	it.each(snippets)("can be pasted: $name", ({ text }) => {
		const parsed = files(text).map((file) => parsePolicy(file, "policy.jsonc"));
		expect(
			parsed.some(({ ok }) => ok),
			JSON.stringify(parsed),
		).toBe(true);
	});

	it.each(snippets.filter(({ text }) => text.includes('"examples"')))("does what its examples say: $name", ({ text }) => {
		const parsed = parsePolicy(text, "policy.jsonc");
		const results = parsed.ok
			? runExamples({ file: "policy.jsonc", policy: parsed.value, grants: false }, "/work", (several, given) => judge.judge(several, given))
			: [];
		expect(results.length).toBeGreaterThan(0);
		for (const result of results) expect(result).toMatchObject({ decision: result.expected });
	});
});
