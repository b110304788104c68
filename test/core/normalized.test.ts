import { afterEach, describe, expect, test, vi } from "vitest";
import { hasLongRun, normalized } from "../../src/core/normalized.ts";
import { forbiddenBy } from "../../src/core/policy/forbid.ts";
import { nameMatcher } from "../../src/core/policy/names.ts";
import { asksForCredential } from "../../src/core/protocol/credential-question.ts";
import { shapeOfName } from "../../src/core/rules/config/name-shape.ts";
import { detectSecrets } from "../../src/core/secrets/detector.ts";
import { fold } from "../../src/core/secrets/key-words.ts";
import { suspicionsOf } from "../../src/core/tools/suspicious.ts";

const FORMS = ["NFC", "NFD", "NFKC", "NFKD"] as const;

/** Marks of classes that have to change places, also such as become marks only by their form. */
const RUNS = ["\u0301\u0316", "\uff9e\u0316", "\u0344\u0316", "\u0f73\u0f71", "\u{1e8d0}\u0301", "\ufe0f\u0301"];

describe("a text in one form", () => {
	test.each([
		"",
		"plain /text",
		"größe",
		"ｆｕｌｌ",
		"Ａ\u0316\u0301",
		"한국어",
		"़ाँ",
		"e\u0301".repeat(1000),
		`a${"\u0316\u0301".repeat(15)}b`,
	])("is what Unicode says of %j", (text) => {
		for (const form of FORMS) expect(normalized(text, form)).toBe(text.normalize(form));
		expect(hasLongRun(text)).toBe(false);
	});

	test("keeps every mark of a run that no script writes, in parts", () => {
		const marks = "\u0301\u0316".repeat(500);
		for (const form of FORMS) {
			const parted = normalized(`a${marks}b`, form);
			expect(parted.normalize("NFD").replaceAll("\u034f", "")).toHaveLength(1002);
			expect(parted).toMatch(/^[aá]/);
		}
		expect(hasLongRun(`a${marks}b`)).toBe(true);
	});
});

describe("the engine never sorts a long run of marks", () => {
	afterEach(() => void vi.restoreAllMocks());

	test.each([
		["a setting's name", (text: string) => fold(text)],
		["a setting's value", (text: string) => detectSecrets(text, `p${text.slice(0, 3000)}`)],
		["a tool's description", (text: string) => suspicionsOf({ name: "a", definition: { name: "a", description: text } })],
		["a question", (text: string) => asksForCredential({ message: text })],
		["a server's name", (text: string) => shapeOfName(text)],
		["a file's name", (text: string) => nameMatcher([text])(`x${text}`)],
		[
			"a forbidden name",
			(text: string) =>
				forbiddenBy([{ source: "user", file: "f", policy: { version: 1, servers: [], forbid: [{ name: text }] } }], {
					name: `x${text}`,
					commands: [text],
					packages: [],
					isTold: true,
					url: null,
				}),
		],
	])("of %s", (_what, look) => {
		const { normalize } = String.prototype;
		const longest = vi.fn<(run: number) => void>();
		vi.spyOn(String.prototype, "normalize").mockImplementation(function (this: string, form?: string) {
			for (const run of this.match(/(?:(?!\u034f)[\p{M}\uff9e\uff9f])+/gu) ?? []) longest([...run].length);
			return normalize.call(this, form);
		});
		for (const run of RUNS) look(`pass${run.repeat(2000)}word`);
		expect(Math.max(0, ...longest.mock.calls.map(([run]) => run))).toBeLessThanOrEqual(30);
		expect(longest).toHaveBeenCalled();
	});
});
