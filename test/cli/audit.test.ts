import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { registerAudit } from "../../src/cli/audit.ts";
import type { AuditEvent } from "../../src/core/audit/event.ts";
import type { Home } from "../../src/platform/home.ts";
import { openLog, writeSession } from "../harness/audit-logs.ts";
import { temporaryHome } from "../platform/vault/home.ts";
import { runCommand } from "./run-command.ts";

let folder: string;
let home: Home;

beforeEach(() => {
	home = temporaryHome();
	folder = path.dirname(home.path);
});

function record(server: string, ...events: readonly Partial<AuditEvent>[]): string {
	return writeSession(home, { server, from: "2026-11-23T10:00:01.000Z" }, ...events);
}

function run(...args: readonly string[]) {
	return runCommand(registerAudit, ["audit", ...args], { cwd: folder, env: { SALLYPORT_HOME: path.join(folder, "home") } });
}

test("list shows time, server, what was called, the decision and why, in columns", async () => {
	record("files", {}, { tool: "erase_everything", decision: "refuse", reason: "tool-not-granted", outcome: "withheld" });
	expect(await run("list")).toEqual({
		code: 0,
		err: "",
		out: [
			"2026-11-23T10:00:02.000Z  files  tools/call read              allow   tool-granted      forwarded",
			"2026-11-23T10:00:03.000Z  files  tools/call erase_everything  refuse  tool-not-granted  withheld",
			"",
		].join("\n"),
	});
});

test("list takes a server and a limit, and tail is the same", async () => {
	record("files", { tool: "a" }, { tool: "b" });
	record("web", { tool: "c" });
	expect((await run("list", "--server", "files", "--limit", "1")).out).toMatch(/^\S+ {2}files {2}tools\/call b .*\n$/);
	expect((await run("tail", "--server", "web")).out).toContain("tools/call c");
});

test("list --json prints the records, one a line, and neither form can move a cursor", async () => {
	record("files", { tool: "\u001b[2J\u202Eevil\n", method: null, arguments: { a: "\u2028\u009b" } });
	const json = await run("list", "--json");
	expect(JSON.parse(json.out)).toMatchObject({ kind: "event", tool: "\u001b[2J\u202Eevil\n", arguments: { a: "\u2028\u009b" } });
	const text = await run("list");
	for (const shown of [json.out, text.out]) expect(shown).toMatch(/^[\x20-\x7e]+\n$/);
});

test("verify says yes when all is as it was written", async () => {
	record("files", {});
	const { code, out } = await run("verify");
	expect(code).toBe(0);
	expect(out).toMatch(
		/-files-\S+ {2}complete, 3 records, as they were written\nLogs checked: 1\. All are as they were written\.\nThe vault /,
	);
	expect(JSON.parse((await run("verify", "--json")).out)).toMatchObject({
		version: 2,
		intact: true,
		discrepancies: [],
		logs: [{ server: "files", state: "complete", records: 3 }],
	});
});

test("verify does not call a log whole that has no end", async () => {
	record("files", {});
	const open = openLog(home, { server: "web" });
	const { code, out } = await run("verify");
	expect(code).toBe(0);
	expect(out).toContain("open, 1 record, as");
	expect(out).toMatch(/Logs checked: 2\. All are as they were written; 1 has no end \(still running, crashed, or cut off\)\.\nThe vault /);
	await open.close("host-closed");
});

test("verify says no, and where, when something was changed", async () => {
	const file = record("files", {}, {});
	fs.writeFileSync(
		file,
		fs
			.readFileSync(file, "utf8")
			.split("\n")
			.filter((_, index) => index !== 1)
			.join("\n"),
	);
	const { code, out } = await run("verify");
	expect(code).toBe(1);
	expect(out).toContain("CHANGED at line 2: lines before this one are missing or in another order");
	const json = await run("verify", "--json");
	expect(json.code).toBe(1);
	expect(JSON.parse(json.out)).toMatchObject({ intact: false, logs: [{ state: "broken", line: 2 }] });
});

test("without any log, list and verify say so", async () => {
	expect(await run("list")).toMatchObject({ code: 0, out: "Nothing is recorded yet.\n" });
	expect(await run("verify")).toMatchObject({ code: 0, out: "There is no log yet.\n" });
});

test("list says when a server has no records, whatever others have", async () => {
	record("files", {});
	expect(await run("list", "--server", "nosuch")).toMatchObject({ code: 0, out: 'Nothing is recorded of a server "nosuch".\n' });
});

test("without a home, both say what to do", async () => {
	fs.rmSync(path.join(folder, "home"), { recursive: true });
	for (const verb of ["list", "verify"])
		expect(await run(verb)).toMatchObject({ code: 2, out: "", err: expect.stringContaining("sallyport init") });
});

test.each(["0", "-1", "x", "1e3"])("a limit of %s is a usage error", async (limit) => {
	await expect(run("list", "--limit", limit)).rejects.toThrow(/whole number/);
});

test("verify says which log is missing, and which has lost its end", async () => {
	const gone = record("files", {}, {});
	const cut = record("web", {}, {});
	fs.rmSync(gone);
	fs.writeFileSync(cut, `${fs.readFileSync(cut, "utf8").split("\n").slice(0, 2).join("\n")}\n`);
	const { code, out } = await run("verify");
	expect(code).toBe(1);
	expect(out).toMatch(/-files-\S+ {2}NOT AS IT WAS: the log of a session that began at 2026-11-23T10:00:01\.000Z is gone\n/);
	expect(out).toMatch(/-web-\S+ {2}NOT AS IT WAS: its end was cut off: it had 4 records when it ended, and has 2\n/);
	expect(out).toContain("Changed: 1 of 1, missing: 1. Keep a copy, and find out who could write to the folder.\n");
});
