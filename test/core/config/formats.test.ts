import { getStaticTOMLValue, parseTOML } from "toml-eslint-parser";
import { describe, expect, test } from "vitest";
import { decodeText, spanWithin, valueWithin } from "../../../src/core/config/escapes.ts";
import { readTree } from "../../../src/core/config/formats.ts";
import type { Format, HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument, Located } from "../../../src/core/config/server.ts";
import { propertiesOf, type TreeNode } from "../../../src/core/config/tree.ts";
import { ignoreHereEdits } from "../../../src/core/fixes/ignore-here.ts";
import { moveEdits, planMoves, secretOf } from "../../../src/core/fixes/move-secrets.ts";
import { meaningOf, unwrapEdits, wrapEdits } from "../../../src/core/fixes/wrap.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import type { Finding } from "../../../src/core/rules/finding.ts";
import { applyEdits, slice } from "../../../src/core/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";
import { type Model, modelsOf, TomlSource, YamlSource } from "./table-source.ts";

const SEEDS = Array.from({ length: 300 }, (_, seed) => seed);
const KINDS: readonly (readonly [HostId, (seed: number, models: readonly Model[]) => string])[] = [
	["codex", (seed, models) => new TomlSource(seed).file(models)],
	["goose", (seed, models) => new YamlSource(seed, false).file(models)],
	["continue", (seed, models) => new YamlSource(seed, true).file(models)],
];

function placesOf({ servers, settings }: ConfigDocument): readonly Located<string>[] {
	const own = servers.flatMap((server) => {
		const [words, pairs] = server.kind === "stdio" ? [[server.command, ...server.args], server.env] : [[server.url], server.headers];
		return [server.name, ...words, ...pairs.flatMap(({ name, value }) => [name, value]), ...server.keys];
	});
	return [...own, ...settings.map(({ value }) => value)];
}

describe.each(KINDS)("however a file of %s is written", (host, write) => {
	test("it is read as what it says, and each value is at its very place", () => {
		for (const seed of SEEDS) {
			const models = modelsOf(seed);
			const raw = write(seed, models);
			const document = parseConfig(raw, host, "config");
			const where = `seed ${seed}\n${raw}`;
			expect(document.problems, where).toEqual([]);
			const read = document.servers.map((server) => ({
				name: server.name.value,
				...(server.kind === "stdio"
					? {
							command: server.command.value,
							args: server.args.map(({ value }) => value),
							env: server.env.map(({ name, value }) => [name.value, value.value.replaceAll("\r\n", "\n")]),
						}
					: {}),
			}));
			expect(read, where).toEqual(models);
			for (const located of placesOf(document)) {
				const text = slice(document.text, located.span);
				expect(text === located.value ? text : decodeText(text, located.writing ?? "json").decoded, where).toBe(located.value);
				const half = Math.floor(located.value.length / 2);
				const part = spanWithin(document.text, located, 0, half);
				if (!/[\uD800-\uDBFF]/.test(located.value))
					expect(valueWithin(document.text, located, part), where).toBe(located.value.slice(0, half));
			}
		}
	});

	test("wrapping means the same, and unwrapping gives back the very bytes", () => {
		let done = 0;
		for (const seed of SEEDS) {
			const document = parseConfig(write(seed, modelsOf(seed)), host, "config");
			for (const server of document.servers) {
				const wrapped = wrapEdits(document, server, {
					launcher: "/home/dev/.sallyport/bin/sallyport",
					name: server.name.value,
					workspace: null,
				});
				if (!wrapped.ok) continue;
				const after = parseConfig(applyEdits(document.text, wrapped.value), host, "config");
				const where = `seed ${seed}\n${document.text}\n${after.text}`;
				const intended = { rewritten: [server.keyPath] };
				expect([after.problems, meaningOf(after, intended)], where).toEqual([[], meaningOf(document, intended)]);
				const same = after.servers.find(({ keyPath }) => keyPath.join("\0") === server.keyPath.join("\0"));
				const back = same === undefined ? null : unwrapEdits(after, same);
				expect(back?.ok && applyEdits(after.text, back.value), where).toBe(document.text);
				done++;
			}
		}
		expect(done).toBeGreaterThan(200);
	});

	const tokens = Array.from({ length: 5 }, (_, i) => githubToken(new Dice(61 + i), "ghp"));
	const withToken = (seed: number): ConfigDocument => {
		const models = modelsOf(seed).map((model, at) => ({
			...model,
			command: "srv",
			args: ["x"],
			env: model.env.map(([name, value], i): [string, string] => [
				name,
				i === 0 ? `${seed % 2 === 0 ? "" : "Bearer "}${tokens[at]}` : value,
			]),
		}));
		return parseConfig(write(seed, models), host, "config");
	};

	test("a secret moves, and every other byte of the value stays", () => {
		let done = 0;
		for (const seed of SEEDS) {
			const document = withToken(seed);
			const wrappingOf = () => ({ launcher: "/l/bin/sallyport", name: "a", workspace: null });
			const { moves } = planMoves(document, analyze(document, { home: null }), wrappingOf);
			for (const move of moves) {
				const token = secretOf(document.text, move) ?? "";
				expect(tokens).toContain(token);
				const edits = moveEdits(document, [{ move, reference: { scheme: "keychain", path: "a/b" } }], wrappingOf);
				const after = parseConfig(edits.ok ? applyEdits(document.text, edits.value) : "", host, "config");
				const where = `seed ${seed}\n${document.text}\n${after.text}`;
				const values = after.servers.flatMap((server) => (server.kind === "stdio" ? server.env.map(({ value }) => value.value) : []));
				const whole = move.value.value.trim() === token && move.span.length === move.value.span.length;
				const expected = whole ? "keychain://a/b" : move.value.value.replace(token, "{{ keychain://a/b }}");
				expect(after.problems, where).toEqual([]);
				expect(values, where).toContain(expected);
				done++;
			}
		}
		expect(done).toBeGreaterThan(150);
	});

	test("a finding is put aside where it stands, and no other one", () => {
		const said = (document: ConfigDocument, { ruleId, span, message }: Finding): string =>
			JSON.stringify([ruleId, slice(document.text, span), message]);
		let done = 0;
		for (const seed of SEEDS.slice(0, 150)) {
			const document = withToken(seed);
			const before = analyze(document, { home: null });
			for (const finding of before) {
				const edits = ignoreHereEdits(document, finding, "checked by hand");
				if (!edits.ok) continue;
				const after = parseConfig(applyEdits(document.text, edits.value), host, "config");
				const where = `seed ${seed} ${finding.ruleId}\n${after.text}`;
				expect(after.problems, where).toEqual([]);
				expect(meaningOf(after, { rewritten: [] }), where).toBe(meaningOf(document, { rewritten: [] }));
				const rest = analyze(after, { home: null }).map((each) => said(after, each));
				expect(rest, where).toEqual(before.filter((each) => each !== finding).map((each) => said(document, each)));
				done++;
			}
		}
		expect(done).toBeGreaterThan(200);
	});
});

