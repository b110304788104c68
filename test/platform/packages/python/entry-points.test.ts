import { expect, it } from "vitest";
import { readEntryPoints } from "../../../../src/platform/packages/python/entry-points.ts";

it("reads the commands of a package, and no other entry points", () => {
	const text =
		"[gui_scripts]\nwindow = a:b\n\n[console_scripts]\n# ours\nmcp-x=pkg.mod:main\n a.b = pkg : Class.run [extra]\nodd name = pkg:f\nold = pkg\n[x]\ny = z:w\n";
	expect(readEntryPoints(text)).toEqual([
		{ name: "mcp-x", module: "pkg.mod", attribute: "main" },
		{ name: "a.b", module: "pkg", attribute: "Class.run" },
	]);
	expect(readEntryPoints(null)).toEqual([]);
});

it.each([
	"../x = a:b",
	"/x = a:b",
	"a\\b = a:b",
	". = a:b",
	".hidden = a:b",
	"= a:b",
	"x = a:b()",
	"x = a:b; import os",
	"x = a:'b'",
	"x = a:b\u2028c",
])("believes nothing of a package that says %s", (line) => {
	expect(readEntryPoints(`[console_scripts]\n${line}\n`)).toBeNull();
});

it("reads a million lines at once", () => {
	expect(readEntryPoints(`[console_scripts]\n${"a = b:c\n".repeat(120_000)}`)).toHaveLength(120_000);
	expect(readEntryPoints(`[console_scripts]\na = ${"[".repeat(1_000_000)}`)).toEqual([]);
});
