import { expect, test } from "vitest";
import { mask } from "../../../src/core/secrets/mask.ts";
import { redact } from "../../../src/core/secrets/redact.ts";
import { Dice, githubToken, WORD } from "./samples.ts";

const dice = new Dice(99);
const token = githubToken(dice, "ghp");
const secret = `ab/c"d+ é&${dice.text(12, WORD)}`;

test("a mask shows four characters of a public prefix at most, and no length", () => {
	expect(mask(token)).toBe("ghp_…");
	expect(mask(`sk-${"proj-"}${dice.text(40, WORD)}`)).toBe("sk-p…");
	expect(mask(dice.text(20, WORD))).toBe("••••");
	expect(mask("")).toBe("••••");
});

test("known values go in every form in which programs write them", () => {
	const json = JSON.stringify(secret).slice(1, -1);
	const forms = [
		secret,
		json,
		JSON.stringify(json).slice(1, -1),
		json.replaceAll("/", "\\/"),
		encodeURIComponent(secret),
		encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
		Buffer.from(secret).toString("hex"),
		...["", "x", "xy"].map((before) => Buffer.from(`${before}${secret}`).toString("base64")),
		Buffer.from(secret).toString("base64url"),
	];
	const tail = secret.slice(-10);
	for (const form of forms) {
		const redacted = redact(`before ${form} after`, [secret]);
		expect(redacted).toContain("[redacted]");
		expect(redacted.toLowerCase()).not.toContain(tail.toLowerCase());
		expect(redacted).toMatch(/^before .* after$/);
	}
});

test("what looks like a credential goes too, and the rest stays", () => {
	expect(redact(`got ${token} from https://app:${secret.slice(-10)}@db.example/x`, [])).toBe(
		"got ghp_… from https://app:••••@db.example/x",
	);
	const plain = 'listening on http://127.0.0.1:3000 {"level":30,"msg":"ready","pid":4711}';
	expect(redact(plain, ["", "an"])).toBe(plain);
});
