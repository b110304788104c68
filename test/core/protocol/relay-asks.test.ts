import { describe, expect, test } from "vitest";
import type { Asks } from "../../../src/core/policy/asks.ts";
import { offersOf } from "../../../src/core/policy/offers.ts";
import { call, grant, type Json, line, modernMeta, refused, Session, seen, tool } from "./peers.ts";

const read = tool("read");
const all: Asks = { sampling: 10, elicitation: 10, roots: 10 };
const ASKED = { message: "Which folder?", requestedSchema: { type: "object", properties: { folder: { type: "string" } } } };

function ready(asks: Asks, clock?: () => number): Session {
	const session = new Session(grant(read), {}, undefined, { asks, ...(clock === undefined ? {} : { clock }) }).initialize();
	session.list([read]);
	return session;
}

const request = (id: string | number, method: string, params: Json = {}) => ({ jsonrpc: "2.0", id, method, params });

describe("what a server asks in the older era", () => {
	test.each([
		["sampling/createMessage", { sampling: 10 }, { messages: [], maxTokens: 5 }],
		["elicitation/create", { elicitation: 10 }, ASKED],
		["roots/list", { roots: 10 }, {}],
	])("%s passes where it is granted, byte for byte, and its one answer goes back", (method, asks, params) => {
		const session = ready(asks);
		const line = JSON.stringify(request(1, method, params)).replace('"id":1', '"id": 1');
		expect(session.server(line)).toMatchObject({ host: [line], server: [] });
		expect(session.events.at(-1)).toMatchObject({ direction: "server-to-host", method, decision: "allow", reason: "ask-granted" });
		const answer = '{"jsonrpc":"2.0","id":1,"result":{"n":1.0}}';
		expect(session.host(answer).server).toEqual([answer]);
		expect(session.host(answer).server).toEqual([]);
	});

	test.each(["sampling/createMessage", "elicitation/create", "roots/list"])("%s is denied where only the others are granted", (method) => {
		const kind = method.split("/")[0] ?? "";
		const session = ready(Object.fromEntries(Object.entries(all).filter(([each]) => each !== kind)));
		expect(session.server(request(1, method, ASKED))).toMatchObject({ host: [], server: [refused(1, -32601)] });
		expect(session.host({ jsonrpc: "2.0", id: 1, result: {} }).server).toEqual([]);
	});

	test("a flood is stopped after five, and goes on as slowly as is granted", () => {
		let now = 0;
		const session = ready({ sampling: 10 }, () => now);
		const ask = (id: number) => {
			const { host } = session.server(request(id, "sampling/createMessage"));
			session.host({ jsonrpc: "2.0", id, result: {} });
			return host.length === 1;
		};
		expect(Array.from({ length: 50 }, (_, id) => ask(id)).filter(Boolean)).toHaveLength(5);
		expect(session.reasons.filter((reason) => reason === "too-many-asks")).toHaveLength(2);
		now += 5_999;
		expect(ask(100)).toBe(false);
		now += 2;
		expect([ask(101), ask(102)]).toEqual([true, false]);
		now += 60 * 60_000;
		expect(Array.from({ length: 50 }, (_, id) => ask(200 + id)).filter(Boolean)).toHaveLength(5);
	});

	test("a server that may ask often may ask for a tenth of that at once", () => {
		const session = ready({ sampling: 200 });
		const asked = Array.from({ length: 50 }, (_, id) => {
			const { host } = session.server(request(id, "sampling/createMessage"));
			session.host({ jsonrpc: "2.0", id, result: {} });
			return host.length === 1;
		});
		expect(asked.filter(Boolean)).toHaveLength(20);
	});

	test("a number in the policy counts, and no policy that is read again fills it up", () => {
		const session = ready({ sampling: 2 });
		const ask = (id: number) => session.server(request(id, "sampling/createMessage")).host.length === 1;
		expect([1, 2, 3].map(ask)).toEqual([true, true, false]);
		session.relay.setPolicy({ tools: grant(read), asks: { sampling: 2 } });
		expect(ask(4)).toBe(false);
	});

	test("an id that waits for its answer is not taken twice", () => {
		const session = ready(all);
		session.server(request(1, "roots/list"));
		expect(session.server(request(1, "sampling/createMessage"))).toMatchObject({ host: [], server: [refused(1, -32601)] });
		expect(session.server(request(1, "ping")).host).toEqual([]);
		expect(session.host({ jsonrpc: "2.0", id: 1, result: {} }).server).toHaveLength(1);
	});

	test("a question for a credential never reaches the person, and is told of", () => {
		const session = ready(all);
		const { host, server, warnings } = session.server(request(1, "elicitation/create", { ...ASKED, message: "Your GitHub token?" }));
		expect({ host, server }).toEqual({ host: [], server: [refused(1, -32601)] });
		expect(warnings[0]).toContain("asked the person for a password");
		expect(session.reasons.at(-1)).toBe("credential-asked");
	});

	test("a question under a look-alike name is not one", () => {
		const session = ready(all);
		expect(session.server(request(1, "elicitation/create", { ...ASKED, Message: "Your token?" })).host).toEqual([]);
		expect(session.server(request(2, "elicitation/create", { ...ASKED, task: { ttl: 1 } })).host).toEqual([]);
	});

	test.each(["allServers", "AllServers", ["allServers"], null])(
		"a model is not asked with what other servers said: %j",
		(includeContext) => {
			const session = ready(all);
			const { host, server } = session.server(request(1, "sampling/createMessage", { messages: [], maxTokens: 1, includeContext }));
			expect({ host, server }).toEqual({ host: [], server: [refused(1, -32601)] });
			expect(session.reasons.at(-1)).toBe("context-asked");
		},
	);

	test.each([{ tools: [{ name: "x" }] }, { tools: [] }, { toolChoice: { mode: "required" } }])(
		"a model is not asked with tools of the server's own: %j",
		(more) => {
			const session = ready(all);
			const { host, server } = session.server(request(1, "sampling/createMessage", { messages: [], maxTokens: 1, ...more }));
			expect({ host, server }).toEqual({ host: [], server: [refused(1, -32601)] });
			expect(session.reasons.at(-1)).toBe("tools-asked");
		},
	);

	test("a server is not told that its host lets it bring tools of its own to the model", () => {
		const session = new Session(grant(read), {}, undefined, { asks: all });
		const capabilities = { sampling: { tools: {}, context: {} }, roots: {} };
		const asked = request(1, "initialize", { protocolVersion: "2025-11-25", capabilities });
		const sent = JSON.parse(session.host(asked).server[0] ?? "") as { params: Json };
		expect(sent.params.capabilities).toEqual({ sampling: { context: {} }, roots: {} });
	});

	test.each(["none", "thisServer"])("a model may be asked with %s", (includeContext) => {
		const asked = ready(all).server(request(1, "sampling/createMessage", { messages: [], maxTokens: 1, includeContext }));
		expect(asked.host).toHaveLength(1);
	});

	test.each([
		"javascript:alert(1)",
		"file:///etc/passwd",
		"data:text/html,x",
		"vscode://publisher.extension/x",
		"http://example.com/",
		"http://localhost.example.com/",
		"http://127.0.0.1@example.com/",
		"https://bank.example@evil.example/",
		"https://bank.example\\@evil.example/",
		"https:/\\evil.example/",
		"https://evil\u3002example/",
		" https://example.com/",
		"https://example.com/ x",
		"",
		7,
		["https://example.com/"],
	])("nobody is sent to %j", (url) => {
		const session = ready(all);
		const params = { mode: "url", message: "Sign the form", url, elicitationId: "1" };
		expect(session.server(request(1, "elicitation/create", params)).host).toEqual([]);
		expect(session.reasons.at(-1)).toBe("address-unsafe");
		const error = { code: -32042, message: "open it", data: { elicitations: [params] } };
		session.host(call("read", 2));
		expect(session.server({ jsonrpc: "2.0", id: 2, error }).host).toEqual([refused(2)]);
	});

	test.each([
		"https://example.com/a?redirect_uri=http%3A%2F%2Flocalhost%2Fb&state=x@y",
		"http://localhost:8080/x",
		"http://[::1]:1/",
		"https://[::1]/",
	])("a person may be sent to %s", (url) => {
		const params = { mode: "url", message: "Sign the form", url, elicitationId: "1" };
		expect(ready(all).server(request(1, "elicitation/create", params)).host).toHaveLength(1);
	});

	test("one that sends the person to an address passes, and is told of", () => {
		const session = ready(all);
		const url = { mode: "url", message: "Sign the form", url: "https://example.com", elicitationId: "1" };
		const { host, warnings } = session.server(request(1, "elicitation/create", url));
		expect(host).toHaveLength(1);
		expect(warnings[0]).toContain("asks the person to open an address");
		expect(session.events.at(-1)).toMatchObject({ reason: "url-asked", decision: "allow" });
		const complete = (params: object) => session.server({ jsonrpc: "2.0", method: "notifications/elicitation/complete", params }).host;
		expect(JSON.parse(complete({ elicitationId: "1" })[0] ?? "").params).toEqual({ elicitationId: "1" });
		for (const words of ["EVIL ".repeat(100), { of: "EVIL" }]) expect(complete({ elicitationId: words }).join()).not.toContain("EVIL");
	});

	test("an error that sends the person to an address passes where questions are granted, and not for a credential", () => {
		const failed = (message: string) => {
			const session = ready(all);
			session.call("read", 1);
			const elicitations = [{ mode: "url", message, url: "https://example.com", elicitationId: "1" }];
			return session.server({ jsonrpc: "2.0", id: 1, error: { code: -32042, message: "open", data: { elicitations } } }).host;
		};
		expect(failed("Sign the form")[0]).toContain("example.com");
		expect(failed("Enter your password")).toEqual([refused(1)]);
	});

	test("the host's capabilities are shown to the server for what is granted alone, and changes of its folders too", () => {
		const session = new Session(grant(read), {}, undefined, { asks: { roots: 1 } });
		const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true } };
		const { server } = session.host(request(1, "initialize", { protocolVersion: "2025-11-25", capabilities }));
		expect(JSON.parse(server[0] ?? "").params.capabilities).toEqual({ roots: { listChanged: true } });
		const modern = session.host(request(2, "server/discover", modernMeta(capabilities)));
		expect(JSON.parse(modern.server[0] ?? "").params).toEqual(modernMeta({ roots: { listChanged: true } }));
		const changed = { jsonrpc: "2.0", method: "notifications/roots/list_changed" };
		expect(session.host(changed).server).toHaveLength(1);
		expect(ready({ sampling: 1 }).host(changed).server).toEqual([]);
	});

	test("taken back while a question is open, it is closed on both sides", () => {
		const session = ready(all);
		session.server(request("q", "elicitation/create", ASKED));
		const { host, server } = seen(session.relay.setPolicy({ tools: grant(read), asks: { roots: 1 } }));
		expect(host.map((text) => JSON.parse(text)).at(-1)).toMatchObject({ method: "notifications/cancelled", params: { requestId: "q" } });
		expect(server).toEqual([refused("q", -32601)]);
		expect(session.host({ jsonrpc: "2.0", id: "q", result: {} }).server).toEqual([]);
	});

	test("the server can call its own question off, and say why in a word", () => {
		const session = ready(all);
		const calledOff = (params: object) => session.server({ jsonrpc: "2.0", method: "notifications/cancelled", params }).host;
		session.server(request("p", "elicitation/create", ASKED));
		expect(calledOff({ requestId: "p", reason: "EVIL ".repeat(100), more: "EVIL" }).join()).not.toContain("EVIL");
		session.server(request("q", "elicitation/create", ASKED));
		expect(JSON.parse(calledOff({ requestId: "q", reason: "No longer needed" })[0] ?? "")).toMatchObject({
			params: { requestId: "q", reason: "No longer needed" },
		});
		expect(session.host({ jsonrpc: "2.0", id: "q", result: {} }).server).toEqual([]);
	});

	test("nothing is asked while the log cannot be written", () => {
		const session = ready(all);
		session.writable = false;
		expect(session.server(request(1, "roots/list"))).toMatchObject({ host: [], server: [refused(1, -32601)] });
	});
});

