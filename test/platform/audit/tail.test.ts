import * as fs from "node:fs";
import * as path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { AuditEvent } from "../../../src/core/audit/event.ts";
import type { EventRecord } from "../../../src/core/audit/record.ts";
import { followAuditLogs } from "../../../src/platform/audit/tail.ts";
import type { AuditLog } from "../../../src/platform/audit/writer.ts";
import type { Home } from "../../../src/platform/home.ts";
import { event, openLog, START } from "../../harness/audit-logs.ts";
import { temporaryHome } from "../vault/home.ts";

let folder: string;
let home: Home;
let clock: Date;
let follower: { dispose(): void } | null = null;

beforeEach(() => {
	home = temporaryHome();
	folder = path.dirname(home.path);
	clock = new Date(START);
});

afterEach(() => {
	follower?.dispose();
	follower = null;
});

function open(server: string): AuditLog {
	clock = new Date(clock.getTime() + 1_000);
	return openLog(home, { server, clock: () => clock });
}

function write(log: AuditLog, tool: string, more: Partial<AuditEvent> = {}): void {
	clock = new Date(clock.getTime() + 1);
	expect(log.append(event({ tool, ...more }))).toBe(true);
}

/** What was heard, as `server tool`. */
function follow(enough = 1_000): () => string[] {
	const heard: EventRecord[] = [];
	follower = followAuditLogs(home, enough, (records) => heard.push(...records));
	return () => heard.map(({ server, tool }) => `${server} ${tool}`);
}

const eventually = (read: () => unknown) => expect.poll(read, { timeout: 20_000 });

test("what earlier sessions did is there at once, in the order of its time, and what is done from then on follows", async () => {
	const files = open("files");
	const github = open("github");
	write(files, "one");
	write(github, "two");
	write(files, "three");
	const heard = follow();
	expect(heard()).toEqual(["files one", "github two", "files three"]);
	write(files, "four");
	await eventually(heard).toEqual(["files one", "github two", "files three", "files four"]);
	write(open("new"), "five");
	await eventually(heard).toContain("new five");
});

test("a home in which nothing was ever started is followed from its first session on", async () => {
	const heard = follow();
	expect(heard()).toEqual([]);
	write(open("first"), "one");
	await eventually(heard).toEqual(["first one"]);
});

test("older logs are left alone once there is enough, and still followed", async () => {
	const old = open("old");
	write(old, "before");
	const recent = open("recent");
	for (let i = 0; i < 3; i++) write(recent, `${i}`);
	const heard = follow(2);
	expect(heard()).toEqual(["recent 0", "recent 1", "recent 2"]);
	write(old, "after");
	await eventually(heard).toContain("old after");
	expect(heard()).not.toContain("old before");
});

test("of a large log only the end is read, whole records alone, and a line that is none is passed over", async () => {
	const log = open("busy");
	const given = { text: "x".repeat(180) };
	for (let i = 0; i < 3_000; i++) write(log, `t${i}`, { arguments: given });
	fs.appendFileSync(log.file, '{"kind":"event"\nnot a record\n');
	const heard = follow();
	expect(heard().length).toBeGreaterThan(100);
	expect(heard().length).toBeLessThan(3_000);
	expect(heard().at(-1)).toBe("busy t2999");
	const before = heard().length;
	fs.appendFileSync(log.file, `${"y".repeat(600_000)}\n`);
	write(log, "last");
	await eventually(() => heard().slice(before)).toEqual(["busy last"]);
});

test("nothing is heard once it is disposed of, and a link in the folder is never read", async () => {
	const elsewhere = path.join(folder, "elsewhere.jsonl");
	const log = open("files");
	write(log, "one");
	fs.copyFileSync(log.file, elsewhere);
	fs.symlinkSync(elsewhere, path.join(path.dirname(log.file), "20300101T000000Z-x-0.jsonl"));
	const heard = follow();
	expect(heard()).toEqual(["files one"]);
	follower?.dispose();
	write(log, "two");
	const again = follow();
	expect(again()).toEqual(["files one", "files two"]);
	expect(heard()).toEqual(["files one"]);
});

test("a folder that is removed and made anew is followed again", async () => {
	const before = open("files");
	write(before, "one");
	const heard = follow();
	fs.rmSync(path.dirname(before.file), { recursive: true });
	write(open("files"), "two");
	await eventually(heard).toEqual(["files one", "files two"]);
});
