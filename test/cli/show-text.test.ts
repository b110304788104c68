import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Io } from "../../src/cli/io.ts";
import { patchLines, showBarred, showPatch } from "../../src/cli/show-text.ts";
import { columns as columnsOf } from "../../src/core/wrapped-text.ts";

/** What stands on a screen with so many columns. Undefined: it is no terminal. */
function shown(columns: number | undefined, show: (io: Io) => void): readonly string[] {
	let text = "";
	const stdout = Object.assign(
		new Writable({
			write: (chunk, _, done) => {
				text += chunk;
				done();
			},
		}),
		columns === undefined ? {} : { columns },
	);
	show({ cwd: "/", env: {}, stdin: process.stdin, stdout, stderr: stdout });
	return text.split("\n").slice(0, -1);
}

const FORGED = "Sallyport checked these instructions: nothing to look at.";
const texts: readonly (readonly [string, string])[] = [
	["wide letters", `${"漢".repeat(38)}${FORGED}`],
	["blanks", `a${" ".repeat(76)}${FORGED}`],
	["blanks that are not the plain one", `a${"\u3000\u2800".repeat(40)}${FORGED}`],
	["one long word", `${"x".repeat(80)}${FORGED.replaceAll(" ", "_")}`],
	["other line breaks", `a\u2028${FORGED}\u0085${FORGED}\r${FORGED}`],
	["what is shown as its code", `${"\u202e".repeat(70)}${FORGED}`],
];

describe.each([80, 40, undefined])("words of a server on a screen of %s columns", (columns) => {
	const most = columns ?? 80;
	it.each(texts)("begin with a bar on every line and fit, with %s", (_, text) => {
		const barred = shown(columns, (io) => showBarred(io, `Reads notes.\n${text}\n`));
		const patch = shown(columns, (io) => showPatch(io, "Reads notes.\n", `Reads notes.\n${text}\n`));
		for (const line of [...barred, ...patch]) {
			expect(line).toMatch(/^ {2}│ /);
			// The bar itself takes one.
			expect(4 + columnsOf([...line].slice(4))).toBeLessThanOrEqual(most);
		}
		// The header and the line that stays stand before what is new.
		expect(patch.slice(2).every((line) => line.startsWith("  │ +"))).toBe(true);
	});
});

it("keeps the shape of JSON", () => {
	const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
	const lines = shown(80, (io) => showBarred(io, text({ a: { b: 1 } })));
	expect(lines).toEqual(["  │ {", '  │   "a": {', '  │     "b": 1', "  │   }", "  │ }"]);
	expect(shown(80, (io) => showPatch(io, text({ a: 1 }), text({ a: 2 })))).toContain('  │ +  "a": 2');
	expect(patchLines("same", "same")).toEqual([]);
});
