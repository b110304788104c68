import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseConfig } from "../../src/core/config/parse.ts";
import type { Problem } from "../../src/core/result.ts";
import { gatherFacts } from "../../src/platform/file-facts.ts";
import { ScanFolder, unsafe } from "./scan-folder.ts";

let folder: ScanFolder;

beforeEach(() => {
	folder = new ScanFolder();
});
afterEach(() => folder.remove());

/** A repository whose settings include a pipe to which nobody writes: git waits for it. */
function silentRepository(name: string): string {
	const file = folder.write(`${name}/.mcp.json`, unsafe());
	folder.git("init", "-q", name);
	const pipe = path.join(folder.root, name, "pipe");
	execFileSync("mkfifo", [pipe]);
	fs.appendFileSync(path.join(folder.root, name, ".git", "config"), `[include]\n\tpath = ${pipe}\n`);
	return file;
}

test("where git does not answer, the rest is scanned, and it is said that whether secrets are in git is not known", async () => {
	silentRepository("a");
	const run = await folder.scan(["--json"]);
	expect(run.report.findings.map(({ ruleId }) => ruleId)).toContain("secret-in-env");
	expect(run.err).toMatch(/git did not answer in \S*a, so whether secrets there are in git is not known\. .*git status\n/);
	const sarif = JSON.parse((await folder.scan(["--format", "sarif"])).out);
	expect(sarif.runs[0].invocations).toEqual([
		{
			executionSuccessful: true,
			toolExecutionNotifications: [{ level: "warning", message: { text: expect.stringContaining("git did not answer") } }],
		},
	]);
});

test("what is staged cannot be told there, and that is all that is said", async () => {
	silentRepository("a");
	const run = await folder.scan(["--changed"], { cwd: "a" });
	expect([run.code, run.err]).toEqual([2, expect.stringContaining("git did not answer")]);
});

test("many such repositories are not waited for one after the other, and one that was silent is not asked again", () => {
	const files = ["a", "b", "c", "d", "e", "f"].map((name) => {
		const file = silentRepository(name);
		return { path: file, document: parseConfig(fs.readFileSync(file, "utf8"), "mcp-json", file) };
	});
	const silent = new Map<string, Problem>();
	const options = { home: folder.home, env: folder.env(), history: false, silent, patience: { first: 50, each: 50 } };
	expect([...gatherFacts(files, options).values()].map(({ git }) => git)).toEqual(Array(6).fill(null));
	expect(silent.size).toBe(6);
	// With git that would answer by now: it is not asked.
	for (const { path: file } of files) fs.writeFileSync(path.join(path.dirname(file), ".git", "config"), "");
	expect([...gatherFacts(files, options).values()].map(({ git }) => git)).toEqual(Array(6).fill(null));
	const again = gatherFacts(files, { ...options, silent: new Map(), patience: { first: 30_000, each: 30_000 } });
	expect([...again.values()].map(({ git }) => git?.tracked)).toEqual(Array(6).fill(false));
});
