import { describe, expect, test } from "vitest";
import { call, grant, line, modernMeta, RANDOM, refused, Session, seen, tool } from "./peers.ts";

const read = tool("read");
const ready = (limits = {}) => {
	const session = new Session(grant(read), limits).initialize();
	session.list([read]);
	return session;
};

describe("what a host may send", () => {
	test.each(["ping", "logging/setLevel", "server/discover"])("%s passes, and so does its answer", (method) => {
		const session = ready();
		const line = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { level: "info" } });
		expect(session.host(line)).toMatchObject({ server: [line], host: [] });
		const answer = '{"jsonrpc":"2.0", "id":1,"result":{}}';
		expect(session.server(answer).host).toEqual([answer]);
	});

	test.each(["prompts/get", "resources/read", "resources/subscribe", "resources/unsubscribe", "completion/complete"])(
		"%s is refused, in the words of an unknown tool",
		(method) => {
			expect(ready().host({ jsonrpc: "2.0", id: 1, method, params: { uri: "file:///x", name: "x" } })).toMatchObject({
				host: [refused(1)],
				server: [],
			});
		},
	);

	test.each(["tasks/list", "tasks/result", "tasks/cancel", "tools/Call", "tools/call ", "sampling/createMessage", "x", ""])(
		"%s is a method that is not there",
		(method) => {
			const session = ready();
			expect(session.host({ jsonrpc: "2.0", id: 1, method, params: { name: "read" } })).toMatchObject({
				host: [refused(1, -32601)],
				server: [],
			});
			expect(session.events.at(-1)).toMatchObject({ decision: "refuse", method });
		},
	);

	test.each([
		["prompts/list", "prompts"],
		["resources/list", "resources"],
		["resources/templates/list", "resourceTemplates"],
	])("%s comes back empty, in the shape the server gave it", (method, key) => {
		const session = ready();
		session.host({ jsonrpc: "2.0", id: 1, method });
		const { host } = session.server(`{"jsonrpc":"2.0","id":1,"result":{"nextCursor":"x","${key}":[{"name":"p"},2],"ttlMs":1.0}}`);
		expect(host).toEqual([`{"jsonrpc":"2.0","id":1,"result":{"${key}":[],"ttlMs":1.0}}`]);
	});

	test.each([
		["text that is no JSON", "nonsense", refused(null, -32700)],
		["invalid UTF-8", Uint8Array.of(0x22, 0xff, 0x22), refused(null, -32700)],
		["a duplicate key", '{"jsonrpc":"2.0","id":5,"method":"ping","method":"tools/call"}', refused(5, -32600)],
		["no method", '{"jsonrpc":"2.0","id":5}', refused(5, -32600)],
		["an id that two programs read differently", '{"jsonrpc":"2.0","id":5.0,"method":"ping"}', refused(null, -32600)],
		["an array where none was agreed on", `[${JSON.stringify(call("read", 1))}]`, refused(null, -32600)],
	])("%s gets a constant answer and goes no further", (_, sent, answer) => {
		const session = ready();
		expect(seen(session.relay.fromHost([line(sent)]))).toMatchObject({ host: [answer], server: [] });
	});

	test("a blank line is nothing", () => {
		expect(ready().host("  ")).toEqual({ host: [], server: [], warnings: [], stop: null });
	});

	test("a line over the limit is answered, and the session goes on", () => {
		const session = ready();
		expect(seen(session.relay.fromHost([{ kind: "too-long" }])).host).toEqual([refused(null, -32600)]);
		expect(session.call("read", 1).server).toHaveLength(1);
	});

	test.each([
		["notifications/initialized", true],
		["notifications/progress", true],
		["notifications/roots/list_changed", false],
		["notifications/tools/list_changed", false],
		["notifications/unheard", false],
	])("%s reaches the server: %s", (method, passes) => {
		expect(ready().host({ jsonrpc: "2.0", method }).server).toHaveLength(passes ? 1 : 0);
	});

	test("capabilities for what is denied are not offered to the server, in either era", () => {
		const session = new Session(grant(read));
		const line =
			'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{"listChanged":true},"sampling":{},"elicitation":{},"experimental":{"n":1.0}},"clientInfo":{"name":"h","version":"1"}}}';
		expect(session.host(line).server).toEqual([line.replace('"roots":{"listChanged":true},"sampling":{},"elicitation":{},', "")]);
		const modern = session.host({ jsonrpc: "2.0", id: 2, method: "server/discover", params: modernMeta({ sampling: {}, roots: {} }) });
		expect(JSON.parse(modern.server[0] ?? "").params).toEqual(modernMeta({}));
	});
});

