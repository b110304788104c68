import { expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { conceal } from "../../../src/core/secrets/conceal.ts";
import { detectInText, detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, WORD } from "./samples.ts";

/** What a format begins with, or a sign that parts values, over and over: the worst that each matcher can be given. */
const dice = new Dice(5);
const UNITS = [
	..."=:-<>&;,|%$@#/\\\"'`.",
	" ",
	"\n",
	"a=",
	"=a",
	"a==",
	"?a=",
	"TOKEN=",
	"token:",
	"TOKEN=(",
	"://",
	"a://",
	"https://u:p4ssw0rd@h ",
	"--token",
	"--token ",
	'"--token",',
	'"token","',
	"<token>",
	"is is ",
	"token is ",
	"Bearer ",
	"eyJ",
	"-eyJ",
	"eyJhbGciOi.eyJ.",
	"sk-",
	"-sk-a",
	"ghp_",
	"xoxb-",
	"-----BEGIN PRIVATE KEY-----",
	"-----BEGIN ",
	"-----END",
	"1:AA",
	"123456789:AA",
	"Q~",
	"+ASt",
	".atlasv1.",
	"-us1",
	"%3D",
	"${",
	"{{",
	"\u200b",
	"é",
	"密",
	'{"a":',
	"[[",
	"a,",
	`${dice.text(32, WORD)} `,
];

const { charCodeAt, charAt } = String.prototype;

/** How often a run looks at a single character, which all loops over text are made of. */
function looksAt(unit: string, length: number, run: (text: string) => void): number {
	const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
	let looks = 0;
	const count = (method: (this: string, at: number) => unknown) =>
		function (this: string, at: number): unknown {
			looks++;
			return method.call(this, at);
		};
	Object.assign(String.prototype, { charCodeAt: count(charCodeAt), charAt: count(charAt) });
	try {
		run(text);
	} finally {
		Object.assign(String.prototype, { charCodeAt, charAt });
	}
	return looks;
}

const MATCHERS: readonly (readonly [name: string, run: (text: string) => void])[] = [
	["running text", (text) => detectInText(text)],
	["a value", (text) => detectSecrets("API_KEY", text)],
	["an address", (text) => detectSecrets(null, `https://${text}`)],
	["a script", (text) => detectInArguments(["-c", text], "sh")],
	["arguments", (text) => detectInArguments(text.match(/[\s\S]{1,20}/g) ?? [], "sh")],
	["a line to show", (text) => conceal(text)],
];

test.each(MATCHERS)("the work on %s grows with its length, not with its square", (_, run) => {
	for (const unit of UNITS) {
		const short = looksAt(unit, 8_000, run);
		const long = looksAt(unit, 32_000, run);
		// Four times the text; sixteen times the work would be its square.
		expect(long, JSON.stringify(unit)).toBeLessThan(Math.max(short, 60_000) * 7);
	}
});