/** As plain values; a key that stands twice keeps both. */
function plainOf(node: TreeNode): unknown {
	if (node.type === "object")
		return Object.fromEntries(propertiesOf(node).map(({ key, value }) => [key.value, value === undefined ? null : plainOf(value)]));
	if (node.type === "array") return (node.children ?? []).map(plainOf);
	return node.type === "string" ? node.value : String(node.value);
}

test("TOML is read as another parser reads it", () => {
	for (const seed of SEEDS) {
		const text = new TomlSource(seed).file(modelsOf(seed)).replace("\uFEFF", "");
		const tree = readTree(text, "toml");
		const asText = (value: unknown): unknown => {
			if (Array.isArray(value)) return value.map(asText);
			if (typeof value === "string") return value;
			if (value instanceof Date) return "date";
			return typeof value === "object" && value !== null
				? Object.fromEntries(Object.entries(value).map(([key, each]) => [key, asText(each)]))
				: String(value);
		};
		const other = asText(getStaticTOMLValue(parseTOML(text)));
		const own = "roots" in tree && tree.roots[0] !== undefined ? plainOf(tree.roots[0]) : null;
		const numbers = (value: unknown): string => JSON.stringify(value).replace(/"numbers":\[[^\]]*\],?/, "");
		expect(numbers(own), text).toBe(numbers(other));
	}
});

describe("what is broken hides nothing", () => {
	test.each<[Format, HostId, string, readonly string[]]>([
		["toml", "codex", '[mcp_servers.a]\ncommand = "npx\n[mcp_servers.b]\ncommand = "srv"\n', ["a npx", "b srv"]],
		["toml", "codex", '[mcp_servers.a]\ncommand = "x"\nargs = ["y"\n[mcp_servers.b]\ncommand = "srv"\n', ["a x y", "b srv"]],
		["toml", "codex", '[mcp_servers.a]\ncommand = \n[mcp_servers.b\ncommand = "srv"\n', ["b srv"]],
		["toml", "codex", '[mcp_servers.a]\ncommand = """x\n[mcp_servers.b]\ncommand = "srv"\n', ["a x", "b srv"]],
		["toml", "codex", "what is this\n[mcp_servers.b]\ncommand = srv --flag # why\n", ["b srv --flag"]],
		["toml", "codex", '[mcp_servers.a]\ncommand = "x"\nenv = { A = "b"\n[mcp_servers.b]\ncommand = "srv"\n', ["a x A=b", "b srv"]],
		["yaml", "goose", 'extensions:\n  a:\n    cmd: "npx\n  b:\n    cmd: srv\n', ["a npx", "b srv"]],
		["yaml", "goose", "extensions:\n  a: {cmd: x\n  b:\n    cmd: srv\n", ["a x", "b srv"]],
	])("%s of %s: %j", (_, host, text, expected) => {
		const document = parseConfig(text, host, "config");
		const told = document.servers.map((server) =>
			server.kind === "stdio"
				? [server.name, server.command, ...server.args]
						.map(({ value }) => value)
						.concat(server.env.map(({ name, value }) => `${name.value}=${value.value}`))
						.join(" ")
				: "",
		);
		expect(told).toEqual(expect.arrayContaining([...expected]));
		expect(document.problems.map(({ code }) => code)).toContain("syntax");
		expect(document.servers.every(({ unambiguous }) => !unambiguous)).toBe(true);
	});

	test("half of a file never throws", () => {
		for (const [host, write] of KINDS) {
			const raw = write(3, modelsOf(3));
			for (let end = 0; end <= raw.length; end++) parseConfig(raw.slice(0, end), host, "config");
		}
	});
});

