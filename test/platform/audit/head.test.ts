import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { parseRecord } from "../../../src/core/audit/record.ts";
import { recordActs } from "../../../src/platform/approval/acts.ts";
import { advanceHead, readHead } from "../../../src/platform/audit/head.ts";
import { sweepLogs } from "../../../src/platform/audit/retention.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import type { AuditLog } from "../../../src/platform/audit/writer.ts";
import type { Home } from "../../../src/platform/home.ts";
import { event, openLog, START } from "../../harness/audit-logs.ts";
import { type Keyring, startKeyring } from "../../harness/keyring.ts";
import { temporaryHome } from "../vault/home.ts";

let keyring: Keyring;
const before = { ...process.env };

beforeAll(async () => {
	keyring = await startKeyring();
	Object.assign(process.env, keyring.env);
}, 30_000);

afterAll(async () => {
	process.env = before;
	await keyring.stop();
});

let folder: string;
let home: Home;
let clock: Date;
const logs = () => path.join(home.state, "audit");

beforeEach(() => {
	home = temporaryHome();
	folder = path.dirname(home.path);
	clock = new Date(START);
});

function open(server = "files"): AuditLog {
	return openLog(home, { server, clock: () => clock });
}

const call = event();

/** A session from its beginning to its end, of which the vault knows. */
async function session(server = "files"): Promise<AuditLog> {
	// Logs are shown by the second in which they began.
	clock = new Date(clock.getTime() + 1000);
	const log = open(server);
	log.append(call);
	log.append(call);
	await log.close("stopped");
	expect(await advanceHead(home, clock)).toBe(true);
	return log;
}

async function verified() {
	const checked = await verifyAudit(home);
	if (!checked.ok) throw new Error(checked.problem.message);
	return checked.value;
}

test("the first session is sealed with the home's key; once the vault has a head, with one that only the vault leads to", async () => {
	const first = await session();
	const second = await session();
	const [a, b] = [first, second].map(({ file }) => parseRecord(fs.readFileSync(file, "utf8").split("\n")[0] ?? ""));
	expect(a).not.toHaveProperty("sealKey");
	expect(b).toMatchObject({ sealKey: expect.stringMatching(/^[0-9a-f]{64}$/) });
	expect(await verified()).toMatchObject({
		logs: [{ verdict: { state: "complete", records: 4 } }, { verdict: { state: "complete", records: 4 } }],
		discrepancies: [],
		head: { state: "kept", since: "2026-11-23T10:00:01.000Z" },
	});
});

test("a log that is gone as a whole is missed", async () => {
	const log = await session();
	await session("web");
	fs.rmSync(log.file);
	expect((await verified()).discrepancies).toEqual([
		{ file: path.basename(log.file), kind: "missing", says: expect.stringContaining("2026-11-23T10:00:01.000Z is gone") },
	]);
});

test("an end that was cut off is found, though what is left is as it was written", async () => {
	const log = await session();
	fs.writeFileSync(log.file, fs.readFileSync(log.file, "utf8").split("\n").slice(0, 2).join("\n").concat("\n"));
	const { logs: checked, discrepancies } = await verified();
	expect(checked).toMatchObject([{ verdict: { state: "open", records: 2 } }]);
	expect(discrepancies).toMatchObject([{ kind: "cut", says: "its end was cut off: it had 4 records when it ended, and has 2" }]);
});

test("of a session that still runs, what was noted of it cannot be cut off", async () => {
	const log = open();
	log.append(call);
	expect(await log.note()).toBe(true);
	const kept = fs.readFileSync(log.file, "utf8");
	log.append(call);
	fs.writeFileSync(log.file, kept);
	expect((await verified()).discrepancies).toEqual([]);
	fs.writeFileSync(log.file, `${kept.split("\n")[0]}\n`);
	expect((await verified()).discrepancies).toMatchObject([{ kind: "cut", says: expect.stringContaining("it had 2 records, and has 1") }]);
});

test("lines taken out of the list of sessions together with the log: the vault knows better, and goes on knowing it", async () => {
	await session();
	const list = path.join(logs(), "sessions-2026-11.ledger");
	const kept = fs.readFileSync(list);
	const log = await session("web");
	fs.rmSync(log.file);
	fs.writeFileSync(list, kept);
	expect(await verified()).toMatchObject({ discrepancies: [], head: { state: "changed", lists: ["2026-11"], breaches: [] } });
	clock = new Date("2026-11-23T11:00:00.000Z");
	await session("other");
	expect((await verified()).head).toMatchObject({
		state: "changed",
		lists: [],
		breaches: [{ at: "2026-11-23T11:00:01.000Z", list: "2026-11" }],
	});
});

