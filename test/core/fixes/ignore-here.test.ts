import { describe, expect, it } from "vitest";
import type { HostId } from "../../../src/core/config/hosts.ts";
import { parseConfig } from "../../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../../src/core/config/server.ts";
import { ignoreHereEdits } from "../../../src/core/fixes/ignore-here.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import type { Finding } from "../../../src/core/rules/finding.ts";
import { applyEdits, slice } from "../../../src/core/text.ts";
import { fixtureNames, readFixture } from "../rules/fixture.ts";
import { Dice, githubToken } from "../secrets/samples.ts";
import { JsoncSource } from "./jsonc-source.ts";

const token = githubToken(new Dice(91), "ghp");
const other = githubToken(new Dice(92), "ghp");
const read = (raw: string, host: HostId, file = "mcp.json"): ConfigDocument => parseConfig(raw, host, file);
const found = (document: ConfigDocument): readonly Finding[] => analyze(document, { home: null });

/** What a finding says, wherever it stands now. A value that is silenced in one place is named as related in the others all the same. */
const said = (document: ConfigDocument, { ruleId, severity, server, span, message }: Finding): string =>
	JSON.stringify([ruleId, severity, server, slice(document.text, span), message]);

function ignored(raw: string, host: HostId, pick: (finding: Finding) => boolean, reason = "a test value", file = "mcp.json"): string {
	const document = read(raw, host, file);
	const finding = found(document).find(pick);
	if (finding === undefined) throw new Error("nothing was found");
	const edits = ignoreHereEdits(document, finding, reason);
	return edits.ok ? applyEdits(document.text, edits.value) : edits.problem.code;
}

const bySecret = (finding: Finding): boolean => finding.ruleId === "secret-in-env";

describe("where the host reads comments", () => {
	it("puts one above the line, as the line is indented and the file's lines end", () => {
		for (const eol of ["\n", "\r\n", "\r"]) {
			const raw = `{ "mcpServers": { "a": {${eol}\t"command": "x",${eol}\t"env": {${eol}\t\t"A": "${token}",${eol}\t} } } }`;
			const line = `\t\t// sallyport-ignore secret-in-env a test value${eol}`;
			expect(ignored(raw, "cursor", bySecret)).toBe(raw.replace('\t\t"A"', () => `${line}\t\t"A"`));
		}
	});

	it("puts one right before the value where a line holds more of the same", () => {
		const raw = `{"servers": {"a": {"command": "x", "env": {"A": "${token}", "B": "Bearer ${other}"}}}}`;
		const comment = "/* sallyport-ignore secret-in-env a test value */ ";
		expect(ignored(raw, "vscode", bySecret)).toBe(raw.replace(`"${token}`, (value) => comment + value));
		expect(ignored(raw, "vscode", (finding) => bySecret(finding) && finding.related.length === 0 && finding.keyPath.at(-1) === "B")).toBe(
			raw.replace('"Bearer', (value) => comment + value),
		);
	});

	it("reaches a credential inside a comment, and a line that begins inside of one", () => {
		const inside = `{\n  /* old:\n     "T": "${token}"\n  */\n  "mcpServers": {}\n}`;
		expect(ignored(inside, "cursor", ({ ruleId }) => ruleId === "secret-in-config")).toBe(
			inside.replace("  /*", () => "  // sallyport-ignore secret-in-config a test value\n  /*"),
		);
		const behind = `{ "mcpServers": {} /*\n  "T": "${token}" */ }`;
		expect(ignored(behind, "cursor", ({ ruleId }) => ruleId === "secret-in-config")).toBe(
			behind.replace("/*", () => "/* sallyport-ignore secret-in-config a test value */ /*"),
		);
		const after = `{ "mcpServers": { "a": { "command": "x", "env": { /* A\n   B */ "A": "${token}" } } } }`;
		expect(ignored(after, "cursor", bySecret)).toBe(
			after.replace(`"${token}`, (value) => `/* sallyport-ignore secret-in-env a test value */ ${value}`),
		);
	});

	it("reaches an entry of YAML whose name is left out, with other lines before it", () => {
		const raw = ": \nextensions:\n  : a\n  # of ours\n  :\n    : \n    uri: a\n";
		const after = ignored(raw, "goose", ({ ruleId }) => ruleId === "no-allowlist", "a test value", "config.yaml");
		expect(after).toBe(raw.replace("  :\n  ", "  # sallyport-ignore no-allowlist a test value\n  :\n  "));
		expect(found(read(after, "goose", "config.yaml")).map(({ ruleId }) => ruleId)).not.toContain("no-allowlist");
	});

	it("makes one line of the reason, that ends no comment and hides nothing", () => {
		const raw = `{\n"mcpServers": { "a": { "command": "x", "env": { "A": "${token}", "B": "${other}" } } } }`;
		expect(ignored(raw, "cursor", bySecret, '  one\r\n two */ "x": \u202e 3 \\ ')).toContain(
			`/* sallyport-ignore secret-in-env one two * / "x": \\u202e 3 */ "${token}"`,
		);
		expect(ignored(raw, "cursor", bySecret, "😀".repeat(300).concat("a"))).toBe("ignore-reason");
		expect(ignored(raw, "cursor", bySecret, "a".concat("😀".repeat(300)))).toContain(`a${"😀".repeat(199)} */`);
	});
});