describe("ids", () => {
	test("text and number are different ids", () => {
		const session = ready();
		session.call("read", 1);
		session.call("read", "1");
		expect(session.server({ jsonrpc: "2.0", id: "1", result: { content: [] } }).host).toHaveLength(1);
		expect(session.server({ jsonrpc: "2.0", id: "1", result: { content: [] } }).host).toHaveLength(0);
		expect(session.server({ jsonrpc: "2.0", id: 1, result: { content: [] } }).host).toHaveLength(1);
	});

	test("one that is in flight cannot be used again, and the answer to the first is not touched", () => {
		const session = ready();
		session.call("read", 1);
		expect(session.host({ jsonrpc: "2.0", id: 1, method: "ping" })).toMatchObject({ host: [refused(null, -32600)], server: [] });
		expect(session.server({ jsonrpc: "2.0", id: 1, result: { content: [] } }).host).toHaveLength(1);
		expect(session.reasons).toContain("id-reused");
	});

	test("one of a call that waits cannot be used again", () => {
		const session = new Session(grant(read)).initialize();
		session.call("read", 1);
		expect(session.host({ jsonrpc: "2.0", id: 1, method: "ping" })).toMatchObject({ host: [refused(null, -32600)], server: [] });
	});

	test("one that was cancelled stays taken until it is answered", () => {
		const session = ready();
		session.call("read", 1);
		expect(session.host({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }).server).toHaveLength(1);
		expect(session.call("read", 1).host).toEqual([refused(null, -32600)]);
		session.server({ jsonrpc: "2.0", id: 1, result: { content: [] } });
		expect(session.call("read", 1).server).toHaveLength(1);
	});

	test("the host can neither use nor cancel the relay's own", () => {
		const session = new Session(grant(read)).initialize();
		const own = `sallyport-${RANDOM}-1`;
		expect(session.host({ jsonrpc: "2.0", id: own, method: "ping" })).toMatchObject({ host: [refused(own, -32600)], server: [] });
		session.call("read", 1);
		expect(session.host({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: own } }).server).toEqual([]);
		expect(session.server({ jsonrpc: "2.0", id: own, result: { tools: [read] } }).server).toHaveLength(1);
	});

	test("an answer to nothing, a second answer, and a late answer to the relay are dropped", () => {
		const session = new Session(grant(read)).initialize();
		session.call("read", 1);
		const own = `sallyport-${RANDOM}-1`;
		session.server({ jsonrpc: "2.0", id: own, result: { tools: [read] } });
		for (const id of [99, "1", own, null])
			expect(session.server({ jsonrpc: "2.0", id, error: { code: 1, message: "x" } })).toMatchObject({ host: [], server: [] });
		expect(session.reasons.filter((reason) => reason === "response-unexpected")).toHaveLength(1);
	});

	test("only so many requests are in flight; a cancelled one makes room", () => {
		const session = ready({ inFlight: 2 });
		session.call("read", 1);
		session.call("read", 2);
		expect(session.host({ jsonrpc: "2.0", id: 3, method: "ping" }).host).toEqual([refused(3)]);
		session.host({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } });
		expect(session.host({ jsonrpc: "2.0", id: 3, method: "ping" }).server).toHaveLength(1);
		// As without the relay: its answer may have been on its way.
		expect(session.server({ jsonrpc: "2.0", id: 1, result: {} }).host).toHaveLength(1);
	});
});