test("the whole folder set back to what it was: the vault knows better", async () => {
	await session();
	const copy = path.join(folder, "copy");
	fs.cpSync(logs(), copy, { recursive: true });
	await session("web");
	fs.rmSync(logs(), { recursive: true });
	fs.cpSync(copy, logs(), { recursive: true });
	expect((await verified()).head).toMatchObject({ state: "changed", lists: ["2026-11"] });
	fs.rmSync(logs(), { recursive: true });
	fs.mkdirSync(logs());
	expect((await verified()).head).toMatchObject({ state: "changed", lists: ["2026-11"] });
});

test("who can read the home's key, and not the vault, can write none of a sealed session anew", async () => {
	await session();
	const log = await session("web");
	const [first = ""] = fs.readFileSync(log.file, "utf8").split("\n");
	// A log under the same name, made with all that lies in the home.
	const forged = open("web");
	forged.append({ ...call, tool: "harmless" });
	await forged.close("stopped");
	const text = fs.readFileSync(forged.file, "utf8").replaceAll(forged.session, log.session);
	fs.writeFileSync(log.file, text);
	expect((await verified()).logs.find(({ file }) => file === path.basename(log.file))?.verdict.state).toBe("broken");
	expect(parseRecord(first)).toMatchObject({ sealedTo: expect.any(String) });
});

test("without the vault, what is sealed to it is not called good", async () => {
	await session();
	await session();
	const { DBUS_SESSION_BUS_ADDRESS } = process.env;
	process.env.DBUS_SESSION_BUS_ADDRESS = "unix:path=/nonexistent";
	try {
		expect(await verified()).toMatchObject({
			logs: [{ verdict: { state: "complete" } }, { verdict: { state: "unchecked", records: 4 } }],
			head: { state: "unreachable", problem: { code: "keychain-missing" } },
		});
	} finally {
		process.env.DBUS_SESSION_BUS_ADDRESS = DBUS_SESSION_BUS_ADDRESS;
	}
});

test("many launchers at once keep one head, and every session is checked by it", async () => {
	await Promise.all(Array.from({ length: 8 }, (_, n) => session(`s${n}`).catch(() => null)));
	await session("last");
	const { head, discrepancies, logs: checked } = await verified();
	expect({ head, discrepancies }).toMatchObject({ head: { state: "kept" }, discrepancies: [] });
	expect(checked.map(({ verdict }) => verdict.state)).toEqual(Array(9).fill("complete"));
});

test("logs that are too old go, and none of them is missed", async () => {
	clock = new Date("2026-07-01T10:00:00.000Z");
	const old = await session("old");
	fs.utimesSync(old.file, clock, clock);
	const running = open("running");
	fs.utimesSync(running.file, clock, clock);
	clock = new Date("2026-11-23T10:00:00.000Z");
	const fresh = await session("fresh");
	expect(await sweepLogs(home, { days: 90, bytes: 1e9 }, clock)).toMatchObject({ files: 1 });
	expect(fs.readdirSync(logs()).filter((name) => name.endsWith(".jsonl"))).toEqual(
		[running.file, fresh.file].map((file) => path.basename(file)),
	);
	expect(await verified()).toMatchObject({ discrepancies: [], head: { state: "kept" } });
});

test("logs beyond the room for them go, the oldest first, and the list of a month of which nothing is left goes with them", async () => {
	clock = new Date("2026-09-01T10:00:00.000Z");
	const first = await session("first");
	clock = new Date("2026-10-01T10:00:00.000Z");
	const second = await session("second");
	const { size } = fs.statSync(second.file);
	fs.utimesSync(first.file, new Date("2026-09-01"), new Date("2026-09-01T10:00:00Z"));
	fs.utimesSync(second.file, clock, clock);
	expect(await sweepLogs(home, { days: 1000, bytes: size }, new Date("2026-11-23"))).toMatchObject({ files: 1 });
	expect(fs.existsSync(second.file)).toBe(true);
	expect(fs.readdirSync(logs()).filter((name) => name.endsWith(".ledger"))).toEqual(["sessions-2026-10.ledger"]);
	expect(await verified()).toMatchObject({ discrepancies: [], head: { state: "kept" } });
});

test("who granted what is not pushed out by what servers do, and goes when it is too old", async () => {
	const act = { reason: "approval-granted", server: "files", entry: null, gets: ["tool: read"], loses: [], before: null } as const;
	expect(await recordActs(home, [{ ...act, after: "sha256:0" }], {})).toMatchObject({ ok: true });
	const [approval = ""] = fs.readdirSync(logs()).filter((name) => name.endsWith(".jsonl"));
	const old = new Date(Date.now() - 10 * 24 * 60 * 60 * 1000);
	fs.utimesSync(path.join(logs(), approval), old, old);
	clock = new Date();
	const first = await session("first");
	const second = await session("second");
	fs.utimesSync(first.file, clock, clock);
	const left = () => fs.readdirSync(logs()).filter((name) => name.endsWith(".jsonl"));
	expect(await sweepLogs(home, { days: 90, bytes: 1 }, clock)).toMatchObject({ files: 2 });
	expect(left()).toEqual([approval]);
	expect(await verified()).toMatchObject({ discrepancies: [], head: { state: "kept" } });
	expect(fs.existsSync(second.file)).toBe(false);
	expect(await sweepLogs(home, { days: 90, bytes: 1 }, new Date(clock.getTime() + 91 * 24 * 60 * 60 * 1000))).toMatchObject({ files: 1 });
	expect(left()).toEqual([]);
});

