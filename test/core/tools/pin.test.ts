import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { isPin, pinListing, pinOf } from "../../../src/core/tools/pin.ts";

const read = { name: "read", description: "Reads", inputSchema: { type: "object", properties: { path: { type: "string" } } } };

test("a pin is the SHA-256 of the RFC 8785 form, which anyone can compute", () => {
	const canonical = '{"description":"Reads","inputSchema":{"properties":{"path":{"type":"string"}},"type":"object"},"name":"read"}';
	expect(pinOf(read)).toBe(`sha256:${createHash("sha256").update(canonical).digest("hex")}`);
	expect(isPin(pinOf(read) ?? "")).toBe(true);
});

test("order of members and the tool's own _meta do not count", () => {
	const { inputSchema, description, name } = read;
	expect(pinOf({ inputSchema, _meta: { now: 1 }, description, name })).toBe(pinOf(read));
});

test.each([
	["the description", { ...read, description: "Reads." }],
	["an annotation", { ...read, annotations: { readOnlyHint: true } }],
	["a nested schema", { ...read, inputSchema: { type: "object", properties: { path: { type: "number" } } } }],
	["a nested _meta", { ...read, inputSchema: { ...read.inputSchema, _meta: {} } }],
	["an unknown member", { ...read, future: null }],
	["a name in another case", { ...read, name: "Read" }],
	["a name in another normalisation", { ...read, name: "re\u0301ad" }],
	["a member named __proto__", JSON.parse(`{"__proto__":{"x":1},${JSON.stringify(read).slice(1)}`)],
])("%s counts", (_, changed) => {
	expect(pinOf(changed)).toMatch(/^sha256:/);
	expect(pinOf(changed)).not.toBe(pinOf(read));
});

test.each([
	["no object", "read"],
	["an array", [read]],
	["without a name", { description: "x" }],
	["with a name that is no text", { name: 1 }],
	["with an empty name", { name: "" }],
	["with an endless name", { name: "x".repeat(257) }],
	["with a lone surrogate", { ...read, description: "\ud800" }],
	["with a lone surrogate in a key", { ...read, "\udc00": 1 }],
	["with a number beyond all bounds", JSON.parse(`{"name":"read","x":1e999}`)],
	[
		"nested without end",
		(() => {
			const loop: Record<string, unknown> = { ...read };
			loop.self = loop;
			return loop;
		})(),
	],
])("there is no pin for a tool %s", (_, value) => {
	expect(pinOf(value)).toBeNull();
});

test("a name that is listed twice is pinned by neither definition, even when the two are equal", () => {
	const pins = pinListing([read, { name: "other" }, read, read, "noise"]);
	expect([...pins.keys()]).toEqual(["read", "other"]);
	expect(pins.get("read")).toBeNull();
	expect(pins.get("other")).toBe(pinOf({ name: "other" }));
});
