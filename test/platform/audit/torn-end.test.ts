import * as fs from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { createLogDisk, type LogDisk } from "../../../src/platform/audit/log-disk.ts";
import { verifyAudit } from "../../../src/platform/audit/verify.ts";
import { event, openLog } from "../../harness/audit-logs.ts";
import { temporaryHome } from "../vault/home.ts";

/** A real file on a disk that, when it fails, has written a part, and of which nothing can be taken back for as long as the test says. */
class TearingDisk {
	fails = false;
	keepsAll = false;
	/** Milliseconds that a write takes. */
	takes = 0;
	#now = 0;

	readonly make = (file: string): LogDisk => {
		const real = createLogDisk(file);
		const writeSync = (bytes: Uint8Array, from: number): number => {
			this.#now += this.takes;
			if (!this.fails) return real.writeSync(bytes, from);
			real.writeSync(bytes.subarray(from, from + 10), 0);
			throw new Error("no room");
		};
		const truncateSync = (size: number): void => {
			if (this.keepsAll) throw new Error("not now");
			real.truncateSync(size);
		};
		return {
			...real,
			isElsewhere: false,
			now: () => this.#now,
			writeSync,
			write: async (bytes, from) => writeSync(bytes, from),
			truncateSync,
			truncate: async (size) => truncateSync(size),
		};
	};
}

let disk: TearingDisk;

beforeEach(() => {
	disk = new TearingDisk();
});

describe.each([
	["is waited for", 0],
	["was slow, and is written to while the program goes on", 30],
])("half a line that cannot be taken back, on a disk that %s", (_, takes) => {
	test("nothing is written behind it: calls are refused until it is gone, and then nothing is missing", async () => {
		const home = temporaryHome();
		const log = openLog(home, { disk: disk.make });
		disk.takes = takes;
		const record = async (request: number): Promise<boolean> => log.append(event({ request })) && ((await log.written()) ?? true);
		expect(await record(1)).toBe(true);
		const whole = fs.readFileSync(log.file, "utf8");
		disk.fails = true;
		disk.keepsAll = true;
		expect(await record(2)).toBe(false);
		const torn = fs.readFileSync(log.file, "utf8");
		expect(torn).toHaveLength(whole.length + 10);
		disk.fails = false;
		expect(await record(3)).toBe(false);
		expect(fs.readFileSync(log.file, "utf8")).toBe(torn);
		disk.keepsAll = false;
		await expect.poll(() => record(4), { timeout: 10_000 }).toBe(true);
		expect(await log.close("stopped")).toBe(true);
		const requests = fs.readFileSync(log.file, "utf8").trim().split("\n").slice(1, -1);
		expect(requests.map((line) => JSON.parse(line)).filter(({ count }) => count === undefined)).toMatchObject([
			{ request: 1 },
			{ request: 2 },
			{ request: 4 },
		]);
		const checked = await verifyAudit(home);
		expect(checked).toMatchObject({ ok: true, value: { logs: [{ verdict: { state: "complete" } }], discrepancies: [] } });
	});

	test("one that stays to the end is told as torn, not as changed", async () => {
		const home = temporaryHome();
		const log = openLog(home, { disk: disk.make });
		disk.takes = takes;
		log.append(event({ request: 1 }));
		await log.written();
		disk.fails = true;
		disk.keepsAll = true;
		log.append(event({ request: 2 }));
		await log.written();
		disk.fails = false;
		expect(await log.close("stopped")).toBe(false);
		const checked = await verifyAudit(home);
		expect(checked).toMatchObject({ ok: true, value: { logs: [{ verdict: { state: "open", torn: true } }] } });
	});
});
