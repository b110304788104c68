import { describe, expect, test } from "vitest";
import { type MessageLimits, narrowLimits } from "../../../src/core/policy/limits.ts";
import { offersOf } from "../../../src/core/policy/offers.ts";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";
import { generateFakeToken } from "../../../src/platform/example.ts";
import { grant, refused, Session, tool } from "./peers.ts";

const [read, write] = [tool("read"), tool("write")];

function ready(limits: MessageLimits, clock: () => number = () => 0, secrets?: KnownValues): Session {
	const session = new Session(grant(read, write), {}, secrets, { limits, clock, offers: offersOf({ resources: ["**"] }) }).initialize();
	session.list([read, write]);
	return session;
}

describe("calls a minute", () => {
	test("are counted for each tool by itself, and become free as time goes by", () => {
		let now = 1000;
		const session = ready({ callsPerMinute: 3 }, () => now);
		let id = 0;
		const calls = (name: string) => session.call(name, ++id).server.length === 1;
		expect([calls("read"), calls("read"), calls("read"), calls("read"), calls("write")]).toEqual([true, true, true, false, true]);
		expect(session.reasons).toContain("too-many-calls");
		now += 20_000;
		expect([calls("read"), calls("read")]).toEqual([true, false]);
		now -= 60_000;
		expect(calls("read")).toBe(false);
	});

	test("that are refused get the constant answer, and a policy that is read again does not fill them up", () => {
		const limits = { callsPerMinute: 1 };
		const session = ready(limits);
		session.call("read", 1);
		expect(session.call("read", 2)).toMatchObject({ host: [refused(2)], server: [] });
		session.relay.setPolicy({ tools: grant(read), limits });
		session.list([read]);
		expect(session.call("read", 3).host).toEqual([refused(3)]);
		session.relay.setPolicy({ tools: grant(read), limits: { callsPerMinute: 2 } });
		session.list([read]);
		expect(session.call("read", 4).server).toHaveLength(1);
	});

	test("are not counted where no policy says so", () => {
		const session = ready({});
		for (let id = 0; id < 1000; id++) expect(session.call("read", id).server).toHaveLength(1);
	});
});

describe("calls of a whole session", () => {
	const read = (id: number) => ({ jsonrpc: "2.0", id, method: "resources/read", params: { uri: "file:///a" } });

	test("are counted over all tools and what is offered beside them, and do not become free", () => {
		let now = 0;
		const session = ready({ sessionCalls: 3 }, () => now);
		expect(session.call("read", 1).server).toHaveLength(1);
		expect(session.call("write", 2).server).toHaveLength(1);
		expect(session.host(read(3)).server).toHaveLength(1);
		now += 3_600_000;
		expect(session.call("read", 4)).toMatchObject({ host: [refused(4)], server: [] });
		expect(session.host(read(5))).toMatchObject({ host: [refused(5)], server: [] });
		expect(session.reasons.slice(-2)).toEqual(["session-calls-used-up", "session-calls-used-up"]);
		session.relay.setPolicy({ tools: grant(tool("read")), limits: { sessionCalls: 4 } });
		session.list([tool("read")]);
		expect(session.call("read", 6).server).toHaveLength(1);
		expect(session.call("read", 7).host).toEqual([refused(7)]);
	});

	test("in a minute become free as time goes by, and a call that its tool's own number refuses takes none", () => {
		let now = 0;
		const session = ready({ callsPerMinute: 1, sessionCallsPerMinute: 2 }, () => now);
		expect(session.call("read", 1).server).toHaveLength(1);
		expect(session.call("read", 2).host).toEqual([refused(2)]);
		expect(session.reasons.at(-1)).toBe("too-many-calls");
		expect(session.call("write", 3).server).toHaveLength(1);
		expect(session.host(read(4)).host).toEqual([refused(4)]);
		expect(session.reasons.at(-1)).toBe("too-many-session-calls");
		now += 30_000;
		expect(session.host(read(5)).server).toHaveLength(1);
	});
});

