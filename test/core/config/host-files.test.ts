// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the hosts' variables
import { describe, expect, test } from "vitest";
import { HOST_IDS, type HostId, matchHost } from "../../../src/core/config/hosts.ts";
import { guessConfigHost, hostShownBy, isHostFile, parseConfig } from "../../../src/core/config/parse.ts";
import type { ServerEntry } from "../../../src/core/config/server.ts";
import { unwrapEdits, wrapEdits } from "../../../src/core/fixes/wrap.ts";
import { applyEdits } from "../../../src/core/text.ts";
import { type HostFixture, hostFixtures } from "./host-fixtures.ts";

const FILES = `npx -y pkg@1.0.0`;
const REMOTE = "https://mcp.example.com/mcp";

/** Of each host's file: what its servers start or connect to, and the variables or headers that they get. */
const SERVERS: Readonly<Record<HostId, readonly string[]>> = {
	vscode: [`files: ${FILES} LOG`, `docs: ${REMOTE} X-Team`],
	"vscode-settings": [`files: ${FILES}`],
	devcontainer: [`files: ${FILES}`],
	cursor: [`files: ${FILES} LOG`, `docs: ${REMOTE}`],
	"cursor-permissions": [],
	"claude-code": [`files: ${FILES} LOG`, `docs: ${REMOTE} X-Team`],
	"claude-settings": [],
	"claude-desktop": [`files: ${FILES}`],
	"mcp-json": [`files: ${FILES} LOG`, `docs: ${REMOTE} X-Team`],
	copilot: [`files: ${FILES}`],
	windsurf: [`files: ${FILES}`, `docs: ${REMOTE}`],
	devin: [`docs: ${REMOTE} X-Team`],
	cline: [`files: ${FILES}`, `nested: ${FILES}`],
	roo: [`files: ${FILES}`],
	kilo: [`files: ${FILES}`],
	continue: [`files: ${FILES} LOG`, `docs: ${REMOTE} X-Team`],
	zed: [`files: ${FILES} LOG`, `nested: ${FILES}`],
	jetbrains: [`files: ${FILES}`],
	junie: [`files: ${FILES}`],
	gemini: [`files: ${FILES}`, `docs: ${REMOTE}`],
	qwen: [`docs: ${REMOTE} X-Team`],
	antigravity: [`docs: ${REMOTE}`],
	codex: [`files: ${FILES} LOG`, `the docs: ${REMOTE} X-Team`],
	kiro: [`files: ${FILES}`],
	"amazon-q": [`files: ${FILES}`],
	"lm-studio": [`files: ${FILES}`],
	goose: [`files: ${FILES} LOG`, `docs: ${REMOTE} X-Team`],
	opencode: [`files: ${FILES} LOG`, `docs: ${REMOTE}`],
	warp: [`files: ${FILES}`],
	trae: [`files: ${FILES}`],
	mcpb: ["mcp_config: node ${__dirname}/server/index.js API_TOKEN"],
	registry: [],
	"claude-api": [`docs: ${REMOTE}`],
	"openai-api": [`docs: ${REMOTE}`],
	other: [`files: ${FILES} LOG`, `docs: ${REMOTE} X-Team`],
};

function told(server: ServerEntry): string {
	const [words, pairs] = server.kind === "stdio" ? [[server.command, ...server.args], server.env] : [[server.url], server.headers];
	return [`${server.name.value}:`, ...words.map(({ value }) => value), ...pairs.map(({ name }) => name.value)].join(" ");
}

