import { describe, expect, test } from "vitest";
import { visibleText } from "../../src/core/visible-text.ts";

const visible = (text: string): readonly [string, readonly string[]] => {
	const kinds = new Set<string>();
	return [visibleText(text, (kind) => kinds.add(kind)), [...kinds]];
};

describe("what drives a terminal or is not seen becomes visible", () => {
	test.each([
		["\u001b[31mred\u001b[0m", "\\u{1b}[31mred\\u{1b}[0m", ["ansi"]],
		["\u001b]8;;http://evil.example\u0007link", "\\u{1b}]8;;http://evil.example\\u{7}link", ["ansi", "control"]],
		["\u009b2J", "\\u{9b}2J", ["ansi"]],
		["a\bb\fc\u007f\u0085", "a\\u{8}b\\u{c}c\\u{7f}\\u{85}", ["control"]],
		["safe\rEVIL", "safe\\u{d}EVIL", ["control"]],
		["a\u202eb\u202c", "a\\u{202e}b\\u{202c}", ["bidi"]],
		["x\u2066y\u2069", "x\\u{2066}y\\u{2069}", ["bidi"]],
		["latin\u200f", "latin\\u{200f}", ["bidi"]],
		["a\u200bb\u2060c\ufeffd", "a\\u{200b}b\\u{2060}c\\u{feff}d", ["invisible"]],
		["a\u200db", "a\\u{200d}b", ["invisible"]],
		["x\u{e0041}\u{e0042}", "x\\u{e0041}\\u{e0042}", ["invisible"]],
		["🙂\ufe0f\ufe0f", "🙂\\u{fe0f}\\u{fe0f}", ["invisible"]],
		["a\ufe01", "a\\u{fe01}", ["invisible"]],
		["a\u{e0100}", "a\\u{e0100}", ["invisible"]],
		["a\u3164b", "a\\u{3164}b", ["invisible"]],
		["\u00ad", "\\u{ad}", ["invisible"]],
		[`x${"\u200b".repeat(1000)}y`, `x${"\\u{200b}".repeat(32)}…[968 more]y`, ["invisible"]],
	])("%j", (text, shown, kinds) => {
		expect(visible(text)).toEqual([shown, kinds]);
	});
});

describe("what people write with stays", () => {
	test.each([
		"plain",
		"two\nlines\r\nand a\ttab",
		"👨‍👩‍👧 👩🏽‍💻 ❤️‍🔥 🏳️‍🌈 ☎︎ 1️⃣ 🇩🇪 ©️",
		"🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
		"می\u200cخواهم کتاب\u200cها",
		"क्\u200dष श्री\u200cमान",
		"שלום \u200e(x)\u200f",
		"العربية \u061c(1)",
		"葛\u{e0100}城",
		"ภาษา\u200bไทย",
		"Donau\u00addampf",
		"\ufeffthe beginning of a file",
		"a\u2028b\u2029c⠀d",
		"naïve – “quoted” … µ",
		"",
	])("%j", (text) => {
		expect(visible(text)).toEqual([text, []]);
	});
});

test("takes no longer than the text is long", () => {
	for (const text of ["\u200b", "a\u200b", "\u001b", "\r", "👩‍", "\u{e0061}", "🏴\u{e0067}", "a\u00ad", "می\u200c"]) {
		const start = performance.now();
		visible(text.repeat(Math.ceil(1_000_000 / text.length)));
		// Quadratic time would be minutes here; the bound only has to tell the two apart on any machine.
		expect(performance.now() - start, JSON.stringify(text)).toBeLessThan(10_000);
	}
});
