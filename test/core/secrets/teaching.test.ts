import { describe, expect, test } from "vitest";
import { detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, WORD } from "./samples.ts";

const dice = new Dice(53);
const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = base64url({ alg: "RS256", typ: "JWT" });
const payload = base64url({ sub: "user@example.com", iat: 1_700_000_000 });

describe("what documentation shows is not warned of", () => {
	test.each([
		["a header alone", "AUTH_TOKEN", header],
		["a header and names in braces", "AUTH_TOKEN", `${header}.{payload}.{sig}`],
		["a header and names in brackets", "Authorization", `Bearer ${header}.[PAYLOAD].[SIGNATURE]`],
		["a header and references", "Authorization", `Bearer ${header}.{{payload}}.{{signature}}`],
		["everything but the signature", "AUTH_TOKEN", `${header}.${payload}.your-256-bit-secret`],
		["a provider's beginning and a word", "DB_PASSWORD", "sgai-example"],
		["whose key it is", "MAIL_PASSWORD", "my-postmark-key"],
		["Spanish", "DB_PASSWORD", "por_definir"],
		["French", "DB_PASSWORD", "remplacez-moi"],
		["Italian", "DB_PASSWORD", "sostituiscimi"],
		["Portuguese", "DB_PASSWORD", "preencher-depois"],
		["Polish", "DB_PASSWORD", "do_uzupelnienia"],
		["Japanese", "DB_PASSWORD", "後で設定"],
		["English", "DB_PASSWORD", "swap-me-out"],
		["an instruction", "REDIS_PASSWORD", "choose-a-strong-passphrase"],
		["a command that makes one", "SECRET_KEY", "run-openssl-rand-base64-48"],
		["that there is none", "API_KEY", "sk-no-key-required"],
		["where it comes from", "DB_PASSWORD", "copy_from_acme_console"],
		["a placeholder in base64", "API_KEY", Buffer.from("your-secret-key-here").toString("base64")],
		["groups of one mark", "DB_PASSWORD", "????-????-????"],
		["a wallet of a tool for development", "MNEMONIC", `${"test ".repeat(11)}junk`],
	])("%s", (_, key, value) => {
		expect(detectSecrets(key, value)).toEqual([]);
	});
});

describe("what has the same beginnings and is whole is found", () => {
	test.each([
		["a token", "AUTH_TOKEN", `${header}.${payload}.${dice.text(43, WORD)}`],
		["a token whose claims are encrypted", "AUTH_TOKEN", `${header}.${dice.text(60, WORD)}.${dice.text(43, WORD)}`],
		["a password behind a word", "DB_PASSWORD", `my-otter-${dice.text(6, WORD)}`],
		["a password of many marks", "DB_PASSWORD", "!@#$%^&*()"],
	])("%s", (_, key, value) => {
		expect(detectSecrets(key, value).map(({ start, end }) => value.slice(start, end))).toEqual([value]);
	});
});