describe("what a server may send", () => {
	test.each(["sampling/createMessage", "elicitation/create", "roots/list", "tools/call", "unheard"])("%s is denied to it", (method) => {
		const session = ready();
		const { host, server, warnings } = session.server({ jsonrpc: "2.0", id: 0, method, params: { message: "your password?" } });
		expect({ host, server }).toEqual({ host: [], server: [refused(0, -32601)] });
		expect(warnings).toHaveLength(1);
		expect(session.events.at(-1)).toMatchObject({ direction: "server-to-host", method, reason: "server-request-not-granted" });
	});

	test("a flood of requests is denied each, and recorded at 1, 10, 100", () => {
		const session = ready();
		for (let id = 0; id < 500; id++) session.server({ jsonrpc: "2.0", id, method: "sampling/createMessage" });
		expect(session.events.filter(({ reason }) => reason === "server-request-not-granted").map(({ count }) => count)).toEqual([1, 10, 100]);
	});

	test("a ping passes, its answer goes back, once", () => {
		const session = ready();
		const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
		expect(session.server(ping).host).toEqual([ping]);
		expect(session.host({ jsonrpc: "2.0", id: 1, result: {} }).server).toHaveLength(1);
		expect(session.host({ jsonrpc: "2.0", id: 1, result: {} }).server).toHaveLength(0);
	});

	test("a ping with the id of a call in flight does not get that call's answer", () => {
		const session = ready();
		session.call("read", 1);
		session.server({ jsonrpc: "2.0", id: 1, method: "ping" });
		expect(session.host({ jsonrpc: "2.0", id: 1, result: {} }).server).toHaveLength(1);
		expect(session.server({ jsonrpc: "2.0", id: 1, result: { content: [] } }).host).toHaveLength(1);
	});

	test.each([
		["notifications/message", {}, true],
		["notifications/prompts/list_changed", {}, false],
		["notifications/resources/list_changed", {}, false],
		["notifications/progress", { progressToken: "mine", progress: 1 }, true],
		["notifications/progress", { progressToken: "other", progress: 1 }, false],
		["notifications/progress", { progressToken: 5, progress: 1 }, false],
		["notifications/cancelled", { requestId: 1 }, false],
		["notifications/resources/updated", { uri: "x" }, false],
		["notifications/elicitation/complete", {}, false],
		["notifications/tasks/status", {}, false],
		["notifications/initialized", {}, false],
		["unheard", {}, false],
	])("%s %j reaches the host: %s", (method, params, passes) => {
		const session = ready();
		session.call("read", 1, { _meta: { progressToken: "mine" } });
		expect(session.server({ jsonrpc: "2.0", method, params }).host).toHaveLength(passes ? 1 : 0);
	});

	test.each([
		["questions in a result", { result: { resultType: "input_required", inputRequests: { a: { method: "elicitation/create" } } } }],
		["a state to bring back", { result: { resultType: "input_required", requestState: "x" } }],
		["a kind of result that is not known", { result: { resultType: "task", taskId: "1" } }],
		["a result type under a look-alike name", { result: { content: [], ResultType: "input_required" } }],
		[
			"an error that sends the person to an address",
			{ error: { code: -32042, message: "open", data: { elicitations: [{ url: "https://evil.example" }] } } },
		],
	])("%s: the host gets the constant refusal instead", (_, answer) => {
		const session = ready();
		session.host(call("read", 1, modernMeta()));
		expect(session.server({ jsonrpc: "2.0", id: 1, ...answer }).host).toEqual([refused(1)]);
		expect(session.events.at(-1)).toMatchObject({ request: 1, tool: "read", decision: "refuse", outcome: "withheld" });
	});

	test("an error of a tool passes as it is, and is recorded as one", () => {
		const session = ready();
		session.call("read", 1);
		const failed = '{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"disk","data":1.0}}';
		expect(session.server(failed).host).toEqual([failed]);
		session.call("read", 2);
		session.server({ jsonrpc: "2.0", id: 2, result: { content: [], isError: true } });
		expect(session.events.slice(-3).map(({ outcome }) => outcome)).toEqual(["error", "forwarded", "tool-error"]);
	});

	test("lines that are no messages are dropped, said once, and counted", () => {
		const session = ready();
		const warnings = Array.from({ length: 100 }, (_, n) => session.server(`Server listening ${n} \u001b[2J`)).flatMap((step) => {
			expect(step).toMatchObject({ host: [], server: [] });
			return step.warnings;
		});
		expect(warnings).toEqual([
			"demo: a line that is no well-formed message was dropped (not-json). A server must print nothing but messages on its standard output.",
		]);
		expect(session.events.filter(({ reason }) => reason === "line-invalid").map(({ count }) => count)).toEqual([1, 10, 100]);
	});

	test("an answer that two programs could read differently is given up, so that the host does not wait", () => {
		const session = ready();
		session.call("read", 1);
		expect(session.server('{"jsonrpc":"2.0","id":1,"result":{"content":[],"content":[{"type":"text","text":"x"}]}}').host).toEqual([
			refused(1),
		]);
		expect(session.server({ jsonrpc: "2.0", id: 1, result: { content: [] } }).host).toEqual([]);
	});

	test("a line over the limit gives up the calls in flight, so that the host does not wait", () => {
		const session = ready();
		session.call("read", 1);
		session.call("read", 2);
		expect(session.take(session.relay.fromServer([{ kind: "too-long" }])).host).toEqual([refused(1), refused(2)]);
		expect(session.call("read", 3).server).toHaveLength(1);
	});

	test("a result of initialize without a version is refused", () => {
		const session = new Session(grant(read));
		session.host({ jsonrpc: "2.0", id: 1, method: "initialize", params: {} });
		expect(session.server({ jsonrpc: "2.0", id: 1, result: {} }).host).toEqual([refused(1)]);
	});

	test("when it goes away, what it left unanswered is recorded", () => {
		const session = ready();
		session.call("read", 1);
		expect(session.take(session.relay.serverClosed())).toMatchObject({ host: [], stop: "server-closed" });
		expect(session.events.at(-1)).toMatchObject({ request: 1, tool: "read", outcome: "unanswered" });
		expect(seen(session.relay.hostClosed()).stop).toBeNull();
	});

	test("after the host has closed its side, answers are still passed on", () => {
		const session = ready();
		session.call("read", 1);
		expect(seen(session.relay.hostClosed()).stop).toBe("host-closed");
		const answer = '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}';
		expect(session.server(answer)).toMatchObject({ host: [answer], stop: null });
		expect(session.take(session.relay.serverClosed()).stop).toBe("server-closed");
	});

	test("after the host has closed its side, calls that wait are still decided, and only then the server's input may end", () => {
		const session = new Session(grant(read)).initialize();
		session.call("read", 1);
		expect(seen(session.relay.hostClosed()).stop).toBeNull();
		expect(session.server({ jsonrpc: "2.0", id: `sallyport-${RANDOM}-1`, result: { tools: [read] } })).toMatchObject({
			server: [JSON.stringify(call("read", 1))],
			stop: "host-closed",
		});
		expect(seen(session.relay.hostClosed()).stop).toBeNull();
	});
});

