import { describe, expect, test } from "vitest";
import { detectInText, detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, HEX, WORD } from "./samples.ts";

const dice = new Dice(89);
const uuid = [8, 4, 4, 4, 12].map((length) => dice.text(length, HEX)).join("-");
const token = `aB3${dice.text(21, WORD)}`;
const key = dice.text(11, WORD);
const chosen = `Marmot${100 + dice.next(900)}`;

function told(name: string | null, value: string): readonly string[] {
	return detectSecrets(name, value)
		.filter(({ confident }) => confident)
		.map(({ start, end }) => value.slice(start, end));
}

describe("secrets that are easily taken for something else", () => {
	test.each([
		["the second half of a machine's login", "BAO_SECRET_ID", token, token],
		["a key on the way to a server", "ENDPOINT", `https://flows.acme.io/api/v1/mcp/${token}/sse`, token],
		["a short key of a hook for deployment", "REDEPLOY_URL", `https://api.acme.io/deploy/svc-81k2m4?key=${key}`, key],
		["the second of two random segments", "NOTIFY", `https://chat.acme.io/hooks/${dice.text(17, WORD)}/${token}${token}`, token + token],
		["a password behind a scheme with a low line", "STORE", `mysql+mysql_connector://app:${chosen}@db.acme.io/shop`, chosen],
		["a token behind words and slashes", "NOTES_TOKEN", `secret/live/${token}`, `secret/live/${token}`],
		["a session of a service", "X-Metabase-Session", uuid, uuid],
	])("%s", (_, name, value, secret) => {
		expect(told(name, value)).toEqual([secret]);
	});

	test.each([
		["a UUID in brackets behind the key's name", `// replace BILLING_API_KEY (${uuid})`, uuid],
		["a token behind a French colon", `# jeton de prod : ${token}`, token],
		["the key of an account", `// key of the shop account: ${uuid}`, uuid],
	])("%s", (_, text, secret) => {
		const found = detectInText(text).filter(({ confident }) => confident);
		expect(found.map(({ start, end }) => text.slice(start, end))).toEqual([secret]);
	});
});

describe("what only looks like them", () => {
	test.each([
		["the name of a secret", "SECRET_ID", "prod/shop/api"],
		["whose server it is", "ENDPOINT", `https://mcp.acme.io/org_${token}/mcp`],
		["an address for mail", "SECURITY_TXT", "Contact: mailto:security@acme.io"],
		["a session by its id", "X-Client-Session", uuid],
		["a folder of a temporary folder", "TOKEN_STORE", `/private/var/folders/q7/${dice.text(30, HEX)}/C/com.acme.tokens.sqlite`],
		["a number and a UUID of a person", "CONFLUENCE_USER", `557058:${uuid}`],
	])("%s", (_, name, value) => {
		expect(detectSecrets(name, value)).toEqual([]);
	});

	test.each([
		`// db login is in arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-q7Xz1P`,
		`// token is scoped to project: ${dice.text(32, HEX)}`,
		`// signing key id ${dice.text(20, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789")}`,
	])("%s", (text) => {
		expect(detectInText(text)).toEqual([]);
	});
});
