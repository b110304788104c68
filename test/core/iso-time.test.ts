import { expect, test } from "vitest";
import { isoTime } from "../../src/core/iso-time.ts";

test("writes every time as the language itself does", () => {
	const odd = [
		0, -1, 1, 999, 951_782_400_000, 1_709_164_800_000, -62_167_219_200_000, -62_167_219_200_001, 253_402_300_799_999, 253_402_300_800_000,
	];
	let at = -8.64e15;
	const spread = Array.from({ length: 5_000 }, () => {
		at += 3_451_789_012_345;
		return at;
	});
	for (const time of [...odd, ...spread, 8.64e15]) expect(isoTime(new Date(time))).toBe(new Date(time).toISOString());
});

test("throws for a date that is none", () => {
	expect(() => isoTime(new Date(Number.NaN))).toThrow(RangeError);
});
