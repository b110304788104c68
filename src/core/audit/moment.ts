import { isoTime } from "../iso-time.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const AGO = /^(\d{1,6})([smhdw])$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * A point in time as a person names it: so long ago (`30m`, `2h`, `3d`, `1w`), a day (`2026-11-23`, as it begins in UTC) or a time by ISO 8601
 * with its zone. In the form that records have: UTC, with milliseconds. Null: it is none of these.
 *
 * @param now milliseconds since 1970
 */
export function parseMoment(text: string, now: number): string | null {
	const ago = AGO.exec(text);
	if (ago !== null) return iso(now - Number(ago[1]) * (UNITS[ago[2] ?? ""] ?? 0));
	return DAY.test(text) || TIME.test(text) ? iso(Date.parse(text)) : null;
}

/** Years of four digits alone, so that text sorts as time does. */
function iso(time: number): string | null {
	const isTime = time >= Date.UTC(0, 0) && time < Date.UTC(10_000, 0);
	return isTime ? isoTime(new Date(time)) : null;
}
