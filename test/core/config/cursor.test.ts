import { describe, expect, test } from "vitest";
import { placeAt } from "../../../src/core/config/cursor.ts";
import type { HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { slice } from "../../../src/core/text.ts";

/** What stands at the `|`, which is not part of the text. */
function at(marked: string, host: HostId = "cursor"): unknown {
	const offset = marked.indexOf("|");
	const document = parseConfig(marked.replace("|", ""), host, "mcp.json");
	const place = placeAt(document, offset - (document.bom ? 1 : 0));
	if (place === null) return null;
	const { server, serverName, slot, value, reference } = place;
	return {
		server: server?.name.value ?? null,
		...(serverName === server?.name.value ? {} : { serverName }),
		slot,
		value: value === null ? null : slice(document.text, value.span),
		reference: reference === null ? null : [slice(document.text, reference.span), reference.reference?.path ?? null],
	};
}

const env = (value: string): string => `{"mcpServers": {"a": {"command": "x", "env": {"T": ${value}}}}}`;
const inT = { server: "a", slot: "env:T" };

describe("in the value of a variable", () => {
	test.each([
		[env('"|"'), { ...inT, value: "", reference: null }],
		[env('"key|"'), { ...inT, value: "key", reference: null }],
		[env('"keychain://|"'), { ...inT, value: "keychain://", reference: ["keychain://", null] }],
		[env('"keychain://g|ithub/T"'), { ...inT, value: "keychain://github/T", reference: ["keychain://github/T", "github/T"] }],
		[env('"|keychain://a/B"'), { ...inT, value: "keychain://a/B", reference: ["keychain://a/B", "a/B"] }],
		[env('"Bearer {{ sealed://a/B| }} x"'), { ...inT, value: "Bearer {{ sealed://a/B }} x", reference: ["sealed://a/B", "a/B"] }],
		[env('"Bea|rer {{ sealed://a/B }}"'), { ...inT, value: "Bearer {{ sealed://a/B }}", reference: null }],
		[
			env('"\\u00e4\\n😀 {{ keychain://a/😀| }} {{ keychain://c/d }}"'),
			{ ...inT, value: "\\u00e4\\n😀 {{ keychain://a/😀 }} {{ keychain://c/d }}", reference: ["keychain://a/😀", null] },
		],
		[
			env('"{{ keychain://a/b }} {{ k\\u0065ychain://c|/d }}"'),
			{ ...inT, value: "{{ keychain://a/b }} {{ k\\u0065ychain://c/d }}", reference: ["k\\u0065ychain://c/d", "c/d"] },
		],
		[`\uFEFF// 😀\r\n${env('"keychain://a/b|"')}`, { ...inT, value: "keychain://a/b", reference: ["keychain://a/b", "a/b"] }],
	])("%s", (marked, expected) => {
		expect(at(marked)).toEqual(expected);
	});
});

describe("while it is being typed", () => {
	test.each([
		[
			'{"mcpServers": {"a": {"command": "x", "env": {"T": "keychain://gi|',
			{ ...inT, value: "keychain://gi", reference: ["keychain://gi", "gi"] },
		],
		['{"mcpServers": {"a": {"command": "x", "env": {"T": "keych|\r\n"U": "x"}}}}', { ...inT, value: "keych", reference: null }],
		[
			'{"mcpServers": {"new": {"env": {"T": "keychain://|"}}}}',
			{ server: null, serverName: "new", slot: "env:T", value: "keychain://", reference: ["keychain://", null] },
		],
		['{"mcpServers": {"a": {"command": "x", "env": {"T": |', { ...inT, value: null, reference: null }],
		['{"mcpServers": {"a": {"command": "x", "env": {"T|', { server: "a", slot: null, value: null, reference: null }],
	])("%s", (marked, expected) => {
		expect(at(marked)).toEqual(expected);
	});

	test("no half of a file throws", () => {
		const raw = env('"Bearer {{ keychain://a/b }}\\u00e4😀"').replaceAll("}", "}\r\n");
		for (let end = 0; end <= raw.length; end++) {
			const document = parseConfig(raw.slice(0, end), "cursor", "mcp.json");
			for (let offset = -1; offset <= end + 1; offset++) placeAt(document, offset);
		}
	});
});

test("elsewhere: no slot where no reference resolves, nothing outside of the servers", () => {
	expect(at('{"mcpServers": {"a": {"command": "x", "args": ["keychain://a/|b"]}}}')).toEqual({
		server: "a",
		slot: null,
		value: "keychain://a/b",
		reference: ["keychain://a/b", "a/b"],
	});
	expect(at('{"mcpServers": {"a": {"url": "https://x.example", "env": {"T": "|"}}}}')).toMatchObject({ slot: null });
	expect(at('{"mcpServers": {"|a": {"command": "x"}}}')).toEqual({ server: "a", slot: null, value: null, reference: null });
	expect(at('{"mcpServers": {"a": {"command": "x"}}, "b": "|"}')).toBeNull();
	expect(at('{"other": {"a": {"env": {"T": "|"}}}}')).toBeNull();
	expect(at(`${"[".repeat(200)}|`)).toBeNull();
	expect(at('{"projects": {"/p": {"mcpServers": {"a": {"command": "x", "env": {"T": "|"}}}}}}', "claude-code")).toMatchObject(inT);
});

test("of two servers with one name, the one that it stands in", () => {
	const raw = '{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}}}';
	const document = parseConfig(raw, "cursor", "mcp.json");
	expect(placeAt(document, raw.indexOf('"y"') + 1)?.server).toBe(document.servers[1]);
	expect(placeAt(document, raw.indexOf('"x"') + 1)?.server).toBe(document.servers[0]);
});
