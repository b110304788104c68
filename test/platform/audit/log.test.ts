import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { readAuditLogs } from "../../../src/platform/audit/reader.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import { type AuditLog, openAuditLog } from "../../../src/platform/audit/writer.ts";
import { createHome, type Home } from "../../../src/platform/home.ts";
import { event as eventOf, openLog, START } from "../../harness/audit-logs.ts";
import { temporaryHome } from "../vault/home.ts";

let folder: string;
let home: Home;
let clock: Date;

beforeEach(() => {
	home = temporaryHome();
	folder = path.dirname(home.path);
	clock = new Date(START);
});

function open(server = "files", of = home): AuditLog {
	return openLog(of, { server, host: "cursor", clock: () => clock });
}

const event = (request: number) => eventOf({ request, arguments: { n: request } });

async function verdicts() {
	const checked = await verifyAudit(home);
	if (!checked.ok) throw new Error(checked.problem.message);
	return checked.value.logs.map(({ verdict }) => verdict);
}

function entries(filter: { server?: string; limit?: number } = {}) {
	const read = readAuditLogs(home, { limit: 100, ...filter });
	if (!read.ok) throw new Error(read.problem.message);
	return read.value;
}

test("each session has a file of its own, for this user alone, named for its time and server", async () => {
	const log = open("my/server ../\u001b");
	expect(path.relative(home.state, log.file)).toMatch(/^audit\/20261123T100000Z-my_server_-[0-9a-f]{24}\.jsonl$/);
	expect(fs.statSync(log.file).mode & 0o777).toBe(0o600);
	expect(fs.statSync(path.dirname(log.file)).mode & 0o777).toBe(0o700);
	expect(open("my/server ../\u001b").file).not.toBe(log.file);
	expect(open("///").file).toMatch(/Z-_-/);
});

test("a record is in the file as soon as append returns", async () => {
	const log = open();
	expect(log.append(event(1))).toBe(true);
	expect(execFileSync("cat", [log.file], { encoding: "utf8" })).toContain('"request":1');
});

test("a session that runs is open, one that ended is complete", async () => {
	const log = open();
	log.append(event(1));
	expect(await verdicts()).toEqual([{ state: "open", records: 2, torn: false }]);
	expect(await log.close("host-closed")).toBe(true);
	expect(await verdicts()).toEqual([{ state: "complete", records: 3 }]);
	expect(log.append(event(2))).toBe(false);
	expect(await verdicts()).toEqual([{ state: "complete", records: 3 }]);
});

test("an edit is found, and the others stay good", async () => {
	const first = open();
	first.append(event(1));
	await first.close("host-closed");
	clock = new Date("2026-11-23T11:00:00.000Z");
	await open().close("host-closed");
	fs.writeFileSync(first.file, fs.readFileSync(first.file, "utf8").replace('"read"', '"erase"'));
	expect(await verdicts()).toEqual([expect.objectContaining({ state: "broken", line: 2 }), { state: "complete", records: 2 }]);
});

test("a log in another's place is found", async () => {
	const first = open();
	first.append(event(1));
	const second = open();
	fs.copyFileSync(second.file, first.file);
	expect((await verdicts()).filter(({ state }) => state === "broken")).toHaveLength(1);
});

test("the log of another home verifies nowhere else", async () => {
	const other = createHome(path.join(folder, "other"), { unattended: true });
	if (!other.ok) throw new Error(other.problem.message);
	const log = open("files", other.value);
	fs.mkdirSync(path.join(home.state, "audit"), { recursive: true });
	fs.copyFileSync(log.file, path.join(home.state, "audit", path.basename(log.file)));
	expect(await verdicts()).toEqual([expect.objectContaining({ state: "broken", line: 1 })]);
});

test("records that are kept back are written together, in order, and the last of them at the end", async () => {
	const log = open();
	const size = () => fs.statSync(log.file).size;
	const before = size();
	log.hold();
	expect(log.append(event(1))).toBe(true);
	expect(log.append(event(2))).toBe(true);
	expect(size()).toBe(before);
	expect(log.flush()).toBe(true);
	expect(size()).toBeGreaterThan(before);
	log.hold();
	log.append(event(3));
	expect(await log.close("stopped")).toBe(true);
	expect(await verdicts()).toEqual([{ state: "complete", records: 5 }]);
});