describe("arrays of messages, in 2025-03-26 alone", () => {
	test("each element is decided on by itself and travels as a line of its own", () => {
		const session = new Session(grant(read)).initialize("2025-03-26");
		session.list([read]);
		const granted = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"n":1.0}}}';
		const batch = `[${granted}, ${JSON.stringify(call("erase", 2))},{"jsonrpc":"2.0","method":"notifications/unheard"},7]`;
		expect(session.host(batch)).toMatchObject({ server: [granted], host: [refused(2), refused(null, -32600)] });
		const first = '{"jsonrpc":"2.0","id":1,"result":{"content":[]}}';
		const { host, server } = session.server(
			`[${first},{"jsonrpc":"2.0","id":9,"result":{}},{"jsonrpc":"2.0","id":3,"method":"roots/list"}]`,
		);
		expect({ host, server }).toEqual({ host: [first], server: [refused(3, -32601)] });
	});

	test("the same id twice in one array is refused the second time", () => {
		const session = new Session(grant(read)).initialize("2025-03-26");
		session.list([read]);
		expect(session.host([call("read", 1), call("read", 1)])).toMatchObject({
			server: [JSON.stringify(call("read", 1))],
			host: [refused(null, -32600)],
		});
	});

	test("from a server in any other session are dropped, and the calls they would answer given up", () => {
		const session = ready();
		session.call("read", 1);
		expect(session.server([{ jsonrpc: "2.0", id: 1, result: { content: [] } }]).host).toEqual([refused(1)]);
	});
});

