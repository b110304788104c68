import { describe, expect, it } from "vitest";
import { nameMatcher, pathMatcher } from "../../../src/core/policy/names.ts";

describe("names", () => {
	it("are compared whole, without regard to case, with * for any run of characters and ? for one", () => {
		const matches = nameMatcher([".env", ".env.*", "*.pem", "a+b", "v?.txt"]);
		for (const name of [".env", ".ENV", ".env.local", "x.PEM", ".pem", "a+b", "v1.txt"]) expect(matches(name), name).toBe(true);
		for (const name of ["env", ".envrc", "x.pem.txt", "aab", ".environment", "v12.txt", "v.txt"]) expect(matches(name), name).toBe(false);
	});

	it("are compared as the least careful file system does", () => {
		const matches = nameMatcher([".git", "*.key", "package.json"]);
		for (const name of [".git.", ".git ", ".git. .", ".git:x", ".git::$INDEX_ALLOCATION", ".g\u200bit", ".gi\ufe0ft", "\uff0eGIT"])
			expect(matches(name), JSON.stringify(name)).toBe(true);
		expect(matches("pac\u212aage.json"), "the sign of the kelvin").toBe(true);
		expect(["x.key ", "x.KEY.", "x.key:y"].map(matches)).toEqual([true, true, true]);
		expect([".", "..", "...", " ", ":", ""].map(matches)).toEqual(Array(6).fill(false));
	});

	it("mean what their globs say", () => {
		const matches = nameMatcher(["*.KEY", "id_*_rsa", "exact"]);
		expect(["x.key", ".key", "id_my_RSA", "id__rsa", "Exact"].map(matches)).toEqual([true, true, true, true, true]);
		expect(["key", "x.keys", "id_rsa", "exactly"].map(matches)).toEqual([false, false, false, false]);
	});

	it("are matched in bounded time, whoever wrote the glob", () => {
		const hostile = nameMatcher([`${"*a".repeat(30)}b`]);
		expect(hostile("a".repeat(250))).toBe(false);
		expect(hostile(`${"a".repeat(249)}b`)).toBe(true);
		expect(hostile("a".repeat(100_000))).toBe(false);
	});
});

describe("paths", () => {
	it.each([
		["*.key", ["/p/x.key", "/p/a/b/x.KEY"], ["/p/x.key/y", "/p/key"]],
		["**/*.key", ["/x.key", "/p/a/x.key"], ["/p/x.keys"]],
		["secrets/**", ["/p/secrets", "/p/secrets/a", "/p/a/secrets/b/c"], ["/p/secret/a", "/p/secretsx"]],
		["a/*/c.txt", ["/p/a/b/c.txt"], ["/p/a/c.txt", "/p/a/b/b/c.txt"]],
		["a/**/c.txt", ["/p/a/c.txt", "/p/a/b/b/c.txt"], ["/p/b/c.txt"]],
		["/data/*.db", ["/data/x.db"], ["/p/data/x.db", "/data/a/x.db"]],
		["/data/private", ["/data/private"], ["/p/data/private"]],
	])("are matched by %s", (pattern, yes, no) => {
		const matches = pathMatcher([pattern]);
		for (const each of yes) expect(matches(each), each).toBe(true);
		for (const each of no) expect(matches(each), each).toBe(false);
	});

	it("are matched in bounded time, whoever wrote the pattern", () => {
		expect(pathMatcher([`${"**/a/".repeat(200)}b`])(`/${"a/".repeat(2000)}`)).toBe(false);
	});
});
