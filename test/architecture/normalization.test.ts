import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";

const src = path.resolve(import.meta.dirname, "..", "..", "src");
/** The engine's own; `path.normalize` is another thing. */
const CALL = /(?<!\bpath)\??\.normalize\b/;
const SHARED = "core/normalized.ts";

it("only the shared function has the engine normalise a text: it sorts a run of marks in the square of its length", () => {
	const callers = fs
		.readdirSync(src, { recursive: true, encoding: "utf8" })
		.filter((file) => /\.(?:ts|mjs)$/.test(file) && CALL.test(fs.readFileSync(path.join(src, file), "utf8")));
	expect(callers.map((file) => file.replaceAll(path.sep, "/"))).toEqual([SHARED]);
});

it("knows a call when it sees one", () => {
	expect(
		['text.normalize("NFC")', 'text\n\t.normalize("NFC")', "text?.normalize()", "texts.map(String.prototype.normalize.call)"].map((call) =>
			CALL.test(call),
		),
	).toEqual([true, true, true, true]);
	expect(CALL.test("path.normalize(named)")).toBe(false);
});
