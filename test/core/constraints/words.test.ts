import { describe, expect, it } from "vitest";
import { judgeArguments } from "../../../src/core/constraints/judge.ts";
import { Constraints } from "../../../src/core/constraints/schema.ts";

const tools = { realPath: (path: string) => path.replace(/\/+/g, "/").replace(/(?<=.)\/$/, ""), fitsSchema: () => false };
const judge = (within: string, relativeTo: string | null, path: string) =>
	judgeArguments(Constraints.parse({ path: { within, ...(relativeTo === null ? {} : { relativeTo }) } }), { path }, tools);

describe("what a server may take for another path, or for something else than one", () => {
	it.each([
		"--output=/etc/cron.d/x",
		"--files0-from=/etc/passwd",
		"-rf",
		"-",
		"@/etc/passwd",
		":(top)../x",
		":/",
		":!x",
		"{a,/etc/passwd}",
		"{.,x}./etc",
		".{.,x}/etc",
		"{/etc/passwd",
		"a{1..3}",
		"a,/etc/passwd",
		"a, /etc/passwd",
		"a;/etc/passwd",
		"a /etc/passwd",
		"a=/etc/passwd",
		"a:/etc/passwd",
		"1:/etc/passwd",
		"a@/etc/passwd",
		"a=@/etc/passwd",
		"a|/etc/passwd",
		"a >/etc/passwd",
		"a '/etc/passwd'",
		"a&/etc/passwd",
		"(/etc/passwd)",
		"[/etc/passwd]",
		"a -o/etc/passwd",
		"a -o../x",
		"a=file:///etc/passwd",
		"a=//host/share",
		"a ~/x",
		"a=~root/x",
		"a,../x",
		"a ..",
		"a/..;/b",
		"@../x",
		"|id",
		"id|",
		"!id",
		">x",
		"<x",
		"&x",
		"a`id`",
		"a$(id)",
		".*/passwd",
		".?/passwd",
		".[.]/passwd",
		"a/@(..|b)/passwd",
		"\u2215etc/passwd",
		"\u2044etc/passwd",
		"a,\uff0fetc/passwd",
		"a,%2fetc/passwd",
		"a\u200b,/etc/passwd",
		`a${"\u0301\u0316".repeat(20)}`,
		Array.from({ length: 100 }, (_, i) => `a${i},`).join(""),
	])("%s is refused", (path) => {
		expect(judge("/team/docs", "/team/docs", path)).toEqual({ argument: "path", broken: "within" });
	});

	it.each(["a,/etc/passwd", "a /etc/passwd", "a=/etc/passwd", "a -o/etc/x", "a:/etc/passwd"])(
		"also behind an absolute path: %s",
		(name) => {
			expect(judge("/team/docs", null, `/team/docs/${name}`)).not.toBeNull();
		},
	);

	it.each(["docs/a,secret.txt", "docs/a:src/x", "docs/a; secret.txt", "@secret.txt"])(
		"so is a list with something from beside the folder: %s",
		(path) => {
			expect(judge("/team/docs", "/team", path)).toEqual({ argument: "path", broken: "within" });
		},
	);
});

describe("an honest name stays one", () => {
	it.each([
		"My notes.md",
		"Smith, John/Letters, 2026 (2).md",
		"node_modules/@scope/x",
		"@types/node/index.d.ts",
		"user@host.md",
		"logo@2x.png",
		"year=2026/month=1/part-0.parquet",
		"Chapter 1 - The end.md",
		"a -- b.md",
		"Report -final.md",
		"2026-11-24T12:30:00.json",
		"12:30 notes; more.md",
		'it\'s "quoted".md',
		"app/(auth)/[id]/page.tsx",
		"app/[...slug]/page.tsx",
		"app/(..)photo/page.tsx",
		"app/{id}.ts",
		"src/+page.svelte",
		"C#/c++/x.md",
		"a&b.md",
		"Q&A/x",
		"what?.md",
		"wait ... what.md",
		"v1..v2.diff",
		".env.example",
		".github/x",
		"½ größe 日本.md",
		"100%.md",
		"#1.md",
		"=x",
		"a~b.md",
	])("%s", (path) => {
		expect(judge("/team/docs", "/team/docs", path)).toBeNull();
		expect(judge("/team/docs", null, `/team/docs/${path}`)).toBeNull();
	});

	it.each(["docs/My notes.md", "docs/logo@2x.png", "docs/year=2026/x", "docs/12:30.md", "docs/a - b.md"])(
		"where relative paths count from a folder around it: %s",
		(path) => {
			expect(judge("/team/docs", "/team", path)).toBeNull();
		},
	);

	it("in a folder with any name", () => {
		expect(judge("/home/me/Smith, John: my =/docs", "/home/me/Smith, John: my =", "/home/me/Smith, John: my =/docs/a.md")).toBeNull();
		expect(judge("/home/me/Smith, John/docs", "/home/me/Smith, John", "docs/a.md")).toBeNull();
		expect(judge("/home/me/My Work/docs", null, "/home/me/My Work/docs/a.md")).toBeNull();
	});
});
