// Loaded inside the extension host, desktop or server: runs every suite beside it. What is printed there may get lost, so each outcome is a
// line in a file.
import * as fs from "node:fs";
import * as path from "node:path";
import Mocha from "mocha";
import type { InnerLine } from "../harness/report.ts";

/** Called by VS Code. It rejects when anything failed, and VS Code's exit code says so. */
export async function run(): Promise<void> {
	const report = process.env.SALLYPORT_TEST_REPORT;
	if (report === undefined) throw new Error("SALLYPORT_TEST_REPORT names no file.");
	const write = (line: InnerLine): void => fs.appendFileSync(report, `${JSON.stringify(line)}\n`);
	const mocha = new Mocha({ ui: "tdd", color: false, timeout: 60_000, forbidOnly: true });
	for (const file of fs.readdirSync(__dirname).sort()) if (file.endsWith(".test.cjs")) mocha.addFile(path.join(__dirname, file));
	const failures = await new Promise<number>((resolve) => {
		const runner = mocha.run(resolve);
		runner.on("pass", (test) => write({ outcome: "passed", name: test.fullTitle() }));
		runner.on("pending", (test) => write({ outcome: "skipped", name: test.fullTitle() }));
		runner.on("fail", (test, error: unknown) =>
			write({ outcome: "failed", name: test.fullTitle(), stack: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
		);
		runner.on("end", () => write({ outcome: "end" }));
	});
	if (failures > 0) throw new Error(`${failures} failed`);
}
