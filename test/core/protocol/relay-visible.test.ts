import { describe, expect, test } from "vitest";
import { offersOf } from "../../../src/core/policy/offers.ts";
import { mayHide } from "../../../src/core/protocol/visible-message.ts";
import { visibleText } from "../../../src/core/visible-text.ts";
import { grant, type Json, modernMeta, Session, tool, toolNames } from "./peers.ts";

const odd = tool("read", {
	title: "Read\u202e",
	description: "Reads\u200b \u001b[8mand sends it on\u001b[0m",
	annotations: { title: "x\u{e0041}" },
});

function ready(...tools: readonly Json[]): Session {
	const session = new Session(grant(...tools), {}, undefined, {
		offers: offersOf({ prompts: ["*"], resources: ["**"] }),
		asks: { elicitation: 9 },
	});
	session.initialize();
	session.list(tools);
	return session;
}

const answer = (session: Session, result: object): string => {
	session.call("read", 1);
	return session.server({ jsonrpc: "2.0", id: 1, result }).host[0] ?? "";
};

test("a tool is pinned as the server lists it, and shown with everything visible", () => {
	const session = new Session(grant(odd)).initialize();
	session.host({ jsonrpc: "2.0", id: 1, method: "tools/list" });
	const [page = ""] = session.server({ jsonrpc: "2.0", id: 1, result: { tools: [odd] } }).host;
	expect(toolNames(page)).toEqual(["read"]);
	expect(JSON.parse(page).result.tools[0]).toMatchObject({
		title: "Read\\u{202e}",
		description: "Reads\\u{200b} \\u{1b}[8mand sends it on\\u{1b}[0m",
		annotations: { title: "x\\u{e0041}" },
	});
	expect(session.call("read", 2).server).toHaveLength(1);
});

test("the quick look misses no character that would be shown as its code, raw or escaped", () => {
	for (let point = 0; point <= 0x10ffff; point++) {
		if (point >= 0xd800 && point <= 0xdfff) continue;
		const text = `a${String.fromCodePoint(point)}b`;
		if (visibleText(text, () => {}) === text) continue;
		for (const json of [JSON.stringify(text), ...(point < 0x20 ? [] : [`"${text}"`])])
			expect([point, mayHide(json)]).toEqual([point, true]);
	}
	expect(mayHide(JSON.stringify('plain "text"\r\nof two lines, größer 日本語 😀'))).toBe(false);
});

