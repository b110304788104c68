import { describe, expect, it } from "vitest";
import { fitsSchema } from "../../../src/core/constraints/json-schema.ts";
import { judgeArguments } from "../../../src/core/constraints/judge.ts";
import { Constraints } from "../../../src/core/constraints/schema.ts";

/** A disk without links, on which everything may exist. */
const tools = {
	realPath: (path: string) =>
		path
			.replace(/\/+/g, "/")
			.replace(/(?:\/\.)+(?=\/|$)/g, "")
			.replace(/(?<=.)\/$/, ""),
	fitsSchema,
};
const judge = (constraints: object, given: Record<string, unknown>) => judgeArguments(Constraints.parse(constraints), given, tools);
const within = { path: { within: "/team/docs" } };

describe("a path that must lie within a folder", () => {
	it("may not be relative where nothing says from which folder it counts, and that is told apart", () => {
		expect(judge(within, { path: "docs/a.md" })).toEqual({ argument: "path", broken: "relativeTo" });
		expect(judge(within, { path: "/team/other" })).toEqual({ argument: "path", broken: "within" });
	});

	it.each([
		"/team/docs",
		"/team/docs/",
		"/team/docs/a.md",
		"/team/docs/deep/er/a b.md",
		"/team/docs/./a.md",
		"/team//docs/a.md",
		"/team/docs/größe.md",
	])("may be %s", (path) => {
		expect(judge(within, { path })).toBeNull();
	});

	it.each([
		["a neighbour whose name begins alike", "/team/docs-private/a"],
		["its parent", "/team"],
		["a way up", "/team/docs/../secret"],
		["a way up at the end", "/team/docs/.."],
		["a way up with backslashes", "/team/docs\\..\\..\\secret"],
		["an encoded way up", "/team/docs/%2e%2e/secret"],
		["a twice encoded way up", "/team/docs/%252e%252e/secret"],
		["a thrice encoded way up", "/team/docs/%25252e%25252e/secret"],
		["a five times encoded way up", "/team/docs/%252525252e%252525252e/secret"],
		["an encoded slash", "/team/docs/..%2fsecret"],
		["full-width dots", "/team/docs/\uff0e\uff0e/secret"],
		["a full-width slash", "/team/docs/..\uff0fsecret"],
		["a one-dot leader twice", "/team/docs/\u2024\u2024/secret"],
		["a two-dot leader", "/team/docs/\u2025/secret"],
		["an encoded full-width slash", "/team/docs/..%EF%BC%8Fsecret"],
		["dots with something unseen between", "/team/docs/.\u200b./secret"],
		["dots with a soft hyphen between", "/team/docs/.\u00ad./secret"],
		["a NUL", "/team/docs/a\0/../../secret"],
		["an encoded NUL", "/team/docs/a%00.md"],
		["a line break", "/team/docs/a\n/secret"],
		["another home", "~root/x"],
		["the home", "~/team/docs"],
		["a variable", "/team/docs/$HOME"],
		["a variable at the front", "$PWD/docs/a"],
		["a URL", "file:///team/docs/a"],
		["a URL in capitals", "FILE:/team/docs/a"],
		["a drive", "C:\\team\\docs"],
		["a share", "//host/team/docs"],
		["a share with backslashes", "\\\\host\\team\\docs"],
		["a blank in front", " /etc/passwd"],
		["a relative path", "docs/a.md"],
		["a way up with blanks", "/team/docs/.. /secret"],
		["quotes", "'/etc/passwd'"],
		["nothing", ""],
		["half a character", "/team/docs/\ud800"],
		["five thousand characters", `/team/docs/${"a".repeat(5000)}`],
		["a number", 7],
		["an object", { path: "/team/docs" }],
		["null", null],
		["a list with one outside", ["/team/docs/a", "/etc/passwd"]],
		["a way up in an old encoding", "/team/docs/.%u002e/secret"],
		["a list of nothing", []],
		["a list in a list", [["/team/docs/a"]]],
	])("must not be %s", (_what, path) => {
		expect(judge(within, { path })).toMatchObject({ argument: "path" });
	});

	it("may be a list of which all lie there", () => {
		expect(judge(within, { path: ["/team/docs/a", "/team/docs/b"] })).toBeNull();
	});

	it("may be relative where the policy says to what", () => {
		const relative = { path: { within: ["/team/docs", "/team/notes"], relativeTo: "/team" } };
		expect(judge(relative, { path: "docs/a.md" })).toBeNull();
		expect(judge(relative, { path: "notes" })).toBeNull();
		expect(judge(relative, { path: "src/a.ts" })).toMatchObject({ broken: "within" });
		expect(judge(relative, { path: "docs/../src" })).toMatchObject({ broken: "within" });
	});

	it("must be told where links lead", () => {
		const linked = { realPath: (path: string) => path.replace("/team/docs/out", "/etc"), fitsSchema };
		expect(judgeArguments(Constraints.parse(within), { path: "/team/docs/out/passwd" }, linked)).toMatchObject({ broken: "within" });
		expect(judgeArguments(Constraints.parse(within), { path: "/team/docs/a" }, { realPath: () => null, fitsSchema })).not.toBeNull();
	});
});

