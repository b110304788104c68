import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument, ServerEntry, StdioServer } from "../../../src/core/config/server.ts";
import { unwrapLaunch } from "../../../src/core/config/wrapped.ts";
import { planMoves } from "../../../src/core/fixes/move-secrets.ts";
import { meaningOf, unwrapEdits, type Wrapping, wrapEdits } from "../../../src/core/fixes/wrap.ts";
import type { Result } from "../../../src/core/result.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { applyEdits, type TextEdit } from "../../../src/core/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";
import { JsoncSource } from "./jsonc-source.ts";

const LAUNCHER = "/home/me/.sallyport/bin/sallyport";
const read = (raw: string): ConfigDocument => parseConfig(raw, "mcp-json", "mcp.json");
const wrapping = (server: ServerEntry, workspace: string | null = null): Wrapping => ({
	launcher: LAUNCHER,
	name: server.name.value,
	workspace,
});

function only(document: ConfigDocument): ServerEntry {
	const [server] = document.servers;
	if (server === undefined) throw new Error("no server");
	return server;
}

function edited(document: ConfigDocument, edits: Result<TextEdit[]>): string {
	if (!edits.ok) throw new Error(edits.problem.message);
	return (document.bom ? "\uFEFF" : "") + applyEdits(document.text, edits.value);
}

const wrap = (raw: string, workspace: string | null = null): string => {
	const document = read(raw);
	return edited(document, wrapEdits(document, only(document), wrapping(only(document), workspace)));
};
const unwrap = (raw: string): string => {
	const document = read(raw);
	return edited(document, unwrapEdits(document, only(document)));
};
const file = (entry: string): string => `{ "mcpServers": { "x": ${entry} } }`;
const code = (result: Result<unknown>): string | null => (result.ok ? null : result.problem.code);

describe("wrapping", () => {
	it.each([
		['{ "command": "npx", "args": ["-y", "a"] }', `{ "command": "${LAUNCHER}", "args": ["run", "--name", "x", "--", "npx", "-y", "a"] }`],
		['{ "command": "srv" }', `{ "command": "${LAUNCHER}", "args": [ "run", "--name", "x", "--", "srv" ] }`],
		['{ "command": "srv", "args": [] }', `{ "command": "${LAUNCHER}", "args": ["run", "--name", "x", "--", "srv"] }`],
		[
			'{\r\n\t"command": "npx", // why\r\n\t"args": [\r\n\t\t"-y", /* a */\r\n\t\t"a",\r\n\t],\r\n}',
			`{\r\n\t"command": "${LAUNCHER}", // why\r\n\t"args": [\r\n\t\t"run", "--name", "x", "--", "npx",\r\n\t\t"-y", /* a */\r\n\t\t"a",\r\n\t],\r\n}`,
		],
		['{\n  "command": "srv"\n}', `{\n  "command": "${LAUNCHER}",\n  "args": [ "run", "--name", "x", "--", "srv" ]\n}`],
		['{ "command": "n\\u0070x", "args": ["a"] }', `{ "command": "${LAUNCHER}", "args": ["run", "--name", "x", "--", "n\\u0070x", "a"] }`],
	])("keeps what it does not need to touch: %j", (before, after) => {
		expect(wrap(file(before))).toBe(file(after));
		expect(unwrap(file(after))).toBe(file(before));
	});

	it("hands the workspace over where the host does not start servers in it", () => {
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		const wrapped = wrap(file('{ "command": "srv" }'), "${workspaceFolder}");
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		expect(wrapped).toContain('"--name", "x", "--workspace", "${workspaceFolder}", "--", "srv"');
		expect(unwrap(wrapped)).toBe(file('{ "command": "srv" }'));
	});

	it.each([
		["remote servers", '{ "url": "https://example.com" }', "entry-remote"],
		["a key that stands twice", '{ "command": "a", "command": "b" }', "entry-ambiguous"],
		["a file with a syntax error", '{ "command": "a", "args": ["b" }', "entry-ambiguous"],
		["an entry that is wrapped", `{ "command": "${LAUNCHER}", "args": ["run", "--name", "x", "--", "a"] }`, "already-wrapped"],
		["args that are null", '{ "command": "a", "args": null }', "args-null"],
	])("refuses %s", (_, entry, expected) => {
		const document = read(file(entry));
		expect(code(wrapEdits(document, only(document), wrapping(only(document))))).toBe(expected);
	});

	it("refuses a name for which nothing could be granted, and says how long one may be", () => {
		const document = read(`{ "mcpServers": { "${"n".repeat(201)}": { "command": "a" } } }`);
		const refused = wrapEdits(document, only(document), wrapping(only(document)));
		expect(refused).toMatchObject({ ok: false, problem: { code: "name-too-long", message: expect.stringContaining("201 characters") } });
		expect(JSON.stringify(refused)).toContain("at most 200");
	});

	it("refuses a name that a host would expand", () => {
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the host's own variable
		const document = read('{ "mcpServers": { "${HOME}": { "command": "a" } } }');
		expect(code(wrapEdits(document, only(document), wrapping(only(document))))).toBe("name-variable");
	});
});

