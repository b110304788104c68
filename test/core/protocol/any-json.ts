/** The same numbers for the same seed (mulberry32). */
export function random(seed: number) {
	let state = seed;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	const below = (n: number) => Math.floor(next() * n);
	const pick = <T>(from: readonly T[]): T => {
		const item = from[below(from.length)];
		if (item === undefined) throw new Error("nothing to pick from");
		return item;
	};
	return { next, below, pick };
}
export type Random = ReturnType<typeof random>;

const PIECES = [
	"a",
	"é",
	"😀",
	'\\"',
	"\\\\",
	"\\n",
	"\\u0041",
	"\\ud83d\\ude00",
	"{",
	"}",
	"[",
	"]",
	":",
	",",
	"\u2028",
	"\u200b",
	"name",
	" ",
];
const NUMBERS = ["0", "-0", "1.0", "1e3", "12345678901234567890", "0.1", "-7", "1E-2"];

/** JSON as programs write it: with every sort of space, escape and number. */
export function anyJson(r: Random, depth: number): string {
	const space = () => r.pick(["", "", "", " ", "\t"]);
	const text = () => `"${Array.from({ length: r.below(6) }, () => r.pick(PIECES)).join("")}"`;
	switch (depth === 0 ? r.below(3) : r.below(5)) {
		case 0:
			return text();
		case 1:
			return r.pick(NUMBERS);
		case 2:
			return r.pick(["true", "false", "null"]);
		case 3:
			return `[${space()}${Array.from({ length: r.below(4) }, () => anyJson(r, depth - 1)).join(`${space()},${space()}`)}${space()}]`;
		default: {
			const keys = new Map(Array.from({ length: r.below(4) }, () => text()).map((key) => [JSON.parse(key), key]));
			return `{${[...keys.values()].map((key) => `${space()}${key}${space()}:${space()}${anyJson(r, depth - 1)}${space()}`).join(",")}}`;
		}
	}
}
