import { describe, expect, test } from "vitest";
import { asksOf, narrowAsks, policyAsks } from "../../../src/core/policy/asks.ts";
import { findGrant, type PolicyLayer } from "../../../src/core/policy/layers.ts";
import { narrowOffers, offersOf, offersPrompt, offersResource, offersTemplate, promptPin } from "../../../src/core/policy/offers.ts";
import { parsePolicy } from "../../../src/core/policy/parse.ts";
import type { PolicyServer } from "../../../src/core/policy/schema.ts";

const reads = (pattern: string, uri: string): boolean => offersResource(offersOf({ resources: [pattern] }), uri);

describe("a resource is granted", () => {
	test.each([
		["file:///docs/a.md", "file:///docs/a.md"],
		["notes://x?y=1", "notes://x?y=1"],
		["file:///docs/**", "file:///docs/a.md"],
		["file:///docs/**", "file:///docs/deep/er/a%20b.md"],
		["file:///docs/*.md", "file:///docs/a.md"],
		["**", "screen://localhost/x"],
		["**", "notes://日記/ü"],
		["**", "repo://owner%2Fname/../x"],
		["memo://*", "memo://insights"],
		["file:///r%C3%A9sum%C3%A9/**", "file:///r%C3%A9sum%C3%A9/a"],
		["file:///docs/../etc/passwd", "file:///docs/../etc/passwd"],
	])("by %s, for %s", (pattern, uri) => {
		expect(reads(pattern, uri)).toBe(true);
	});

	test.each([
		["file:///docs/**", "file:///etc/passwd"],
		["file:///docs/**", "file:///docs/../etc/passwd"],
		["file:///docs/**", "file:///docs/%2e%2e/etc/passwd"],
		["file:///docs/**", "file:///docs/.%2E/etc/passwd"],
		["file:///docs/**", "file:///docs/..%2fetc/passwd"],
		["file:///docs/**", "file:///docs/..%5cetc"],
		["file:///docs/**", "file:///docs/%252e%252e/etc/passwd"],
		["file:///docs/**", "file:///docs/..?/../etc"],
		["file:///docs/**", "file:///docs/..;a/etc"],
		["file:///docs/**", "file:///docs\\..\\etc"],
		["file:///docs/**", "file:///docs/a\u0000b"],
		["file:///docs/**", "file:///docs/a%00b"],
		["file:///docs/**", "file:///docs/a%zz"],
		["file:///docs/**", "file:///docs/ａ"],
		["file:///docs/**", "file:///docs/a\n"],
		["file:///docs/**", " file:///docs/a"],
		["file:///docs/**", "FILE:///docs/a"],
		["file:///docs/**", "file://docs/a"],
		["https://*/x", "https://docs.example@evil.example/x"],
		["file:///docs/*", "file:///docs/a/b"],
		["notes://x?y", "notes://xzy"],
		["notes://x", "notes://X"],
		["**", ""],
		["**", "not a uri"],
	])("not by %s, for %j", (pattern, uri) => {
		expect(reads(pattern, uri)).toBe(false);
	});

	test("by nothing, for what is no text", () => {
		for (const uri of [null, 1, ["file:///docs/a"], { toString: () => "file:///docs/a" }])
			expect(offersResource(offersOf({ resources: ["**"] }), uri)).toBe(false);
	});

	test("in a time that grows with the text", () => {
		const start = performance.now();
		for (const uri of ["file:///docs/", "a:", "//@", "%2", "a/../"].map((part) => `file:///docs/${part.repeat(1_000_000 / part.length)}`))
			expect(reads("file:///docs/**/x*y*z*/**", uri)).toBe(false);
		// Quadratic time would be minutes here.
		expect(performance.now() - start).toBeLessThan(10_000);
	});
});

test("a prompt and a template are granted letter for letter, or all of them by *", () => {
	const some = offersOf({ prompts: ["summary"], templates: ["file:///{path}"] });
	expect([offersPrompt(some, "summary"), offersPrompt(some, "Summary"), offersPrompt(some, "*")]).toEqual([true, false, false]);
	expect([offersTemplate(some, "file:///{path}"), offersTemplate(some, "file:///{+path}")]).toEqual([true, false]);
	const all = offersOf({ prompts: ["*"], templates: ["*"] });
	expect([offersPrompt(all, "any"), offersTemplate(all, "any://{x}"), offersPrompt(all, 1)]).toEqual([true, true, false]);
});

describe("layers that narrow", () => {
	const granted = offersOf({
		prompts: ["a", "b"],
		resources: ["file:///docs/**", "notes://x"],
		templates: ["*"],
		completions: true,
	});

	test("take nothing away that they do not speak of", () => {
		expect(narrowOffers(granted, {})).toEqual(granted);
	});

	test.each([
		[{ prompts: ["b", "c"] }, { prompts: ["b"] }],
		[{ prompts: ["*"] }, { prompts: ["a", "b"] }],
		[{ prompts: [] }, { prompts: [] }],
		[{ templates: ["t://{x}"] }, { templates: ["t://{x}"] }],
		[{ completions: false }, { completions: false }],
		[{ completions: true }, {}],
		[{ resources: ["file:///docs/public/**"] }, { resources: ["file:///docs/public/**"] }],
		[{ resources: ["file:///**", "notes://*"] }, { resources: ["file:///docs/**", "notes://x"] }],
		[{ resources: ["file:///docs/a.md"] }, { resources: ["file:///docs/a.md"] }],
		[{ resources: ["file:///docs/../a.md"] }, { resources: [] }],
		[{ resources: ["https://**"] }, { resources: [] }],
	])("leave of %j what both allow", (limit, left) => {
		expect(narrowOffers(granted, limit)).toEqual({ ...granted, ...left });
	});

	test("leave of what may be asked for the smaller number, and nothing that they do not name", () => {
		const asks = asksOf({ sampling: { perMinute: 6 }, roots: true });
		expect(asks).toEqual({ sampling: 6, roots: 10 });
		expect(narrowAsks(asks, undefined)).toEqual(asks);
		expect(narrowAsks(asks, { sampling: true, elicitation: true })).toEqual({ sampling: 6 });
		expect(narrowAsks(asks, { sampling: { perMinute: 4 }, roots: false })).toEqual({ sampling: 4 });
		expect(asksOf(policyAsks(asks))).toEqual(asks);
	});
});