describe("unwrapping", () => {
	it("gives every file back byte for byte, and means the same in between", () => {
		let entries = 0;
		for (let seed = 0; seed < 4_000; seed++) {
			const raw = new JsoncSource(seed).file();
			const before = read(raw);
			expect(before.problems, `seed ${seed}: ${raw}`).toEqual([]);
			const wrapped = edited(
				before,
				all(before.servers.map((server) => wrapEdits(before, server, wrapping(server, seed % 2 === 0 ? "w" : null)))),
			);
			const between = read(wrapped);
			expect(between.problems, `seed ${seed}`).toEqual([]);
			between.servers.forEach((server, i) => {
				const was = before.servers[i] as StdioServer;
				const launch = server.kind === "stdio" ? unwrapLaunch(server) : null;
				expect(
					[(server as StdioServer).command.value, launch?.name, launch?.command.value, launch?.args.map(({ value }) => value)],
					`seed ${seed}`,
				).toEqual([LAUNCHER, was.name.value, was.command.value, was.args.map(({ value }) => value)]);
				entries++;
			});
			const restored = edited(between, all(between.servers.map((server) => unwrapEdits(between, server))));
			expect(restored === raw, `seed ${seed}\n${raw}\n${wrapped}\n${restored}`).toBe(true);
		}
		expect(entries).toBeGreaterThan(4_000);
	});

	it.each([
		["reformatted", ["run", "\n  --name", "x", "--", "srv", "a"].map((word) => JSON.stringify(word.trim())).join(",\n"), '["a"]'],
		["with a comment in it", '"run", // mine, all mine\n"--name", "x", "--", "srv" /* , */, "a"', '[// mine, all mine\n/* , */ "a"]'],
		["without the arguments it had", '"run", "--name", "x", "--", "srv",', "[]"],
		["with = for a space", '"run", "--name=x", "--", "srv", "a"', '["a"]'],
	])("makes the smallest edit in an entry that was %s since", (_, args, expected) => {
		expect(unwrap(file(`{ "command": "sallyport", "args": [${args}] }`))).toBe(file(`{ "command": "srv", "args": ${expected} }`));
	});

	it("refuses to leave a reference to a host that would pass it on, unless told so", () => {
		const entry = `{ "command": "${LAUNCHER}", "args": [ "run", "--name", "x", "--", "a" ], "env": { "T": "Bearer {{ keychain://x/T }}" } }`;
		const document = read(file(entry));
		expect(code(unwrapEdits(document, only(document)))).toBe("references-held");
		const kept = edited(document, unwrapEdits(document, only(document), { keepReferences: true }));
		expect(kept).toBe(file('{ "command": "a", "env": { "T": "Bearer {{ keychain://x/T }}" } }'));
	});

	it.each([
		["an entry that is not wrapped", '{ "command": "a" }', "not-wrapped"],
		[
			"options that it did not write",
			'{ "command": "sallyport", "args": ["run", "--name", "x", "--policy", "p", "--", "a"] }',
			"wrap-unknown",
		],
		["remote servers", '{ "url": "https://example.com" }', "entry-remote"],
	])("refuses %s", (_, entry, expected) => {
		const document = read(file(entry));
		expect(code(unwrapEdits(document, only(document)))).toBe(expected);
	});
});

