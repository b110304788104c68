import { describe, expect, test } from "vitest";
import { offersOf, type PolicyOffers } from "../../../src/core/policy/offers.ts";
import { grant, line, modernMeta, refused, Session, seen, tool } from "./peers.ts";

const read = tool("read");
const offers = { prompts: ["summary"], resources: ["file:///docs/**"], templates: ["file:///docs/{path}"], completions: true };

function session(granted: PolicyOffers = offers): Session {
	return new Session(grant(read), {}, undefined, { offers: offersOf(granted) });
}

const request = (id: string | number, method: string, params: object = {}) => ({ jsonrpc: "2.0", id, method, params });
const eras = [
	["2025-11-25", {}],
	["2026-07-28", modernMeta()],
] as const;

describe.each(eras)("in %s", (era, meta) => {
	const ready = (granted: PolicyOffers = offers) => (era === "2025-11-25" ? session(granted).initialize() : session(granted));

	test.each([
		["prompts/list", "prompts", [{ name: "summary" }, { name: "Summary" }, { name: "steal" }, 7, { name: "summary", Name: "steal" }]],
		["resources/list", "resources", [{ uri: "file:///docs/a" }, { uri: "file:///docs/../etc/passwd" }, { uri: "file:///etc" }, {}]],
		["resources/templates/list", "resourceTemplates", [{ uriTemplate: "file:///docs/{path}" }, { uriTemplate: "file:///{+path}" }]],
	])("%s shows what is granted of every page, and keeps what the protocol knows of the rest", (method, key, elements) => {
		const side = ready();
		side.host(request(1, method, meta));
		const page = { [key]: elements, nextCursor: "2", ttlMs: 9, _meta: { n: 1 }, resultType: "complete", cacheScope: "private" };
		const [answer = ""] = side.server({ jsonrpc: "2.0", id: 1, result: page }).host;
		expect(JSON.parse(answer).result).toEqual({ ...page, _meta: {}, [key]: elements.slice(0, 1) });
		side.host(request(2, method, { ...meta, cursor: "2" }));
		const [second = ""] = side.server({ jsonrpc: "2.0", id: 2, result: { [key]: elements.slice(1) } }).host;
		expect(JSON.parse(second).result[key]).toEqual([]);
	});

	test("a page that is none is refused", () => {
		const side = ready();
		side.host(request(1, "prompts/list", meta));
		expect(side.server({ jsonrpc: "2.0", id: 1, result: { prompts: { name: "summary" } } }).host).toEqual([refused(1)]);
	});

	test.each([
		["prompts/get", { name: "summary", arguments: { a: "b" } }],
		["resources/read", { uri: "file:///docs/a" }],
		["resources/subscribe", { uri: "file:///docs/a" }],
		["resources/unsubscribe", { uri: "file:///docs/a" }],
		["completion/complete", { ref: { type: "ref/prompt", name: "summary" }, argument: { name: "x", value: "y" } }],
		["completion/complete", { ref: { type: "ref/resource", uri: "file:///docs/{path}" }, argument: { name: "path", value: "y" } }],
	])("%s reaches the server for what is granted, byte for byte, and is recorded", (method, params) => {
		const side = ready();
		const line = JSON.stringify(request(1, method, { ...params, ...meta })).replace('"id":1', '"id": 1');
		expect(side.host(line)).toMatchObject({ server: [line], host: [] });
		const { arguments: _, argument: __, ...subject } = params as Record<string, unknown>;
		expect(side.events.at(-1)).toMatchObject({ method, decision: "allow", reason: "offer-granted", arguments: subject });
		const answer = '{"jsonrpc":"2.0","id":1,"result":{"contents":[{"uri":"file:///docs/a","text":"1"}], "n":1.0}}';
		// What is answered by nothing, is.
		expect(side.server(answer).host).toEqual([/subscribe$/.test(method) ? '{"jsonrpc":"2.0","id":1,"result":{}}' : answer]);
		expect(side.events.at(-1)).toMatchObject({ request: 1, method, direction: "server-to-host", outcome: "answered" });
	});

	test("one whose record was lost after all is given up, and one that is never answered is recorded as such", () => {
		const side = ready();
		const actions = side.relay.fromHost([line(request(1, "prompts/get", { name: "summary", ...meta }))]);
		expect(side.take(side.relay.recordsLost(actions))).toMatchObject({ host: [refused(1)], server: [] });
		side.host(request(2, "prompts/get", { name: "summary", ...meta }));
		side.take(side.relay.serverClosed());
		expect(side.events.at(-1)).toMatchObject({ request: 2, method: "prompts/get", outcome: "unanswered" });
	});

	test.each([
		["prompts/get", { name: "steal" }],
		["prompts/get", { name: "Summary" }],
		["prompts/get", {}],
		["prompts/get", { name: "summary", NAME: "steal" }],
		["prompts/get", { name: "summary", arguments: [] }],
		["prompts/get", { name: "summary", inputResponses: {} }],
		["resources/read", { uri: "file:///etc/passwd" }],
		["resources/read", { uri: "file:///docs/%2e%2e/etc" }],
		["resources/read", { uri: "file:///docs/a", Uri: "file:///etc" }],
		["resources/read", { uri: ["file:///docs/a"] }],
		["completion/complete", { ref: { type: "ref/prompt", name: "steal" } }],
		["completion/complete", { ref: { type: "ref/prompt", name: "summary", uri: "file:///etc" } }],
		["completion/complete", { ref: { type: "ref/prompt", name: "summary", Type: "ref/resource" } }],
		["completion/complete", { ref: { type: "ref/resource", uri: "file:///{+path}" } }],
		["completion/complete", { ref: "summary" }],
	])("%s %j gets the one constant answer", (method, params) => {
		const side = ready();
		expect(side.host(request(1, method, { ...params, ...meta }))).toMatchObject({ host: [refused(1)], server: [] });
		expect(side.events.at(-1)).toMatchObject({ decision: "refuse", outcome: "withheld" });
	});

	test.each(["resources/subscribe", "resources/unsubscribe"])("%s of what is not granted is refused as the era refuses it", (method) => {
		for (const params of [{ uri: "file:///etc" }, {}]) {
			const side = ready();
			const answer = refused(1, era === "2025-11-25" ? -32602 : -32601);
			expect(side.host(request(1, method, { ...params, ...meta }))).toMatchObject({ host: [answer], server: [] });
		}
	});

	test("nothing of it reaches the server while the log cannot be written", () => {
		const side = ready();
		side.writable = false;
		expect(side.host(request(1, "resources/read", { uri: "file:///docs/a", ...meta }))).toMatchObject({ host: [refused(1)], server: [] });
	});

	test("without completions, none is asked for", () => {
		const side = ready({ ...offers, completions: false });
		const ref = { type: "ref/prompt", name: "summary" };
		expect(side.host(request(1, "completion/complete", { ref, ...meta })).host).toEqual([refused(1)]);
	});

	test.each([
		[offers, ["logging", "tools", "prompts", "resources", "completions"]],
		[{ prompts: ["*"] }, ["logging", "tools", "prompts"]],
		[{ templates: ["*"] }, ["logging", "tools", "resources"]],
		[{}, ["logging", "tools"]],
	])("with %j granted the host is told of %j, and that lists may change", (granted, shown) => {
		const side = session(granted);
		const method = era === "2025-11-25" ? "initialize" : "server/discover";
		side.host(request(1, method, { protocolVersion: "2025-11-25", capabilities: {}, ...meta }));
		const capabilities = { logging: {}, tools: {}, prompts: {}, resources: { subscribe: true, listChanged: false }, completions: {} };
		const [answer = ""] = side.server({ jsonrpc: "2.0", id: 1, result: { protocolVersion: "2025-11-25", capabilities } }).host;
		const told = JSON.parse(answer).result.capabilities;
		expect(Object.keys(told)).toEqual(shown);
		if (told.prompts !== undefined) expect(told.prompts).toEqual({ listChanged: true });
		if (told.resources !== undefined) expect(told.resources).toEqual({ subscribe: true, listChanged: true });
	});
});

