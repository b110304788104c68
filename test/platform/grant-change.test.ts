import { describe, expect, it } from "vitest";
import type { Constraints } from "../../src/core/constraints/schema.ts";
import type { Grant } from "../../src/core/policy/layers.ts";
import { offersOf } from "../../src/core/policy/offers.ts";
import { grantChange } from "../../src/platform/approval/texts.ts";

const PIN = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;
const nothing: Grant = {
	name: "files",
	config: "/project/.mcp.json",
	workspace: "/project",
	launch: { command: "npx", args: [], cwd: null, env: {}, fingerprint: PIN },
	tools: new Map([["read", PIN]]),
	constraints: new Map(),
	secrets: new Map(),
	sandbox: { read: [], write: [], deny: [], env: [] },
	egress: [],
	limits: {},
};
const offering = (prompts: readonly string[], promptPins: Readonly<Record<string, string>> = {}): Grant => ({
	...nothing,
	offers: offersOf({ prompts, promptPins }),
});

/** What changes, a row each, and whether a person has to be asked. */
function change(before: Grant, after: Grant): readonly [boolean, ...string[]] {
	const { rows, widens } = grantChange(before, after);
	return [widens, ...rows.filter(({ mark }) => mark !== " ").map(({ mark, kind, text }) => `${mark} ${kind} ${text}`)];
}

describe("what a person is asked about of a server's own words", () => {
	const speaks = { ...nothing, instructions: PIN };

	it("is its instructions, when they are new or another text; taken away, they need nobody", () => {
		const row = (digest: string): string => `instructions for the model, as the server gives them  (${digest.slice(0, 19)}…)`;
		expect(change(nothing, speaks)).toEqual([true, `+ ${row(PIN)}`]);
		expect(change(speaks, { ...speaks, instructions: OTHER })).toEqual([true, `- ${row(PIN)}`, `+ ${row(OTHER)}`]);
		expect(change(speaks, nothing)).toEqual([false, `- ${row(PIN)}`]);
		expect(change(speaks, speaks)).toEqual([false]);
	});

	it("is what stands beside a definition", () => {
		const beside = (meta: string): Grant => ({ ...nothing, toolMeta: new Map([["read", meta]]) });
		expect(change(nothing, beside(PIN))).toEqual([true, "+ tool read  (another thing in its _meta)"]);
		expect(change({ ...nothing, tools: new Map() }, beside(PIN))).toEqual([true, "+ tool read  (with its _meta)"]);
		expect(change(beside(PIN), beside(OTHER))).toEqual([true, "+ tool read  (another thing in its _meta)"]);
		expect(change(beside(PIN), nothing)).toEqual([false, "- tool read  (with its _meta; it stays without)"]);
		expect(change(beside(PIN), beside(PIN))).toEqual([false]);
	});

	it("is a prompt's definition, and that it may be any", () => {
		const pinned = offering(["summary"], { summary: PIN });
		const any = "prompt summary  (whatever its definition)";
		expect(change(nothing, pinned)).toEqual([true, "+ prompt summary"]);
		expect(change(pinned, offering(["summary"], { summary: OTHER }))).toEqual([true, "+ prompt summary  (its definition has changed)"]);
		expect(change(pinned, offering(["summary"]))).toEqual([true, "- prompt summary", `+ ${any}`]);
		expect(change(offering(["summary"]), pinned)).toEqual([true, `- ${any}`, "+ prompt summary"]);
		expect(change(pinned, nothing)).toEqual([false, "- prompt summary"]);
	});

	it("is which prompts a word for all does not speak of", () => {
		const all = "prompt *  (every prompt, whatever it says)";
		const but = "prompt *  (every prompt, whatever it says, but summary, as approved)";
		expect(change(offering(["*"], { summary: PIN }), offering(["*"]))).toEqual([true, `- ${but}`, `+ ${all}`]);
	});
});

describe("what a person is asked about of a tool's arguments", () => {
	const where = (constraints: Constraints): Grant => ({ ...nothing, constraints: new Map([["read", [constraints]]]) });

	it.each<[string, Constraints, Constraints]>([
		[
			"a constraint that hides in another one's value",
			{ mode: { enum: ["append"], optional: true }, path: { glob: ["/p/**"], optional: true } },
			{ mode: { enum: ["append, optional; path glob /p/**"], optional: true } },
		],
		[
			"a constraint that hides in a name",
			{ a: { maxLength: 5 }, path: { glob: ["/p/**"] } },
			{ "a maxLength 5; path": { glob: ["/p/**"] } },
		],
		["a number for its digits", { n: { enum: ["1"] } }, { n: { enum: [1] } }],
		["two values for one", { path: { enum: ["/p/a, /etc/shadow"] } }, { path: { enum: ["/p/a", "/etc/shadow"] } }],
	])("is %s, with both lines to see", (_, before, after) => {
		const [widens, ...rows] = change(where(before), where(after));
		expect([widens, rows.map((row) => row[0])]).toEqual([true, ["-", "+"]]);
		expect(rows[0]?.slice(1)).not.toBe(rows[1]?.slice(1));
	});

	it("is the same written in another way, and says so", () => {
		expect(change(where({ path: { within: "/p" } }), where({ path: { within: ["/p"] } }))).toEqual([
			true,
			"+ tool read  where path within /p  (the same, written in another way)",
		]);
		expect(change(where({ path: { within: "/p", optional: true } }), where({ path: { optional: true, within: "/p" } }))).toEqual([false]);
	});
});