describe.each(hostFixtures())("the file of $host", ({ host, file, text }: HostFixture) => {
	test("is known by its name, or by what it holds", () => {
		const guessed = host === "other" ? hostShownBy(text) : guessConfigHost(text, file);
		expect(matchHost(`/proj/shop/${file}`) ?? guessed).toBe(host);
		expect(isHostFile(text, host, file)).toBe(true);
	});

	test("is read in the host's own words", () => {
		const document = parseConfig(text, host, file);
		expect(document.problems).toEqual([]);
		expect(document.servers.map(told)).toEqual(SERVERS[host]);
		expect(document.servers.map(({ unambiguous }) => unambiguous)).toEqual(SERVERS[host].map(() => true));
	});

	test("is wrapped, and unwrapped to the same bytes", () => {
		const document = parseConfig(text, host, file);
		for (const server of document.servers) {
			if (server.kind === "http") continue;
			const wrapping = { launcher: "/home/dev/.sallyport/bin/sallyport", name: server.name.value, workspace: null };
			const wrapped = wrapEdits(document, server, wrapping);
			if (!wrapped.ok) expect([["mcpb", "other"].includes(host), wrapped.problem.code]).toEqual([true, "file-not-started"]);
			if (!wrapped.ok) continue;
			const after = parseConfig(applyEdits(text, wrapped.value), host, file);
			const same = after.servers.find(({ keyPath }) => keyPath.join("/") === server.keyPath.join("/"));
			expect(after.problems).toEqual([]);
			expect(same && told(same)).toContain(`--name ${server.name.value} -- npx -y`);
			const back = same === undefined ? null : unwrapEdits(after, same);
			expect(back?.ok && applyEdits(after.text, back.value)).toBe(text);
		}
	});
});

test("every host has its file", () => {
	expect(Object.keys(SERVERS).sort()).toEqual([...HOST_IDS].sort());
});

describe("a file that only has the name of a host's is none", () => {
	test.each([
		["package/manifest.json", '{ "name": "An extension", "version": "1.0.0", "server": "x", "apiToken": "abc" }'],
		["server.json", '{ "servers": [{ "host": "a", "password": "abc" }] }'],
		[".vscode/settings.json", '{ "editor.tabSize": 2, "some.token": "abc" }'],
		[".devcontainer/devcontainer.json", '{ "image": "debian" }'],
		["opencode.json", '{ "theme": "dark" }'],
		[".zed/settings.json", '{ "theme": "One" }'],
	])("%s", (file, text) => {
		const host = matchHost(file);
		expect(host && isHostFile(text, host, file)).toBe(false);
		expect(host && parseConfig(text, host, file)).toMatchObject({ servers: [], settings: [], comments: [], problems: [], rootKeys: [] });
	});
});

test("of a file that is mostly about other things, what is about servers is looked at, what is named like a secret, and comments", () => {
	const text = [
		'{ "some.token": "abc", "some.theme": "abc", // a note',
		'"chat.tools.global.autoApprove": true,',
		'"mcp": { "inputs": [{ "default": "x" }], "servers": { "a": { "command": "srv" /* here */ } } } } // sallyport-ignore no-allowlist why',
	].join("\n");
	const document = parseConfig(text, "vscode-settings", "settings.json");
	expect(document.settings.map(({ keyPath }) => keyPath.join("."))).toEqual([
		"some.token",
		"chat.tools.global.autoApprove",
		"mcp.inputs.0.default",
	]);
	expect(document.comments.map(({ offset, length }) => text.slice(offset, offset + length))).toEqual([
		"// a note",
		"/* here */",
		"// sallyport-ignore no-allowlist why",
	]);
});

test("opencode has two forms, and may have a server of any name", () => {
	const names = (mcp: unknown): readonly string[] =>
		parseConfig(JSON.stringify({ mcp }), "opencode", "opencode.json").servers.map(({ keyPath }) => keyPath.join("."));
	const entry = { type: "local", command: ["srv"] };
	expect(names({ servers: { a: entry } })).toEqual(["mcp.servers.a"]);
	expect(names({ servers: entry, a: entry })).toEqual(["mcp.servers", "mcp.a"]);
});

test("what another host's words say is read where the host's own are missing", () => {
	const document = parseConfig(
		'{"mcpServers": {"a": {"serverUrl": "https://x.example"}, "b": {"command": "srv", "uri": "x"}}}',
		"cursor",
		"mcp.json",
	);
	expect(document.servers.map(told)).toEqual(["a: https://x.example", "b: srv"]);
	expect(document.problems).toEqual([]);
});

test.each([
	["config.toml", '[mcp_servers.a]\ncommand = "x"\n', "codex"],
	["x.yml", "mcpServers:\n  - name: a\n    command: x\n", "continue"],
	["x.yaml", "extensions:\n  a:\n    cmd: x\n", "goose"],
	["x.yaml", "a: 1\n", null],
	["x.json", '{"context_servers": {}}', "zed"],
	["x.json", '{"tools": [{"type": "function"}]}', null],
])("a file that a person names is told by what it holds: %s %j", (file, text, host) => {
	expect(guessConfigHost(text, file)).toBe(host);
});
