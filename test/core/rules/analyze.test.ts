import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import { RULES } from "../../../src/core/rules/index.ts";
import { slice } from "../../../src/core/text.ts";
import { Dice, WORD } from "../secrets/samples.ts";
import { fixtureNames, readFixture, SECRETS, unsubstitute } from "./fixture.ts";

describe("analyze", () => {
	for (const name of fixtureNames()) {
		test(`finds in ${name} what is listed there, at the very place`, () => {
			const { document, expected } = readFixture(name);
			const found = analyze(document, { home: null }).map((finding) => ({
				rule: `${finding.severity} ${finding.ruleId}`,
				server: finding.server,
				on: unsubstitute(slice(document.text, finding.span)),
				...finding.span,
				keyPath: finding.keyPath.join(" / "),
				slot: finding.slot,
				credential: finding.credential,
				fixes: finding.fixes.join(" "),
				related: finding.related.map(({ span: { offset, length } }) => `${offset}+${length}`).join(" "),
			}));
			expect(found).toEqual(expected);
			for (const { fixable, fixes } of analyze(document, { home: null })) expect(fixable).toBe(fixes.length > 0);
		});

		test(`says nothing of a secret in ${name}`, () => {
			const { document } = readFixture(name);
			const said = JSON.stringify(analyze(document, { home: null }));
			for (const secret of Object.values(SECRETS)) expect(said).not.toContain(secret);
		});
	}
});

test("rules have an id of their own, and only those for credentials start with secret-", () => {
	const ids = RULES.map(({ id }) => id);
	expect(new Set(ids).size).toBe(ids.length);
	for (const rule of RULES) {
		expect(rule.id).toMatch(/^[a-z]+(?:-[a-z]+)*$/);
		expect(rule.title).not.toBe("");
		expect(rule.help).toMatch(/\.$/);
		if (/credential/i.test(rule.title)) expect(rule.id).toMatch(/^secret-/);
	}
});

test("variables that honest files set are told, those that load code are errors", () => {
	const env = {
		LD_LIBRARY_PATH: "/x",
		PATH: "/x",
		HOME: "/x",
		LD_PRELOAD: "/x",
		NODE_OPTIONS: "--require ./x.js",
		USERPROFILE: "x",
		SALLYPORT_HOME: "/x",
	};
	const severities = (command: string, args: readonly string[]): unknown => {
		const document = parseConfig(JSON.stringify({ mcpServers: { a: { command, args, env } } }), "cursor", ".cursor/mcp.json");
		const found = analyze(document, { home: null }).filter(({ ruleId }) => /^(?:launcher-environment|environment-override)$/.test(ruleId));
		return Object.fromEntries(found.map(({ keyPath, severity }) => [keyPath.at(-1), severity]));
	};
	const direct = {
		LD_LIBRARY_PATH: "info",
		PATH: "info",
		HOME: "info",
		LD_PRELOAD: "error",
		NODE_OPTIONS: "error",
		USERPROFILE: "info",
		SALLYPORT_HOME: "error",
	};
	expect(severities("srv", [])).toEqual(direct);
	// There they move the launcher's own policies.
	expect(severities("sallyport", ["run", "--name", "a", "--", "srv"])).toEqual({ ...direct, HOME: "error", USERPROFILE: "error" });
});

test("a key that says nothing means what the key above it means, but never what the server is called", () => {
	const word = `Q7${new Dice(44).text(10, WORD)}`;
	const entry = { command: "srv", env: { DB_PASSWORD: { value: word }, NOTE: { value: word } }, settings: word };
	const document = parseConfig(JSON.stringify({ mcpServers: { password: entry } }), "cursor", ".cursor/mcp.json");
	const found = analyze(document, { home: null }).filter(({ ruleId, severity }) => ruleId.startsWith("secret-") && severity !== "hint");
	expect(found.map(({ keyPath }) => keyPath.join(" / "))).toEqual(["mcpServers / password / env / DB_PASSWORD / value"]);
});
