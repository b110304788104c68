import { describe, expect, test } from "vitest";
import { hiddenCharacters } from "../../src/core/hidden-characters.ts";
import { visibleMessage } from "../../src/core/protocol/visible-message.ts";
import { suspicionsOf } from "../../src/core/tools/suspicious.ts";
import { visibleText } from "../../src/core/visible-text.ts";

const visible = (text: string): readonly [string, readonly string[]] => {
	const kinds = new Set<string>();
	return [visibleText(text, (kind) => kinds.add(kind)), [...kinds]];
};

describe("marks that grow over the lines around a letter are shown as their codes", () => {
	test.each([
		[300, 32, "…[260 more]"],
		[10, 2, ""],
		[9, 1, ""],
	])("%i on one letter", (marks, shown, more) => {
		expect(visible(`a${"\u0301".repeat(marks)}b`)).toEqual([`a${"\u0301".repeat(8)}${"\\u{301}".repeat(shown)}${more}b`, ["marks"]]);
	});

	test("of one script's own, too, beyond what Unicode allows in a stream", () => {
		expect(visible(`ก${"\u0e47".repeat(32)}`)).toEqual([`ก${"\u0e47".repeat(30)}\\u{e47}\\u{e47}`, ["marks"]]);
	});

	test("on every letter of a word", () => {
		const word = (marks: string) => [..."zalgo"].map((letter) => letter + marks).join("");
		const marks = "\u0300\u0316\u0301\u0317\u0302\u0318\u0303\u0319";
		expect(visible(word(`${marks}\u0304\u031a`))).toEqual([word(`${marks}\\u{304}\\u{31a}`), ["marks"]]);
	});

	test("also when what nobody sees parts them", () => {
		const [text] = visible(`क${"\u0951\u200d".repeat(20)}`);
		expect(text).toContain("\\u{951}");
		expect(hiddenCharacters(`a${"\u0301\ufe0f".repeat(20)}\u200bz\u200b`, 10).map(({ offset }) => offset)).toContain(17);
	});

	test("in order, with what nobody sees before and behind, and no character twice", () => {
		const text = `\u200bx${"\u0301".repeat(12)}\u200by\u200bz${"\u0302".repeat(12)}`;
		const spans = hiddenCharacters(text, 10);
		expect(spans.map(({ offset, length }) => [offset, length])).toEqual([
			[0, 1],
			[10, 4],
			[14, 1],
			[16, 1],
			[26, 4],
		]);
		for (const most of [0, 1, 2, 3, 4]) expect(hiddenCharacters(text, most)).toEqual(spans.slice(0, most));
	});

	test("in what a server sends to its host, as they are and escaped", () => {
		for (const marks of ["\u0301".repeat(300), "\\u0301".repeat(300)]) {
			const text = `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"a${marks}"}]}}`;
			const met: string[] = [];
			const { bytes } = visibleMessage({ text, bytes: Buffer.from(text) }, (kind) => met.push(kind));
			expect(Buffer.from(bytes).toString()).toContain("\\\\u{301}");
			expect(new Set(met)).toEqual(new Set(["marks"]));
		}
	});

	test("and are a reason to look closely at a tool", () => {
		expect(suspicionsOf({ name: "t", definition: { description: `H${"\u0335".repeat(40)}ello` } })[0]?.kind).toBe("hidden");
	});
});

describe("what people write with stays", () => {
	test.each([
		["Vietnamese, in parts", "Nghie\u0302\u0323 thua\u0323\u0302t tie\u0302\u0301ng Vie\u0323\u0302t".normalize("NFD")],
		["Hebrew with cantillation", "בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים יְר֣וּשָׁלִַ֔\u034fם".replace("\u034f", "")],
		["the Koran", "بِسْمِ ٱللَّهِ ٱلرَّحْمَـٰنِ ٱلرَّحِيمِ مِّنۢ بَعْدِ ٱلْأَنۢبِيَآءِ"],
		["the tallest letter of Tibetan", "ཧ\u0f90\u0fb5\u0fa8\u0fb3\u0fba\u0fbc\u0fbb\u0f82"],
		["Thai", "ที่นี่ไม่มีน้ำ เก่งมากๆ ก็ได้"],
		["Devanagari", "र्\u200dक्षा श्रीमद्भगवद्गीता कृत्स्नं हाँऽऽऽ"],
		["Devanagari, drawn out as in a chat", `ह${"ा".repeat(25)}`],
		["Vedic accents", "अ॒ग्निमी॑ळे पु॒रोहि॑तं य॒ज्ञस्य॑ दे॒वमृ॒त्विज॑म्"],
		["Burmese", "မြန်မာဘာသာ ကျွန်ုပ်တို့"],
		["Khmer", "ភាសាខ្មែរ ស្ត្រី"],
		["phonetic writing", "ɔ̃̌ː t̪͡s̪ʰ ə̥̞̃́ k̟̚"],
		["emoji", "👨‍👩‍👧‍👦👩🏽‍❤️‍💋‍👨🏿 1️⃣2️⃣3️⃣ 🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}"],
	])("%s", (_, text) => {
		expect(visible(text)).toEqual([text, []]);
	});
});

test("takes no longer than the text is long", () => {
	for (const text of ["\u0301", "a\u0301", `a${"\u0301".repeat(9)}`, "\u0301\u200d", "\u0e47", `${"\u0301".repeat(8)}\u001b`]) {
		const start = performance.now();
		visible(text.repeat(Math.ceil(1_000_000 / text.length)));
		// Quadratic time would be minutes here; the bound only has to tell the two apart on any machine.
		expect(performance.now() - start, JSON.stringify(text)).toBeLessThan(10_000);
	}
});
