import { expect, test } from "vitest";
import { ActivityLog, latencyOf, outcomeOf } from "../../../src/core/audit/activity.ts";
import type { EventRecord } from "../../../src/core/audit/record.ts";

function record(sequence: number, more: Partial<EventRecord> = {}): EventRecord {
	return {
		kind: "event",
		sequence,
		at: "2026-11-23T10:00:00.000Z",
		session: "a",
		host: "cursor",
		server: "files",
		request: sequence,
		direction: "host-to-server",
		method: "tools/call",
		tool: "read",
		decision: "allow",
		reason: "tool-granted",
		outcome: "forwarded",
		...more,
	};
}

test("a call and how it ended are one entry, the newest first", () => {
	const log = new ActivityLog(10);
	log.add([record(1), record(2, { request: 2 })]);
	log.add([record(3, { request: 1, direction: "server-to-host", outcome: "tool-error", latency: 12.5, at: "2026-11-23T10:00:01.000Z" })]);
	expect(log.entries.map(({ record, ending }) => [record.request, ending?.outcome ?? null])).toEqual([
		[2, null],
		[1, "tool-error"],
	]);
	expect(log.entries.map(outcomeOf)).toEqual(["forwarded", "tool-error"]);
	expect(log.entries.map(latencyOf)).toEqual([null, 12.5]);
});

test("of a log without latencies the times tell how long a call took", () => {
	const log = new ActivityLog(10);
	log.add([record(1), record(2, { request: 1, outcome: "answered", at: "2026-11-23T10:00:00.250Z" })]);
	expect(log.entries.map(latencyOf)).toEqual([250]);
});

test("calls of two sessions with one id, and an id that is used again, are told apart", () => {
	const log = new ActivityLog(10);
	log.add([
		record(1, { request: 7 }),
		record(1, { request: 7, session: "b" }),
		record(2, { request: 7, session: "b", outcome: "answered" }),
	]);
	log.add([record(3, { request: 7, session: "b" })]);
	expect(log.entries.map(({ record, ending }) => [record.session, ending?.outcome ?? null])).toEqual([
		["b", null],
		["b", "answered"],
		["a", null],
	]);
});

test("a refusal stands by itself, and the ending of a call that is not kept does not", () => {
	const log = new ActivityLog(10);
	log.add([record(1, { decision: "refuse", reason: "tool-not-granted", outcome: "withheld" }), record(2, { outcome: "answered" })]);
	expect(log.entries.map(outcomeOf)).toEqual(["withheld"]);
});

test("only so many are kept, and what is read again is not there twice", () => {
	const log = new ActivityLog(4);
	const all = Array.from({ length: 5_000 }, (_, i) => record(i));
	log.add(all);
	log.add(all.slice(-2));
	expect(log.entries.map(({ record }) => record.sequence)).toEqual([4_999, 4_998, 4_997]);
	log.clear();
	expect(log.entries).toEqual([]);
});

test("a busy server does not push out what was refused", () => {
	const log = new ActivityLog(10);
	log.add([record(0, { decision: "refuse", outcome: "withheld" }), ...Array.from({ length: 100 }, (_, i) => record(i + 1))]);
	expect(log.entries.map(({ record }) => record.sequence)).toEqual([100, 99, 98, 97, 96, 95, 94, 93, 0]);
	log.add(Array.from({ length: 100 }, (_, i) => record(200 + i, { decision: "refuse", outcome: "withheld" })));
	expect(log.entries.map(({ record }) => record.sequence)).toEqual([299, 298, 100, 99, 98, 97, 96, 95, 94, 93]);
});
