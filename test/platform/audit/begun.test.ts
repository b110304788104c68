import * as fs from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { createLogDisk, type LogDisk } from "../../../src/platform/audit/log-disk.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import type { AuditLog } from "../../../src/platform/audit/writer.ts";
import type { Home } from "../../../src/platform/home.ts";
import { event as eventOf, openLog } from "../../harness/audit-logs.ts";
import { temporaryHome } from "../vault/home.ts";

let home: Home;

beforeEach(() => {
	home = temporaryHome();
});

const event = (request: number) => eventOf({ request });
const textOf = ({ file }: AuditLog) => fs.readFileSync(file, "utf8");
const requestsOf = (log: AuditLog) => [...textOf(log).matchAll(/"request":(\d+)/g)].map(([, request]) => Number(request));

async function verdict() {
	const checked = await verifyAudit(home);
	if (!checked.ok) throw new Error(checked.problem.message);
	expect(checked.value.discrepancies).toEqual([]);
	return checked.value.logs[0]?.verdict;
}

function begin(log: AuditLog, ...requests: readonly number[]): boolean {
	log.hold();
	for (const request of requests) log.append(event(request));
	return log.begin();
}

test("a record that was begun is in the file, and counts as soon as its seal is", async () => {
	const log = openLog(home);
	expect(begin(log, 1)).toBe(true);
	expect(requestsOf(log)).toEqual([1]);
	expect(await verdict()).toEqual({ state: "open", records: 1, torn: true });
	expect(log.flush()).toBe(true);
	expect(await verdict()).toEqual({ state: "open", records: 2, torn: false });
	expect(await log.close("stopped")).toBe(true);
	expect(await verdict()).toEqual({ state: "complete", records: 3 });
});

test("records may be begun one after the other, and others be kept back behind them: one seal is for all", async () => {
	const log = openLog(home);
	begin(log, 1, 2);
	begin(log, 3);
	expect(requestsOf(log)).toEqual([1, 2, 3]);
	log.hold();
	log.append(event(4));
	expect(requestsOf(log)).toEqual([1, 2, 3]);
	expect(log.flush()).toBe(true);
	expect(requestsOf(log)).toEqual([1, 2, 3, 4]);
	expect(textOf(log).match(/"mac":/g)).toHaveLength(2);
	expect(await verdict()).toEqual({ state: "open", records: 5, torn: false });
});

test("what was begun is sealed when the session ends", async () => {
	const log = openLog(home);
	begin(log, 1);
	expect(await log.close("stopped")).toBe(true);
	expect(await verdict()).toEqual({ state: "complete", records: 3 });
});

test("an edit of what was begun is found", async () => {
	const log = openLog(home);
	begin(log, 1);
	fs.writeFileSync(log.file, textOf(log).replace('"tool":"read"', '"tool":"erase"'));
	log.flush();
	expect(await verdict()).toMatchObject({ state: "broken", line: 2 });
});

describe("on a disk that is full for a while", () => {
	let isFull = false;
	let takes = 0;
	const disk = (file: string): LogDisk => {
		const real = createLogDisk(file);
		let now = 0;
		const writeSync = (bytes: Uint8Array, from: number): number => {
			now += takes;
			if (isFull) throw new Error("no room");
			return real.writeSync(bytes, from);
		};
		return { ...real, isElsewhere: false, now: () => now, writeSync, write: async (bytes, from) => writeSync(bytes, from) };
	};

	beforeEach(() => {
		isFull = false;
		takes = 0;
	});

	test("a record for which there is no room waits together with its seal, and what it is about is refused", async () => {
		const log = openLog(home, { disk });
		isFull = true;
		expect(begin(log, 1)).toBe(false);
		expect(log.lost).toBe(1);
		log.flush();
		isFull = false;
		expect(begin(log, 2)).toBe(true);
		log.flush();
		expect(requestsOf(log)).toEqual([1, 2]);
		expect(log.lost).toBe(0);
		expect(await log.close("stopped")).toBe(true);
		expect(await verdict()).toEqual({ state: "complete", records: 4 });
	});

	test("a seal for which there is no room comes before everything else once there is, and meanwhile calls are refused", async () => {
		const log = openLog(home, { disk });
		expect(begin(log, 1)).toBe(true);
		isFull = true;
		expect(log.flush()).toBe(false);
		log.hold();
		expect(log.append(event(2))).toBe(false);
		expect(log.begin()).toBe(false);
		isFull = false;
		expect(begin(log, 3)).toBe(true);
		expect(await log.close("stopped")).toBe(true);
		expect(requestsOf(log)).toEqual([1, 3]);
		expect(textOf(log)).toContain('"reason":"records-lost"');
		expect(await verdict()).toEqual({ state: "complete", records: 5 });
	});

	test("where the disk was slow with the record, its seal follows beside the calls", async () => {
		const log = openLog(home, { disk });
		takes = 30;
		expect(begin(log, 1)).toBe(true);
		log.flush();
		expect(begin(log, 2)).toBe(true);
		expect(await log.close("stopped")).toBe(true);
		expect(requestsOf(log)).toEqual([1, 2]);
		expect(await verdict()).toEqual({ state: "complete", records: 4 });
	});
});
