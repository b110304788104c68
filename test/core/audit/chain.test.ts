import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Chain, type Mac, type Seal } from "../../../src/core/audit/chain.ts";
import type { AuditEvent } from "../../../src/core/audit/event.ts";
import { parseRecord } from "../../../src/core/audit/record.ts";
import { type SealKeys, verifyChain } from "../../../src/core/audit/verify.ts";
import { Ratchet } from "../../../src/platform/audit/ratchet.ts";

const macOf =
	(byte: number): Mac =>
	(bytes) =>
		createHmac("sha256", new Uint8Array(32).fill(byte)).update(bytes).digest("hex");
/** A session's seals: made of its name alone, and of what this byte stands for. */
const ratchetOf = (byte: number, session = "s1"): Seal => {
	const ratchet = new Ratchet(createHmac("sha256", new Uint8Array(32).fill(byte)).update(session).digest());
	return (bytes) => ratchet.seal(bytes);
};
const keysOf = (byte: number): SealKeys => ({ fixed: macOf(byte), ratchet: (session) => ratchetOf(byte, session) });
const key = macOf(7);
const keys = keysOf(7);
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

function log(session = "s1", withKey = 7): string[] {
	const chain = new Chain(ratchetOf(withKey, session), { id: session, host: "cursor", server: "files" }, (text) => text);
	const lines = [1, 2, 3].map((request) => () => chain.event(now, event(request)));
	return [() => chain.open(now), ...lines, () => chain.close(now, "host-closed")].map((write) => {
		write();
		return sealed(chain);
	});
}

/** The same, with records 2 and 3 and the end sealed together. */
function together(): string[] {
	const chain = new Chain(ratchetOf(7), { id: "s1", host: "cursor", server: "files" }, (text) => text);
	chain.open(now);
	const first = sealed(chain);
	for (const request of [1, 2, 3]) chain.event(now, event(request));
	chain.close(now, "host-closed");
	return `${first}${sealed(chain)}`.split(/(?<=\n)/);
}

const utf8 = (text: string) => new TextEncoder().encode(text);
const sealed = (chain: Chain) => new TextDecoder().decode(chain.seal());
const at = (lines: readonly string[], index: number) => lines[index] ?? "";

test("a log that nobody touched is complete", () => {
	expect(verifyChain(log().join(""), keys)).toEqual({ state: "complete", records: 5 });
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
		expect(verifyChain(lines.slice(0, kept).join(""), keys)).toEqual({ state: "open", records: kept, torn: false });
	expect(verifyChain("", keys)).toEqual({ state: "open", records: 0, torn: false });
});

test("a crash in the midst of a line leaves the lines before it good", () => {
	const text = log().slice(0, 3).join("");
	for (const cut of [1, 20, 200]) expect(verifyChain(text.slice(0, -cut), keys)).toEqual({ state: "open", records: 2, torn: true });
});

describe("whatever is done to it without the key is found, and where", () => {
	const lines = log();
	const other = log("s2");
	const forged = log("s1", 8);
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
		expect(verifyChain(changed.join(""), keys)).toMatchObject({ state: "broken", line });
	});

	test("the code that a removed line held of the one before it does not help to close the log", () => {
		const previous = parseRecord(c)?.previous;
		const close = JSON.parse(e);
		const fake = JSON.stringify({ ...close, sequence: 2, previous, mac: undefined });
		const text = [a, b, `${fake.slice(0, -1)},"mac":"${close.mac}"}\n`].join("");
		expect(verifyChain(text, keys)).toMatchObject({ state: "broken", line: 3 });
	});

	test("another key finds every line changed", () => {
		expect(verifyChain(lines.join(""), keysOf(0))).toMatchObject({ state: "broken", line: 1 });
	});
});

describe("lines that are sealed together", () => {
	const lines = together();
	const [a, b, c, d, e] = [0, 1, 2, 3, 4].map((index) => at(lines, index)) as [string, string, string, string, string];

	test("are as good as lines that are sealed one by one, and one of them holds the seal", () => {
		expect(lines).toHaveLength(5);
		expect(verifyChain(lines.join(""), keys)).toEqual({ state: "complete", records: 5 });
		expect(lines.filter((line) => line.includes('"mac":'))).toEqual([a, e]);
		const alone = log().map((line) => JSON.parse(line));
		for (const [index, line] of lines.entries()) {
			const { mac: _, previous: __, ...members } = alone[index];
			expect(JSON.parse(line)).toMatchObject(members);
		}
	});

	test("and nothing is sealed twice", () => {
		const chain = new Chain(ratchetOf(7), { id: "s1", host: null, server: "files" }, (text) => text);
		expect(sealed(chain)).toBe("");
		chain.open(now);
		expect(sealed(chain)).not.toBe("");
		expect(sealed(chain)).toBe("");
	});

	test.each([
		["an edit of the first", [a, b.replace('"read"', '"erase"'), c, d, e], 2],
		["an edit in the midst", [a, b, c, d.replace('"read"', '"erase"'), e], 2],
		["an edit of the one with the seal", [a, b, c, d, e.replace("host-closed", "server-closed")], 2],
		["an edit of spacing alone", [a, b, c.replace(":", ": "), d, e], 2],
		["a removal", [a, b, d, e], 3],
		["a removal of the first", [a, c, d, e], 2],
		["a swap", [a, c, b, d, e], 2],
		["a repetition", [a, b, b, c, d, e], 3],
		["lines after the end", [a, b, c, d, e, b], 6],
		["a seal of its own for the first", [a, b.replace("}\n", `,"mac":"${"0".repeat(64)}"}\n`), c, d, e], 2],
		["a seal taken away", [a.replace(/,"mac":.*/, "}"), b, c, d, e], 1],
	])("found: %s", (_, changed, line) => {
		expect(verifyChain(changed.join(""), keys)).toMatchObject({ state: "broken", line });
	});

	test("without their seal they count for nothing, whoever wrote them: not as records, and not as the end", () => {
		const unsealed = e.replace(/,"previous":.*/, "}");
		for (const tail of [[b], [b, c], [b, c, d], [b, c, d, unsealed], [b, c, d, unsealed.slice(0, -20)]])
			expect(verifyChain([a, ...tail].join(""), keys)).toEqual({ state: "open", records: 1, torn: true });
	});
});

