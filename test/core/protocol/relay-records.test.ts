import { expect, test } from "vitest";
import type { AuditEvent } from "../../../src/core/audit/event.ts";
import { Relay } from "../../../src/core/protocol/relay.ts";
import { type Pin, pinOf as pinOfTool } from "../../../src/core/tools/pin.ts";

const tool = { name: "read", inputSchema: { type: "object" } };
const trace = "0af7651916cd43dd8448eb211c80319c";
const span = "b7ad6b7169203331";
const utf8 = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

function pinOf(definition: unknown): Pin {
	const pin = pinOfTool(definition);
	if (pin === null) throw new Error("a tool without a pin");
	return pin;
}

/** A relay whose clock a test moves, and all that it records. */
function session(hasClock = true) {
	const records: AuditEvent[] = [];
	const time = { now: 1000 };
	const relay = new Relay({
		policy: { tools: new Map([["read", pinOf(tool)]]) },
		server: "files",
		random: "r",
		record: (event) => records.push(event) > 0,
		...(hasClock ? { clock: () => time.now } : {}),
	});
	const take = (actions: ReturnType<Relay["fromHost"]>) => {
		for (const action of actions) if ("record" in action) records.push(action.record);
	};
	return {
		records,
		time,
		host: (message: unknown) => take(relay.fromHost([{ kind: "line", line: utf8(message) }])),
		server: (message: unknown) => take(relay.fromServer([{ kind: "line", line: utf8(message) }])),
		close: () => take(relay.serverClosed()),
	};
}

const meta = { "io.modelcontextprotocol/protocolVersion": "2026-07-28", traceparent: `00-${trace}-${span}-01` };
const list = { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: meta } };
const listed = { jsonrpc: "2.0", id: 1, result: { resultType: "complete", tools: [tool], ttlMs: 0, cacheScope: "private" } };
const call = { jsonrpc: "2.0", id: 2, method: "tools/call", params: { _meta: meta, name: "read", arguments: { path: "a" } } };

test.each([
	["as it came", { jsonrpc: "2.0", id: 2, result: { content: [] } }, "answered"],
	["as a failure", { jsonrpc: "2.0", id: 2, result: { content: [], isError: true } }, "tool-error"],
	["by the long way", { jsonrpc: "2.0", id: 2, result: { content: [], other: 1 } }, "answered"],
	["as an error", { jsonrpc: "2.0", id: 2, error: { code: -32000, message: "no" } }, "error"],
])("an answer %s is recorded with its trace, how long it took and how much it was", (_, answer, outcome) => {
	const { host, server, records, time } = session();
	host(list);
	server(listed);
	host(call);
	time.now += 12.3456;
	server(answer);
	const bytes = { requestBytes: utf8(call).length, answerBytes: utf8(answer).length };
	expect(records).toMatchObject([
		{ outcome: "forwarded", request: 2, trace: { trace, span } },
		{ outcome, request: 2, trace: { trace, span }, cost: { latency: expect.closeTo(12.3456), ...bytes } },
	]);
});

test("a call that nothing came back of has its time and no answer's size; one that is refused has its trace", () => {
	const { host, server, close, records, time } = session();
	host(list);
	server(listed);
	host(call);
	host({ ...call, id: 3, params: { ...call.params, name: "write" } });
	time.now += 5;
	close();
	expect(records).toMatchObject([
		{ outcome: "forwarded" },
		{ outcome: "withheld", reason: "tool-not-granted", trace: { trace, span } },
		{ outcome: "unanswered", trace: { trace, span }, cost: { latency: 5, answerBytes: undefined } },
	]);
	expect(records[1]?.cost).toBeUndefined();
});

test("without a clock nothing is timed", () => {
	const { host, server, records } = session(false);
	host(list);
	server(listed);
	host(call);
	server({ jsonrpc: "2.0", id: 2, result: { content: [] } });
	expect(records[1]?.cost).toMatchObject({ latency: undefined, answerBytes: expect.any(Number) });
});