test("what was taken away, how much of it, from when and why, is known to whoever checks the logs", async () => {
	clock = new Date("2026-11-01T10:00:00.000Z");
	const first = await session("first");
	fs.utimesSync(first.file, clock, clock);
	clock = new Date("2026-11-23T10:00:00.000Z");
	const { size } = fs.statSync((await session("second")).file);
	expect((await verified()).removed).toBeNull();
	const from = "2026-11-01T10:00:01.000Z";
	const swept = { records: expect.any(Number), forAge: 0, forSize: 1, from, to: from };
	expect(await sweepLogs(home, { days: 90, bytes: size * 1.5 }, clock)).toMatchObject({ files: 1, ...swept });
	expect((await verified()).removed).toEqual({ sessions: 1, ...swept, at: clock.toISOString() });
});

test("sessions that run make room for themselves with half of what there is, and no more", async () => {
	const evidence = await session("evidence");
	const running = open("running");
	for (let n = 0; n < 300; n++) running.append(call);
	const { size } = fs.statSync(running.file);
	expect(await sweepLogs(home, { days: 90, bytes: size }, clock)).toBeNull();
	expect(fs.existsSync(evidence.file)).toBe(true);
	await running.close("stopped");
});

test("a file that says that it is large, and is no log, makes none go", async () => {
	await session("first");
	const log = await session("second");
	const sparse = path.join(logs(), "20991231T000000Z-x-0.jsonl");
	fs.closeSync(fs.openSync(sparse, "w"));
	fs.truncateSync(sparse, 2 ** 36);
	expect(await sweepLogs(home, { days: 90, bytes: 1e6 }, clock)).toBeNull();
	expect(fs.existsSync(log.file)).toBe(true);
	fs.rmSync(sparse);
});

test("a log whose time was set back is not too old", async () => {
	const log = await session();
	fs.utimesSync(log.file, new Date(0), new Date(0));
	expect(await sweepLogs(home, { days: 90, bytes: 1e9 }, clock)).toBeNull();
});

test("a sweep that is killed goes on with the next one", async () => {
	clock = new Date("2026-07-01T10:00:00.000Z");
	const old = await session("old");
	const copy = fs.readFileSync(old.file);
	clock = new Date("2026-11-23T10:00:00.000Z");
	fs.utimesSync(old.file, new Date("2026-07-01"), new Date("2026-07-01"));
	await session("fresh");
	await sweepLogs(home, { days: 90, bytes: 1e9 }, clock);
	// As if it had been killed before the file was gone, and before its list was.
	expect((await verified()).discrepancies).toEqual([]);
	const list = path.join(logs(), "sessions-2026-07.ledger");
	expect(fs.existsSync(list)).toBe(false);
	fs.writeFileSync(old.file, copy);
	fs.utimesSync(old.file, new Date("2026-07-01"), new Date("2026-07-01"));
	await sweepLogs(home, { days: 90, bytes: 1e9 }, clock);
	expect(fs.existsSync(old.file)).toBe(false);
	expect(await verified()).toMatchObject({ discrepancies: [], head: { state: "kept" } });
});

test("who cannot reach the vault takes nothing away", async () => {
	clock = new Date("2026-07-01T10:00:00.000Z");
	const old = await session("old");
	fs.utimesSync(old.file, clock, clock);
	const { DBUS_SESSION_BUS_ADDRESS } = process.env;
	process.env.DBUS_SESSION_BUS_ADDRESS = "unix:path=/nonexistent";
	try {
		expect(await sweepLogs(home, { days: 90, bytes: 1e9 }, new Date("2026-11-23"))).toBeNull();
	} finally {
		process.env.DBUS_SESSION_BUS_ADDRESS = DBUS_SESSION_BUS_ADDRESS;
	}
	expect(fs.existsSync(old.file)).toBe(true);
});

test("the head's entry cannot be named by a reference, and another home has another", async () => {
	await session();
	const mine = await readHead(home);
	expect(mine).toMatchObject({ ok: true, value: { version: 1 } });
	expect(await readHead(temporaryHome())).toEqual({ ok: true, value: null });
});
