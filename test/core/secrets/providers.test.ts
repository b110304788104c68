import { describe, expect, test } from "vitest";
import { awsAccount, base62, crc32 } from "../../../src/core/secrets/checksums.ts";
import { detectInText, detectSecrets } from "../../../src/core/secrets/detector.ts";
import { ALPHABETS, type ProviderFormat } from "../../../src/core/secrets/providers/format.ts";
import { credentialIds, matchProviders, providerFormats } from "../../../src/core/secrets/providers/match.ts";
import { Dice, githubToken, WORD } from "./samples.ts";

/** A token of a format, drawn by its own description. */
function tokenOf(format: ProviderFormat, dice: Dice): string {
	return format.segments
		.map((segment) => {
			if (typeof segment === "string") return segment;
			const length = Math.min(segment.max, Math.max(segment.min, 24));
			// At the ends of a run no sign, which could as well belong to what stands around.
			const inner = dice.text(length, ALPHABETS[segment.alphabet]).replace(/[^A-Za-z0-9]/g, (sign) => (sign === "-" ? "-" : "7"));
			return inner.replace(/^-|-$/g, "7");
		})
		.join("");
}

test("there are 180 kinds of credentials and more, each with an id of its own words", () => {
	const ids = credentialIds();
	expect(ids.size).toBeGreaterThan(280);
	for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
});

describe("a token of every format is found", () => {
	for (const format of providerFormats()) {
		const form = format.segments.map((segment) => (typeof segment === "string" ? segment : "…")).join("");
		test(`${format.title} ${form}`, () => {
			for (let seed = 1; seed <= 5; seed++) {
				const token = tokenOf(format, new Dice(seed * 6151 + form.length));
				const [found, ...others] = detectSecrets("SETTING", token);
				expect({ start: found?.start, end: found?.end, confident: found?.confident, others }).toEqual({
					start: 0,
					end: token.length,
					confident: true,
					others: [],
				});
				expect(detectInText(`used ${token} yesterday`)).toMatchObject([{ start: 5, end: 5 + token.length }]);
				expect(detectInText(`\\n${token}\\n`)).toMatchObject([{ start: 2, end: 2 + token.length }]);
			}
		});
	}
});

test("a run that can be read backwards from its middle is never tried as a beginning", () => {
	for (const { anchor, segments } of providerFormats()) {
		const literal = segments[anchor];
		expect(typeof literal === "string" && literal.length >= 2, JSON.stringify(segments)).toBe(true);
	}
});

test("a checksum that is right proves the token where nothing else does, one that is wrong takes nothing away", () => {
	const token = githubToken(new Dice(11), "ghp");
	expect(matchProviders(token)).toMatchObject([{ verified: true }]);
	expect(matchProviders(`x${token}`)).toMatchObject([{ verified: true, start: 1 }]);
	const other = `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`;
	expect(matchProviders(other)).toMatchObject([{ verified: false }]);
	expect(matchProviders(`x${other}`)).toEqual([]);
	const body = new Dice(12).text(32, WORD);
	const sum = crc32(`gl${"sa_"}${body}`);
	const hex = [0, 8, 16, 24].map((shift) => ((sum >>> shift) & 0xff).toString(16).padStart(2, "0")).join("");
	expect(matchProviders(`gl${"sa_"}${body}_${hex}`)).toMatchObject([{ verified: true }]);
	expect(base62(crc32(body))).toHaveLength(6);
});

test("the account that an AWS key id belongs to is read from it", () => {
	expect(awsAccount(`AS${"IA"}QNZGKIQY56JQ7WML`)).toBe("029608264753");
	expect(awsAccount("AKIA")).toBeNull();
	const [found] = detectSecrets("AWS_ACCESS_KEY_ID", `AS${"IA"}QNZGKIQY56JQ7WML`);
	expect(found).toMatchObject({ account: "029608264753", credential: "aws-access-key-id" });
});

test("a key without a form of its own is given to its provider by the name beside it", () => {
	const hex = new Dice(3).text(32, "0123456789abcdef");
	expect(detectSecrets("DD_API_KEY", hex)).toMatchObject([{ credential: "datadog-key", title: "Datadog key", confident: true }]);
	expect(detectSecrets("OPENWEATHER", hex)).toMatchObject([{ credential: "openweather-key", confident: true }]);
	expect(detectSecrets("SOMETHING", hex)).toMatchObject([{ credential: null, confident: false }]);
	expect(detectSecrets("DATADOG_TRACE_ID", hex)).toEqual([]);
});

describe("JSON web tokens tell what they are", () => {
	const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	const jwt = (payload: unknown): string => `${encode({ alg: "HS256", typ: "JWT" })}.${encode(payload)}.${new Dice(9).text(43, WORD)}`;

	test("role and times are handed on, for whoever has a clock", () => {
		const [found] = detectSecrets("SETTING", jwt({ role: "service_role", iat: 1_600_000_000, exp: 1_900_000_000 }));
		expect(found?.jwt).toEqual({ role: "service_role", issuedAt: 1_600_000_000, expiresAt: 1_900_000_000 });
		expect(detectSecrets("SETTING", jwt({ iss: "somebody" }))[0]?.jwt).toEqual({ role: null, issuedAt: null, expiresAt: null });
	});

	test("one for everybody and the sample of the documentation are none", () => {
		expect(detectSecrets("API_KEY", jwt({ role: "anon" }))).toEqual([]);
		expect(detectSecrets("API_KEY", jwt({ sub: "1234567890", name: "John Doe" }))).toEqual([]);
	});
});

describe("disguises", () => {
	test("a letter put before a token that no word begins with hides nothing", () => {
		const token = `${"glpat"}-${new Dice(41).text(20, WORD)}`;
		for (const before of ["\u0130", "I", "x"])
			expect(detectInText(`"${before}${token}"`)).toMatchObject([{ start: 2, end: 2 + token.length }]);
		// Behind it, only where the token's own checksum says where it ends.
		const github = githubToken(new Dice(43), "ghp");
		for (const behind of ["\u0130", "I", "7"]) expect(detectInText(`"${github}${behind}"`)).toMatchObject([{ start: 1 }]);
		expect(detectInText(`my-test_${new Dice(41).text(32, WORD)}`)).toEqual([]);
	});

	const token = githubToken(new Dice(21), "ghp");
	const cyrillic = token.replace("h", "\u04bb");
	const wide = [...token].map((c) => (/[a-z]/.test(c) ? String.fromCodePoint(c.charCodeAt(0) + 0xfee0) : c)).join("");
	test.each([
		["a character that nobody sees", `${token.slice(0, 9)}\u200b${token.slice(9)}`],
		["a soft hyphen", `${token.slice(0, 20)}\u00ad${token.slice(20)}`],
		["a letter of another script", cyrillic],
		["wide letters", wide],
		["marks upon letters", `${token.slice(0, 12)}\u0301${token.slice(12)}`],
	])("%s does not hide a token", (_, text) => {
		expect(detectSecrets("SETTING", text)).toMatchObject([{ start: 0, end: text.length, credential: "github-pat" }]);
		const line = `es war ${text} für ü`;
		const [found] = detectInText(line);
		expect(line.slice(found?.start, found?.end)).toBe(text);
	});
});