describe("an answer over its size", () => {
	const answer = (session: Session, result: object): string => {
		session.call("read", 1);
		return session.server({ jsonrpc: "2.0", id: 1, result }).host[0] ?? "";
	};
	const text = (length: number, letter = "x") => ({ type: "text", text: letter.repeat(length) });

	test("is refused, plain or not, and one that fits is not touched", () => {
		for (const letter of ["x", "ü", "\u0001"]) {
			const session = ready({ resultBytes: 1000 });
			expect(answer(session, { content: [text(1000, letter)] })).toBe(refused(1));
			expect(session.events.at(-1)).toMatchObject({ reason: "result-too-large", tool: "read", decision: "refuse" });
		}
		const small = { content: [text(100)] };
		expect(JSON.parse(answer(ready({ resultBytes: 1000 }), small)).result).toEqual(small);
	});

	test("is refused as an error and as a resource, too; a list is not", () => {
		const session = ready({ resultBytes: 300 });
		session.call("read", 1);
		expect(session.server({ jsonrpc: "2.0", id: 1, error: { code: 1, message: "x".repeat(400) } }).host).toEqual([refused(1)]);
		session.host({ jsonrpc: "2.0", id: 2, method: "resources/read", params: { uri: "a:b" } });
		expect(session.server({ jsonrpc: "2.0", id: 2, result: { contents: [{ uri: "a:b", text: "x".repeat(400) }] } }).host).toEqual([
			refused(2),
		]);
		expect(session.list([{ ...read }, { ...write, description: "x".repeat(400) }])).toEqual(["read"]);
	});

	test.each([["x"], ["ü"], ["😀"], ['"'], ["\n"]])("of %j is cut with a mark, and is never over it", (letter) => {
		for (const most of [300, 301, 302, 303, 999]) {
			const session = ready({ resultBytes: most, overlong: "cut" });
			const cut = answer(session, { content: [text(5), text(2000, letter), text(5)], structuredContent: { a: 1 }, isError: true });
			expect(new TextEncoder().encode(cut).length).toBeLessThanOrEqual(most);
			const { content, structuredContent, isError } = JSON.parse(cut).result;
			expect({ structuredContent, isError }).toEqual({ structuredContent: undefined, isError: true });
			expect(content[0]).toEqual(text(5));
			expect(content[1].text).toMatch(new RegExp(`^(?:${letter === '"' ? '"' : letter})+$`, "u"));
			expect(content.at(-1).text).toContain("Cut here");
			expect(session.events.map(({ reason }) => reason)).toContain("result-cut");
			expect(session.events.at(-1)).toMatchObject({ outcome: "tool-error" });
		}
	});

	test("of a resource is cut in its text; what has no text is refused", () => {
		const session = ready({ resultBytes: 400, overlong: "cut" });
		session.host({ jsonrpc: "2.0", id: 1, method: "resources/read", params: { uri: "a:b" } });
		const cut = session.server({ jsonrpc: "2.0", id: 1, result: { contents: [{ uri: "a:b", text: "x".repeat(900) }] } }).host[0] ?? "";
		expect(JSON.parse(cut).result.contents[0].text).toMatch(/^x+\[Cut here/);
		expect(cut.length).toBeLessThanOrEqual(400);
		session.host({ jsonrpc: "2.0", id: 2, method: "resources/read", params: { uri: "a:b" } });
		expect(session.server({ jsonrpc: "2.0", id: 2, result: { contents: [{ uri: "a:b", blob: "x".repeat(900) }] } }).host).toEqual([
			refused(2),
		]);
		expect(answer(ready({ resultBytes: 400, overlong: "cut" }), { structuredContent: { a: "x".repeat(900) } })).toBe(refused(1));
		expect(answer(ready({ resultBytes: 40, overlong: "cut" }), { content: [text(900)] })).toBe(refused(1));
	});

	test("is not cut but refused where it should hold nothing: what is left would be words", () => {
		const session = ready({ resultBytes: 2000, overlong: "cut" });
		session.host({ jsonrpc: "2.0", id: 1, method: "resources/subscribe", params: { uri: "file:///a" } });
		const result = { content: [{ type: "text", text: "EVIL ".repeat(1000) }] };
		expect(session.server({ jsonrpc: "2.0", id: 1, result }).host).toEqual([refused(1)]);
	});

	test("shows no half of a secret at its end", () => {
		const secret = generateFakeToken();
		for (let at = 100; at < 200; at += 7) {
			const session = ready({ resultBytes: 300, overlong: "cut" }, () => 0, new KnownValues([secret]));
			const cut = answer(session, { content: [{ type: "text", text: `${"x".repeat(at)} ${secret} ${"x".repeat(500)}` }] });
			expect(cut.includes(secret.slice(0, 8))).toBe(false);
		}
	});
});

test("only so many requests wait for an answer", () => {
	const session = ready({ pending: 2 });
	expect([1, 2, 3].map((id) => session.call("read", id).server.length)).toEqual([1, 1, 0]);
	session.server({ jsonrpc: "2.0", id: 1, result: { content: [] } });
	expect(session.call("read", 4).server).toHaveLength(1);
	session.relay.setPolicy({ tools: grant(read), limits: { pending: 9 } });
	session.list([read]);
	expect(session.call("read", 5).server).toHaveLength(1);
});

test("of several layers the smallest number holds, and a result is cut only where nobody says that it is refused", () => {
	expect(narrowLimits({ callsPerMinute: 60, overlong: "cut" }, { callsPerMinute: 5, resultBytes: 9 })).toEqual({
		callsPerMinute: 5,
		resultBytes: 9,
		overlong: "cut",
	});
	expect(narrowLimits({ overlong: "cut" }, { overlong: "refuse" })).toEqual({ overlong: "refuse" });
	expect(narrowLimits({}, { overlong: "cut" })).toEqual({});
});

describe("calls that wait", () => {
	const cancel = (id: number) => ({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: id } });

	test("beyond the limit are refused, and nothing says that they went on", () => {
		const session = ready({ pending: 1 });
		session.call("read", 1);
		const before = session.events.length;
		expect(session.call("read", 2)).toMatchObject({ host: [refused(2)], server: [] });
		expect(session.host({ jsonrpc: "2.0", id: 3, method: "resources/read", params: { uri: "file:///a" } }).server).toEqual([]);
		expect(session.events.slice(before).map(({ request, decision, reason }) => [request, decision, reason])).toEqual([
			[2, "refuse", "too-many-requests"],
			[3, "refuse", "too-many-requests"],
		]);
	});

	test("that are cancelled make room, but not without end: a server that was asked for nothing may work on them all the same", () => {
		let now = 1000;
		const session = ready({ pending: 1 }, () => now);
		const passed = (ids: readonly number[]) =>
			ids.filter((id) => {
				const isSent = session.call("read", id).server.length === 1;
				session.host(cancel(id));
				return isSent;
			}).length;
		const ids = (from: number) => Array.from({ length: 100 }, (_, i) => from + i);
		expect(passed(ids(1))).toBe(64);
		now += 31_000;
		expect(passed(ids(1001))).toBe(64);
	});

	test("and were given up keep their ids: a late answer is not taken for another one's", () => {
		let now = 1000;
		const session = ready({ pending: 1 }, () => now);
		for (let id = 1; id <= 64; id++) {
			session.call("read", id);
			session.host(cancel(id));
		}
		now += 31_000;
		expect(session.call("read", 65).server).toHaveLength(1);
		session.server({ jsonrpc: "2.0", id: 65, result: { content: [] } });
		expect(session.call("read", 1).server).toEqual([]);
		expect(session.reasons).toContain("id-reused");
		expect(session.server({ jsonrpc: "2.0", id: 1, result: { content: [{ type: "text", text: "late" }] } }).host).toEqual([]);
	});
});
