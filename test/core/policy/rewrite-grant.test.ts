import { describe, expect, test } from "vitest";
import { canonicalServer } from "../../../src/core/policy/accepted.ts";
import { parsePolicy } from "../../../src/core/policy/parse.ts";
import { withGrant, withoutGrant } from "../../../src/core/policy/rewrite-grant.ts";
import type { PolicyServer } from "../../../src/core/policy/schema.ts";

const pin = (digit: string) => `sha256:${digit.repeat(64)}`;
const server: PolicyServer = {
	name: "notes",
	config: "/w/.mcp.json",
	workspace: "/w",
	launch: { command: "node", args: ["a.mjs"], cwd: null, env: {}, fingerprint: pin("1") },
	tools: { read: { pin: pin("2") }, write: { pin: pin("3") } },
	secrets: {},
	sandbox: { read: [], write: [], deny: [], env: [] },
	egress: [],
	limits: {},
};
const plain = `${JSON.stringify({ version: 1, servers: [server] }, null, "\t")}\n`;
const examples = [{ tool: "read", arguments: { path: "/etc" }, expect: "refuse" }];

/** As a person has made it: a comment beside a tool, examples, a rule, CRLF. */
const own = plain
	.replace('"version": 1,', '// mine\n\t"version": 1,\n\t"rules": { "secret-in-env": "error" }, // loud')
	.replace('"write": {', '"write": { // only for drafts')
	.replace('"egress"', `"examples": ${JSON.stringify(examples)},\n\t\t\t"egress"`);

function serverIn(text: string | null): PolicyServer | undefined {
	const read = parsePolicy(text ?? "", "file");
	return read.ok ? read.value.servers.find(({ name }) => name === "notes") : undefined;
}

describe("a grant that is written into the file of a person", () => {
	const less: PolicyServer = { ...server, tools: { write: { pin: pin("3") } }, limits: { callsPerMinute: 5 }, egress: ["a.example:443"] };

	test.each([
		["with line feeds", own],
		["with carriage returns", own.replaceAll("\n", "\r\n")],
		["behind a byte order mark", `\ufeff${own}`],
		["beside another server", own.replace('"servers": [', '"servers": [{ "name": "other", "tools": {} }, ')],
	])("leaves what the person wrote, %s", (_, text) => {
		const changed = withGrant(text, less);
		for (const kept of ["// mine", "// loud", "// only for drafts", '"rules"', JSON.stringify(examples)]) expect(changed).toContain(kept);
		const read = serverIn(changed);
		expect(read?.examples).toEqual(examples);
		expect(read === undefined ? "" : canonicalServer(read)).toBe(canonicalServer(less));
		expect(changed?.startsWith("\ufeff")).toBe(text.startsWith("\ufeff"));
		expect(changed?.includes("\r\n")).toBe(text.includes("\r\n"));
	});

	test("takes over members and tools that are new", () => {
		const more: PolicyServer = { ...server, tools: { ...server.tools, erase: { pin: pin("4") } }, prompts: ["summary"] };
		const read = serverIn(withGrant(own, more));
		expect(read === undefined ? "" : canonicalServer(read)).toBe(canonicalServer(more));
	});

	test("is written as always where there is no comment, with the examples", () => {
		expect(withGrant(plain, less)).toBe(`${JSON.stringify({ version: 1, servers: [less] }, null, "\t")}\n`);
		const withExamples = `${JSON.stringify({ version: 1, servers: [{ ...server, examples }] }, null, "\t")}\n`;
		expect(withGrant(withExamples, less)).toBe(`${JSON.stringify({ version: 1, servers: [{ ...less, examples }] }, null, "\t")}\n`);
	});

	test("cannot be written into what is no policy, has no such grant, or has it twice", () => {
		expect(withGrant("{", less)).toBeNull();
		expect(withGrant(plain, { ...less, workspace: null })).toBeNull();
		expect(withGrant(JSON.stringify({ version: 1, servers: [server, server] }), less)).toBeNull();
	});
});

test("what is taken out of a file leaves what else a person wrote there, and nothing where that is nothing", () => {
	expect(withoutGrant(plain, server)).toBeNull();
	const left = withoutGrant(own, server);
	expect(left).toContain("// mine");
	expect(serverIn(left)).toBeUndefined();
	expect(left).toContain('"rules"');
});

test.each([
	["the last one, in one line", '{"version":1,"servers":[{"name":"other","tools":{}},GRANT]}'],
	["the last one, with a comma behind it", '{"version":1,"servers":[{"name":"other","tools":{}},GRANT,]}'],
	["the first one", '{"version":1,"servers":[GRANT,{"name":"other","tools":{}}]}'],
	["the only one, with a comma behind it", '{"version":1,"rules":{"secret-in-env":"error"},"servers":[GRANT /* it */ ,]}'],
])("a grant is taken out of a list, and nothing else: %s", (_, text) => {
	const left = withoutGrant(text.replace("GRANT", JSON.stringify(server)), server);
	expect(left).not.toBeNull();
	expect(serverIn(left)).toBeUndefined();
	expect(left).toMatch(/"other"|"rules"/);
});
