// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import { describe, expect, it } from "vitest";
import { nearest, parsePolicy } from "../../../src/core/policy/parse.ts";

const PIN = `sha256:${"a".repeat(64)}`;
const server = (more: object) => JSON.stringify({ version: 1, servers: [{ name: "github", ...more }] }, null, "\t");

function problem(text: string): string {
	const parsed = parsePolicy(text, "policy.jsonc");
	if (parsed.ok) throw new Error("the policy was accepted");
	return parsed.problem.message;
}

describe("a policy file", () => {
	it("may have comments, trailing commas and a byte order mark", () => {
		const parsed = parsePolicy(`\uFEFF// mine\r\n{ "version": 1, "servers": [ { "name": "x", "tools": {}, }, ], }`, "p");
		expect(parsed.ok && parsed.value.servers[0]?.name).toBe("x");
	});

	it("means the same, whether it is written as Sallyport writes it or by hand", () => {
		const tools = { echo: { pin: PIN }, __proto__x: { pin: PIN }, "10": { pin: PIN }, "9": { pin: PIN }, "ü\u2028": { pin: PIN } };
		const text = server({ tools, egress: ["example.com:443"], limits: { memory: "1GiB" } });
		const written = parsePolicy(`${text}\n`, "p");
		expect(written).toMatchObject({ ok: true, value: { servers: [{ tools, egress: ["example.com:443"] }] } });
		for (const other of [text, `\uFEFF${text}\n`, `// mine\n${text}`, text.replaceAll("\t", " "), text.replaceAll("\n", "\r\n")])
			expect(parsePolicy(other, "p")).toEqual(written);
	});

	it("is refused with a tool that is named like a part of every object, however it is written", () => {
		const text = server({ tools: {} }).replace(
			'"tools": {}',
			`"tools": {\n\t\t\t\t"__proto__": {\n\t\t\t\t\t"pin": "${PIN}"\n\t\t\t\t}\n\t\t\t}`,
		);
		for (const written of [`${text}\n`, `// mine\n${text}`]) expect(problem(written)).toContain("nothing can be called __proto__");
	});

	it("is refused with a key that stands twice, also when it is written as Sallyport writes it", () => {
		const text = server({ egress: [] }).replace('"egress": []', '"egress": [],\n\t\t\t"egress": ["example.com:443"]');
		expect(problem(`${text}\n`)).toContain('the key "egress" stands twice');
	});

	it("is refused with its place when it is half-typed", () => {
		expect(problem(`{\n  "version": 1,\n  "servers": [`)).toMatch(/^policy\.jsonc:3:\d+: not valid JSONC/);
	});

	it.each([
		[server({ tols: {} }), 'policy.jsonc:6:4: unknown key "tols"; did you mean "tools"?'],
		[server({ sandbox: { denyReads: [] } }), 'unknown key "denyReads"; did you mean "deny"?'],
		[server({ sandbox: { raed: [] } }), 'unknown key "raed"; did you mean "read"?'],
		[server({ launch: { comand: "x" } }), 'unknown key "comand"; did you mean "command"?'],
		[server({ tools: { echo: { pin: PIN, pinn: 1 } } }), 'unknown key "pinn"; did you mean "pin"?'],
		[server({ limits: { memoryByte: 5 } }), 'unknown key "memoryByte"; did you mean "memory"?'],
		['{ "version": 1, "servres": [] }', 'did you mean "servers"?'],
	])("names an unknown key, its place and the nearest known one (%#)", (text, expected) => {
		expect(problem(text)).toContain(expected);
	});

	it.each([
		[{ pattern: "^(?!x)" }, "schema has a pattern that looks ahead or behind"],
		[{ items: { patternProperties: { "(a)\\1": {} } } }, "schema.items has a pattern that looks ahead or behind, goes back to a group"],
		[{ pattern: "(" }, "schema has a pattern that is no regular expression"],
		[{ format: "url" }, 'schema has the format "url"'],
	])("names the place of a JSON Schema that cannot be held to, also in a file as Sallyport writes it: %j", (schema, expected) => {
		const text = server({ tools: { echo: { pin: PIN, arguments: { path: { schema } } } } });
		for (const each of [text, `${text}\n`]) {
			expect(problem(each)).toMatch(/^policy\.jsonc:\d+:\d+: servers\.0\.tools\.echo\.arguments\.path\.schema: /);
			expect(problem(each)).toContain(expected);
		}
	});

	it("may have a pattern that takes its time only where it is gone back in, as it is not here", () => {
		const text = server({ tools: { echo: { pin: PIN, arguments: { path: { schema: { pattern: "^(a+)+$" } } } } } });
		expect(parsePolicy(text, "p").ok).toBe(true);
	});

	it("does not propose a key that nobody meant", () => {
		expect(problem(server({ zzzzqqqq: 1 }))).not.toContain("did you mean");
	});

	it.each([
		["a duplicate key", `{"version":1,"version":1,"servers":[]}`],
		["a duplicate tool", `{"version":1,"servers":[{"name":"x","tools":{"a":{"pin":"${PIN}"},"a":{"pin":"${PIN}"}}}]}`],
		["another version", `{"version":2,"servers":[]}`],
		["a tool that is neither allowed nor denied", server({ tools: { echo: { decision: "maybe" } } })],
		["an argument that is constrained by something unknown", server({ tools: { echo: { arguments: { path: { inside: "/x" } } } } })],
		["a tool called __proto__", '{"version":1,"servers":[{"name":"a","tools":{"__proto__":{"decision":"deny"}}}]}'],
		["an argument called __proto__", '{"version":1,"servers":[{"name":"a","tools":{"x":{"arguments":{"__proto__":{"enum":["a"]}}}}}]}'],
		["something forbidden without saying what", '{"version":1,"servers":[],"forbid":[{"reason":"no"}]}'],
		["a short pin", server({ tools: { echo: { pin: "sha256:ab" } } })],
		["a relative path", server({ sandbox: { read: ["docs"] } })],
		["a path with ..", server({ sandbox: { read: ["/a/../etc"] } })],
		["a way out of the workspace", server({ sandbox: { write: ["${workspace}/../x"] } })],
		["another variable", server({ sandbox: { read: ["${home}/x"] } })],
		["a pattern with ..", server({ sandbox: { deny: ["../x"] } })],
		["a size without a unit", server({ limits: { memory: "64" } })],
		["a size of nothing", server({ limits: { disk: "0MiB" } })],
		["half a byte", server({ limits: { disk: "0.5B" } })],
		["every host", server({ egress: ["*:443"] })],
		["every host of a top-level domain", server({ egress: ["*.com:443"] })],
		["a name that leads to a metadata service", server({ egress: ["a.example.com:80=169.254.169.254"] })],
		["a host without a port", server({ egress: ["example.com"] })],
		["a port out of range", server({ egress: ["example.com:70000"] })],
		["a slot that is no variable", server({ secrets: { "header:X": "keychain://a/b" } })],
		["a secret instead of a reference", server({ secrets: { "env:X": "hunter2" } })],
		["a sandbox that is neither off nor an object", server({ sandbox: "none" })],
		["an empty file", ""],
		["a list", "[]"],
		["very deep nesting", `${"[".repeat(100_000)}`],
	])("is refused for %s", (_what, text) => {
		expect(parsePolicy(text, "p").ok).toBe(false);
	});

	it("cannot reach a prototype through a tool's name", () => {
		const parsed = parsePolicy(`{"version":1,"servers":[{"name":"x","tools":{"__proto__":{"pin":"${PIN}"}}}]}`, "p");
		const tools = parsed.ok ? (parsed.value.servers[0]?.tools ?? {}) : {};
		expect(Object.getPrototypeOf(tools)).not.toHaveProperty("pin");
		expect(({} as Record<string, unknown>).pin).toBeUndefined();
	});

	it("never sends control characters to a terminal", () => {
		// biome-ignore lint/suspicious/noControlCharactersInRegex: that is the point
		expect(problem(`{"version":1,"servers":[],"\\u001b[31mred":1}`)).not.toMatch(/[\x00-\x1F]/);
	});
});

describe("nearest", () => {
	it("forgives a letter or two and no more", () => {
		expect(nearest("egres", ["egress", "tools"])).toBe("egress");
		expect(nearest("something", ["egress", "tools"])).toBeNull();
	});
});
