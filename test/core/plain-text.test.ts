import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { exact, plain, shellWord } from "../../src/core/plain-text.ts";

const HOSTILE = [
	"plain",
	"two words",
	"it's",
	"$(touch x)",
	"`id`",
	"-rf",
	"a;b",
	"\u001b[31m",
	"a\u202eb",
	"tab\there",
	"line\nbreak",
	"é 漢字",
	"a\\u200b",
	"a\u200b",
	"",
];

describe("text from outside", () => {
	it.each(HOSTILE)("drives no terminal: %j", (text) => {
		for (const shown of [plain(text), exact(text), shellWord(text)]) expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u);
	});

	it("is shown differently when it is different", () => {
		expect(new Set(HOSTILE.map(exact)).size).toBe(HOSTILE.length);
	});

	it.each(HOSTILE)("is one word that means itself in a pasted command: %j", (text) => {
		expect(execFileSync("bash", ["-c", `printf %s ${shellWord(text)}`, "bash"], { encoding: "utf8" })).toBe(text);
	});
});
