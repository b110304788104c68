import { afterAll, describe, expect, test } from "vitest";
import { CARRIERS, PATTERNS } from "../../../bench/analysis/worst-cases.ts";
import { WorkMeter } from "./work.ts";

/** UTF-16 units. */
const SHORT = 1500;
/** How many times as long the other text is: a square makes sixteen times the work of it, what is linear four. */
const LONGER = 4;
const MOST = 8;
/** Below this many blocks a start or a first time counts for more than the text. */
const LEAST = 60_000;

describe("the work that the analysis has with a text that was made to be slow", () => {
	const meter = new WorkMeter();
	afterAll(() => meter.stop());

	test.each(CARRIERS.map((carrier, i) => ({ ...carrier, i })))("grows as the text does: $name", ({ put, i }) => {
		// Each pattern in a third of the places; `npm run bench:analysis` tries all.
		const tried = PATTERNS.filter((_, k) => k % 3 === i % 3);
		const growing = tried.filter(({ text }) => {
			const works = (length: number): number => meter.count(put(text(length)));
			const [short, long] = [works(SHORT), works(SHORT * LONGER)];
			// A bound that the longer text crosses is a step, once: what grows too fast does so again.
			return long > LEAST && long > short * MOST && works(SHORT * LONGER * LONGER) > long * MOST;
		});
		expect(growing.map(({ name }) => name)).toEqual([]);
	});
});