test("a question whose record was lost after all is not put, and its answer goes nowhere; one that the host has stays", () => {
	const session = ready(all);
	session.server(request("first", "elicitation/create", ASKED));
	const actions = session.relay.fromServer([line(request("q", "elicitation/create", ASKED))]);
	expect(session.take(session.relay.recordsLost(actions))).toMatchObject({ host: [], server: [refused("q", -32601)] });
	expect(session.host({ jsonrpc: "2.0", id: "first", result: {} }).server).toHaveLength(1);
	expect(session.host({ jsonrpc: "2.0", id: "q", result: {} }).server).toEqual([]);
});

describe("input that a server requires in the stateless era", () => {
	const modern = (asks: Asks, clock?: () => number): Session => {
		const session = new Session(grant(read), {}, undefined, {
			asks,
			offers: offersOf({ prompts: ["p", "q"] }),
			...(clock === undefined ? {} : { clock }),
		});
		session.host(request("l", "tools/list", modernMeta()));
		session.server({ jsonrpc: "2.0", id: "l", result: { tools: [read] } });
		return session;
	};
	const ask = (more: Json = {}, params: Json = ASKED): Json => ({
		resultType: "input_required",
		inputRequests: { a: { method: "elicitation/create", params } },
		requestState: "s1",
		...more,
	});
	const answers = { inputResponses: { a: { action: "accept", content: { folder: "docs" } } }, requestState: "s1" };
	const round = (session: Session, id: number, result: Json) => {
		session.host(call("read", id, modernMeta()));
		return session.server({ jsonrpc: "2.0", id, result }).host;
	};

	test("passes where it is granted, and its answer goes back once, with the call", () => {
		const session = modern(all);
		expect(JSON.parse(round(session, 1, ask())[0] ?? "").result).toEqual(ask());
		const retry = call("read", 2, { ...modernMeta(), ...answers });
		expect(session.host(retry).server).toEqual([JSON.stringify(retry)]);
		expect(session.host({ ...retry, id: 3 })).toMatchObject({ host: [refused(3)], server: [] });
		expect(session.reasons.at(-1)).toBe("input-not-granted");
	});

	test.each([
		["to another tool", "tools/call", { name: "erase", ...answers }],
		["with another state", "tools/call", { name: "read", ...answers, requestState: "s2" }],
		["without the state", "tools/call", { name: "read", inputResponses: answers.inputResponses }],
		["for a question that was not put", "tools/call", { name: "read", ...answers, inputResponses: { b: {} } }],
		["that is no object", "tools/call", { name: "read", ...answers, inputResponses: { a: "x" } }],
		["that is a list", "tools/call", { name: "read", ...answers, inputResponses: [] }],
		["to a prompt", "prompts/get", { name: "p", ...answers }],
	])("an answer %s is refused", (_, method, params) => {
		const session = modern(all);
		round(session, 1, ask());
		expect(session.host(request(2, method, { arguments: {}, ...modernMeta(), ...params }))).toMatchObject({
			host: [refused(2)],
			server: [],
		});
	});

	test("states that are long without end are not all kept: the last answers count", () => {
		let now = 0;
		const session = modern(all, () => now);
		const long = "s".repeat(3_000_000);
		for (let id = 1; id <= 12; id++) {
			expect(round(session, id, ask({ requestState: `${id}${long}` }))).toHaveLength(1);
			now += 60_000;
		}
		const retry = (id: number, state: number) =>
			session.host(call("read", id, { ...modernMeta(), ...answers, requestState: `${state}${long}` })).server.length;
		expect([retry(21, 1), retry(22, 7), retry(23, 8), retry(24, 12)]).toEqual([0, 0, 1, 1]);
	});

	test("each retry is judged anew by its arguments", () => {
		const session = new Session(grant(read), {}, undefined, { asks: all, mayCall: (_, { path }) => path !== "/etc" });
		session.host(request("l", "tools/list", modernMeta()));
		session.server({ jsonrpc: "2.0", id: "l", result: { tools: [read] } });
		round(session, 1, ask());
		const retry = call("read", 2, { ...modernMeta(), ...answers, arguments: { path: "/etc" } });
		expect(session.host(retry).host).toEqual([refused(2)]);
		expect(session.reasons.at(-1)).toBe("argument-not-allowed");
	});

	test.each([
		["that is not granted", { sampling: 10 }, ask(), "input-not-granted"],
		["for a credential", all, ask({}, { ...ASKED, message: "Your API key" }), "credential-asked"],
		[
			"with what other servers said",
			all,
			ask({ inputRequests: { a: { method: "sampling/createMessage", params: { messages: [], includeContext: "allServers" } } } }),
			"context-asked",
		],
		[
			"with tools of the server's own",
			all,
			ask({ inputRequests: { a: { method: "sampling/createMessage", params: { messages: [], tools: [] } } } }),
			"tools-asked",
		],
		["for a visit to a program", all, ask({}, { mode: "url", message: "Sign", url: "vscode://x/y" }), "address-unsafe"],
		["of an unknown kind", all, ask({ inputRequests: { a: { method: "tools/call", params: {} } } }), "input-not-granted"],
		["of no shape", all, ask({ inputRequests: { a: 1 } }), "result-unreadable"],
		["under a second name", all, ask({ InputRequests: {} }), "input-not-granted"],
		["with an odd state", all, ask({ requestState: 7 }), "result-unreadable"],
		["for nothing at all", all, { resultType: "input_required" }, "result-unreadable"],
		[
			"too many at once",
			all,
			ask({ inputRequests: Object.fromEntries("abcdef".split("").map((key) => [key, { method: "roots/list" }])) }),
			"too-many-asks",
		],
	])("input %s: the host gets the constant refusal", (_, asks, result, reason) => {
		const session = modern(asks);
		expect(round(session, 1, result)).toEqual([refused(1)]);
		expect(session.reasons.at(-1)).toBe(reason);
	});

	test("a server that asks again and again is stopped", () => {
		const session = modern(all);
		const outcomes = Array.from({ length: 8 }, (_, n) => {
			const result = { resultType: "input_required", requestState: `s${n}` };
			const more = n === 0 ? {} : { requestState: `s${n - 1}` };
			session.host(call("read", n, { ...modernMeta(), ...more }));
			return session.server({ jsonrpc: "2.0", id: n, result }).host[0] ?? "";
		});
		expect(outcomes.map((text) => text.includes("input_required"))).toEqual([true, true, true, true, true, false, false, false]);
	});

	test("a prompt may require it as well", () => {
		const session = modern(all);
		session.host(request(1, "prompts/get", { name: "p", ...modernMeta() }));
		expect(session.server({ jsonrpc: "2.0", id: 1, result: ask() }).host[0]).toContain("input_required");
		expect(session.host(request(2, "prompts/get", { name: "q", ...answers, ...modernMeta() })).host).toEqual([refused(2)]);
		expect(session.host(request(3, "prompts/get", { name: "p", ...answers, ...modernMeta() })).server).toHaveLength(1);
	});

	test("is none of a session of the older era", () => {
		const session = ready(all);
		session.call("read", 1);
		expect(session.server({ jsonrpc: "2.0", id: 1, result: ask() }).host).toEqual([refused(1)]);
		expect(seen(session.relay.fromHost([line(call("read", 2, answers))])).host).toEqual([refused(2)]);
	});
});
