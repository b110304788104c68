import { expect, test } from "vitest";
import { policyPlace } from "../../../src/core/policy/place.ts";
import { slice } from "../../../src/core/text.ts";

const POLICY = `{
	// a person's own words 🙂
	"version": 1,
	"servers": [
		{ "name": "other", "tools": { "read": {} } },
		{
			"name": "files",
			"config": "/a/.mcp.json",
			"tools": { "read": { "arguments": { "path": { "within": "/docs" } } }, "*": {}, },
			"egress": ["api.example.com:443"],
		},
		{ "name": "files", "config": "/b/.mcp.json", "tools": { "write": {} } },
	],
	"forbid": [{ "command": "docker" }],
}`;

function at(...[entry, paths]: [Parameters<typeof policyPlace>[1], Parameters<typeof policyPlace>[2]]): string | null {
	const span = policyPlace(POLICY, entry, paths);
	return span === null ? null : slice(POLICY, span);
}

test("what a policy says of a tool is found in the entry that is meant, among comments and stray commas", () => {
	expect(at({ name: "files" }, [["tools", "read"]])).toBe('"read": { "arguments": { "path": { "within": "/docs" } } }');
	expect(at({ name: "files" }, [["tools", "read", "arguments"]])).toBe('"arguments": { "path": { "within": "/docs" } }');
	expect(at({ name: "files", config: "/b/.mcp.json" }, [["tools", "write"]])).toBe('"write": {}');
	expect(at({ name: "files" }, [["egress"]])).toBe('"egress": ["api.example.com:443"]');
});

test("a tool that is not named is where every other one is spoken of, else where the tools are", () => {
	expect(
		at({ name: "files" }, [
			["tools", "write"],
			["tools", "*"],
		]),
	).toBe('"*": {}');
	expect(
		at({ name: "other" }, [
			["tools", "write"],
			["tools", "*"],
		]),
	).toBe('"tools": { "read": {} }');
	expect(at({ name: "other" }, [["limits", "callsPerMinute"]])).toBe('"name": "other"');
});

test("what the file says of no server in particular is found, and what it does not say is not", () => {
	expect(at(null, [["forbid"]])).toBe('"forbid": [{ "command": "docker" }]');
	expect(at({ name: "third" }, [["tools"]])).toBeNull();
	expect(policyPlace("", { name: "files" }, [["tools"]])).toBeNull();
});

test("a byte order mark is not counted", () => {
	const span = policyPlace(`\ufeff${POLICY}`, { name: "other" }, [["tools"]]);
	expect(span === null ? null : slice(POLICY, span)).toBe('"tools": { "read": {} }');
});
