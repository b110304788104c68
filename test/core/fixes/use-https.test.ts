import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { useHttpsEdits } from "../../../src/core/fixes/use-https.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { applyEdits } from "../../../src/core/text.ts";

function secured(raw: string): { readonly text: string | null; readonly fixes: readonly string[]; readonly code: string | null } {
	const document = parseConfig(raw, "cursor", "mcp.json");
	const finding = analyze(document, { home: null }).find(({ ruleId }) => ruleId === "insecure-url");
	if (finding === undefined) throw new Error("nothing was found");
	const edits = useHttpsEdits(document, finding);
	const code = edits.ok ? null : edits.problem.code;
	return { text: edits.ok ? applyEdits(document.text, edits.value) : null, fixes: finding.fixes, code };
}

const remote = (url: string): string => `{ "mcpServers": { "a": { "url": "${url}" } } }`;

describe("using https", () => {
	it.each([
		["http://mcp.example.com/mcp?next=http://x.example", "https://mcp.example.com/mcp?next=http://x.example"],
		["ws://mcp.example.com:8080/", "wss://mcp.example.com:8080/"],
		["HTTP://MCP.EXAMPLE.COM", "HTTPS://MCP.EXAMPLE.COM"],
		[" http://x.example", " https://x.example"],
		["\\u0068ttp:\\/\\/x.example/😀", "\\u0068ttps:\\/\\/x.example/😀"],
		["http://localhost@evil.example/mcp", "https://localhost@evil.example/mcp"],
	])("changes the scheme of %s and nothing else", (url, expected) => {
		expect(secured(remote(url))).toEqual({ text: remote(expected), fixes: ["use-https"], code: null });
		const left = analyze(parseConfig(remote(expected), "cursor", "mcp.json"), { home: null });
		expect(left.filter(({ ruleId }) => ruleId === "insecure-url")).toEqual([]);
	});

	it("finds the address among the arguments of a bridge", () => {
		const raw = '{ "mcpServers": { "a": {\r\n "command": "npx", "args": ["-y", "mcp-remote@0.1.0", "http://x.example/sse"] } } }';
		expect(secured(raw).text).toBe(raw.replace("http:", "https:"));
	});

	it.each(["sse://x.example", "http:x.example", "http://x.example:80/mcp"])("leaves %s to a person", (url) => {
		expect(secured(remote(url))).toEqual({ text: null, fixes: [], code: "not-securable" });
	});

	it("refuses an entry that two parsers read differently, another rule's finding, and a text that has changed", () => {
		const twice = '{ "mcpServers": { "a": { "url": "http://x.example", "url": "http://x.example" } } }';
		expect(secured(twice)).toEqual({ text: null, fixes: [], code: "entry-ambiguous" });
		expect(secured(remote("http://x.example").slice(0, -2))).toMatchObject({ fixes: [], code: "entry-ambiguous" });
		const document = parseConfig(remote("http://x.example"), "cursor", "mcp.json");
		const [finding] = analyze(document, { home: null });
		if (finding === undefined) throw new Error("nothing was found");
		expect(useHttpsEdits(document, { ...finding, ruleId: "secret-in-url" })).toMatchObject({ problem: { code: "not-securable" } });
		const later = parseConfig(remote("http://other.example"), "cursor", "mcp.json");
		expect(useHttpsEdits(later, finding)).toMatchObject({ problem: { code: "finding-moved" } });
	});
});
