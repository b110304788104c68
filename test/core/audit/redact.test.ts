import { expect, test } from "vitest";
import { type AuditEvent, eventAbout, eventDetails, eventRequest } from "../../../src/core/audit/event.ts";
import { argumentsJson, type Redact, redactedJson } from "../../../src/core/audit/redact.ts";

const secret = ["not", "a", "real", "secret"].join("-").repeat(3);
const redact = (text: string) => text.replaceAll(secret, "[secret]").replaceAll("4711471147114711", "[secret]");
const redactValue = (value: unknown, as: (text: string) => string): unknown => JSON.parse(redactedJson(value, as));

test("the structure stays", () => {
	const value = { a: [1, true, null, "x", { b: {} }], c: "" };
	expect(redactValue(value, redact)).toEqual(value);
});

test("a secret is replaced wherever it stands: in a text, in a key, in a number, across the cut", () => {
	const value = { [`k${secret}`]: `Bearer ${secret}`, list: [[secret]], n: 4711471147114711, long: `${"x".repeat(180)}${secret}` };
	const text = JSON.stringify(redactValue(value, redact));
	expect(text).not.toContain(secret.slice(0, 8));
	expect(text).not.toContain("4711");
	expect(JSON.parse(text)).toMatchObject({ "k[secret]": "Bearer [secret]", list: [["[secret]"]], n: "[secret]" });
});

test("what is long is cut, and says how much is missing", () => {
	expect(redactValue("x".repeat(250), redact)).toBe(`${"x".repeat(200)}…[50 more characters]`);
	expect(redactValue(Array(60).fill(0), redact)).toEqual([...Array(50).fill(0), "…[10 more]"]);
	expect(Object.keys(redactValue(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, n])), redact) as object)).toHaveLength(
		51,
	);
});

test("a record stays small, whatever a call carries", () => {
	let deep: unknown = "x";
	for (let i = 0; i < 100; i++) deep = { deep, more: "y".repeat(10_000) };
	const wide = Array.from({ length: 50 }, () => Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, "z".repeat(500)])));
	const nested = (levels: number): unknown => (levels === 0 ? 1 : Array(20).fill(nested(levels - 1)));
	for (const value of [deep, wide, nested(5), "x".repeat(1_000_000)])
		expect(JSON.stringify(redactValue(value, redact)).length).toBeLessThan(50_000);
});

test("a cut never splits a character", () => {
	expect(JSON.stringify(redactValue("😀".repeat(300).slice(1), redact))).not.toMatch(/ud83d"|ud83d…/);
});

test("method, tool and request are redacted like the arguments", () => {
	const event = {
		request: secret,
		direction: "host-to-server",
		method: secret,
		tool: secret,
		decision: "refuse",
		reason: "r",
		outcome: "withheld",
	} as const;
	const details = (each: AuditEvent, as: Redact) => eventDetails(each, (given) => redactedJson(given, as));
	for (const part of [eventRequest, eventAbout, details]) {
		const text = part({ ...event, arguments: { a: secret } }, redact);
		expect(text).toContain("[secret]");
		expect(text).not.toContain(secret);
	}
});

test("keys that become alike are one member, and numbers that JSON does not know are nothing", () => {
	const value: unknown = JSON.parse(`{"${secret}":1,"[secret]":2,"__proto__":3,"n":[1e999,-0,1e21,0.5]}`);
	expect(redactedJson(value, redact)).toBe('{"[secret]":2,"__proto__":3,"n":[null,0,1e+21,0.5]}');
});

test("of a call's arguments a log keeps what the policy says: all, their shapes, or nothing", () => {
	const given = { sql: "SELECT 'x' FROM t", to: ["a@example.com"], n: 12, ok: true, none: null, token: secret };
	const classes = { arguments: "full", sql: "shape", paths: "home", personal: "masked" } as const;
	const kept = (how: "full" | "shapes" | "none"): unknown =>
		JSON.parse(argumentsJson(given, redact, { ...classes, arguments: how }, null) ?? "null");
	expect(kept("full")).toEqual({ sql: "SELECT ? FROM t", to: ["[e-mail]"], n: 12, ok: true, none: null, token: "[secret]" });
	expect(kept("shapes")).toEqual({
		sql: "text of 17",
		to: ["text of 13"],
		n: "number",
		ok: "boolean",
		none: null,
		token: `text of ${secret.length}`,
	});
	expect(kept("none")).toBeNull();
	const wide = argumentsJson(Array(100).fill("a"), redact, { ...classes, arguments: "shapes" }, null);
	expect(wide).toContain("…[50 more]");
});
