import { describe, expect, it, test } from "vitest";
import { linearPattern } from "../../../src/core/constraints/linear-pattern.ts";

function must(source: string): NonNullable<ReturnType<typeof linearPattern>> {
	const pattern = linearPattern(source);
	if (pattern === null) throw new Error(`no linear pattern: ${source}`);
	return pattern;
}

const fits = (source: string, text: string): boolean => must(source).fits(text, () => {});

/** The same at every run. */
function numbers(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
		return (state >>> 8) % below;
	};
}

const TEXTS = [
	"",
	"a",
	"b",
	"ab",
	"aab",
	"abc",
	"a-b",
	"A",
	"aB",
	"1",
	"12",
	"a1",
	" ",
	"a b",
	"\n",
	"a\nb",
	"\u2028",
	"\u{1f600}",
	"a\u{1f600}b",
	"\ud83d",
	"\ude00",
	"\ud83da",
	"é",
	"ſ",
	"\u212a",
	"_",
	"a_b",
	"\u00a0",
	"\ufeff",
	"\0",
	"]",
	"\\",
	"/",
	"{",
	"a.b",
	"aaaa",
	"abab",
	"-",
	"^",
	"日本",
];

test.each([
	"",
	"a",
	"^a",
	"a$",
	"^a$",
	"^$",
	"a|b",
	"^(a|b)$",
	"^(?:a|)b?$",
	"(?<name>a)+b",
	"a*",
	"^a*$",
	"^a+?b$",
	"^a{2}$",
	"^a{2,}$",
	"^a{1,2}b{0}$",
	".",
	"^.$",
	"^..$",
	"\\.",
	"\\d",
	"^\\w+$",
	"\\s",
	"^\\S$",
	"^\\D+$",
	"\\W",
	"[ab]",
	"^[^ab]$",
	"[^]",
	"[]",
	"[\\]]",
	"[\\b]",
	"[a-c]+",
	"^[\\w-]+$",
	"\\bab\\b",
	"a\\Bb",
	"\\b",
	"^\\b",
	"\\p{L}",
	"^\\P{L}$",
	"\\p{Script=Han}",
	"[\\p{Lu}\\d]",
	"\\u{1f600}",
	"\\ud83d\\ude00",
	"^\\ud83d$",
	"\\ud83d",
	"[\\ud83d]",
	"[\\ud83d\\ude00]",
	"\u{1f600}",
	"^[\u{1f600}a]$",
	"\\x61",
	"\\u0061",
	"\\cJ",
	"\\0",
	"\\t|\\n|\\v|\\f|\\r",
	"\\/",
	"\\^",
	"\\$",
	"\\{",
	"\\}",
	"\\|",
	"(a*)*b",
	"^(a|a)*$",
	"^(?:(?:))*a$",
	"(\\b)*a",
	"^(?:^a|b$)*$",
	"a$b",
	"^(^)*$",
	"($)*",
	"(?:|a){2,3}b",
	"^(a{0,2}){2}$",
	"\\-?".replace("\\-", "-"),
	"[-a]",
	"[a\\-]",
	"^(?:[^@\\s]+)@(?:[a-z]+\\.)+[a-z]{2,}$",
	"日|本",
])("fits what the engine of this program says: %j", (source) => {
	for (const text of TEXTS) expect([text, fits(source, text)]).toEqual([text, new RegExp(source, "u").test(text)]);
});

it("between the two halves of a character is no place, as the standard has it", () => {
	expect(fits("\\B", "a\u{1f600}b")).toBe(false);
	expect(fits("\\B", "aab")).toBe(true);
});

it("says the same as the engine for patterns and texts that are made up", () => {
	const pick = numbers(20_260_101);
	const atoms = ["a", "b", ".", "[ab]", "[^a]", "\\w", "\\b", "\\B", "^", "$", "\\u{1f600}", "\\p{L}", "-", "\\d"];
	const counts = ["", "", "", "*", "+", "?", "{2}", "{0,2}", "{1,}", "*?", "+?"];
	const made = (depth: number): string => {
		const parts = Array.from({ length: 1 + pick(3) }, () => {
			const isGroup = depth > 0 && pick(3) === 0;
			const atom = isGroup ? `(${["", "?:", "?<n>"][pick(2)]}${made(depth - 1)})` : (atoms[pick(atoms.length)] ?? "");
			// What holds between characters cannot be repeated by itself.
			return /^(?:\^|\$|\\[bB])$/.test(atom) ? atom : `${atom}${counts[pick(counts.length)]}`;
		});
		return pick(3) === 0 ? `${parts.join("")}|${atoms[pick(6)]}` : parts.join("");
	};
	const letters = ["a", "b", "-", "1", "\u{1f600}", "\ud83d", "\n", "é"];
	for (let i = 0; i < 3_000; i++) {
		const source = made(3);
		const text = Array.from({ length: pick(8) }, () => letters[pick(letters.length)]).join("");
		expect([source, text, fits(source, text)]).toEqual([source, text, new RegExp(source, "u").test(text)]);
	}
});

describe("what has no bound that grows with the text alone is no such pattern", () => {
	it.each([
		"(?=a)b",
		"(?!a)b",
		"(?<=a)b",
		"(?<!a)b",
		"(a)\\1",
		"(?<n>a)\\k<n>",
		"(?i:a)",
		"((a{1000}){1000}){1000}",
		"a{4294967295}",
		"(",
		"a**",
		"\\q",
	])("%s", (source) => {
		expect(linearPattern(source)).toBeNull();
	});

	it("one of very many groups in one another", () => {
		expect(linearPattern(`${"(".repeat(5_000)}a${")".repeat(5_000)}`)).toBeNull();
	});
});

test.each([
	["^(a+)+$", "a", "!"],
	["^(a|a)*$", "a", "!"],
	["^(a|aa)+$", "a", "!"],
	["(.*)*(.*)*(.*)*=$", "x", ""],
	["a*a*a*a*a*b", "a", ""],
	["^(\\w+\\s?)*$", "word ", "!"],
	["^([a-zA-Z0-9]+\\.?)*@", "abc.", ""],
	["\\s+$", " ", "x"],
])("%s takes a number of steps that grows with the text, and no faster", (source, unit, end) => {
	const { states, fits } = must(source);
	const taken = (length: number): number => {
		let steps = 0;
		fits(`${unit.repeat(length)}${end}`, (more) => {
			steps += more;
		});
		return steps;
	};
	for (const length of [100, 10_000]) expect(taken(length)).toBeLessThanOrEqual(2 * states * (unit.length * length + 2));
	expect(taken(20_000) / taken(10_000)).toBeCloseTo(2, 1);
});

it("can be stopped by who counts the steps", () => {
	const enough = new Error("enough");
	const spend = (): never => {
		throw enough;
	};
	expect(() => must("^(a+)+$").fits(`${"a".repeat(100_000)}!`, spend)).toThrow(enough);
});