describe("what the host hears of", () => {
	test.each([
		["notifications/prompts/list_changed", {}, true],
		["notifications/resources/list_changed", {}, true],
		["notifications/resources/updated", { uri: "file:///docs/a" }, true],
		["notifications/resources/updated", { uri: "file:///etc" }, false],
		["notifications/resources/updated", { uri: "file:///docs/a", URI: "x" }, false],
	])("%s %j: %s", (method, params, isHeard) => {
		expect(session().initialize().server({ jsonrpc: "2.0", method, params }).host).toHaveLength(isHeard ? 1 : 0);
		expect(session({}).initialize().server({ jsonrpc: "2.0", method, params }).host).toEqual([]);
	});

	const listen = (notifications: object) => request("s", "subscriptions/listen", { ...modernMeta(), notifications });
	const stream = { _meta: { "io.modelcontextprotocol/subscriptionId": "s" } };
	const wanted = { promptsListChanged: true, resourcesListChanged: true, resourceSubscriptions: ["file:///docs/a", "file:///etc", 7] };

	test("a subscription is passed on, and acknowledged, for what is granted", () => {
		const side = session();
		const left = { ...wanted, resourceSubscriptions: ["file:///docs/a"] };
		expect(JSON.parse(side.host(listen(wanted)).server[0] ?? "").params.notifications).toEqual(left);
		const acknowledged = {
			jsonrpc: "2.0",
			method: "notifications/subscriptions/acknowledged",
			params: { ...stream, notifications: wanted },
		};
		expect(JSON.parse(side.server(acknowledged).host[0] ?? "").params.notifications).toEqual(left);
		const updated = (uri: string) => ({ jsonrpc: "2.0", method: "notifications/resources/updated", params: { uri, ...stream } });
		expect(side.server(updated("file:///docs/a")).host).toHaveLength(1);
		expect(side.server(updated("file:///etc")).host).toEqual([]);
	});

	test("without a grant nothing is left of it", () => {
		expect(JSON.parse(session({}).host(listen(wanted)).server[0] ?? "").params.notifications).toEqual({});
		const odd = listen({ resourceSubscriptions: [], ResourceSubscriptions: ["file:///etc"] });
		expect(session().host(odd)).toMatchObject({ host: [refused("s")], server: [] });
	});

	test("a grant that changes is told in both eras, of the kinds that it changes, and applies at once", () => {
		const side = session();
		side.host(listen(wanted));
		side.server({ jsonrpc: "2.0", method: "notifications/subscriptions/acknowledged", params: { ...stream, notifications: wanted } });
		const { host } = seen(side.relay.setPolicy({ tools: grant(read), offers: offersOf({ ...offers, prompts: [] }) }));
		expect(host.map((line) => JSON.parse(line))).toEqual([
			{ jsonrpc: "2.0", method: "notifications/prompts/list_changed", params: stream },
		]);
		expect(side.host(request(1, "prompts/get", { name: "summary" })).host).toEqual([refused(1)]);

		const older = session();
		older.host(request("i", "initialize", { protocolVersion: "2025-11-25", capabilities: {} }));
		const capabilities = { tools: {}, prompts: {}, resources: {} };
		older.server({ jsonrpc: "2.0", id: "i", result: { protocolVersion: "2025-11-25", capabilities } });
		older.host({ jsonrpc: "2.0", method: "notifications/initialized" });
		const told = seen(older.relay.setPolicy({ tools: grant(read), offers: offersOf({}) })).host.map((line) => JSON.parse(line).method);
		expect(told).toEqual([
			"notifications/tools/list_changed",
			"notifications/prompts/list_changed",
			"notifications/resources/list_changed",
		]);
	});
});
