import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { totalsLine } from "./reporter.ts";

const root = path.resolve(import.meta.dirname, "..", "..");

describe("the totals of a run", () => {
	it("are one plain line", () => {
		expect(totalsLine({ passed: 12, failed: 0, skipped: [] })).toBe("12 passed, 0 failed");
		expect(totalsLine({ passed: 12, failed: 0, skipped: ["a"] })).toBe("12 passed, 0 failed, 1 skipped");
	});
});

describe("a real run", () => {
	let folder: string;
	beforeEach(() => {
		folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-run-"));
		fs.symlinkSync(path.join(root, "node_modules"), path.join(folder, "node_modules"));
		const config = { test: { reporters: ["default", path.join(import.meta.dirname, "reporter.ts")], cache: false, watch: false } };
		fs.writeFileSync(path.join(folder, "vitest.config.mjs"), `export default ${JSON.stringify(config)};`);
	});
	afterEach(() => fs.rmSync(folder, { recursive: true }));
	const run = (test: string, env: Record<string, string> = {}) => {
		fs.writeFileSync(path.join(folder, "a.test.mjs"), `import { beforeAll, describe, expect, it } from "vitest";\n${test}\n`);
		const vitest = path.join(root, "node_modules", "vitest", "vitest.mjs");
		const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, "run"], {
			cwd: folder,
			encoding: "utf8",
			env: { PATH: process.env.PATH, HOME: folder, ...env },
		});
		return { status, last: stdout.trimEnd().split("\n").at(-1), stderr };
	};

	it("ends with them", () => {
		expect(run(`it("a", () => {}); it("b", () => {});`)).toMatchObject({ status: 0, last: "2 passed, 0 failed" });
	});

	it("counts failures, broken hooks and broken files", () => {
		expect(run(`it("a", () => {}); it("b", () => { expect(1).toBe(2); });`)).toMatchObject({ status: 1, last: "1 passed, 1 failed" });
		const hook = `describe("s", () => { beforeAll(() => { throw new Error("broken"); }); it("a", () => {}); });`;
		expect(run(hook)).toMatchObject({ status: 1, last: "0 passed, 1 failed, 1 skipped" });
		expect(run(`it("a", () => {}); throw new Error("broken");`)).toMatchObject({ status: 1, last: "0 passed, 1 failed" });
	});

	it("may skip on a person's machine, and fails loudly for it on CI", () => {
		const test = `describe("s", () => { it("a", () => {}); it.skip("b", () => {}); it.todo("c"); });`;
		expect(run(test)).toMatchObject({ status: 0, last: "1 passed, 0 failed, 2 skipped" });
		const onCi = run(test, { CI: "true" });
		expect(onCi).toMatchObject({ status: 1, last: "1 passed, 0 failed, 2 skipped" });
		expect(onCi.stderr).toContain("SKIPPED ON CI, WHICH FAILS THE RUN: a.test.mjs > s > b\n");
		expect(onCi.stderr).toContain("SKIPPED ON CI, WHICH FAILS THE RUN: a.test.mjs > s > c\n");
	});
});
