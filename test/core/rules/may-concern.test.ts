import { describe, expect, test } from "vitest";
import { DEV } from "../../../bench/detection/dev/pools.ts";
import { Random } from "../../../bench/detection/random.ts";
import { adversarial, ordinary } from "../../../bench/detection/sets/configs.ts";
import { matchHost } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument, StdioServer } from "../../../src/core/config/server.ts";
import { entryTexts } from "../../../src/core/rules/entry-texts.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { readLaunch } from "../../../src/core/rules/supply/command-line.ts";
import { isCommonLine } from "../../../src/core/rules/supply/common-line.ts";
import { fixtureSources } from "../../fuzz/sources.ts";

const random = new Random("may concern");

/** Words that mean something to some rule, and words around them. */
const WORDS = [
	...["-y", "-c", "-e", "-p", "-i", "-r", "-v", "-u", "-H", "-A", "-k", "-it", "--", "-", "", " ", "a b", "x\ny"],
	...[
		"npx",
		"node",
		"python",
		"uv",
		"run",
		"x",
		"exec",
		"sh",
		"bash",
		"cmd",
		"/c",
		"find",
		"-ok",
		"env",
		"sudo",
		"docker",
		"podman",
		"deno",
	],
	...[
		"eval",
		"su",
		"script",
		"nc",
		"socat",
		"mshta",
		"curl",
		"|",
		"||",
		"&&",
		"&",
		";",
		"|x",
		"tcp:h:1",
		"exec:sh",
		"op",
		"pwsh",
		"@me/pkg",
	],
	...["pkg@1.0.0", "mcp-remote@0.1.0", "@modelcontextprotocol/server-filesystem", "server-files", "/", "/tmp/x.js", "~/Downloads/x", "."],
	...[
		"--require",
		"./x.js",
		"--eval",
		"--call=x",
		"--transport=sse",
		"--insecure",
		"--no-sandbox",
		"--yolo",
		"--host",
		"0.0.0.0",
		"::",
		"*:80",
	],
	...[
		"http://10.0.0.1/",
		"http://169.254.169.254/",
		"https://a.example/sse",
		"--registry",
		"--index-url=http://a.b/",
		"A=b",
		"PATH=/tmp",
		"=",
		"аpple",
	],
	...[
		"$HOME",
		`$${"{env:X}"}`,
		"%X%",
		"op://a/b/c",
		"keychain://a/b",
		"'",
		'"',
		"\\",
		"`",
		"^",
		"sallyport",
		"--policy",
		"-ec",
		"-p8080:80",
	],
];
const NAMES = [
	"A",
	"PATH",
	"NODE_OPTIONS",
	"ENV",
	"PS4",
	"HOME",
	"DOCKER_HOST",
	"GOOSE_MODE",
	"SSL_VERIFY",
	"NPM_CONFIG_REGISTRY",
	"MCP_HOST",
	"ſALLYPORT_X",
];
const VALUES = [
	"",
	"x",
	"0",
	"auto",
	"false",
	"/tmp",
	"0.0.0.0",
	"sse",
	"http://10.1.2.3",
	"169.254.169.254",
	"--require ./x",
	"tcp://a.b:1",
	`$${"{X}"}`,
];

function written(command: string, args: readonly string[], env: Readonly<Record<string, string>>): ConfigDocument {
	return parseConfig(JSON.stringify({ mcpServers: { a: { command, args, env } } }), "cursor", ".cursor/mcp.json");
}

function words(): readonly string[] {
	return Array.from({ length: random.between(0, 5) }, () => random.pick(WORDS));
}

const made = Array.from({ length: 10_000 }, () =>
	written(random.pick(["npx", "uvx", "uv", "node", "python3", "deno", "bun", "x", ...WORDS]), words(), {
		[random.pick(NAMES)]: random.pick(VALUES),
	}),
);

function read(sources: readonly { readonly path: string; readonly text: string }[]): readonly ConfigDocument[] {
	return sources.flatMap(({ path, text }) => {
		const host = matchHost(path);
		return host === null ? [] : [parseConfig(text, host, path)];
	});
}

describe.each([
	["the fixtures", () => read(fixtureSources())],
	["generated files", () => read([...ordinary(random, DEV, 300), ...adversarial(random, DEV, 200)])],
	["launch lines of words that mean something", () => made],
])("of %s", (_, documents) => {
	test("a rule finds nothing in an entry that it says does not concern it", () => {
		const missed = documents().flatMap((document) =>
			document.servers.flatMap((server) =>
				RULES.filter(
					({ only, mayConcern }) => (only ?? server.kind) !== server.kind || mayConcern?.(entryTexts(server), server, document) === false,
				)
					.filter((rule) => [...(rule.checkServer?.(server, document, { home: "/home/me" }) ?? [])].length > 0)
					.map(({ id }) => `${id}: ${JSON.stringify(server.kind === "stdio" ? entryTexts(server) : server.url.value)}`),
			),
		);
		expect(missed).toEqual([]);
	});
});

test("a rule finds nothing in a file that it says does not concern it", () => {
	const documents = [...read(fixtureSources()), ...read([...ordinary(random, DEV, 200), ...adversarial(random, DEV, 100)])];
	const missed = documents.flatMap((document) =>
		RULES.filter(({ mayConcernFile }) => mayConcernFile?.(document, { home: "/home/me" }) === false)
			.filter((rule) => [...(rule.checkDocument?.(document, { home: "/home/me" }) ?? [])].length > 0)
			.map(({ id }) => `${id}: ${document.file}`),
	);
	expect(documents.length).toBeGreaterThan(300);
	expect(missed).toEqual([]);
});

test("a common line is read as any other is: one program, and no code", () => {
	const isCommon = (server: StdioServer | undefined): server is StdioServer => server !== undefined && isCommonLine(entryTexts(server));
	let common = 0;
	for (const { servers } of made) {
		const server = servers.find((each) => each.kind === "stdio");
		// One word by itself may be what only starts another one, which the backtick below would be.
		if (!isCommon(server) || server.args.length === 0) continue;
		common++;
		// A backtick has it read word by word.
		const [longer] = written(server.command.value, [...server.args.map(({ value }) => value), "`"], {}).servers;
		if (longer?.kind !== "stdio") throw new Error("no server");
		const { lines, scripts, contained, unread } = readLaunch(longer);
		const [line] = readLaunch(server).lines;
		expect({
			lines: lines.map(({ program, words, prefixes, assignments }) => [program, words.map(({ text }) => text), prefixes, assignments]),
			inside: [...scripts, ...contained.lines, ...contained.scripts, unread],
		}).toEqual({ lines: [[line?.program, [...(line?.words ?? []).map(({ text }) => text), "`"], [], []]], inside: [null] });
	}
	expect(common).toBeGreaterThan(200);
});
