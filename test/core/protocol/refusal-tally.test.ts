import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../src/core/audit/event.ts";
import { RefusalTally } from "../../../src/core/protocol/refusal-tally.ts";

function refused(tool: string, reason = "tool-not-granted", request = 1): AuditEvent {
	const about = { method: "tools/call", tool, arguments: { path: "/x" } } as const;
	return { request, direction: "host-to-server", ...about, decision: "refuse", reason, outcome: "withheld" };
}

function tally(isWritten: () => boolean = () => true) {
	const log: AuditEvent[] = [];
	const refusals = new RefusalTally((event) => {
		const written = isWritten();
		if (written) log.push(event);
		return written;
	});
	return { log, refusals, counts: () => log.filter(({ count }) => count !== undefined) };
}

const times = (count: number, work: (index: number) => void): void => Array.from({ length: count }).forEach((_, index) => void work(index));

describe("what is refused again and again", () => {
	it("is recorded one by one, with what it said, as long as a model could have meant it", () => {
		const { log, refusals } = tally();
		times(20, () => refusals.add(refused("delete")));
		refusals.settle();
		expect(log).toEqual(Array(20).fill(refused("delete")));
	});

	it("is counted from then on: the 100th, the 1000th, and exactly in the end", () => {
		const { log, refusals, counts } = tally();
		times(2345, () => refusals.add(refused("delete")));
		expect(log).toHaveLength(22);
		refusals.settle();
		refusals.settle();
		expect(counts().map(({ count, tool, request }) => [tool, request, count])).toEqual([
			["delete", null, 100],
			["delete", null, 1000],
			["delete", null, 2345],
		]);
	});

	it("hides nothing else: each other reason, method and tool is recorded when it comes", () => {
		const { log, refusals } = tally();
		times(5000, () => refusals.add(refused("noise")));
		refusals.add(refused("delete"));
		refusals.add(refused("noise", "host-secret"));
		refusals.add({ ...refused("noise"), method: "resources/read" });
		expect(log.slice(-3)).toEqual([refused("delete"), refused("noise", "host-secret"), { ...refused("noise"), method: "resources/read" }]);
	});

	it("under ever new names takes no more room, is counted together, and hides no other reason", () => {
		const { log, refusals, counts } = tally();
		times(50_000, (index) => refusals.add(refused(`tool ${index}`)));
		refusals.add(refused("delete", "host-secret"));
		expect(log.at(-1)).toEqual(refused("delete", "host-secret"));
		refusals.settle();
		expect(log.length).toBeLessThan(300);
		expect(counts().at(-1)).toMatchObject({ reason: "tool-not-granted", method: null, tool: null, count: 50_000 - 256 });
	});

	it("is in the count that is written later where it could not be written", () => {
		let isWritten = false;
		const { log, refusals } = tally(() => isWritten);
		times(7, () => refusals.add(refused("delete")));
		isWritten = true;
		refusals.settle();
		expect(log).toMatchObject([{ tool: "delete", count: 7 }]);
	});
});
