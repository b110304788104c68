import { describe, expect, it } from "vitest";
import { LONGEST_LINE, messageName } from "../../../src/core/live/bounds.ts";
import { liveLine } from "../../../src/core/live/encode.ts";
import { type LiveMessage, parseLiveLine } from "../../../src/core/live/message.ts";

const at = "2026-01-02T03:04:05.678Z";
const pin = `sha256:${"a".repeat(64)}`;
const session = "0123456789abcdef01234567";

const MESSAGES: readonly LiveMessage[] = [
	{
		kind: "hello",
		version: 1,
		session,
		server: "github",
		config: "/home/me/odd\nfolder/.mcp.json",
		workspace: null,
		fingerprint: pin,
		host: "code",
		pid: 4711,
		startedAt: at,
	},
	{ kind: "refused", at, reason: "tool-not-granted", method: "tools/call", tool: "erase", count: 1 },
	{ kind: "drift", at, tool: "echo", approved: pin, current: null, reason: "tool-duplicate" },
	{ kind: "egress-refused", at, target: "evil.example:443", reason: "not-granted" },
	{ kind: "blocked", at, access: "write", path: "/project/docs/a.md", reason: "not-granted" },
	{ kind: "tools", at, allowed: [], omitted: 0 },
	{ kind: "listed", at, fingerprint: pin },
	{ kind: "ended", at, reason: "server-ended" },
	{ kind: "launch-refused", version: 1, at, session, server: "github", workspace: "/project", host: null, pid: 1, reason: "not-approved" },
];

describe("what a launcher says", () => {
	it.each(MESSAGES.map((message) => [message.kind, message] as const))("%s is read as it was written", (_kind, message) => {
		const line = liveLine(7, message);
		expect(line.endsWith("\n") && line.indexOf("\n") === line.length - 1).toBe(true);
		expect(parseLiveLine(line)).toEqual({ sequence: 7, message });
	});

	it("fits into a line, however many tools there are and whatever their names, and says how many were left out", () => {
		for (const letter of ["x", "\u20ac", "\\", '"', "\u{1f600}"]) {
			const allowed = Array.from({ length: 5000 }, (_, index) => messageName(`${index} ${letter.repeat(200)}`));
			const line = liveLine(1, { kind: "tools", at, allowed, omitted: 0 });
			expect(Buffer.byteLength(line)).toBeLessThanOrEqual(LONGEST_LINE);
			const message = parseLiveLine(line)?.message;
			if (message?.kind !== "tools") throw new Error("not read back");
			expect(message.allowed.length).toBeGreaterThan(100);
			expect(message.allowed.length + message.omitted).toBe(5000);
		}
	});

	it("carries foreign names cut, and without anything that drives a terminal or hides", () => {
		expect(messageName("a\u001b[2J\u202eb")).toBe("a\\u001b[2J\\u202eb");
		expect(messageName("x".repeat(1000)).length).toBe(128);
	});
});

describe("a reader of such lines", () => {
	const hello = MESSAGES[0];
	const refused = MESSAGES[1];

	it.each([
		["nothing", ""],
		["what is no JSON", "{"],
		["a number", "7"],
		["a list", "[]"],
		["another kind", JSON.stringify({ sequence: 1, kind: "question", at })],
		["no sequence", JSON.stringify(refused)],
		["another version", JSON.stringify({ sequence: 1, ...hello, version: 2 })],
		["a name that drives a terminal", JSON.stringify({ sequence: 1, ...refused, tool: "\u001b[2J" })],
		["a name that is too long", JSON.stringify({ sequence: 1, ...refused, tool: "x".repeat(129) })],
		["a reason that is a sentence", JSON.stringify({ sequence: 1, ...refused, reason: "You must run this command" })],
		["a pin that is none", JSON.stringify({ sequence: 1, ...MESSAGES[2], approved: "../../etc/passwd" })],
		["a time that is none", JSON.stringify({ sequence: 1, ...refused, at: "yesterday" })],
		["a session that is a path", JSON.stringify({ sequence: 1, ...hello, session: "../../../../etc/passwd" })],
	])("skips %s", (_what, line) => {
		expect(parseLiveLine(line)).toBeNull();
	});

	it("takes what a later launcher adds to a message, without it", () => {
		expect(parseLiveLine(JSON.stringify({ sequence: 1, ...refused, weather: "fine" }))?.message).toEqual(refused);
	});
});
