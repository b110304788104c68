import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect } from "vitest";
import type { Quickstart } from "./quickstart.ts";
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
		console.log(`The window when it failed: ${await workbench()?.screenshot(os.tmpdir(), pictureOf(task))}`);
	});
}

/** Says of each test of the describe that fails how the window was: a picture of it, what it said, and the ends of its logs. */
export function toldWhenFailed(quickstart: () => Quickstart | undefined): void {
	afterEach(async ({ task }) => {
		const failed = quickstart();
		if (task.result?.state !== "fail" || failed === undefined) return;
		const { workbench, editor } = failed;
		const said = await workbench.page.locator(".notification-list-item, .monaco-dialog-box, .quick-input-widget:visible").allInnerTexts();
		const lines = [
			`The window when it failed: ${await workbench.screenshot(os.tmpdir(), pictureOf(task))}`,
			...(await workbench.tree()).map((row) => `row: ${row}`),
			...said.map((text) => `said: ${text.replaceAll("\n", " ")}`),
			...logsBelow(editor.profile).flatMap((file) => [`log ${path.basename(file)}:`, ...lastLines(file)]),
		];
		console.log(lines.join("\n"));
	});
}

function pictureOf(task: { readonly file: { readonly name: string } }): string {
	return `sallyport-${path.basename(task.file.name, ".test.ts")}-failed-${process.pid}`;
}

/** Of the extension, of its host and of the server. */
function logsBelow(profile: string): readonly string[] {
	const names = fs.readdirSync(profile, { recursive: true, encoding: "utf8" });
	return names.filter((name) => /(?:Sallyport|exthost|server)\.log$/.test(name)).map((name) => path.join(profile, name));
}

const LAST_LINES = 40;

function lastLines(file: string): readonly string[] {
	return fs.readFileSync(file, "utf8").trimEnd().split("\n").slice(-LAST_LINES);
}