function all(results: readonly Result<TextEdit[]>[]): Result<TextEdit[]> {
	const edits: TextEdit[] = [];
	for (const result of results) {
		if (!result.ok) return result;
		edits.push(...result.value);
	}
	return { ok: true, value: edits };
}

describe("what stands in YAML for more than one entry is changed for none", () => {
	const token = githubToken(new Dice(91), "ghp");
	const yaml = (text: string): ConfigDocument => parseConfig(text, "continue", ".continue/config.yaml");

	it.each([
		[
			"a value",
			`mcpServers:\n  - name: s\n    command: srv\n    env:\n      A_KEY: &k ${token}\n  - name: t\n    command: srv\n    env:\n      A_KEY: *k\n`,
		],
		["an entry", "mcpServers:\n  - &a\n    name: s\n    command: srv\n  - <<: *a\n    name: t\n"],
		[
			"the variables",
			`mcpServers:\n  - name: s\n    command: srv\n    env: &e\n      A_KEY: ${token}\n  - name: t\n    command: srv\n    env: *e\n`,
		],
		["the arguments", "mcpServers:\n  - name: s\n    command: srv\n    args: &a [x]\n  - name: t\n    command: srv\n    args: *a\n"],
		["all of them", "mcpServers: &all\n  - name: s\n    command: srv\n  - name: t\n    command: srv\nother: *all\n"],
	])("%s", (_, text) => {
		const document = yaml(text);
		expect(document.servers).toHaveLength(2);
		for (const server of document.servers) {
			const refused = wrapEdits(document, server, wrapping(server));
			expect(refused.ok || refused.problem).toMatchObject({ code: "entry-ambiguous" });
		}
		expect(planMoves(document, analyze(document, { home: null }), wrapping).moves).toEqual([]);
	});

	it("and the others are", () => {
		const document = yaml("x: &x 1\ny: *x\nmcpServers:\n  - name: &unused s\n    command: srv\n");
		expect(code(wrapEdits(document, only(document), wrapping(only(document))))).toBeNull();
	});

	it("the refusal says why, and so does the finding", () => {
		const document = yaml("mcpServers:\n  - name: s\n    command: srv\n    args: &a [x]\n  - name: t\n    command: srv\n    args: *a\n");
		const refused = wrapEdits(document, only(document), wrapping(only(document)));
		const [finding] = analyze(document, { home: null });
		for (const message of [refused.ok ? "" : refused.problem.message, finding?.message]) expect(message).toContain("an alias");
	});
});

describe("what a change of a file means", () => {
	const meaning = (server: object, rewritten: readonly string[] = []): string => {
		const document = read(JSON.stringify({ mcpServers: { s: server, t: { command: "srv" } } }));
		return meaningOf(document, { rewritten: rewritten.map((name) => ["mcpServers", name]) });
	};
	const run = { command: LAUNCHER, args: ["run", "--name", "s", "--", "srv"] };

	it("differs with every value, address and header, and with what was wrapped besides", () => {
		const all = [
			{ command: "srv" },
			{ command: "srv", env: { A: "1" } },
			{ command: "srv", env: { A: "2" } },
			{ command: "srv", cwd: "/w" },
			{ url: "https://a.example" },
			{ url: "https://a.example", headers: { A: "1" } },
			run,
		];
		expect(new Set(all.map((server) => meaning(server))).size).toBe(all.length);
		expect(meaning(run, ["s"])).toBe(meaning({ command: "srv" }, ["s"]));
	});
});
