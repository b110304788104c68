import { describe, expect, test } from "vitest";
import { hiddenCharacters } from "../../src/core/hidden-characters.ts";

const hidden = (text: string): readonly string[] =>
	hiddenCharacters(text, 10).map(({ offset, length }) => text.slice(offset, offset + length));

describe("what nobody sees", () => {
	test.each([
		["git\u200bhub", "\u200b"],
		["a\u202eb", "\u202e"],
		["\ufeffsrv", "\ufeff"],
		["x\u{e0061}\u{e0062}", "\u{e0061}\u{e0062}"],
		["🙂\ufe01\ufe02", "\ufe01\ufe02"],
		["a\u3164b", "\u3164"],
		["esc\u001b[2K", "\u001b"],
		["soft\u00adhyphen", "\u00ad"],
		["a\u200db", "\u200d"],
		["a\u180b", "\u180b"],
		["latin\u200fmark", "\u200f"],
		["🏴\u{e0068}\u{e0069}\u{e007f}", "\u{e0068}\u{e0069}\u{e007f}"],
	])("%j", (text, found) => {
		expect(hidden(text)).toEqual([found]);
	});

	test.each([
		"plain",
		"two\nlines\tand a tab\r\n",
		"👨‍👩‍👧 👩🏽‍💻 ❤️‍🔥 🏳️‍🌈 ☎︎ 1️⃣ 🇩🇪",
		"🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
		"می\u200cخواهم",
		"क्\u200dष",
		"שלום \u200e(x)",
		"葛\u{e0100}城",
		"ᠲᠠᠪᠤ ᠪᠢ\u180b ᠬᠠᠨ\u180eᠠ",
		"naïve – “quoted” … µ",
		"日本語",
	])("nothing in %j", (text) => {
		expect(hidden(text)).toEqual([]);
	});

	test("takes no longer than the text is long", () => {
		for (const text of ["\u200b", "a\u200b", "\ufe0f", "👩‍", "\u{e0061}", "🏴\u{e0067}", "\n\u200b", "می\u200c", "\u200ea"]) {
			// A letter from right to left at the very end allows marks before it.
			const long = `${text.repeat(Math.ceil(1_000_000 / text.length))}ا`;
			const start = performance.now();
			hiddenCharacters(long, 10_000_000);
			// Quadratic time would be minutes here; the bound only has to tell the two apart on any machine.
			expect(performance.now() - start, JSON.stringify(text)).toBeLessThan(10_000);
		}
	});
});
