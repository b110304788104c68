import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse.ts";
import { analyze } from "../../../src/core/rules/analyze.ts";
import type { AnalysisContext } from "../../../src/core/rules/finding.ts";
import { Dice, WORD } from "../secrets/samples.ts";

const NOW = 1_800_000_000;
const YEAR = 365 * 86_400;

function token(claims: object): string {
	const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	return `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.${new Dice(5).text(43, WORD)}`;
}

function told(claims: object, context: Partial<AnalysisContext> = { now: NOW }): readonly string[] {
	const raw = JSON.stringify({ mcpServers: { a: { command: "srv", env: { API_TOKEN: token({ sub: "user-81", ...claims }) } } } });
	return analyze(parseConfig(raw, "cursor", ".cursor/mcp.json"), { home: null, ...context })
		.filter(({ ruleId }) => ruleId === "secret-in-env")
		.map(({ severity, message }) => `${severity}: ${message.slice(message.indexOf("rotate it.") + "rotate it.".length).trim()}`);
}

describe("a JSON web token in plain text", () => {
	test("is information once it has expired", () => {
		expect(told({ iat: NOW - YEAR, exp: NOW - 60 })).toEqual(["info: It expired on 2027-01-15."]);
	});

	test("is told to have expired only by whoever knows the time", () => {
		expect(told({ iat: NOW - 3600, exp: NOW - 60 }, {})).toEqual(["warning: "]);
	});

	test("is a warning while it works, and says when it works for years, or for good", () => {
		expect(told({ iat: NOW - 60, exp: NOW + 3600 })).toEqual(["warning: "]);
		expect(told({ iat: NOW, exp: NOW + 10 * YEAR })).toEqual(["warning: It works until 2037-01-12: ask for one that lives shorter."]);
		expect(told({ exp: NOW + 10 * YEAR })).toEqual(["warning: It works until 2037-01-12: ask for one that lives shorter."]);
		expect(told({ iat: NOW })).toEqual(["warning: It never expires by itself."]);
	});

	test("of the service role says that no access rule holds it", () => {
		expect(told({ role: "service_role", iat: NOW, exp: NOW + 3600 })).toEqual([
			"warning: It is a service_role key: it passes every access rule of the database.",
		]);
	});

	test("with times that are none says nothing of them", () => {
		expect(told({ iat: "x", exp: 1e300 })).toEqual(["warning: "]);
	});
});