describe("a constrained argument", () => {
	it("must be there, unless the policy says that it may be left out", () => {
		expect(judge(within, {})).toEqual({ argument: "path", broken: "missing" });
		expect(judge({ path: { within: "/team", optional: true } }, {})).toBeNull();
		expect(judge({ path: { within: "/team", optional: true } }, { path: "/etc" })).toMatchObject({ broken: "within" });
	});

	it.each(["Path", "PATH", "path ", "pa\u200bth", "\uff50ath", "p_ath", "path."])("is not gone round by one named %j", (name) => {
		expect(judge({ path: { within: "/team", optional: true } }, { [name]: "/etc/passwd" })).toEqual({ argument: "path", broken: "name" });
	});

	it.each([
		["enum", { enum: ["open", "closed"] }, ["open"], ["Open", "open ", 1, null, ["open", "gone"]]],
		["numbers in an enum", { enum: [1, 2] }, [1, [1, 2]], ["1", 3, 1.5]],
		["length", { minLength: 2, maxLength: 3 }, ["ab", "🎉🎉🎉"], ["a", "abcd", 12]],
		["size", { minimum: 1, maximum: 10 }, [1, 10, 2.5], [0, 11, "5", Number.POSITIVE_INFINITY, 2 ** 60]],
		[
			"glob",
			{ glob: ["main", "feature/*", "docs/**"] },
			["main", "feature/x", "docs", "docs/a/b", "docs/"],
			[
				"docs/..?x",
				"docs/..#x",
				"docs/..\\x",
				"docs/.\t./x",
				"docs/.. /x",
				"docs/%252e%252e/x",
				"docs/a%2f..%2fx",
				"docs/\uff0e\uff0e/x",
				"Main",
				"feature/x/y",
				"mainx",
				"docs/../secret",
				"docs/%2e%2e/x",
				"feature/\u2025x/y",
			],
		],
		[
			"origin",
			{ origin: "https://api.github.com" },
			["https://api.github.com", "https://api.github.com/repos?x=1", "HTTPS://API.GITHUB.COM/repos"],
			[
				"https://api.github.com.evil.example/",
				"https://api.github.com@evil.example/",
				"https://api.github.com:8443/",
				"http://api.github.com/",
				"https://api.github.com\\@evil.example/",
				" https://api.github.com/",
				"https:api.github.com/",
				"https:///api.github.com/",
				"ht\ntps://api.github.com/",
				"//api.github.com/",
				"https://аpi.github.com/",
				"https://user:secret@api.github.com/",
			],
		],
		["schema", { schema: { type: "array", maxItems: 2, items: { type: "string" } } }, [["a"], []], [["a", "b", "c"], "a", [1]]],
		["a schema that refers elsewhere", { schema: { $ref: "https://schemas.example/x" } }, [], ["a", 1, {}]],
	])("is held to its %s", (_what, constraint, good, bad) => {
		for (const value of good) expect([value, judge({ x: constraint }, { x: value })]).toEqual([value, null]);
		for (const value of bad)
			expect([value, judge({ x: constraint }, { x: value })]).toEqual([value, expect.objectContaining({ argument: "x" })]);
	});

	it("may be all of them together", () => {
		const all = { "*": { schema: { type: "object", properties: { a: {} }, additionalProperties: false } } };
		expect(judge(all, { a: 1 })).toBeNull();
		expect(judge(all, { a: 1, b: 2 })).toEqual({ argument: "*", broken: "schema" });
	});

	it("is not found on an object's prototype", () => {
		expect(judge({ toString: { enum: ["x"] } }, {})).toEqual({ argument: "toString", broken: "missing" });
	});
});

it.each([
	["a folder with a way up", { path: { within: "/team/../etc" } }],
	["a relative folder", { path: { within: "docs" } }],
	["a member that it does not know", { path: { inside: "/team" } }],
	["relativeTo alone", { path: { relativeTo: "/team" } }],
	["an origin with a path", { url: { origin: "https://api.github.com/" } }],
	["an empty enum", { state: { enum: [] } }],
])("a policy with %s is refused", (_what, constraints) => {
	expect(Constraints.safeParse(constraints).success).toBe(false);
});

it("an argument that a server may make its prototype is refused where another one is constrained", () => {
	const given: unknown = JSON.parse('{"__proto__":{"path":"/etc/passwd"}}');
	const copied: { readonly path?: string } = Object.assign({}, given);
	expect(copied.path).toBe("/etc/passwd");
	expect(judge({ path: { within: "/team/docs", optional: true } }, given as Record<string, unknown>)).toEqual({
		argument: "path",
		broken: "name",
	});
});
