import * as fs from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { createLogDisk, type LogDisk } from "../../../src/platform/audit/log-disk.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import type { AuditLog, AuditLogOptions } from "../../../src/platform/audit/writer.ts";
import type { Home } from "../../../src/platform/home.ts";
import { event, openLog } from "../../harness/audit-logs.ts";
import { temporaryHome } from "../vault/home.ts";

/** A real file behind a disk that is as slow, and fails as often, as the test says. Its clock goes on only when it is told to. */
class ScriptedDisk {
	/** What a write that is waited for takes, in milliseconds. */
	takes = 0;
	/** True: writes that nobody waits for do not come back. */
	hangs = false;
	fails = false;
	isElsewhere = false;
	now = 0;
	/** Writes that were waited for, and others. */
	waitedFor = 0;
	others = 0;
	#held: (() => void)[] = [];

	/** Lets everything go on that hangs. */
	release(): void {
		this.hangs = false;
		for (const go of this.#held.splice(0)) go();
	}

	readonly make = (file: string): LogDisk => {
		const real = createLogDisk(file);
		const disk = this;
		const mayFail = (): void => {
			if (disk.fails) throw new Error("no room");
		};
		return {
			...real,
			get isElsewhere() {
				return disk.isElsewhere;
			},
			now: () => disk.now,
			writeSync: (bytes, from) => {
				disk.waitedFor++;
				disk.now += disk.takes;
				mayFail();
				return real.writeSync(bytes, from);
			},
			write: async (bytes, from) => {
				disk.others++;
				if (disk.hangs) await new Promise<void>((resolve) => disk.#held.push(resolve));
				mayFail();
				// In parts, as a disk may.
				return real.writeSync(bytes.subarray(0, Math.ceil((bytes.length + from) / 2)), from);
			},
			truncate: async (size) => real.truncateSync(size),
		};
	};
}

/** Records of which each is some thousand bytes: more than may wait. */
const MANY = 2_000;

let home: Home;
let disk: ScriptedDisk;

beforeEach(() => {
	home = temporaryHome();
	disk = new ScriptedDisk();
});

function open(more: Partial<AuditLogOptions> = {}): AuditLog {
	return openLog(home, { disk: disk.make, ...more });
}

/** A log whose disk was slow once. */
function openSlow(more: Partial<AuditLogOptions> = {}): AuditLog {
	const log = open(more);
	disk.takes = 30;
	log.append(event({ request: 0 }));
	disk.takes = 0;
	return log;
}

/** The ids of the calls in the log, and what it says was lost. */
function written(log: AuditLog) {
	const records = fs.readFileSync(log.file, "utf8").trim().split("\n");
	return records
		.map((line) => JSON.parse(line))
		.flatMap(({ kind, reason, request, count }) => (kind === "event" ? [count === undefined ? request : `${reason} ${count}`] : []));
}

async function verdict() {
	const checked = await verifyAudit(home);
	if (!checked.ok) throw new Error(checked.problem.message);
	return { ...checked.value.logs[0]?.verdict, discrepancies: checked.value.discrepancies.length };
}

test("a quick disk is waited for, and nothing is put off", async () => {
	const log = open();
	expect(log.append(event())).toBe(true);
	expect(log.written()).toBeNull();
	expect(disk).toMatchObject({ waitedFor: 2, others: 0 });
	expect(await log.close("stopped")).toBe(true);
});

test("a disk that was slow once is not waited for any more: a call goes on though its record hangs, and nothing is missing or out of order", async () => {
	const log = openSlow();
	disk.hangs = true;
	for (const request of [1, 2, 3]) {
		expect(log.append(event({ request }))).toBe(true);
		// That it is kept at all while the disk hangs is what a call needs.
		expect(await log.written()).toBe(true);
	}
	expect(written(log)).toEqual([0]);
	expect(log.lost).toBe(3);
	disk.release();
	expect(await log.close("stopped")).toBe(true);
	expect(log.lost).toBe(0);
	expect(written(log)).toEqual([0, 1, 2, 3]);
	expect(await verdict()).toEqual({ state: "complete", records: 6, discrepancies: 0 });
	expect(disk.waitedFor).toBe(2);
});

test("a disk that somebody else answers for is never waited for, but for the first record", async () => {
	disk.isElsewhere = true;
	const log = open();
	disk.hangs = true;
	expect(log.append(event({ request: 1 }))).toBe(true);
	expect(await log.written()).toBe(true);
	disk.release();
	expect(await log.close("stopped")).toBe(true);
	expect(disk.waitedFor).toBe(1);
	expect(written(log)).toEqual([1]);
});

test("once it has been quick for a while it is waited for again; each time that it is slow again it takes twice as long", async () => {
	const log = openSlow();
	const quick = async (writes: number): Promise<void> => {
		for (let n = 0; n < writes; n++) {
			log.append(event());
			await log.written();
		}
	};
	await quick(30);
	expect(disk.waitedFor).toBe(2);
	disk.now += 10_000;
	await quick(1);
	expect(disk.waitedFor).toBe(3);
	expect(log.written()).toBeNull();
	disk.takes = 30;
	log.append(event());
	disk.takes = 0;
	disk.now += 10_000;
	await quick(30);
	expect(disk.waitedFor).toBe(4);
	disk.now += 10_000;
	await quick(1);
	expect(disk.waitedFor).toBe(5);
	await log.close("stopped");
	expect(await verdict()).toMatchObject({ state: "complete" });
});

describe.each([
	["refuse", false],
	["allow", true],
] as const)("with onFailure %s", (onFailure, mayGoOn) => {
	test("what waits has an end: then calls are judged as with a full disk, and the log says how many it does not have", async () => {
		const log = openSlow({ onFailure });
		disk.hangs = true;
		const big = event({ request: 7, arguments: { text: Array.from({ length: 200 }, (_, n) => `${n} ${"x ".repeat(80)}`) } });
		const taken = Array.from({ length: MANY }, () => log.append(big));
		const kept = taken.indexOf(false);
		if (mayGoOn) expect(kept).toBe(-1);
		else expect(taken).toEqual(taken.map((_, index) => index < kept));
		expect(log.lost).toBe(MANY);
		disk.release();
		await expect.poll(() => log.lost, { timeout: 10_000 }).toBeLessThan(MANY);
		await expect.poll(() => log.append(event({ request: 8 })), { timeout: 10_000 }).toBe(true);
		expect(await log.close("stopped")).toBe(true);
		const all = written(log);
		const told = all.flatMap((each) => (typeof each === "string" ? [Number(each.split(" ")[1])] : []));
		const calls = all.filter((each) => each === 7).length;
		expect(calls).toBeGreaterThan(100);
		expect(told.length).toBeGreaterThan(0);
		// A call that was tried again while there was no room is one of those that were lost.
		expect(calls + told.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(MANY);
		if (!mayGoOn) expect(calls).toBe(kept);
		expect(await verdict()).toMatchObject({ state: "complete" });
	});

	test("a disk that fails while nobody waits: the call is refused, and nothing that was kept is lost once it works again", async () => {
		const log = openSlow({ onFailure });
		disk.fails = true;
		expect(log.append(event({ request: 1 }))).toBe(true);
		expect(await log.written()).toBe(mayGoOn);
		expect(log.append(event({ request: 2 }))).toBe(mayGoOn);
		expect(log.lost).toBe(2);
		disk.fails = false;
		expect(log.append(event({ request: 3 }))).toBe(true);
		expect(await log.close("stopped")).toBe(true);
		expect(written(log)).toEqual([0, 1, "records-lost 1", 3]);
		expect(await verdict()).toMatchObject({ state: "complete", discrepancies: 0 });
	});
});

test("a disk elsewhere that failed is tried again by itself", async () => {
	disk.isElsewhere = true;
	const log = open();
	disk.fails = true;
	log.append(event({ request: 1 }));
	expect(await log.written()).toBe(false);
	disk.fails = false;
	await expect.poll(() => log.lost, { timeout: 10_000 }).toBe(0);
	expect(written(log)).toEqual([1]);
	await log.close("stopped");
});

test("a disk that hangs to the end: closing says that the end is not written and how much is missing, and what was written stays good", async () => {
	const log = openSlow();
	disk.hangs = true;
	log.append(event({ request: 1 }));
	log.append(event({ request: 2 }));
	expect(await log.close("stopped")).toBe(false);
	expect(log.lost).toBe(2);
	expect(await verdict()).toEqual({ state: "open", records: 2, torn: false, discrepancies: 0 });
	disk.now += 10;
	expect(log.isHeldUp).toBe(true);
	disk.release();
});

test("the list of sessions never knows of more than the log has", async () => {
	const log = openSlow();
	disk.hangs = true;
	log.append(event({ request: 1 }));
	expect(await log.note()).toBe(false);
	disk.release();
	await log.written();
	await expect.poll(() => log.note(), { timeout: 10_000 }).toBe(true);
	expect(await verdict()).toMatchObject({ state: "open", discrepancies: 0 });
	await log.close("stopped");
});
