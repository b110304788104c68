import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it, test } from "vitest";
import { certainSecretIn, mayHoldCertainSecret } from "../../../src/core/secrets/certain.ts";
import { HARMLESS_ARGS, HARMLESS_ENV, HARMLESS_URLS } from "./negatives.ts";
import { Dice, githubToken, HEX, PROVIDER_SAMPLES, WORD } from "./samples.ts";

const unknown = () => false;
const found = (text: string) => certainSecretIn(text, unknown);

/** Of the samples, those that only a guess would take for a secret that must not pass: ids, keys for browsers and for trials, and bare runs. */
const UNCERTAIN = new Set(["openai old", "firecrawl", "brave", "aws id", "google", "stripe test", "telegram"]);

const keys = {
	"RSA, PKCS 8": () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
	"RSA, PKCS 1": () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
	EC: () => generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "sec1", format: "pem" }).toString(),
	Ed25519: () => generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
	encrypted: () =>
		generateKeyPairSync("ec", { namedCurve: "P-256" })
			.privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
			.toString(),
};

describe("secrets of which nobody has to guess", () => {
	test.each(PROVIDER_SAMPLES.filter(({ name }) => !UNCERTAIN.has(name)))("a token of $name is found in a sentence", ({ make }) => {
		const dice = new Dice(7);
		const made = Array.from({ length: 40 }, () => make(dice));
		expect(made.filter((token) => found(`Call it with ${token} please.`) !== null).length).toBeGreaterThanOrEqual(39);
	});

	test.each(PROVIDER_SAMPLES.filter(({ name }) => UNCERTAIN.has(name)))("what looks like one of $name passes", ({ make }) => {
		expect(found(`Call it with ${make(new Dice(7))} please.`)).toBeNull();
	});

	test.each(Object.entries(keys))("a private key (%s) is found as it is, in one line, escaped, and in base64 at every place", (_, make) => {
		const key = make();
		const forms = [
			key,
			key.replaceAll("\n", " "),
			JSON.stringify({ key }),
			Buffer.from(key).toString("base64"),
			Buffer.from(key).toString("base64url"),
		];
		for (const before of ["a", "ab", "abc"]) forms.push(Buffer.from(`${before}\n${key}`).toString("base64"));
		forms.push(
			(
				Buffer.from(key)
					.toString("base64")
					.match(/.{1,76}/g) ?? []
			).join("\n"),
		);
		for (const form of forms) expect(found(`client-key-data: ${form}\n`)).toBe("private key");
	});

	it("finds the pair that the command line of Amazon keeps", () => {
		const secret = new Dice(3).text(40, `${WORD}+/`);
		expect(found(`[default]\naws_access_key_id = AK${"IA"}Q3EGTZ5KN2XW7PLM\naws_secret_access_key = ${secret}\n`)).toBe(
			"AWS secret access key",
		);
		expect(found(`aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`)).toBeNull();
	});

	it("passes over what is known, and finds what stands behind it", () => {
		const dice = new Dice(11);
		const [own, other] = [githubToken(dice, "ghp"), githubToken(dice, "ghp")];
		expect(certainSecretIn(`${own}`, (secret) => secret === own)).toBeNull();
		expect(certainSecretIn(`${own} ${other}`, (secret) => secret === own)).toBe("GitHub token");
	});
});

describe("harmless texts", () => {
	it("none of hundreds of values of honest configs is found", () => {
		const texts = [
			...HARMLESS_ENV.map(([name, value]) => `${name}=${value}`),
			...HARMLESS_ARGS.map((args) => args.join(" ")),
			...HARMLESS_URLS,
		];
		expect(texts.filter((text) => found(text) !== null)).toEqual([]);
	});

	it("nor what documentation shows", () => {
		const dice = new Dice(5);
		const texts = [
			"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC...\n-----END PRIVATE KEY-----",
			"-----BEGIN RSA PRIVATE KEY-----\nYOUR PRIVATE KEY GOES HERE\n-----END RSA PRIVATE KEY-----",
			`-----BEGIN CERTIFICATE-----\n${randomBytes(600).toString("base64")}\n-----END CERTIFICATE-----`,
			`-----BEGIN PUBLIC KEY-----\n${randomBytes(90).toString("base64")}\n-----END PUBLIC KEY-----`,
			"if (text.includes('-----BEGIN PRIVATE KEY-----')) throw new Error('no keys here');",
			`ghp_${"x".repeat(36)}`,
			`ghp_${dice.text(36, WORD)}`,
			"sk-ant-api03-your-key-goes-here-and-nowhere-else",
			"xoxb-your-bot-token-from-the-slack-app-page",
			"glpat-xxxxxxxxxxxxxxxxxxxx",
			"hf_hub_download_with_retries_and_a_very_long_name",
			"npm_config_registry npm_lifecycle_event npm_package_version",
			`"integrity": "sha512-${randomBytes(64).toString("base64")}"`,
			`commit ${dice.text(40, HEX)}`,
			"task-or-later risk-or-else",
		];
		expect(texts.filter((text) => found(text) !== null)).toEqual([]);
	});

	it("nor anything in this project's lock file, sources and pages", () => {
		const root = path.resolve(import.meta.dirname, "../../..");
		const files = ["src", "docs", "media", "bench"].flatMap((folder) =>
			fs
				.readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
				.filter((entry) => entry.isFile())
				.map((entry) => path.join(entry.parentPath, entry.name)),
		);
		const named = [...files, path.join(root, "package-lock.json")].filter((file) => found(fs.readFileSync(file, "utf8")) !== null);
		expect(named).toEqual([]);
	});

	it("are told by one look", () => {
		expect(mayHoldCertainSecret("an ordinary sentence, a UUID 3e9c1f0a-7b1d-4f55-9d35-2f6f1f4f8f10 and a hash")).toBe(false);
	});
});

describe("hostile texts of a megabyte", () => {
	test.each([
		"-----BEGIN PRIVATE KEY-----\n",
		"-----BEGIN PRIVATE KEY----- -----END ",
		"LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCg",
		"aws_secret_access_key=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ",
		"eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.aaaaaaaaaa ",
		`ghp_${"a".repeat(36)} `,
		"sk-ant-",
	])("%j, again and again, is no secret and ends", (piece) => {
		expect(found(piece.repeat(Math.ceil(1_000_000 / piece.length)))).toBeNull();
	});
});
