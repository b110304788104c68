import { describe, expect, test } from "vitest";
import { detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, HEX, WORD } from "./samples.ts";

const dice = new Dice(31);
const id = dice.text(22, WORD);
const uuid = [8, 4, 4, 4, 12].map((length) => dice.text(length, HEX)).join("-");

describe("what says where a secret is kept is not taken for one", () => {
	test.each([
		["Authorization", `Bearer keeper://${id}/field/password`],
		["Authorization", `Token bws://${uuid}`],
		["X-Api-Key", `akeyless:///teams/data/${uuid}`],
		["API_KEY", "conjur:prod/billing/api"],
		["AUTH_TOKEN", "secretref://team-a/token"],
		["DB_PASSWORD", `somebodys-vault://${id}/password`],
		["DB_PASSWORD", "gopass:work/mail/token"],
		["API_KEY", "Rails.application.credentials.dig(:stripe)"],
		["API_KEY", "nconf.get('stripe:key')"],
		["API_KEY", "$_ENV['STRIPE_KEY'] ?? ''"],
		["Authorization", 'Bearer st.secrets["mail"]["token"]'],
		["DB_PASSWORD", '(System/getenv "DB_PASSWORD")'],
		["OPENAI_API_KEY", "^OPENAI_KEY^"],
		["Authorization", "Bearer ~GITHUB_PAT~"],
		["DB_PASSWORD", "【DB_PASSWORD】"],
	])("%s = %s", (key, value) => {
		expect(detectSecrets(key, value)).toEqual([]);
	});
});

describe("what is only written like it is found", () => {
	const token = dice.text(32, WORD);
	const chosen = `Marmot${dice.next(900) + 100}`;
	test.each([
		["a token behind a label", "API_KEY", `mail:${token}`, token],
		["a token as the user of an address", "NOTIFY_TOKEN", `somemail://${token}@default`, token],
		["a password behind a name", "DB_PASSWORD", `vaulted:${chosen}/x`, chosen],
		["a password between marks", "DB_PASSWORD", `^${chosen}^`, chosen],
		["a token between marks", "API_KEY", `^${token}^`, token],
		["a password that begins like a home", "DB_PASSWORD", `~${chosen}~`, chosen],
		["a password that a call is given", "CONFIG", `login({ user: 'otto', password: '${chosen}' })`, chosen],
	])("%s", (_, key, value, secret) => {
		expect(detectSecrets(key, value).map(({ start, end }) => value.slice(start, end))).toEqual([expect.stringContaining(secret)]);
	});
});