describe("a grant", () => {
	const PIN = `sha256:${"a".repeat(64)}`;
	const server: PolicyServer = {
		name: "s",
		config: "/p/.mcp.json",
		workspace: "/p",
		launch: { command: "node", args: [], cwd: null, env: {}, fingerprint: PIN },
		prompts: ["a"],
		resources: ["file:///docs/**"],
		completions: true,
		asks: { sampling: true },
	};
	const layer = (source: PolicyLayer["source"], ...servers: PolicyServer[]): PolicyLayer => ({
		source,
		file: source,
		policy: { version: 1, servers },
	});
	const found = (...layers: PolicyLayer[]) => {
		const lookup = findGrant(layers, { name: "s", command: "node", args: [], folder: "/p" });
		return lookup.found ? lookup.grant : null;
	};

	test("has what the user's layer names, and what every other layer leaves of it", () => {
		expect(found(layer("user", server))).toMatchObject({
			offers: { prompts: ["a"], resources: ["file:///docs/**"] },
			asks: { sampling: 10 },
		});
		const narrowed = found(layer("user", server), layer("workspace", { name: "s", prompts: [], resources: ["file:///docs/x"], asks: {} }));
		expect(narrowed?.offers).toEqual({ prompts: [], resources: ["file:///docs/x"], templates: [], completions: true });
		expect(narrowed?.asks).toBeUndefined();
	});

	test("has nothing of these where nobody named it, whatever the workspace says", () => {
		const bare = { ...server, prompts: [], resources: [], completions: false, asks: {} };
		const grant = found(
			layer("user", bare),
			layer("workspace", { name: "s", prompts: ["*"], resources: ["**"], asks: { sampling: true } }),
		);
		expect([grant?.offers, grant?.asks]).toEqual([undefined, undefined]);
	});

	test("has only what two approvals of the same line both have", () => {
		const other = { ...server, config: "/p/.cursor/mcp.json", prompts: ["a", "b"], asks: { sampling: { perMinute: 2 }, roots: true } };
		expect(found(layer("user", server), layer("user", other))).toMatchObject({ offers: { prompts: ["a"] }, asks: { sampling: 2 } });
	});
});

test.each([
	['"prompts": ["a\\u200bb"]', /prompts/],
	['"resources": [""]', /resources/],
	['"asks": { "samplign": true }', /unknown key "samplign"; did you mean "sampling"/],
	['"asks": { "sampling": { "perMinute": 0 } }', /asks/],
	['"asks": { "sampling": { "perminute": 1 } }', /perMinute is missing/],
])("a policy with %s is refused, and the place named", (text, message) => {
	const parsed = parsePolicy(`{"version": 1, "servers": [{ "name": "s", ${text} }]}`, "p.jsonc");
	expect(parsed.ok ? "" : parsed.problem.message).toMatch(message);
});

describe("the definition that a prompt is granted with", () => {
	const PIN = `sha256:${"a".repeat(64)}`;
	const OTHER = `sha256:${"b".repeat(64)}`;
	const granted = offersOf({ prompts: ["summary", "plan"], promptPins: { summary: PIN, gone: PIN } });

	test("counts for prompts that are granted, and for no other", () => {
		expect(granted.promptPins).toEqual({ summary: PIN });
		expect(offersOf({ prompts: ["*"], promptPins: { summary: PIN } }).promptPins).toEqual({ summary: PIN });
		expect(offersOf({ prompts: ["plan"], promptPins: { summary: PIN } })).not.toHaveProperty("promptPins");
	});

	test("stays where a limit does not speak of it, and is added by one that does", () => {
		expect(narrowOffers(granted, { prompts: ["*"] })).toEqual(granted);
		expect(narrowOffers(granted, { promptPins: { plan: OTHER } }).promptPins).toEqual({ plan: OTHER, summary: PIN });
		expect(narrowOffers(offersOf({ prompts: ["*"] }), { prompts: ["plan"], promptPins: { plan: OTHER } })).toMatchObject({
			prompts: ["plan"],
			promptPins: { plan: OTHER },
		});
	});

	test("takes its prompt away where a limit wants another, also from under a word for all", () => {
		expect(narrowOffers(granted, { promptPins: { summary: OTHER } })).toMatchObject({ prompts: ["plan"] });
		const all = offersOf({ prompts: ["*", "plan"], promptPins: { summary: PIN } });
		expect(offersPrompt(narrowOffers(all, { promptPins: { summary: OTHER } }), "summary")).toBe(false);
		expect(offersPrompt(narrowOffers(all, { promptPins: { summary: OTHER } }), "plan")).toBe(true);
	});

	test("of a prompt with the name of what every object has is its own", () => {
		const pins: Record<string, string> = JSON.parse(`{"__proto__":"${PIN}"}`);
		const odd = offersOf({ prompts: ["__proto__", "constructor"], promptPins: pins });
		expect(promptPin(odd, "__proto__")).toBe(PIN);
		expect(promptPin(odd, "constructor")).toBeNull();
	});
});