test("a log of the first version, in which every line has its seal, still verifies", () => {
	const line = (members: object, previous: string) => {
		const body = JSON.stringify({ ...members, at: now.toISOString(), session: "s1", host: null, server: "files", previous });
		return { text: `${body.slice(0, -1)},"mac":"${key(utf8(body))}"}\n`, mac: key(utf8(body)) };
	};
	const open = line({ kind: "open", version: 1, sequence: 0 }, key(utf8("session s1")));
	const { arguments: given, ...rest } = event(1);
	const first = line({ kind: "event", sequence: 1, ...rest, arguments: given }, open.mac);
	const close = line({ kind: "close", sequence: 2, reason: "stopped" }, first.mac);
	expect(verifyChain(open.text + first.text + close.text, keys)).toEqual({ state: "complete", records: 3 });
	expect(verifyChain(open.text + close.text, keys)).toMatchObject({ state: "broken", line: 2 });
});

test("a record is the same whatever was recorded before it: long, in any script, of the same call or another", () => {
	const chain = new Chain(ratchetOf(7), { id: "s1", host: "é", server: "\u65e5\u672c" }, (text) => text);
	chain.open(now);
	const events = [
		event(1),
		{ ...event(2), tool: "\u65e5\u672c" },
		event(3),
		{ ...event(4), reason: "other" },
		{ ...event(5), arguments: { text: "\u{1f600}".repeat(90), list: Array(40).fill("x".repeat(190)) } },
		{ ...event(6), arguments: undefined, count: 10 },
		{ ...event(7), request: `"\n${"\u00e9".repeat(60)}` },
		event(-8),
		...Array.from({ length: 2_000 }, (_, n) => event(n)),
	];
	for (const each of events) chain.event(now, each);
	chain.close(now, "stopped");
	const text = sealed(chain);
	expect(verifyChain(text, keys)).toEqual({ state: "complete", records: events.length + 2 });
	const records = text.trim().split("\n").slice(1, -1).map(parseRecord);
	for (const [n, { arguments: given, ...rest }] of events.entries())
		expect(records[n]).toMatchObject(n === 4 || given === undefined ? rest : { ...rest, arguments: given });
});

test("the end of a log says where the server was, and stays a record however many places those were", () => {
	const places = Array.from({ length: 300 }, (_, n) => ({
		target: `${"h".repeat(200)}${n}.example:443`,
		connections: 1,
		sent: 2,
		received: 3,
	}));
	for (const [egress, named] of [
		[places.slice(0, 2), 2],
		[places, 100],
	] as const) {
		const chain = new Chain(ratchetOf(7), { id: "s1", host: null, server: "files" }, (text) => text);
		chain.open(now);
		chain.close(now, "stopped", egress, 4);
		const text = sealed(chain);
		expect(verifyChain(text, keys)).toEqual({ state: "complete", records: 2 });
		const end = parseRecord(text.trim().split("\n")[1] ?? "");
		const told = end?.kind === "close" ? (end.egress ?? []) : [];
		expect(told).toHaveLength(named);
		expect(told.reduce((sum, { sent }) => sum + sent, 0)).toBe(2 * egress.length);
		expect(end).toMatchObject({ slow: 4 });
	}
});

test("a key that is taken later makes none of the seals that came before", () => {
	const first = createHmac("sha256", "a key").update("s1").digest();
	const ratchet = new Ratchet(Buffer.from(first));
	const seals = [1, 2, 3].map((n) => ratchet.seal(utf8(`line ${n}`)));
	// HMAC-SHA256 under a key that is hashed anew after each.
	const keyAt = (n: number): Buffer =>
		n === 0
			? first
			: createHash("sha256")
					.update(Buffer.concat([keyAt(n - 1), Buffer.from("next")]))
					.digest();
	expect(seals).toEqual(
		[1, 2, 3].map((n) =>
			createHmac("sha256", keyAt(n - 1))
				.update(`line ${n}`)
				.digest("hex"),
		),
	);
	const long = "x".repeat(100_000);
	expect(ratchet.seal(utf8(long))).toBe(createHmac("sha256", keyAt(3)).update(long).digest("hex"));
	expect(ratchet.seal(utf8("short"))).toBe(createHmac("sha256", keyAt(4)).update("short").digest("hex"));
});

test("without the key of a log, nothing is said of it", () => {
	expect(verifyChain(log().join(""), { ...keys, ratchet: () => null })).toEqual({ state: "unchecked", records: 5 });
});
