import { describe, expect, test } from "vitest";
import { spanWithin } from "../../../src/core/config/escapes.ts";
import { guessConfigHost, MAX_CONFIG_LENGTH, parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument, ServerEntry, StdioServer } from "../../../src/core/config/server.ts";
import { launchOf, unwrapLaunch } from "../../../src/core/config/wrapped.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { slice } from "../../../src/core/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";

function stdio(document: ConfigDocument, index = 0): StdioServer {
	const server: ServerEntry | undefined = document.servers[index];
	if (server?.kind !== "stdio") throw new Error("not a stdio server");
	return server;
}

const cursor = (raw: string): ConfigDocument => parseConfig(raw, "cursor", "mcp.json");
const entry = (value: unknown): ConfigDocument => cursor(JSON.stringify({ mcpServers: { demo: value } }));

test("places are exact through BOM, CRLF, comments, emoji, escapes and trailing commas", () => {
	const raw =
		'\uFEFF// 😀\r\n{ "mcpServers": {\r\n  "b\\u00e4r": { "command": "np\\u0078", /* 🐙 */ "args": ["-y", "a\\"b",], "env": { "K": "v\\n1", "N": 7, "U": null, }, },\r\n} }';
	const document = cursor(raw);
	const server = stdio(document);
	const raws = (span: { offset: number; length: number }): string => slice(document.text, span);
	expect(document.bom).toBe(true);
	expect(document.problems).toEqual([]);
	expect(server.name.value).toBe("bär");
	expect(raws(server.name.span)).toBe("b\\u00e4r");
	expect(server.command.value).toBe("npx");
	expect(raws(server.commandProperty)).toBe('"command": "np\\u0078"');
	expect(server.args.map(({ value }) => value)).toEqual(["-y", 'a"b']);
	expect(server.argsArray && raws(server.argsArray)).toBe('["-y", "a\\"b",]');
	expect(server.env.map(({ name, value }) => [name.value, value.value, raws(value.outer)])).toEqual([
		["K", "v\n1", '"v\\n1"'],
		["N", "7", "7"],
	]);
	expect(document.comments.map(raws)).toEqual(["// 😀", "/* 🐙 */"]);
	const value = server.env[0]?.value;
	expect(value && raws(spanWithin(document.text, value, 1, 2))).toBe("\\n");
});

test("half of a file never throws, and a string that is being typed ends where the text does", () => {
	const raw = JSON.stringify({ mcpServers: { a: { command: "npx", args: ["\\", "😀"], env: { A: "x" } } } }, null, 1);
	for (let i = 0; i <= raw.length; i++) cursor(raw.slice(0, i));
	const document = cursor('{"mcpServers": {"a": {"command": "npx", "args": ["--token", "abc');
	const last = stdio(document).args.at(-1);
	expect(last?.value).toBe("abc");
	expect(last && slice(document.text, last.span)).toBe("abc");
	expect(stdio(document).unambiguous).toBe(false);
	expect(document.problems.map(({ code }) => code)).toEqual(["syntax"]);
});

describe("what two hosts could read differently is marked", () => {
	test.each([
		['{"mcpServers": {"a": {"command": "x", "command": "y"}}}', [false]],
		['{"mcpServers": {"a": {"command": "x", "env": {"K": "1", "K": "2"}}}}', [false]],
		['{"mcpServers": {"a": {"command": "x"}, "a": {"command": "y"}, "b": {"command": "z"}}}', [false, false, true]],
		['{"mcpServers": {"a": {"command": "x"}}, "mcpServers": {"b": {"command": "y"}}}', [false, false]],
		['{"mcpServers": {"a": {"command": "x", "\\u0063ommand": "y"}}}', [false]],
		['{"mcpServers": {"a": {"command": "x", "url": "https://y.example"}}}', [false]],
		['{"mcpServers": {"a": {"command": "x", "args": [1]}}}', [false]],
		['{"mcpServers": {"a": {"command": "x"}}', [false]],
	])("%s", (raw, clear) => {
		const document = cursor(raw);
		expect(document.servers.map(({ unambiguous }) => unambiguous)).toEqual(clear);
		expect(document.problems).not.toEqual([]);
	});
});

test("prototype names are names", () => {
	const document = cursor('{"mcpServers": {"__proto__": {"command": "x"}, "constructor": {"command": "y", "env": {"toString": "z"}}}}');
	expect(document.servers.map(({ name }) => name.value)).toEqual(["__proto__", "constructor"]);
	expect(document.problems).toEqual([]);
});

test("one broken entry does not hide the others", () => {
	const document = cursor(
		'{"mcpServers": {"a": 7, "_comment": "hello", "b": {"command": "x"}, "c": {}, "d": {"url": "https://x.example"}}}',
	);
	expect(document.servers.map(({ name, kind }) => [name.value, kind])).toEqual([
		["b", "stdio"],
		["d", "http"],
	]);
	expect(document.problems.map(({ code, server }) => [code, server])).toEqual([
		["bad-entry", "a"],
		["bad-entry", "c"],
	]);
});

test("depth, size and shape cannot hurt", () => {
	expect(cursor("[".repeat(100_000)).problems.map(({ code }) => code)).toEqual(["too-deep"]);
	expect(cursor(" ".repeat(MAX_CONFIG_LENGTH + 1)).problems.map(({ code }) => code)).toEqual(["too-large"]);
	expect(cursor("").problems).toEqual([]);
	expect(cursor("// nothing but this\n").problems).toEqual([]);
	expect(cursor("[]").problems.map(({ code }) => code)).toEqual(["syntax"]);
	expect(cursor('{"mcpServers": []}').problems.map(({ code }) => code)).toEqual(["bad-entry"]);
	expect(cursor('{"mcpServers": null, "theme": 1}').problems).toEqual([]);
	expect(entry({ command: "x", args: Array.from({ length: 200_000 }, () => 1) }).problems.length).toBeLessThan(50);
});

