import { expect, test } from "vitest";
import { parseMoment } from "../../../src/core/audit/moment.ts";

const NOW = Date.parse("2026-11-23T10:00:00.000Z");

test.each([
	["90s", "2026-11-23T09:58:30.000Z"],
	["30m", "2026-11-23T09:30:00.000Z"],
	["2h", "2026-11-23T08:00:00.000Z"],
	["3d", "2026-11-20T10:00:00.000Z"],
	["1w", "2026-11-16T10:00:00.000Z"],
	["2026-11-22", "2026-11-22T00:00:00.000Z"],
	["2026-11-22T08:15Z", "2026-11-22T08:15:00.000Z"],
	["2026-11-22T08:15:01.5+02:00", "2026-11-22T06:15:01.500Z"],
])("%s is %s", (text, at) => expect(parseMoment(text, NOW)).toBe(at));

test.each(["", "2", "h", "-2h", "2 h", "1y", "yesterday", "2026-13-01", "2026-11-22T08:15", "1700000000", "999999w", "+020000-01-01"])(
	"%j is no time",
	(text) => expect(parseMoment(text, NOW)).toBeNull(),
);
