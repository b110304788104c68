import { describe, expect, test } from "vitest";
import { DEV } from "../../../bench/detection/dev/pools.ts";
import { Random } from "../../../bench/detection/random.ts";
import { adversarial, ordinary } from "../../../bench/detection/sets/configs.ts";
import { readQuickly } from "../../../src/core/config/yaml/quick.ts";
import { readOnce } from "../../../src/core/config/yaml/read.ts";

const random = new Random("yaml quick");

const PIECES = [
	..."\"'\\{}[]:,\n #-?|>%@`~=é\t\r".split(""),
	...[
		": ",
		"\n  ",
		"\n- ",
		"- ",
		" #",
		"? ",
		"&a ",
		"*a",
		"!x ",
		"null",
		"true",
		"1e3",
		"0x1f",
		"\r\n",
		"...",
		"---",
		"<<: ",
		"''",
		'\\"',
		"\\n",
	],
	...[
		"\\x",
		"1:2",
		"a: b",
		"[]",
		"{}",
		"[a, b]",
		"[a, ]",
		"[ 'x' , \"y\" ]",
		".5",
		"+1",
		".inf",
		"0o7",
		"\u00a0",
		"x #y",
		"x#y",
		"'a': b",
		"key :",
	],
];
const LINES = [
	..."a:|b: 1|- x|-|- y: z|- - q|c: 'd'|e: \"f\\n\"|g: [a, \"b\"]|# c||h: i # c|- 'j': k|l: true|m: ~|n: null|o: 1.5|p: -x|q:r".split("|"),
	...'"s": t|u: http://x/y:z|v: a: b|- w:|  text|z: {}|- [a]|aa: []|bb: x  |3: 4|true: x|k: #|- # c|#'.split("|"),
	...["k: |", "k: >-"],
];

function lines(): string {
	const indent = (): string => " ".repeat(random.pick([0, 0, 2, 2, 4, 1]));
	return Array.from(
		{ length: random.between(1, 7) },
		() => `${indent()}${random.pick(LINES)}${random.pick(["\n", "\n", "\n", "\r\n", ""])}`,
	).join("");
}

const files = [...ordinary(random, DEV, 1200), ...adversarial(random, DEV, 600)]
	.filter(({ path }) => path.endsWith(".yaml"))
	.map(({ text }) => text.replace(/^\uFEFF/, ""));

/** With a few slips in it. */
function spoilt(text: string): string {
	let spoiled = text;
	for (let i = random.between(1, 4); i > 0; i--) {
		const at = random.between(0, spoiled.length);
		spoiled = spoiled.slice(0, at) + (random.chance(0.7) ? random.pick(PIECES) : "") + spoiled.slice(at + random.pick([0, 0, 1, 3]));
	}
	return spoiled;
}

describe.each([
	["files as people write them", () => files],
	["files with slips in them", () => Array.from({ length: 4_000 }, () => spoilt(random.pick(files)))],
	["lines of all kinds", () => Array.from({ length: 12_000 }, lines)],
])("of %s", (_, texts) => {
	test("what is read quickly is read as the library reads it", () => {
		const differing = texts().filter((text) => {
			const quick = readQuickly(text);
			return quick !== null && JSON.stringify(quick) !== JSON.stringify(readOnce(text, text));
		});
		expect(differing).toEqual([]);
	});
});

test("nearly every file that people write is read quickly", () => {
	const quick = files.filter((text) => readQuickly(text) !== null);
	expect(quick.length).toBeGreaterThan(files.length * 0.9);
});

test.each([
	["a tab", "a:\n\tb: 1\n"],
	["an anchor", "a: &x 1\nb: *x\n"],
	["a tag", "a: !!str 1\n"],
	["a block of text", "a: |\n  text\n"],
	["a map in brackets", "a: { b: 1 }\n"],
	["a string over two lines", 'a: "b\n  c"\n'],
	["several documents", "a: 1\n---\nb: 2\n"],
	["a key that nothing follows", "a:\nb: 1\n"],
	["a line that is indented too far", "a: 1\n  b: 2\n"],
	["a quote that nobody closed", 'a: "b\nc: d\n'],
	["nothing", "# a comment\n"],
])("%s is left to the library", (_, text) => {
	expect(readQuickly(text)).toBeNull();
});
