import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { examine } from "../../../src/core/rules/analyze.ts";
import { EntryMemory } from "../../../src/core/rules/entry-memory.ts";
import { mostFindings } from "../../../src/core/rules/run.ts";

const file = (servers: unknown): string => JSON.stringify({ servers });
const parse = (text: string) => parseConfig(text, "vscode", ".vscode/mcp.json");
const many = <T>(count: number, value: (i: number) => T): Record<string, T> =>
	Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, value(i)]));
const TOO_MUCH = /not all of it was looked at/;

describe("a file that holds more than anybody would read", () => {
	// Tens of thousands of variables, each a token.
	const crowded = file(
		many(5, () => ({
			command: "npx",
			env: Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`A${i}_TOKEN`, `gh${"p_"}${String(i).padStart(36, "aB3xY9")}`])),
		})),
	);

	test("is not judged to its end, and says so with an error", () => {
		const document = parse(crowded);
		const { findings } = examine(document, { home: null });
		expect(findings.filter(({ message }) => TOO_MUCH.test(message))).toMatchObject([{ ruleId: "invalid-config", severity: "error" }]);
		expect(findings.length).toBeLessThanOrEqual(2 * mostFindings(document) + 1);
	});

	test("cannot ignore that", () => {
		const text = `// sallyport-ignore invalid-config we like it so\n${crowded}`;
		const { findings, silenced } = examine(parse(text), { home: null });
		expect(findings.some(({ message }) => TOO_MUCH.test(message))).toBe(true);
		expect(silenced).toEqual([]);
	});

	test("says so in the editor, too, until it is shortened", () => {
		const memory = new EntryMemory();
		const says = (text: string) => examine(parse(text), { home: null, memory }).findings.some(({ message }) => TOO_MUCH.test(message));
		expect(says(crowded)).toBe(true);
		expect(says(file({ a: { command: "npx" } }))).toBe(false);
	});
});

test("a file with as many servers as people have is judged to its end", () => {
	const { findings } = examine(parse(file(many(1500, () => ({ command: "npx", args: ["-y", "pkg"] })))), { home: null });
	expect(findings.some(({ message }) => TOO_MUCH.test(message))).toBe(false);
	expect(findings.filter(({ ruleId }) => ruleId === "unversioned-runner")).toHaveLength(1500);
});

test("ignores that silence nothing are told a thousand times, and once for all the others", () => {
	const { findings } = examine(parse(`${"// sallyport-ignore secret-in-env why\n".repeat(1500)}${file({})}`), { home: null });
	expect(findings).toHaveLength(1001);
	expect(findings.filter(({ message }) => /more ignores/.test(message))).toHaveLength(1);
});
