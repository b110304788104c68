import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const value = (length = 24) => randomBytes(length).toString("base64url").slice(0, length);

describe("known values are found", () => {
	test("wherever they stand, among many, by their first and last byte", () => {
		const values = Array.from({ length: 20 }, (_, i) => value(12 + i * 2));
		const known = new KnownValues(values);
		for (const each of values)
			for (const [before, after] of [
				["", ""],
				["é", "x"],
				["x".repeat(999), ""],
				[`${each.slice(0, -1)}~`, each.slice(1)],
			] as const) {
				const text = `${before}${each}${after}`;
				expect(known.first(bytes(text))).toEqual({ start: bytes(before).length, end: bytes(before + each).length });
			}
		expect(known.redact(values.join(" "))).toBe(values.map(() => "[redacted]").join(" "));
	});

	test("as a long one's beginning too: a part of a key is a part of a secret", () => {
		const key = randomBytes(2_000).toString("base64");
		const redacted = new KnownValues([key]).redact(`a ${key.slice(0, 500)} b ${key} c`);
		expect(redacted).toBe("a [redacted] b [redacted] c");
	});

	test("and nothing else is", () => {
		const [a, b] = [value(), value()];
		const known = new KnownValues([a, "short"]);
		for (const text of ["", "x", a.slice(1), a.slice(0, -1), `${a.slice(0, -1)}\u0000`, b, "short"]) expect(known.redact(text)).toBe(text);
		expect(new KnownValues(["", "short"]).isEmpty).toBe(true);
		expect(new KnownValues([]).redact(a)).toBe(a);
	});
});

test("what was made to be slow is not: the work grows with the text, and not with the value's length", () => {
	// Text that is the beginning of the value at every place, and never goes on as the value does.
	const run = "a".repeat(60_000);
	const known = new KnownValues([`${run}b`, `${"ab".repeat(20_000)}c`, `${"a".repeat(62)}xyz`]);
	const texts = ["a".repeat(1_000_000), "ab".repeat(500_000), `${"a".repeat(61)}b`.repeat(16_000)];
	for (const text of texts) {
		const before = process.cpuUsage();
		known.first(bytes(text), 0);
		known.redact(text);
		const { user, system } = process.cpuUsage(before);
		// A product of both lengths would be hours.
		expect((user + system) / 1e6).toBeLessThan(10);
	}
});

test("in codes for each of its characters, they are found", () => {
	const secret = "T0ken-with/ö";
	const known = new KnownValues([secret]);
	const codes = (of: (code: number) => string) => Array.from(secret, (character) => of(character.codePointAt(0) ?? 0)).join("");
	const escapes = codes((code) => `\\u${code.toString(16).padStart(4, "0")}`);
	const percents = Buffer.from(secret).toString("hex").replace(/../g, "%$&");
	const texts = [
		escapes,
		escapes.replaceAll("\\", "\\\\"),
		percents,
		percents.toUpperCase(),
		codes((code) => `&#${code};`),
		codes((code) => `&#x${code.toString(16)};`),
	];
	for (const text of texts) expect(known.redact(`a ${text} b`)).toBe("a [redacted] b");
});

test("with their letters moved on in the alphabet, they are found, and other words are not", () => {
	const secret = "Zebra-9#zymurgy";
	const known = new KnownValues([secret]);
	for (const moved of ["Afcsb-9#aznvshz", "Mroen-9#mlzhetl", "Ydaqz-9#yxltqfx", "[fcsb.:${znvshz", "+63C2\\hRKJ>FC8J"])
		expect(known.redact(`a ${moved} b`)).toBe("a [redacted] b");
	expect(known.redact("Zebra-9 zymurgy")).toBe("Zebra-9 zymurgy");
});
