import * as fs from "node:fs";
import * as path from "node:path";
import { expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..", "..");
/** What makes V8 load the machine's time zone, or Node the data of languages. */
const CALL = /\.to(?:ISO|Locale|UTC|Date|Time)\w*String\(|\.toJSON\(|\bIntl\.|\.localeCompare\(/;
/** Of what a launch loads: said only where a file or an installation is told about, or of years that no record has. */
const ALLOWED = [
	"src/core/config/entry.ts",
	"src/core/config/parse.ts",
	"src/core/iso-time.ts",
	"src/core/rules/secrets/token-lifetime.ts",
	"src/platform/executable/shim.ts",
];

it("a launch writes times without the machine's time zone, which would be a megabyte of memory", () => {
	const meta: { outputs: Record<string, { inputs: Record<string, unknown> }> } = JSON.parse(
		fs.readFileSync(path.join(root, "dist", "meta.json"), "utf8"),
	);
	const loaded = Object.keys(meta.outputs["dist/launcher.cjs"]?.inputs ?? {}).filter((file) => file.startsWith("src/"));
	expect(loaded.length).toBeGreaterThan(100);
	const callers = loaded.filter((file) => CALL.test(fs.readFileSync(path.join(root, file), "utf8")));
	expect(callers.filter((file) => !ALLOWED.includes(file))).toEqual([]);
});

it("knows a call when it sees one", () => {
	const calls = ["now.toISOString()", "new Date().toJSON()", "most.toLocaleString()", "new Intl.Collator()", "a.localeCompare(b)"];
	expect(calls.map((call) => CALL.test(call))).toEqual(calls.map(() => true));
	expect(CALL.test("String(value)")).toBe(false);
});