describe("TOML", () => {
	const codex = (text: string): ConfigDocument => parseConfig(text, "codex", "config.toml");

	test("a server's tables may stand apart, and the entry goes as far as they do together", () => {
		const document = codex(
			'[mcp_servers.a]\ncommand = "x"\n[mcp_servers.a.env]\nA = "1"\n[mcp_servers.b]\ncommand = "y"\n[mcp_servers.b.tools.t]\napproval_mode = "approve"\n[mcp_servers.a.tools.t]\napproval_mode = "prompt"\n',
		);
		expect(document.problems).toEqual([]);
		expect(document.servers.map(({ name, scattered, span }) => [name.value, scattered, slice(document.text, span)])).toEqual([
			["a", true, '[mcp_servers.a]\ncommand = "x"\n[mcp_servers.a.env]\nA = "1"'],
			["b", false, '[mcp_servers.b]\ncommand = "y"\n[mcp_servers.b.tools.t]\napproval_mode = "approve"'],
		]);
		expect(document.settings.map(({ server, keyPath }) => [server, keyPath.join(".")])).toEqual([
			["a", "mcp_servers.a.tools.t.approval_mode"],
			["b", "mcp_servers.b.tools.t.approval_mode"],
		]);
	});

	test("what stands twice is told", () => {
		expect(codex('[mcp_servers.a]\ncommand = "x"\n[mcp_servers.a]\ncommand = "y"\n').problems.map(({ code }) => code)).toEqual([
			"duplicate-key",
			"duplicate-key",
		]);
		expect(codex('[mcp_servers.a]\ncommand = "x"\ncommand = "y"\n').problems.map(({ code }) => code)).toEqual(["duplicate-key"]);
		expect(codex('mcp_servers = { a = { command = "x" } }\n[mcp_servers.a]\ncommand = "y"\n').problems.length).toBeGreaterThan(0);
	});

	test("of the rest of the file, what is named like a secret and comments are looked at", () => {
		const { settings, comments } = codex(
			'# top\nmodel = "abc"\n[mcp_servers.a]\ncommand = "x" # in\n[other]\nname = "x"\npassword = "abc" # out\n',
		);
		expect([settings.map(({ keyPath }) => keyPath.join(".")), comments.length]).toEqual([["other.password"], 3]);
		expect(codex('\n[mcp_servers.a]\ncommand = "x"').servers).toHaveLength(1);
	});
});