describe("where a comment would break the host", () => {
	it("puts a member into the entry, as its other members stand", () => {
		const member = '"sallyport-ignore": { "secret-in-env": "a test value" }';
		const lines = `{\r\n  "mcpServers": {\r\n    "a": {\r\n      "command": "x",\r\n      "env": { "A": "${token}" }\r\n    }\r\n  }\r\n}\r\n`;
		expect(ignored(lines, "claude-desktop", bySecret)).toBe(lines.replace('" }\r\n', () => `" },\r\n      ${member}\r\n`));
		const one = `{"mcpServers":{"a":{"command":"x","env":{"A":"${token}"}}}}`;
		expect(ignored(one, "mcp-json", bySecret)).toBe(one.replace('"}}}}', () => `"}, ${member}}}}`));
	});

	it("adds to what is ignored there already, and gives an empty reason one", () => {
		const raw = (member: string): string => `{"mcpServers":{"a":{"sallyport-ignore":${member},"command":"x","env":{"A":"${token}"}}}}`;
		const rule = '"secret-in-env": "a test value"';
		expect(ignored(raw("{}"), "mcp-json", bySecret)).toBe(raw(`{ ${rule} }`));
		expect(ignored(raw('{"not-launched-through-sallyport":"x"}'), "mcp-json", bySecret)).toBe(
			raw(`{"not-launched-through-sallyport":"x", ${rule}}`),
		);
		expect(ignored(raw('{"secret-in-env":""}'), "mcp-json", bySecret)).toBe(raw(`{${rule}}`));
		expect(ignored(raw('"x"'), "mcp-json", bySecret)).toBe("ignore-malformed");
	});

	it("is one of the file for what stands in no entry", () => {
		const outside = JSON.stringify({ mcpServers: {}, apiToken: token });
		const after = ignored(outside, "claude-desktop", ({ ruleId }) => ruleId === "secret-in-config");
		expect(after).toMatch(/^\{"mcpServers":\{\},"apiToken":"\w+", "sallyport-ignore": \{ "secret-in-config": "[^"]+" \}\}$/);
		expect(analyze(parseConfig(after, "claude-desktop", "a.json"), { home: null })).toEqual([]);
	});

	it("says so where no entry may be edited", () => {
		const twice = `{"mcpServers":{"a":{"command":"x","command":"x","env":{"A":"${token}"}}}}`;
		expect(ignored(twice, "claude-desktop", bySecret)).toBe("entry-ambiguous");
	});
});

describe("it refuses", () => {
	const raw = `{"mcpServers":{"a":{"command":"x","env":{"A":"${token}"}}}}`;

	it.each(["", "  ", "…", "*/", "\n"])("%j as a reason", (reason) => {
		for (const host of ["cursor", "mcp-json"] as const) expect(ignored(raw, host, bySecret, reason)).toBe("ignore-reason");
	});

	it("a reason that holds a credential", () => {
		expect(ignored(raw, "cursor", bySecret, `it is only ${other}`)).toBe("ignore-reason-secret");
		expect(ignored(raw, "mcp-json", bySecret, `password=${other}`)).toBe("ignore-reason-secret");
	});

	it("a file that does not parse, and what an ignore says itself", () => {
		expect(ignored(raw.slice(0, -1), "cursor", bySecret)).toBe("file-unparsed");
		const reason = `// sallyport-ignore wide-path ${token}\n{}`;
		for (const ruleId of ["invalid-ignore", "secret-in-config"])
			expect(ignored(reason, "cursor", (finding) => finding.ruleId === ruleId)).toBe("ignore-ignored");
	});
});

describe("afterwards that finding is gone, and nothing else has changed", () => {
	/** What is said of a credential in other places goes with the credential. */
	const isOwn = ({ ruleId }: Finding): boolean => ruleId !== "shared-credential";

	/** Ignores every finding in turn, each time from the start. Says how many there were. */
	function tryAll(document: ConfigDocument, hint: string): number {
		const before = found(document).filter(isOwn);
		let done = 0;
		for (const finding of before) {
			const edits = ignoreHereEdits(document, finding, "checked by hand");
			if (!edits.ok) continue;
			const after = read((document.bom ? "\uFEFF" : "") + applyEdits(document.text, edits.value), document.host);
			const rest = found(after)
				.filter(isOwn)
				.map((each) => said(after, each));
			const expected = before.filter((each) => each !== finding).map((each) => said(document, each));
			const where = `${hint} ${finding.ruleId} at ${finding.span.offset}\n${after.text}`;
			// A member speaks of the whole entry, as does a comment before the server's name.
			const whole =
				edits.value.some(({ text }) => text.includes('"sallyport-ignore"') || text.startsWith('"')) ||
				document.servers.some(({ name }) => finding.span.offset === name.outer.offset);
			if (whole) for (const one of rest) expect(expected, where).toContain(one);
			else expect(rest, where).toEqual(expected);
			expect(rest.length, where).toBeLessThan(before.length);
			expect(after.servers.map(({ unambiguous }) => unambiguous)).toEqual(document.servers.map(({ unambiguous }) => unambiguous));
			done++;
		}
		return done;
	}

	it("in every fixture that parses", () => {
		let done = 0;
		for (const name of fixtureNames()) done += tryAll(readFixture(name).document, name);
		expect(done).toBeGreaterThan(40);
	});

	it("however a file is written, in every host", () => {
		let done = 0;
		for (let seed = 0; seed < 600; seed++) {
			const raw = new JsoncSource(seed).file();
			const unsafe = raw.replaceAll('"välue 🔑"', `"${token}"`).replaceAll('"pkg@1.0.0"', '"--token=Q7x81kLm20Zp4R"');
			for (const host of ["cursor", "mcp-json"] as const) done += tryAll(read(unsafe, host), `seed ${seed}, ${host}`);
		}
		expect(done).toBeGreaterThan(1_500);
	});
});
