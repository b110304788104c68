import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { Workbench } from "./workbench.ts";

/** How long something may take to show. Generous: a busy machine must not fail a test. */
const PATIENCE_MS = 30_000;

/** Waits until what is read is as expected. */
export function eventually<T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> {
	return expect.poll(read, { timeout: PATIENCE_MS });
}

/** Each test of the describe that calls this stands on those before it: after a failure the rest is skipped, and a picture says how the window was. */
export function oneAfterTheOther(workbench: () => Workbench | undefined): void {
	let failed = false;
	beforeEach(({ skip }) => skip(failed, "a step before this one failed"));
	afterEach(async ({ task }) => {
		if (failed || task.result?.state !== "fail") return;
		failed = true;
		const name = `sallyport-${path.basename(task.file.name, ".test.ts")}-failed-${process.pid}`;
		console.log(`The window when it failed: ${await workbench()?.screenshot(os.tmpdir(), name)}`);
	});
}