describe("what a server says", () => {
	test.each([
		[
			"a result",
			(session: Session) =>
				answer(session, { content: [{ type: "text", text: "\u001b[2J" }], structuredContent: { "a\u200b": "b\u202e" } }),
		],
		["plain JSON with short escapes", (session: Session) => answer(session, { content: [{ type: "text", text: "a\bb" }] })],
		[
			"a log message",
			(session: Session) =>
				session.server({ jsonrpc: "2.0", method: "notifications/message", params: { data: "\u001b[2J" } }).host[0] ?? "",
		],
		[
			"a question",
			(session: Session) =>
				session.server({ jsonrpc: "2.0", id: 5, method: "elicitation/create", params: { message: "Na\u200bme?" } }).host[0] ?? "",
		],
		[
			"an error",
			(session: Session) => {
				session.call("read", 1);
				return session.server({ jsonrpc: "2.0", id: 1, error: { code: 1, message: "\u001b]0;x\u0007" } }).host[0] ?? "";
			},
		],
		[
			"a prompt's list",
			(session: Session) => {
				session.host({ jsonrpc: "2.0", id: 1, method: "prompts/list" });
				return session.server({ jsonrpc: "2.0", id: 1, result: { prompts: [{ name: "a\u200b", title: "\u202e" }] } }).host[0] ?? "";
			},
		],
		[
			"the server's instructions",
			() => {
				const session = new Session(grant());
				session.host({ jsonrpc: "2.0", id: 1, method: "initialize", params: { protocolVersion: "2025-11-25", capabilities: {} } });
				const result = { protocolVersion: "2025-11-25", capabilities: {}, serverInfo: { name: "s\u001b" }, instructions: "\u{e0041}" };
				return session.server({ jsonrpc: "2.0", id: 1, result }).host[0] ?? "";
			},
		],
	])("%s reaches the host visible", (_, say) => {
		const text = say(ready(tool("read")));
		expect(text).not.toBe("");
		JSON.parse(text, (key, value) => {
			for (const each of [key, value]) if (typeof each === "string") expect(each).not.toMatch(/[\p{Cc}\p{Cf}]/u);
			return value;
		});
		expect(text).toContain("\\\\u{");
	});

	test("is told of once a kind in a session, on stderr and in the log", () => {
		const session = ready(tool("read"));
		const warnings = Array.from({ length: 20 }, (_, id) => {
			session.call("read", id);
			return session.server({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: "\u001b[2J\u200b" }] } }).warnings;
		}).flat();
		expect(warnings.map((text) => /\((\w+)\)/.exec(text)?.[1])).toEqual(["ansi", "invisible"]);
		expect(session.events.filter(({ reason }) => reason === "text-made-visible").map(({ decision, count }) => [decision, count])).toEqual([
			["allow", 1],
			["allow", 1],
			["allow", 10],
			["allow", 10],
		]);
	});

	test("stays as it is, byte for byte, where it is what people write", () => {
		for (const text of ["plain", "two\\nlines\\r\\nand \\u00fc", "👨‍👩‍👧 می\u200cخواهم ü"]) {
			const session = ready(tool("read"));
			session.call("read", 1);
			const line = `{"jsonrpc":"2.0", "id":1,"result":{"content":[{"type":"text","text":"${text}"}],"n":1.0}}`;
			expect(session.server(line)).toMatchObject({ host: [line], warnings: [] });
		}
	});

	test("keeps what the host only sends back, and no key comes to stand twice", () => {
		const session = ready(tool("read"));
		session.host({ jsonrpc: "2.0", id: "l\u200b", method: "tools/list", params: modernMeta() });
		const cursor = "next\u200b\u001b";
		const [page = ""] = session.server({ jsonrpc: "2.0", id: "l\u200b", result: { tools: [], nextCursor: cursor } }).host;
		expect(JSON.parse(page)).toMatchObject({ id: "l\u200b", result: { nextCursor: cursor } });
		const text = answer(session, { content: [], structuredContent: { "a\u200b": 1, "a\\u{200b}": 2, "a\\u{200b} 2": 3 } });
		expect(JSON.parse(text).result.structuredContent).toEqual({ "a\\u{200b} 3": 1, "a\\u{200b}": 2, "a\\u{200b} 2": 3 });
	});

	test("is shown in what only looks like something that the host sends back", () => {
		const session = ready(tool("read"));
		const hidden = "\u001b[2J\u200b";
		for (const result of [
			{ content: [], nextCursor: hidden },
			{ content: [], tools: [], nextCursor: hidden },
			{ content: [], requestState: hidden },
			{ content: [], _meta: { "io.modelcontextprotocol/subscriptionId": { text: hidden } } },
			{ content: [], _meta: { "io.modelcontextprotocol/subscriptionId": hidden } },
			{ tools: [], nextCursor: hidden },
			{ prompts: [], nextCursor: hidden },
		])
			expect(answer(session, result)).not.toMatch(/\\u001b|\u200b/);
		session.host({ jsonrpc: "2.0", id: 2, method: "prompts/get", params: { name: "p" } });
		const prompt = { messages: [], prompts: [], nextCursor: hidden };
		expect(session.server({ jsonrpc: "2.0", id: 2, result: prompt }).host[0]).not.toMatch(/\\u001b|\u200b/);
		const meta = { "io.modelcontextprotocol/subscriptionId": hidden };
		const asked = { message: "Your name?", requestedSchema: {}, requestId: hidden, progressToken: hidden, _meta: meta };
		const [question = ""] = session.server({ jsonrpc: "2.0", id: 6, method: "elicitation/create", params: asked }).host;
		expect(question).toContain("Your name?");
		expect(question).not.toMatch(/\\u001b|\u200b/);
		const [said = ""] = session.server({
			jsonrpc: "2.0",
			method: "notifications/message",
			params: { level: "error", data: "x", progressToken: { text: hidden }, requestId: hidden },
		}).host;
		expect(said).toContain("notifications/message");
		expect(said).not.toMatch(/\\u001b|\u200b/);
	});

	test("takes no longer than it is long", () => {
		const session = ready(tool("read"));
		const start = performance.now();
		const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`a\u200b${n}`, "\u001b".repeat(9)]));
		answer(session, { content: [], structuredContent: keys });
		// Quadratic time would be minutes here.
		expect(performance.now() - start).toBeLessThan(10_000);
	});
});