describe("subscriptions of the stateless era", () => {
	const listen = (id: string | number, notifications: object) => ({
		jsonrpc: "2.0",
		id,
		method: "subscriptions/listen",
		params: { ...modernMeta(), notifications },
	});
	const stream = (id: string | number) => ({ _meta: { "io.modelcontextprotocol/subscriptionId": id } });
	const acknowledge = (id: string | number, notifications: object) => ({
		jsonrpc: "2.0",
		method: "notifications/subscriptions/acknowledged",
		params: { ...stream(id), notifications },
	});
	const changed = (id: string | number) => ({ jsonrpc: "2.0", method: "notifications/tools/list_changed", params: stream(id) });

	test("are told when the grant changes, after they are acknowledged", () => {
		const session = new Session(grant(read));
		const { server } = session.host(listen("s", { toolsListChanged: true, resourceSubscriptions: ["file:///x"] }));
		expect(JSON.parse(server[0] ?? "").params.notifications).toEqual({ toolsListChanged: true });
		expect(seen(session.relay.setPolicy({ tools: new Map() })).host).toEqual([]);
		const { host } = session.server(acknowledge("s", {}));
		expect(JSON.parse(host[0] ?? "").params.notifications).toEqual({ toolsListChanged: true });
		expect(seen(session.relay.setPolicy({ tools: grant(read) })).host).toEqual([JSON.stringify(changed("s"))]);
		expect(session.server(changed("s")).host).toHaveLength(1);
	});

	test("are kept by the relay where the server has none", () => {
		const session = new Session(grant(read));
		session.host(listen(1, { toolsListChanged: true }));
		const { host } = session.server({ jsonrpc: "2.0", id: 1, error: { code: -32601, message: "no" } });
		expect(host).toEqual([JSON.stringify(acknowledge(1, { toolsListChanged: true }))]);
		expect(seen(session.relay.setPolicy({ tools: new Map() })).host).toEqual([JSON.stringify(changed(1))]);
		expect(session.host({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }).server).toEqual([]);
		expect(seen(session.relay.setPolicy({ tools: grant(read) })).host).toEqual([]);
		expect(session.host({ jsonrpc: "2.0", id: 1, method: "ping" }).server).toHaveLength(1);
	});

	test("that a host did not ask for get nothing from the server", () => {
		const session = new Session(grant(read));
		expect(session.server(acknowledge("x", { toolsListChanged: true })).host).toEqual([]);
		expect(session.server(changed("x")).host).toEqual([]);
		session.host(listen("y", {}));
		expect(session.server(changed("y")).host).toEqual([]);
		session.server(acknowledge("y", {}));
		expect(seen(session.relay.setPolicy({ tools: new Map() })).host).toEqual([]);
	});

	test("end when either side ends them", () => {
		const session = new Session(grant(read));
		session.host(listen(1, { toolsListChanged: true }));
		session.server(acknowledge(1, { toolsListChanged: true }));
		expect(session.server({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }).host).toHaveLength(1);
		session.host(listen(2, { toolsListChanged: true }));
		session.server(acknowledge(2, { toolsListChanged: true }));
		session.host({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 2 } });
		session.host(listen(3, { toolsListChanged: true }));
		session.server(acknowledge(3, { toolsListChanged: true }));
		session.server({ jsonrpc: "2.0", id: 3, result: { resultType: "complete", ...stream(3) } });
		expect(seen(session.relay.setPolicy({ tools: new Map() })).host).toEqual([]);
	});
});

test("what was dropped and could not be recorded is recorded with the next of its kind, and the count of all", () => {
	const session = new Session(grant()).initialize();
	session.writable = false;
	session.server("no message");
	session.writable = true;
	session.server("no message");
	session.server("no message");
	expect(session.events.filter(({ reason }) => reason === "line-invalid")).toMatchObject([{ count: 2 }]);
});