test("servers of projects, and of Visual Studio", () => {
	const claude = parseConfig(
		JSON.stringify({ mcpServers: { a: { command: "x" } }, projects: { "/p": { mcpServers: { a: { command: "y" } } } } }),
		"claude-code",
		".claude.json",
	);
	expect(claude.servers.map(({ project, keyPath }) => [project, keyPath])).toEqual([
		[null, ["mcpServers", "a"]],
		["/p", ["projects", "/p", "mcpServers", "a"]],
	]);
	expect(parseConfig('{"servers": {"a": {"command": "x"}}}', "mcp-json", ".mcp.json").servers).toHaveLength(1);
	expect(guessConfigHost('{"servers": {}}')).toBe("vscode");
	expect(guessConfigHost('{"mcpServers": {}}')).toBe("mcp-json");
	expect(guessConfigHost('{"other": {}}')).toBeNull();
});

describe("a wrapped entry", () => {
	const run = (command: string, args: readonly string[]): StdioServer => stdio(entry({ command, args }));

	test("is taken apart", () => {
		const launch = unwrapLaunch(
			run("/home/dev/.sallyport/bin/sallyport", ["run", "--name", "a", "--workspace", "/w", "--", "npx", "-y", "x"]),
		);
		expect(launch).toMatchObject({ name: "a", workspace: "/w", command: { value: "npx" }, args: [{ value: "-y" }, { value: "x" }] });
		expect(unwrapLaunch(run("node", ["/opt/dist/sallyport.cjs", "run", "--name=a", "--", "x"]))).toMatchObject({
			name: "a",
			workspace: null,
			args: [],
		});
		expect(unwrapLaunch(run("C:\\s\\bin\\sallyport.cmd", ["run", "--name", "a", "--", "x", "--", "y"]))).toMatchObject({
			args: [{ value: "--" }, { value: "y" }],
		});
	});

	test("is not mistaken", () => {
		expect(unwrapLaunch(run("npx", ["-y", "x"]))).toBeNull();
		expect(unwrapLaunch(run("not-sallyport", ["run", "--name", "a", "--", "x"]))).toBeNull();
		expect(unwrapLaunch(run("sallyport", ["run", "--", "x"]))).toBeNull();
		expect(unwrapLaunch(run("sallyport", ["run", "--name", "a", "--name", "b", "--", "x"]))).toBeNull();
		expect(unwrapLaunch(run("sallyport", ["run", "--name", "a", "--"]))).toBeNull();
		const policy = run("sallyport", ["run", "--name", "a", "--policy", "p", "--", "x"]);
		expect(unwrapLaunch(policy)).toMatchObject({ name: "a", policies: ["p"] });
		expect(unwrapLaunch(run("sallyport", ["run", "--name", "a", "--else", "p", "--", "x"]))).toBeNull();
		expect(launchOf(policy)).toMatchObject({ wrapped: true, command: { value: "x" } });
	});

	test.each([
		["sallyport", true],
		["/home/me/.sallyport/bin/sallyport", true],
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		["${userHome}/.sallyport/bin/sallyport", true],
		["~/.sallyport/bin/sallyport", true],
		["$HOME/.sallyport/bin/sallyport", true],
		["%USERPROFILE%\\.sallyport\\bin\\sallyport.cmd", true],
		["C:\\Users\\me\\.sallyport\\bin\\sallyport.cmd", true],
		["./sallyport", false],
		["bin/sallyport", false],
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		["${workspaceFolder}/.sallyport/bin/sallyport", false],
		["$CLAUDE_PROJECT_DIR/sallyport", false],
		["/home/me/../other/sallyport", false],
		["//evil/bin/sallyport", false],
		["\\\\evil\\bin\\sallyport", false],
		["/tmp/sallyport", false],
	])("%s is the launcher: %s", (command, wrapped) => {
		expect(launchOf(run(command, ["run", "--name", "a", "--", "x"])).wrapped).toBe(wrapped);
		expect(launchOf(run("node", [command.replace(/sallyport(\.cmd)?$/, "sallyport.cjs"), "run", "--name", "a", "--", "x"])).wrapped).toBe(
			wrapped && command !== "sallyport",
		);
	});
});

test("what a bundle starts on one platform is an entry of its own, laid over the common one", () => {
	const token = githubToken(new Dice(5), "ghp");
	const platform_overrides = { win32: { command: "bash" }, darwin: { args: ["b"] }, linux: { env: { LEVEL: "info" } } };
	const mcp_config = { command: "node", args: ["a"], env: { GITHUB_TOKEN: token }, platform_overrides };
	const document = parseConfig(JSON.stringify({ server: { mcp_config } }), "mcpb", "manifest.json");
	const read = document.servers.map((server) => [
		server.keyPath.at(-1),
		...(server.kind === "stdio" ? [server.command.value, server.args[0]?.value, server.env[0]?.name.value, server.unambiguous] : []),
	]);
	expect(document.problems).toEqual([]);
	expect(read).toEqual([
		["mcp_config", "node", "a", "GITHUB_TOKEN", true],
		["win32", "bash", "a", "GITHUB_TOKEN", false],
		["darwin", "node", "b", "GITHUB_TOKEN", false],
		["linux", "node", "a", "LEVEL", false],
	]);
	// What they share is told once.
	expect(analyze(document, { home: null }).map(({ ruleId, server }) => [ruleId, server])).toEqual([["secret-in-env", "mcp_config"]]);
});