describe("YAML", () => {
	const goose = (text: string): ConfigDocument => parseConfig(text, "goose", "config.yaml");

	test("what aliases and merges stand for is read, and may not be edited", () => {
		const document = goose(
			"base: &b\n  cmd: npx\n  envs: &e { K: v }\nextensions:\n  a:\n    <<: *b\n  c:\n    cmd: srv\n    envs: *e\n  d: *b\n  f:\n    cmd: x\n",
		);
		expect(document.problems).toEqual([]);
		expect(
			document.servers.map((server) => [
				server.name.value,
				server.kind === "stdio" && server.command.value,
				server.unambiguous,
				server.scattered,
			]),
		).toEqual([
			["a", "npx", false, true],
			["c", "srv", false, true],
			["d", "npx", false, true],
			["f", "x", true, false],
		]);
	});

	test.each([
		["an object that is merged where it stands", "extensions:\n  a:\n    <<: { cmd: npx }\n"],
		["a merge of a merge", "base: &b { cmd: npx }\nmore: &m { <<: *b }\nextensions:\n  a: { <<: *m }\n"],
		["a list of merges", "base: &b { cmd: npx }\nother: &o { timeout: 3 }\nextensions:\n  a: { <<: [*o, *b] }\n"],
		["a merge among the servers", "base: &b { a: { cmd: npx } }\nextensions:\n  <<: *b\n"],
		["a merge at the root", "base: &b { extensions: { a: { cmd: npx } } }\n<<: *b\n"],
		["an alias as a key", "x: &k extensions\n*k :\n  a: { cmd: npx }\n"],
	])("%s hides no server", (_, text) => {
		const { servers } = goose(text);
		expect(servers.map((each) => [each.name.value, each.kind === "stdio" && each.command.value, each.unambiguous])).toEqual([
			["a", "npx", false],
		]);
	});

	test("aliases that stand for ever more cost nothing", () => {
		const bomb = [
			"a: &a [x, x, x, x, x, x, x, x, x]",
			..."bcdefghij".split("").map((c, i) => `${c}: &${c} [${`*${"abcdefghij".charAt(i)}, `.repeat(9)}]`),
		].join("\n");
		const many = Array.from({ length: 2_000 }, (_, i) => `  s${i}: { cmd: x, args: *j, envs: *big }`).join("\n");
		const big = `big: &big {${Array.from({ length: 2_000 }, (_, i) => `K${i}: v`).join(", ")}}`;
		const document = goose(`${bomb}\n${big}\nextensions:\n${many}\n`);
		const read = document.servers.reduce((sum, server) => sum + (server.kind === "stdio" ? server.env.length : 0), 0);
		expect([document.servers.length, read > 0 && read < 20_000]).toEqual([2_000, true]);
	});

	test("a command that cannot stand in brackets is wrapped in a list with dashes, or not at all", () => {
		const wrap = (text: string): string => {
			const document = goose(text);
			const [server] = document.servers;
			if (server === undefined) return "";
			const edits = wrapEdits(document, server, { launcher: "/l/bin/sallyport", name: "a", workspace: null });
			return edits.ok ? applyEdits(text, edits.value) : edits.problem.code;
		};
		const bare = "extensions:\n  a:\n    cmd: a}b\n    timeout: 1\n";
		const wrapped = wrap(bare);
		expect(wrapped).toBe(
			bare.replace("a}b", '"/l/bin/sallyport"\n    args:\n      - "run"\n      - "--name"\n      - "a"\n      - "--"\n      - a}b'),
		);
		const document = goose(wrapped);
		const [server] = document.servers;
		const back = server === undefined ? null : unwrapEdits(document, server);
		expect(back?.ok && applyEdits(wrapped, back.value)).toBe(bare);
		expect(wrap("extensions:\n  a:\n    cmd: a}b\n    args: [x]\n")).toBe("entry-form");
	});

	test("several documents are one problem, and all of them are read", () => {
		const document = goose("extensions:\n  a:\n    cmd: x\n---\nextensions:\n  b:\n    cmd: y\n");
		expect(document.problems.map(({ code }) => code)).toEqual(["syntax"]);
		expect(document.servers.map(({ name, unambiguous }) => [name.value, unambiguous])).toEqual([
			["a", false],
			["b", false],
		]);
	});

	test("keys of any kind, tags and nothing at all", () => {
		const document = goose("? [a, b]\n: c\n1: x\nextensions:\n  ? a\n  : cmd: !!str 12\n    args: !!seq [~, 1.5, 0x1f]\n  b:\n  c: ~\n");
		const [server] = document.servers;
		expect(server?.kind === "stdio" && [server.command.value, server.args.map(({ value }) => value)]).toEqual(["12", ["1.5", "0x1f"]]);
		expect(document.problems.map(({ code }) => code)).toEqual(expect.arrayContaining(["bad-entry"]));
	});

	test("depth and size cannot hurt", () => {
		for (const text of [
			"[".repeat(100_000),
			"{a: ".repeat(100_000),
			"- ".repeat(100_000),
			"? ".repeat(100_000),
			Array.from({ length: 500 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
		])
			expect(
				goose(text.slice(0, 200_000)).problems.map(({ code }) => code),
				text.slice(0, 10),
			).toEqual(["too-deep"]);
		expect(goose("a: b\n".repeat(100_000)).problems.map(({ code }) => code)).toEqual(["too-large"]);
		expect(goose("[,".repeat(70_000)).problems.length).toBeLessThan(5);
	});
});

test("TOML: depth and size cannot hurt", () => {
	expect(parseConfig("a=1\n".repeat(200_000), "codex", "config.toml").problems.map(({ code }) => code)).toEqual(["too-large"]);
	for (const text of [
		`a = ${"[".repeat(100_000)}`,
		`a = ${"{a = ".repeat(100_000)}`,
		`${"a.".repeat(100_000)}b = 1`,
		`[${"a.".repeat(100_000)}b]`,
	])
		expect(parseConfig(text, "codex", "config.toml").problems.map(({ code }) => code)).toEqual(["too-deep"]);
});