test.each([
	["is refused", "refuse", false],
	["goes on where the policy says so", "allow", true],
] as const)("a full disk: what there is no room for %s, is counted, and is told once there is room", async (_, onFailure, mayGoOn) => {
	const script = path.join(folder, "fill.ts");
	fs.writeFileSync(
		script,
		`import { openLog } from ${JSON.stringify(path.resolve("test/harness/audit-logs.ts"))};
		import { openHome } from ${JSON.stringify(path.resolve("src/platform/home.ts"))};
		import { execFileSync } from "node:child_process";
		process.on("SIGXFSZ", () => {});
		const home = openHome(process.argv[2]);
		const log = openLog(home.value, { onFailure: "${onFailure}" });
		const event = { request: 1, direction: "host-to-server", method: "tools/call", tool: "x".repeat(150), decision: "allow", reason: "r", outcome: "forwarded" };
		const written = Array.from({ length: 20 }, () => log.append(event));
		const lost = log.lost;
		execFileSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited"]);
		console.log(JSON.stringify({ written, lost, later: log.append({ ...event, tool: "later" }), left: log.lost, closed: await log.close("host-closed") }));`,
	);
	// A limit on the size of files: the kernel refuses the write as it does on a full disk.
	const limited = execFileSync("bash", ["-c", 'ulimit -S -f 4; exec "$0" "$1" "$2"', process.execPath, script, home.path], {
		encoding: "utf8",
	});
	const { written, ...rest }: { written: boolean[]; lost: number } = JSON.parse(limited);
	const stuck = mayGoOn ? 20 - rest.lost : written.indexOf(false);
	expect(stuck).toBeGreaterThan(2);
	expect(written).toEqual(written.map((_, index) => index < stuck || mayGoOn));
	expect(rest).toEqual({ lost: 20 - stuck, later: true, left: 0, closed: true });
	// The first that did not fit was kept, and came first.
	expect(await verdicts()).toEqual([{ state: "complete", records: 1 + (stuck + 1) + 2 + 1 }]);
	const told = entries().entries.slice(-2);
	expect(told).toMatchObject([{ reason: "records-lost", count: rest.lost - 1, decision: mayGoOn ? "allow" : "refuse" }, { tool: "later" }]);
});

test("what no room came for does not get lost silently: closing says so, and what was written stays good", async () => {
	const script = path.join(folder, "fill.ts");
	fs.writeFileSync(
		script,
		`import { openLog } from ${JSON.stringify(path.resolve("test/harness/audit-logs.ts"))};
		import { openHome } from ${JSON.stringify(path.resolve("src/platform/home.ts"))};
		process.on("SIGXFSZ", () => {});
		const home = openHome(process.argv[2]);
		const log = openLog(home.value);
		const event = { request: 1, direction: "host-to-server", method: "tools/call", tool: "x".repeat(150), decision: "allow", reason: "r", outcome: "forwarded" };
		const kept = Array.from({ length: 20 }, () => log.append(event)).indexOf(false);
		console.log(JSON.stringify({ kept, closed: await log.close("host-closed"), lost: log.lost }));`,
	);
	const limited = execFileSync("bash", ["-c", 'ulimit -f 4; exec "$0" "$1" "$2"', process.execPath, script, home.path], {
		encoding: "utf8",
	});
	const { kept, ...rest }: { kept: number } = JSON.parse(limited);
	expect(rest).toEqual({ closed: false, lost: 20 - kept });
	// A piece that did not fit was taken back: no line is torn.
	expect(await verdicts()).toEqual([{ state: "open", records: kept + 1, torn: false }]);
});

test("a folder that cannot be written gives one line with a remedy", async () => {
	fs.writeFileSync(path.join(home.state, "audit"), "in the way");
	const log = openAuditLog(home, { server: "files", host: null, clock: () => clock, redact: (text) => text });
	expect(log).toMatchObject({ ok: false, problem: { code: "audit-unwritable", remedy: expect.stringMatching(/disk/) } });
});

test("a link in the folder is not followed", async () => {
	await open().close("host-closed");
	const [real] = fs.readdirSync(path.join(home.state, "audit"));
	fs.symlinkSync(path.join(home.state, "audit", String(real)), path.join(home.state, "audit", "z-link.jsonl"));
	expect(await verdicts()).toEqual([{ state: "complete", records: 2 }, expect.objectContaining({ state: "broken" })]);
	expect(entries().unreadable).toBe(1);
});

test("lines that nobody sealed are not shown, and the log does not count as whole", async () => {
	const log = open();
	log.append(event(1));
	const [, line = ""] = fs.readFileSync(log.file, "utf8").split("\n");
	fs.appendFileSync(log.file, `${line.replace('"sequence":1', '"sequence":2').replace(/,"previous":.*/, "}")}\n`);
	expect(entries()).toMatchObject({ entries: [{ request: 1 }], unreadable: 1 });
	expect(await verdicts()).toEqual([{ state: "open", records: 2, torn: true }]);
	await log.close("host-closed");
	expect(await verdicts()).toEqual([expect.objectContaining({ state: "broken", line: 4 })]);
});

test("the newest records are shown over all sessions, in their order", async () => {
	const first = open("a");
	const second = open("b");
	for (let n = 1; n <= 6; n++) {
		clock = new Date(clock.getTime() + 1000);
		(n % 2 === 0 ? first : second).append(event(n));
	}
	expect(entries().entries.map(({ request }) => request)).toEqual([1, 2, 3, 4, 5, 6]);
	expect(entries({ limit: 3 }).entries.map(({ request }) => request)).toEqual([4, 5, 6]);
	expect(entries({ server: "a", limit: 2 }).entries.map(({ request }) => request)).toEqual([4, 6]);
	expect(entries({ server: "none" }).entries).toEqual([]);
});

test("without a log there is nothing to show, and nothing wrong", async () => {
	expect(entries()).toEqual({ entries: [], unreadable: 0 });
	expect(await verdicts()).toEqual([]);
});
