import { generateKeyPairSync, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { withHostNames, withInnerSecrets } from "../../../src/core/secrets/inner-secrets.ts";
import { textRedactor } from "../../../src/core/secrets/redact.ts";

const { privateKey: key } = generateKeyPairSync("rsa", {
	modulusLength: 2048,
	privateKeyEncoding: { type: "pkcs8", format: "pem" },
	publicKeyEncoding: { type: "spki", format: "pem" },
});
const lines = key.trim().split("\n");
const body = lines.slice(1, -1);
const password = `p${randomBytes(8).toString("hex")}@Q/x`;
const account = JSON.stringify(
	{ type: "service_account", project_id: "shop-1", private_key: key, client_email: "a@shop-1.example" },
	null,
	2,
);

/** Which of these are still there in what is told by a server that has `secret`. */
function left(secret: string, said: string, wanted: readonly string[]): readonly string[] {
	const told = textRedactor(withInnerSecrets([secret]))(said);
	return wanted.filter((each) => told.includes(each));
}

describe("a key with lines", () => {
	test.each<readonly [string, (all: readonly string[]) => string]>([
		["indented", (all) => all.map((line) => `    ${line}`).join("\n")],
		["with numbers before its lines", (all) => all.map((line, i) => `${i + 1}\t${line}`).join("\n")],
		["as a difference", (all) => all.map((line) => `+${line}`).join("\n")],
		["with other line ends", (all) => all.join("\r\n")],
		["in one line", (all) => all.join(" ")],
		["without its head", (all) => all.slice(1, -1).join("")],
		["in another order", (all) => [...all].reverse().join("\n")],
		["a line of it", (all) => `it begins with ${all[3]}`],
	])("%s is no less that key", (_, say) => {
		expect(left(key, say(lines), body)).toEqual([]);
		expect(left(account, say(lines), body)).toEqual([]);
		expect(left(Buffer.from(account).toString("base64"), say(lines), body)).toEqual([]);
		expect(left(lines.join("\\n"), say(lines), body)).toEqual([]);
	});

	test("what it says of itself is none", () => {
		expect(withInnerSecrets([key])).not.toContain(lines[0]);
		expect(left(account, "shop-1 belongs to a@shop-1.example", ["shop-1", "a@shop-1.example"])).toHaveLength(2);
	});
});

describe("a password", () => {
	test.each([
		["an address", `postgres://app:${encodeURIComponent(password)}@db.example:5432/app`],
		["a connection string", `Server=db.example;User Id=app;Password=${password};`],
		["a list of variables", `DB_USER=app\nDB_PASSWORD=${password}\nREGION=eu-1\n`],
		["JSON", JSON.stringify({ user: "app", password, url: "https://db.example" })],
		["JSON in Base64", Buffer.from(JSON.stringify({ user: "app", password })).toString("base64")],
		["a header", `Basic ${Buffer.from(`app:${password}`).toString("base64")}`],
	])("in %s is a secret without the rest", (_, secret) => {
		expect(left(secret, `login failed for app with ${password}`, [password])).toEqual([]);
		expect(left(secret, "app at db.example in eu-1", ["app", "db.example", "eu-1"])).toHaveLength(3);
	});
});

test("of a value that is one secret there is only that, and values stay what they are", () => {
	for (const secret of [
		randomBytes(20).toString("hex"),
		randomBytes(30).toString("base64url"),
		"correct-horse-battery-staple",
		"",
		"x",
		"\\",
		"%",
	])
		expect(withInnerSecrets([secret])).toEqual([secret]);
	expect(withInnerSecrets(["one", "one", "two"])).toEqual(["one", "two"]);
	expect(withInnerSecrets([])).toEqual([]);
});

test("a value that was made to have very many ends soon", () => {
	const secret = Array.from({ length: 4_000 }, () => randomBytes(24).toString("base64")).join("\n");
	expect(withInnerSecrets([secret]).length).toBeLessThan(500);
});

test("in a host's name a secret is in small letters", () => {
	expect(withHostNames(["AbcDef123", "two words", "AbcDef123"])).toEqual(["AbcDef123", "two words", "abcdef123"]);
});
