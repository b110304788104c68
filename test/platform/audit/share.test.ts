import * as fs from "node:fs";
import { expect, test } from "vitest";
import { readAuditLogs } from "../../../src/platform/audit/reader.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import type { Home } from "../../../src/platform/home.ts";
import { event, openLog } from "../../harness/audit-logs.ts";
import { temporaryHome } from "../vault/home.ts";

const MOST = 100_000;
const call = (request: number) => event({ request, arguments: { text: "v".repeat(190) } });

function records(home: Home) {
	const read = readAuditLogs(home, { limit: 10_000 });
	if (!read.ok) throw new Error(read.problem.message);
	return read.value.entries;
}

async function states(home: Home) {
	const checked = await verifyAudit(home);
	return checked.ok ? checked.value.logs.map(({ verdict }) => verdict.state) : [];
}

test("a session that has written its share refuses calls, and its log says so, how many records it lacks, and how it ended", async () => {
	const home = temporaryHome();
	const log = openLog(home, { most: MOST });
	const written = Array.from({ length: 1000 }, (_, n) => log.append(call(n)));
	const calls = written.filter(Boolean).length;
	expect(written.slice(calls)).toEqual(Array(1000 - calls).fill(false));
	expect(fs.statSync(log.file).size).toBeLessThan(MOST + 2000);
	expect(log.append(event({ request: null, decision: "refuse", reason: "tool-not-granted", count: 1234 }))).toBe(true);
	expect(await log.close("host-closed")).toBe(true);
	const found = records(home).filter(({ reason }) => reason === "log-share-used-up");
	expect(found.map(({ decision, count }) => [decision, count])).toEqual([
		["refuse", undefined],
		["refuse", 1000 - calls],
	]);
	expect(records(home).filter(({ count }) => count === 1234)).toHaveLength(1);
	expect(await states(home)).toEqual(["complete"]);
});

test("where calls go on without their record, they do so beyond the share, and are counted", async () => {
	const home = temporaryHome();
	const log = openLog(home, { most: MOST, onFailure: "allow" });
	expect(Array.from({ length: 1000 }, (_, n) => log.append(call(n)))).toEqual(Array(1000).fill(true));
	expect(fs.statSync(log.file).size).toBeLessThan(MOST + 2000);
	await log.close("host-closed");
	expect(records(home).filter(({ reason, decision }) => reason === "log-share-used-up" && decision === "allow")).toHaveLength(2);
	expect(await states(home)).toEqual(["complete"]);
});

test("what is kept back for one write counts as written", async () => {
	const home = temporaryHome();
	const log = openLog(home, { most: MOST });
	log.hold();
	const kept = Array.from({ length: 1000 }, (_, n) => log.append(call(n)));
	expect(kept.at(-1)).toBe(false);
	expect(log.flush()).toBe(true);
	expect(fs.statSync(log.file).size).toBeLessThan(MOST + 2000);
	await log.close("host-closed");
});

test("a call that was refused says less of its arguments than one that went on", async () => {
	const home = temporaryHome();
	const log = openLog(home);
	const given = Object.fromEntries(Array.from({ length: 45 }, (_, n) => [`key ${n}`, "v".repeat(180)]));
	log.append(event({ request: 1, arguments: given }));
	log.append(event({ request: 2, arguments: given, decision: "refuse", reason: "tool-not-granted" }));
	await log.close("host-closed");
	const [allowed = 0, refused = 0] = [1, 2].map(
		(id) => JSON.stringify(records(home).find(({ request }) => request === id)?.arguments).length,
	);
	expect(allowed).toBeGreaterThan(8000);
	expect(refused).toBeGreaterThan(500);
	expect(refused).toBeLessThan(2500);
});
