import { describe, expect, test } from "vitest";
import type { HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import { ignoreHereEdits } from "../../../src/core/fixes/ignore-here.ts";
import { maskSecrets } from "../../../src/core/fixes/mask.ts";
import { wrapEdits } from "../../../src/core/fixes/wrap.ts";
import { isAtLeast } from "../../../src/core/report/report.ts";
import { formatText } from "../../../src/core/report/text.ts";
import { analyze, examine } from "../../../src/core/rules/analyze.ts";
import { isIgnorable } from "../../../src/core/rules/ignores.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { slice } from "../../../src/core/text.ts";
import { Dice, githubToken } from "../secrets/samples.ts";

const token = githubToken(new Dice(77), "ghp");
const other = githubToken(new Dice(78), "ghp");
const read = (raw: string, host: HostId = "cursor"): ConfigDocument => parseConfig(raw, host, "mcp.json");

/** Rule and place of what is left, without what every unconfined server gets. */
function left(raw: string, host: HostId = "cursor"): readonly string[] {
	const document = read(raw, host);
	return analyze(document, { home: null })
		.filter(({ ruleId }) => ruleId !== "not-launched-through-sallyport")
		.map(({ severity, ruleId, span }) =>
			`${severity} ${ruleId} ${slice(document.text, span)}`.replaceAll(token, "TOKEN").replaceAll(other, "OTHER"),
		);
}

const two = `{ "mcpServers": { "a": {
  "command": "x",
  "env": {
    "A": "${token}",
    "B": "${other}"
  }
} } }`;
const commented = (line: string, comment: string, raw = two, eol = "\n"): string =>
	raw.replace(line, () => `${comment}${eol}    ${line}`).replaceAll("\n", eol === "\n" ? "\n" : eol);

test("a file that nobody trusts yet cannot silence anything, and what it would silence says so", () => {
	const document = read(commented('"A":', "// sallyport-ignore secret-in-env a fake one"));
	const examined = (ignoresNote?: string) => {
		const { findings, silenced } = examine(document, { home: null, ...(ignoresNote === undefined ? {} : { ignoresNote }) });
		return {
			told: findings.filter(({ ruleId }) => ruleId === "secret-in-env").map(({ message }) => message.endsWith("It asks to be ignored.")),
			silenced: silenced.length,
		};
	};
	expect(examined()).toEqual({ told: [false], silenced: 1 });
	expect(examined("It asks to be ignored.")).toEqual({ told: [true, false], silenced: 0 });
});

describe("a comment on a line of its own silences what begins on the next line", () => {
	test.each([
		["// sallyport-ignore secret-in-env a fake one"],
		["//sallyport-ignore secret-in-env: a fake one"],
		["/* sallyport-ignore secret-in-env a fake one */"],
		["/*\n * sallyport-ignore secret-in-env\n * a fake one\n */"],
		["// sallyport-ignore secret-in-env fake\n\n"],
	])("%j", (comment) => {
		expect(left(commented('"A"', comment))).toEqual(["warning secret-in-env OTHER"]);
	});

	test("with every line end, after emoji, a byte order mark, in half of a file", () => {
		const comment = "// 😀\r\n// sallyport-ignore secret-in-env erfunden 😀";
		for (const eol of ["\n", "\r\n", "\r"]) {
			const raw = `\uFEFF${commented('"A"', comment).replaceAll(/\r\n|\n/g, eol)}`;
			expect(left(raw), JSON.stringify(eol)).toEqual(["warning secret-in-env OTHER"]);
		}
		const half = commented('"A"', comment).slice(0, -9);
		expect(left(half).filter((line) => !line.includes("invalid-config"))).toEqual(["warning secret-in-env OTHER"]);
	});

	test("several comments stand together, each for a rule; another comment parts them from what follows", () => {
		const raw = `{ "mcpServers": { "a": { "command": "npx", "args": [
			"-y", "pkg@1.0.0",
			// sallyport-ignore secret-in-argument fake
			// sallyport-ignore shell-wrapper there is none
			"--token", "${token}"
		] } } }`;
		expect(left(raw)).toEqual(["info invalid-ignore // sallyport-ignore shell-wrapper there is none"]);
		const parted = commented('"A"', "// sallyport-ignore secret-in-env fake\n// the first one");
		expect(left(parted)).toEqual([
			"info invalid-ignore // sallyport-ignore secret-in-env fake",
			"warning secret-in-env TOKEN",
			"warning secret-in-env OTHER",
		]);
	});

	test("a comment below it is silenced as a whole", () => {
		const raw = `// sallyport-ignore secret-in-config fake\n/*\n "T": "${token}" */\n// ${other}\n{}`;
		expect(left(raw)).toEqual(["warning secret-in-config OTHER"]);
	});
});

describe("behind something it silences that line, before something on the line that alone", () => {
	test.each([
		[two.replace(`"${token}",`, (value) => `${value} // sallyport-ignore secret-in-env fake`), ["OTHER"]],
		[two.replace(`"${other}"`, (value) => `${value} /* sallyport-ignore secret-in-env fake */`), ["TOKEN"]],
		[two.replace(`"${token}"`, (value) => `/* sallyport-ignore secret-in-env fake */ ${value}`), ["OTHER"]],
		[
			`{"mcpServers": {"a": {"command": "x", "env": {/* sallyport-ignore secret-in-env fake */ "A": "${token}", "B": "${other}"}}}}`,
			["OTHER"],
		],
		[
			`{"mcpServers": {"a": {"command": "x", "env": {"A": "${token}" /* sallyport-ignore secret-in-env fake */, "B": "${other}"}}}}`,
			["OTHER"],
		],
		[`{"mcpServers": {"a": {"command": "x", /* sallyport-ignore secret-in-env fake */ "env": {"A": "${token}", "B": "${other}"}}}}`, []],
	])("%#", (raw, expected) => {
		expect(left(raw)).toEqual(expected.map((value) => `warning secret-in-env ${value}`));
	});
});

test("before a server's name it silences the rule in the whole entry, and only there", () => {
	const raw = (comment: string): string =>
		`{ "mcpServers": {${comment}"a": {\n "command": "x",\n "env": { "A": "${token}" } },\n "b": {\n "command": "x", "env": { "B": "${other}" } } } }`;
	for (const comment of ["\n // sallyport-ignore secret-in-env fake\n ", " /* sallyport-ignore secret-in-env fake */ "])
		expect(left(raw(comment))).toEqual(["warning secret-in-env OTHER"]);
});

describe("a member of the entry silences the rule in the whole entry", () => {
	const raw = (member: string): string =>
		JSON.stringify({ mcpServers: { a: { command: "x", env: { A: token } }, b: { command: "x", env: { B: other } } } }).replace(
			'{"command"',
			() => `{"sallyport-ignore": ${member}, "command"`,
		);

	test.each(["claude-desktop", "mcp-json", "claude-code", "cursor"] as const)("for %s", (host) => {
		expect(left(raw('{"secret-in-env": "fake"}'), host)).toEqual(["warning secret-in-env OTHER"]);
	});

	test.each([
		['{"secret-in-env": ""}', 'warning invalid-ignore "secret-in-env": ""'],
		['{"secret-in-env": " - "}', 'warning invalid-ignore "secret-in-env": " - "'],
		['{"secret-in-env": true}', 'warning invalid-ignore "secret-in-env": true'],
		['{"secrets": "fake"}', 'info invalid-ignore "secrets": "fake"'],
		['{"secretinenv": "fake"}', 'warning invalid-ignore "secretinenv": "fake"'],
		['{"__proto__": "fake"}', 'info invalid-ignore "__proto__": "fake"'],
		['["secret-in-env"]', 'info invalid-ignore ["secret-in-env"]'],
	])("%s silences nothing, and is told", (member, told) => {
		expect(left(raw(member))).toEqual([told, "warning secret-in-env TOKEN", "warning secret-in-env OTHER"]);
	});

	test("no other rule speaks of it, and the launcher is put in front as ever", () => {
		const document = read(raw('{"not-launched-through-sallyport": "started by hand"}'), "claude-desktop");
		const told = analyze(document, { home: null }).map(({ server, ruleId }) => `${server} ${ruleId}`);
		expect(told).toEqual(["a secret-in-env", "b not-launched-through-sallyport", "b secret-in-env"]);
		const [server] = document.servers;
		expect(server && wrapEdits(document, server, { launcher: "/l", name: "a", workspace: null })).toMatchObject({ ok: true });
	});
});

describe("an ignore that is none is a finding", () => {
	test.each([
		["// sallyport-ignore secret-in-env", "warning"],
		["// sallyport-ignore secret-in-env …", "warning"],
		["// sallyport-ignore", "info"],
		["// sallyport-ignore this one is fake", "info"],
		["// sallyport-ignore wide-path not for this rule", "info"],
	])("%s", (comment, severity) => {
		expect(left(commented('"A"', comment))).toEqual([
			`${severity} invalid-ignore ${comment}`,
			"warning secret-in-env TOKEN",
			"warning secret-in-env OTHER",
		]);
	});

	test("but what only looks like one is a comment", () => {
		expect(left(commented('"A"', "// sallyport-ignored secret-in-env, see above"))).toHaveLength(2);
		expect(left(commented('"A"', "// see sallyport-ignore secret-in-env fake"))).toHaveLength(2);
	});

	test("one for a rule that lacks facts is not left over", () => {
		const raw = commented('"A"', "// sallyport-ignore server-drift the other host has its own");
		expect(left(raw)).toEqual(["warning secret-in-env TOKEN", "warning secret-in-env OTHER"]);
	});

	test("one for a rule that is switched off is not left over", () => {
		const document = read(commented('"A"', "// sallyport-ignore secret-in-env fake"));
		const found = analyze(document, { home: null, severities: new Map([["secret-in-env", "off"]]) });
		expect(found.map(({ ruleId }) => ruleId)).toEqual(["not-launched-through-sallyport"]);
	});
});

describe("what is an error by itself no file can ignore: the ignore is told beside it, and a scan fails", () => {
	const file = (env: object, ignores: object): string =>
		JSON.stringify({ mcpServers: { a: { command: "x", env, "sallyport-ignore": ignores } } });

	test("a library that is loaded into the launcher, by a member", () => {
		const document = read(file({ LD_PRELOAD: "/w/evil.so" }, { "launcher-environment": "the emulator needs it" }), "mcp-json");
		const { findings, silenced } = examine(document, { home: null });
		expect(silenced).toEqual([]);
		expect(findings.map(({ severity, ruleId }) => `${severity} ${ruleId}`)).toEqual([
			"info not-launched-through-sallyport",
			"error launcher-environment",
			"warning invalid-ignore",
		]);
		// What `scan --fail-on error` goes by.
		expect(findings.some(({ severity }) => isAtLeast(severity, "error"))).toBe(true);
		expect(findings.find(({ ruleId }) => ruleId === "invalid-ignore")?.message).toContain("cannot be ignored");
	});

	test.each(["// sallyport-ignore launcher-environment the emulator needs it\n", "/* sallyport-ignore launcher-environment */ "])(
		"by a comment: %j",
		(comment) => {
			const raw = `{ "mcpServers": { "a": {\n "command": "x", "env": {\n${comment}"LD_PRELOAD": "/w/evil.so" } } } }`;
			expect(left(raw)).toEqual([`warning invalid-ignore ${comment.trim()}`, "error launcher-environment LD_PRELOAD"]);
		},
	);

	test("a key that stands twice, and a reference that cannot resolve", () => {
		const twice = `{ "mcpServers": { // sallyport-ignore invalid-config the second is meant
			"a": { "url": "https://a.example" }, "a": { "url": "https://b.example" } } }`;
		expect(left(twice)).toContainEqual(expect.stringMatching(/invalid-config "a"$/));
		const [ignored, ...others] = left(file({ A: "keychain://../x" }, { "invalid-reference": "not yet" })).filter(
			(line) => !line.includes("ignore"),
		);
		expect(ignored).toMatch(/^error invalid-reference/);
		expect(others).toEqual([]);
	});

	test("nor does the editor offer it", () => {
		const document = read(file({ LD_PRELOAD: "/w/evil.so" }, {}));
		const finding = analyze(document, { home: null }).find(({ ruleId }) => ruleId === "launcher-environment");
		const edits = finding && ignoreHereEdits(document, finding, "the emulator needs it");
		expect(edits).toMatchObject({ ok: false, problem: { code: "ignore-refused" } });
	});

	test("what is no error by itself can be, whatever severity a person gives it", () => {
		expect(RULES.filter(({ id }) => !isIgnorable(id)).map(({ id }) => id)).toEqual([
			"invalid-config",
			"hidden-text",
			"invalid-reference",
			"download-and-run",
			"disguised-name",
			"launcher-environment",
			"disguised-launcher",
			"forbidden-server",
		]);
	});
});

describe("what an ignore itself says is never ignored", () => {
	test("a credential in the reason of a comment, from within and from outside", () => {
		for (const comment of [
			`// sallyport-ignore secret-in-config it is ${token}`,
			`// sallyport-ignore secret-in-config why\n// sallyport-ignore wide-path it is ${token}`,
		])
			expect(left(`${comment}\n{}`)).toContain("warning secret-in-config TOKEN");
	});

	test("a credential in the reason of a member, and an ignore of ignores", () => {
		const raw = JSON.stringify({
			mcpServers: { a: { command: "x", "sallyport-ignore": { "secret-in-config": `it is ${token}`, "invalid-ignore": "quiet" } } },
		});
		expect(left(raw)).toEqual([
			`info invalid-ignore "secret-in-config":"it is TOKEN"`,
			"warning secret-in-config TOKEN",
			'info invalid-ignore "invalid-ignore":"quiet"',
		]);
	});

	test("a reason in words is no credential, though its key says secret", () => {
		const raw = JSON.stringify({
			mcpServers: { a: { command: "x", env: { A: token }, "sallyport-ignore": { "secret-in-env": "dev-only-Xk29dQ" } } },
		});
		expect(left(raw)).toEqual([]);
	});
});

test("an ignored credential is masked in reports and diffs all the same, and counted", () => {
	const raw = commented('"A"', "// sallyport-ignore secret-in-env fake");
	const document = read(raw);
	const { findings, silenced } = examine(document, { home: null });
	expect(silenced.map(({ span }) => slice(document.text, span))).toEqual([token]);
	const report = formatText(
		[{ file: "mcp.json", document, findings, silenced: silenced.map((finding) => ({ finding, by: "ignore", reason: null })) }],
		(_, text) => text,
	);
	expect(report).toContain('"A": "ghp_…"');
	expect(report).toContain("1 more is ignored there, with a reason.");
	for (const shown of [report, maskSecrets(document, findings)]) for (const secret of [token, other]) expect(shown).not.toContain(secret);
});

test("thousands of ignores on one line, or on one thing, take no longer than their number", () => {
	const count = 20_000;
	const comments = "/* sallyport-ignore secret-in-env fake */".repeat(count);
	const lines = "// sallyport-ignore secret-in-env fake\n".repeat(count);
	for (const raw of [`${comments}\n${two}`, `{${comments}"mcpServers": {}}`, `${lines}${two}`, two.replace('"A"', () => `${lines}"A"`)]) {
		const start = performance.now();
		analyze(read(raw), { home: null });
		// Quadratic time would be minutes here; the bound only has to tell the two apart on any machine.
		expect(performance.now() - start).toBeLessThan(10_000);
	}
});

describe("what is found of the file as a whole", () => {
	const file = { scope: "workspace", readers: null, git: { tracked: true, history: { gone: 1 } }, envFiles: new Map() } as const;
	const told = (raw: string, host: HostId, name: string) =>
		analyze(parseConfig(raw, host, name), { home: null, file }).flatMap(({ ruleId }) =>
			ruleId === "credential-in-git" || ruleId === "invalid-ignore" ? [ruleId] : [],
		);

	test.each([
		["cursor", "mcp.json", '// sallyport-ignore credential-in-git rotated\n{ "mcpServers": {} }'],
		["cursor", "mcp.json", '\uFEFF// mine\n/* sallyport-ignore credential-in-git rotated */\n{ "mcpServers": {} }'],
		["codex", "config.toml", '# sallyport-ignore credential-in-git rotated\n\n[mcp_servers.a]\nurl = "https://a.example.com/mcp"\n'],
		["continue", "config.yaml", "# sallyport-ignore credential-in-git rotated\nname: a\nmcpServers: []\n"],
		["mcp-json", ".mcp.json", '{ "sallyport-ignore": { "credential-in-git": "rotated" }, "mcpServers": {} }'],
		["claude-code", ".claude.json", '{ "sallyport-ignore": { "credential-in-git": "rotated" }, "mcpServers": {} }'],
	] as const)("is silenced above everything else, or by an outermost member: %s %s %j", (host, name, raw) => {
		expect(told(raw.replaceAll("credential-in-git", "unpinned-image"), host, name)).toEqual(["credential-in-git", "invalid-ignore"]);
		expect(told(raw, host, name)).toEqual([]);
	});

	test("is not silenced from further down, nor is a server by an outermost member", () => {
		expect(told('{\n// sallyport-ignore credential-in-git rotated\n"mcpServers": {} }', "cursor", "mcp.json")).toEqual([
			"credential-in-git",
			"invalid-ignore",
		]);
		const raw = `{ "sallyport-ignore": { "secret-in-env": "fake" }, "mcpServers": { "a": { "command": "x", "env": { "A": "${token}" } } } }`;
		expect(left(raw, "mcp-json")).toEqual(['info invalid-ignore "secret-in-env": "fake"', "warning secret-in-env TOKEN"]);
	});

	test("and what belongs to no server is silenced by an outermost member", () => {
		const raw = (member: string): string => `{ ${member}"permissions": { "defaultMode": "bypassPermissions" } }`;
		expect(left(raw(""), "claude-settings")).toHaveLength(1);
		expect(left(raw('"sallyport-ignore": { "approval-off": "a container" }, '), "claude-settings")).toEqual([]);
	});
});

test("an ignore that names no rule says which one was meant", () => {
	const [finding] = examine(read("// sallyport-ignore unversionedrunner fine\n{}"), { home: null }).findings;
	expect(finding?.message).toContain("did you mean unversioned-runner?");
	const [masked] = examine(read(`// sallyport-ignore ${token} fine\n{}`), { home: null }).findings.filter(
		({ ruleId }) => ruleId === "invalid-ignore",
	);
	expect(masked?.message).not.toContain(token);
});

describe("an ignore in the wrong line of the right entry says where it belongs", () => {
	test.each([
		["codex", '[mcp_servers.a]\ncommand = "npx"\n# sallyport-ignore unversioned-runner fine\nargs = [\n\t"-y",\n\t"server",\n]\n', 6],
		["codex", '[mcp_servers.a] # sallyport-ignore unversioned-runner fine\ncommand = "npx"\nargs = ["-y", "server"]\n', 3],
		["continue", 'mcpServers:\n  - name: b # sallyport-ignore unversioned-runner fine\n    command: npx\n    args: ["-y", "server"]\n', 4],
		["cursor", '{ "mcpServers": { "a": {\n"command": "npx", // sallyport-ignore unversioned-runner fine\n"args": ["server"] } } }', 3],
	] as const)("%s %j", (host, raw, line) => {
		const document = parseConfig(raw, host, host === "continue" ? "config.yaml" : "config");
		const complaints = analyze(document, { home: null }).filter(({ ruleId }) => ruleId === "invalid-ignore");
		expect(complaints.map(({ message }) => message)).toEqual([expect.stringContaining(`on line ${line}. Put it right above`)]);
	});
});

test("why something is ignored is told", () => {
	const { silenced, reasons } = examine(read(commented('"A"', "/* sallyport-ignore secret-in-env\n * a  fake one */")), { home: null });
	expect(silenced.map((finding) => reasons.get(finding))).toEqual(["a fake one"]);
});
