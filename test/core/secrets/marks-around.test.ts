import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, HEX, WORD } from "./samples.ts";

const dice = new Dice(118);
const token = `k4${dice.text(26, WORD)}7`;
const hex = dice.text(32, HEX);

const found = (key: string, value: string): readonly string[] =>
	detectSecrets(key, value)
		.filter(({ confident }) => confident)
		.map(({ start, end }) => value.slice(start, end));

describe("a credential in brackets", () => {
	test.each(["{}", "[]", "<>", "()", "||"])("%s", (marks) => {
		for (const key of ["HERON_SECRET", "API_KEY", "HERON_PASSWORD"])
			expect(found(key, `${marks[0]}${token}${marks[1]}`), key).toEqual([token]);
		expect(found("HERON_KEY", `${marks[0]}${hex}${marks[1]}`)).toEqual([hex]);
	});

	test("after a flag", () => {
		expect(detectInArguments(["--token", `{${token}}`], "m").map(({ start, end }) => [start, end])).toEqual([[1, token.length + 1]]);
	});

	test.each([
		"{MY_SECRET}",
		"[API_KEY]",
		"<token>",
		"{your-token-here-2024}",
		"{apiKey1}",
		"[HERON_TOKEN_PROD_01]",
		"<sk-xxxxxxxxxxxxxxxxxxxx>",
		"[32 random chars]",
		"{heronSecretProd2024Value}",
		"{1234567890abcdef1234567890}",
		"{550e8400-e29b-41d4-a716-446655440000}",
	])("a place to fill in is none: %s", (value) => {
		expect(detectSecrets("HERON_SECRET", value)).toEqual([]);
	});
});

describe("a variable for a header", () => {
	test("holds what is sent in it", () => {
		for (const key of ["HERON_AUTH_HEADER", "AUTHORIZATION_HEADER", "API_KEY_HEADER", "TOKEN_HEADERS"])
			expect([found(key, token), found(key, hex)], key).toEqual([[token], [hex]]);
	});

	test.each(["X-Heron-Auth2", "Authorization", "x-goog-iap-jwt-assertion", "Ocp-Apim-Subscription-Key", "X-Api-Key-V2-Heron-Stock"])(
		"or its name: %s",
		(value) => {
			expect(detectSecrets("HERON_AUTH_HEADER", value)).toEqual([]);
		},
	);
});

describe("no sign parts a password in the settings of a JDBC address", () => {
	test.each([..."#/?&@:"])("%s", (sign) => {
		const password = `Rq9${sign}LmWx7p`;
		expect(found("JDBC_URL", `jdbc:sqlserver://h.heron.com:1433;user=kai;password=${password};encrypt=true`)).toEqual([password]);
		expect(found("X", `jdbc:db2://h:50000/db:user=kai;password=${password};`)).toEqual([password]);
	});

	test("nor behind a question mark, nor in braces", () => {
		expect(found("X", "jdbc:mysql://h/db?user=kai&password=Rq9#LmWx7p")).toEqual(["Rq9#LmWx7p"]);
		expect(found("X", "jdbc:sqlserver://h:1433;user=kai;password={Rq9#Lm;Wx7p};encrypt=true")).toEqual(["Rq9#Lm;Wx7p"]);
		expect(found("X", "jdbc:sqlserver://h:1433;databaseName=stock#1;encrypt=true")).toEqual([]);
	});
});
