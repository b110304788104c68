import { describe, expect, it } from "vitest";
import { pathErrors } from "../../../src/core/policy/path-errors.ts";

const said = (text: string): string[] => pathErrors(text).map(({ path, access, denied }) => `${access}${denied ? "!" : ""} ${path}`);

describe("what a server says that it could not use", () => {
	it.each([
		["ENOENT: no such file or directory, open '/p/docs/a b.md'", ["read /p/docs/a b.md"]],
		["Error: EACCES: permission denied, scandir '/p'", ["read! /p"]],
		["EROFS: read-only file system, open '/p/x'", ["write! /p/x"]],
		["EACCES: permission denied, mkdir '/p/new'", ["write! /p/new"]],
		["EPERM: operation not permitted, unlink '/p/x'", ["write! /p/x"]],
		["FileNotFoundError: [Errno 2] No such file or directory: '/p/x.csv'", ["read /p/x.csv"]],
		["PermissionError: [Errno 13] Permission denied: '/p/it'", ["read! /p/it"]],
		["OSError: [Errno 30] Read-only file system: '/p/x'", ["write! /p/x"]],
		["ENOENT: no such file or directory, open 'src/a b.ts'", ["read src/a b.ts"]],
		["FileNotFoundError: [Errno 2] No such file or directory: 'docs'", ["read docs"]],
		["Error: Cannot find module '/p/server.mjs'", ["read /p/server.mjs"]],
		["python3: can't open file '/p/server.py': [Errno 2] No such file or directory", ["read /p/server.py"]],
		["open /p/x: no such file or directory", ["read /p/x"]],
		["mkdir /p/x y: permission denied", ["write! /p/x y"]],
		["cat: /p/x: No such file or directory", ["read /p/x"]],
		["cat: '/p/x y': Permission denied", ["read! /p/x y"]],
		[JSON.stringify({ text: "Error: ENOENT: no such file or directory, open '/p/x'\n  at y" }), ["read /p/x"]],
		[JSON.stringify({ text: 'failed: [Errno 13] Permission denied: "/p/x"' }), ["read! /p/x"]],
		["ENOENT: no such file or directory, open '/p/a'\nEROFS: read-only file system, open '/p/b'", ["read /p/a", "write! /p/b"]],
	])("is found in %s", (text, expected) => {
		expect(said(text)).toEqual(expected);
	});

	it.each([
		"No such file or directory (os error 2)",
		"ENOENT: no such file or directory, open '../out.txt'",
		"ENOENT: no such file or directory, open '~/out.txt'",
		JSON.stringify({ text: "ENOENT: no such file or directory", more: ["a", "b"] }),
		"permission denied",
		"Error: Cannot find module './lib.js'",
		"Everything in /p/x is fine: 'ok'",
		"ENOENT\nsee '/p/x'",
		"",
	])("is nothing in %j", (text) => {
		expect(said(text)).toEqual([]);
	});

	it("is told apart by whether it may have been made", () => {
		const making = (text: string): boolean[] => pathErrors(text).map((each) => each.making);
		expect(making("ENOENT: no such file or directory, open '/p/x'")).toEqual([true]);
		expect(making("[Errno 2] No such file or directory: '/p/x'")).toEqual([true]);
		expect(making("ENOENT: no such file or directory, stat '/p/x'")).toEqual([false]);
	});

	it("is found in time that grows with the text alone", () => {
		for (const hostile of ["ENOENT'/", "EACCES ", "'/", "/ ", "permission denied: '/", "\\", ": /permission denied"])
			expect(pathErrors(hostile.repeat(1_000_000 / hostile.length)).length).toBeLessThanOrEqual(20);
	});
});
