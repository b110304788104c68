import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Chain, type Mac } from "../../../src/core/audit/chain.ts";
import type { AuditEvent } from "../../../src/core/audit/event.ts";
import { parseRecord } from "../../../src/core/audit/record.ts";
import { verifyChain } from "../../../src/core/audit/verify.ts";

const macOf =
	(byte: number): Mac =>
	(text) =>
		createHmac("sha256", new Uint8Array(32).fill(byte)).update(text).digest("hex");
const key = macOf(7);
const now = new Date("2026-11-23T10:00:00.000Z");
const event = (request: number): AuditEvent => ({
	request,
	direction: "host-to-server",
	method: "tools/call",
	tool: "read",
	decision: "allow",
	reason: "tool-granted",
	outcome: "forwarded",
	arguments: { path: "a\nb" },
});

function log(session = "s1", withKey = key): string[] {
	const chain = new Chain(withKey, { id: session, host: "cursor", server: "files" }, (text) => text);
	return [chain.open(now), ...[1, 2, 3].map((request) => chain.event(now, event(request))), chain.close(now, "host-closed")];
}

const at = (lines: readonly string[], index: number) => lines[index] ?? "";

test("a log that nobody touched is complete", () => {
	expect(verifyChain(log().join(""), key)).toEqual({ state: "complete", records: 5 });
});

test("each line is one record with all that a person asks for", () => {
	expect(parseRecord(at(log(), 1))).toMatchObject({
		kind: "event",
		sequence: 1,
		at: "2026-11-23T10:00:00.000Z",
		session: "s1",
		host: "cursor",
		server: "files",
		request: 1,
		tool: "read",
		decision: "allow",
		arguments: { path: "a\nb" },
	});
});

test("a log without its end is open: it runs, crashed, or was cut", () => {
	const lines = log();
	for (let kept = 1; kept < 5; kept++)
		expect(verifyChain(lines.slice(0, kept).join(""), key)).toEqual({ state: "open", records: kept, torn: false });
	expect(verifyChain("", key)).toEqual({ state: "open", records: 0, torn: false });
});

test("a crash in the midst of a line leaves the lines before it good", () => {
	const text = log().slice(0, 3).join("");
	for (const cut of [1, 20, 200]) expect(verifyChain(text.slice(0, -cut), key)).toEqual({ state: "open", records: 2, torn: true });
});

describe("whatever is done to it without the key is found, and where", () => {
	const lines = log();
	const other = log("s2");
	const forged = log("s1", macOf(8));
	const [a, b, c, d, e] = [0, 1, 2, 3, 4].map((index) => at(lines, index)) as [string, string, string, string, string];
	test.each([
		["an edit", [a, b.replace('"read"', '"erase"'), c, d, e], 2],
		["an edit of the last line", [a, b, c, d, e.replace("host-closed", "server-closed")], 5],
		["an edit of spacing alone", [a, b.replace(":", ": "), c, d, e], 2],
		["a removal in the midst", [a, b, d, e], 3],
		["a removal of the first", [b, c, d, e], 1],
		["a swap", [a, c, b, d, e], 2],
		["a repetition", [a, b, b, c, d, e], 3],
		["a line of another session", [a, at(other, 1), c, d, e], 2],
		["a line made with another key", [a, b, at(forged, 2), d, e], 3],
		["a cut tail under the old end", [a, b, e], 3],
		["a line after the end", [a, b, c, d, e, at(forged, 4)], 6],
		["half a line after the end", [a, b, c, d, e, "{"], 6],
		["an empty line", [a, "\n", b, c, d, e], 2],
		["a line that is no record", [a, "{}\n", b, c, d, e], 2],
		["two sessions in one file", [...lines, ...other], 6],
	])("%s", (_, changed, line) => {
		expect(verifyChain(changed.join(""), key)).toMatchObject({ state: "broken", line });
	});

	test("the code that a removed line held of the one before it does not help to close the log", () => {
		const previous = parseRecord(c)?.previous;
		const close = JSON.parse(e);
		const fake = JSON.stringify({ ...close, sequence: 2, previous, mac: undefined });
		const text = [a, b, `${fake.slice(0, -1)},"mac":"${close.mac}"}\n`].join("");
		expect(verifyChain(text, key)).toMatchObject({ state: "broken", line: 3 });
	});

	test("another key finds every line changed", () => {
		expect(verifyChain(lines.join(""), macOf(0))).toMatchObject({ state: "broken", line: 1 });
	});
});
