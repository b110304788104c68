import * as fs from "node:fs";
import type { SerializedError } from "vitest";
import type { Reporter, TestModule } from "vitest/node";

/** What a run came to. A file or a hook that broke counts as one failure, as does an error outside every test: nothing may vanish. */
export interface Totals {
	passed: number;
	failed: number;
	/** Full names. */
	skipped: string[];
}

/** `12 passed, 0 failed`, and `, 1 skipped` when any was. */
export function totalsLine({ passed, failed, skipped }: Totals): string {
	return `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`;
}

export function count(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Totals {
	const totals: Totals = { passed: 0, failed: unhandled.length, skipped: [] };
	for (const module of modules) {
		totals.failed += module.errors().length;
		for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
		for (const test of module.children.allTests()) {
			const { state } = test.result();
			if (state === "passed") totals.passed++;
			else if (state === "failed") totals.failed++;
			// "pending" is a test that was begun or waited for and never ended.
			else if (state === "skipped") totals.skipped.push(`${module.relativeModuleId} > ${test.fullName}`);
			else totals.failed++;
		}
	}
	return totals;
}

/** CI services set `CI` to `true` or `1`. */
function isCi(value: string | undefined): boolean {
	return value === "true" || value === "1";
}

/** Ends the run with one plain line of totals. On CI no test may be skipped: there every part that a test needs is present. */
export default class TotalsReporter implements Reporter {
	onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
		const totals = count(modules, unhandled);
		if (totals.skipped.length > 0 && isCi(process.env.CI)) {
			process.exitCode = 1;
			for (const name of totals.skipped) process.stderr.write(`SKIPPED ON CI, WHICH FAILS THE RUN: ${name}\n`);
		}
		// After Vitest's own summary, whatever the order in which reporters are asked.
		process.once("exit", () => fs.writeSync(1, `${totalsLine(totals)}\n`));
	}
}
