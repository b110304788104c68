import { describe, expect, test } from "vitest";
import { offersOf } from "../../../src/core/policy/offers.ts";
import { grant, modernMeta, refused, Session, tool } from "./peers.ts";

const read = tool("read");
const offers = offersOf({ prompts: ["*"], resources: ["**"] });

function ready(): Session {
	const session = new Session(grant(read), {}, undefined, { offers }).initialize();
	session.list([read]);
	return session;
}

describe("`null` where a program has nothing to say", () => {
	test.each([
		'{"jsonrpc":"2.0","id":1,"method":"ping","params":null}',
		'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":null}',
		'{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":null,"_meta":null}}',
		'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":null,"_meta":null}}',
		'{"jsonrpc":"2.0","id":1,"method":"prompts/get","params":{"name":"any","arguments":null}}',
	])("reaches the server: %s", (request) => {
		expect(ready().host(request)).toMatchObject({ server: [request], host: [] });
	});

	test("reaches the host, and the server is asked for its tools anew", () => {
		const session = ready();
		const changed = '{"jsonrpc":"2.0","method":"notifications/tools/list_changed","params":null}';
		expect(session.server(changed).host).toEqual([changed]);
		expect(session.call("read", 2).server).toHaveLength(1);
		expect(session.call("read", 3).server).toEqual([]);
	});

	test("grants nothing", () => {
		expect(ready().host('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}')).toMatchObject({ server: [], host: [refused(1)] });
		expect(ready().host('{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":null}').server).toEqual([]);
		const none = new Session(grant(read), {}, undefined, { mayCall: () => false }).initialize();
		none.list([read]);
		expect(none.call("read", 1, { arguments: null }).server).toEqual([]);
	});
});

describe("a server's text that was cut through the midst of a character", () => {
	const answer = (result: string): string => `{"jsonrpc":"2.0","id":1, "result":${result}}`;

	test("reaches the host, with the half shown as its code, and is told once", () => {
		const session = ready();
		session.call("read", 1);
		const { host, warnings } = session.server(answer('{"content":[{"type":"text","text":"wave \\ud83d"}],"n":1.0,"ok":"\\ud83d\\ude00"}'));
		expect(host).toEqual([answer('{"content":[{"type":"text","text":"wave \\\\u{d83d}"}],"n":1.0,"ok":"\\ud83d\\ude00"}')]);
		expect(warnings.join()).toContain("half-character");
	});

	test("does not get past what is judged", () => {
		const session = ready();
		session.host({ jsonrpc: "2.0", id: 1, method: "tools/list" });
		const tools = JSON.stringify([read, tool("erase")]);
		const [listed = ""] = session.server(answer(`{"tools":${tools},"x\\udc00":1}`)).host;
		expect(JSON.parse(listed).result.tools).toEqual([read]);
		session.call("read", 2);
		expect(session.server('{"jsonrpc":"2.0","id":2,"result":{"a":"\\ud800","b":1,"b":2}}').host).toEqual([refused(2)]);
	});

	test("of a host is refused", () => {
		expect(
			ready().host('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"a":"\\ud83d"}}}'),
		).toMatchObject({
			server: [],
			host: [refused(1, -32600)],
		});
	});
});

test("a host may call as many tools at once as it may have requests, also while their list is read anew", () => {
	const session = ready();
	session.server({ jsonrpc: "2.0", method: "notifications/tools/list_changed" });
	const calls = Array.from({ length: 200 }, (_, id) => session.call("read", id));
	const [own = ""] = calls.flatMap(({ server }) => server);
	expect(calls.flatMap(({ host }) => host)).toEqual([]);
	expect(session.server({ jsonrpc: "2.0", id: JSON.parse(own).id, result: { tools: [read] } }).server).toHaveLength(200);
});

test("in the stateless era a call with nothing but its name passes", () => {
	const session = new Session(grant(read));
	session.host({ jsonrpc: "2.0", id: 1, method: "tools/list", params: modernMeta() });
	session.server({ jsonrpc: "2.0", id: 1, result: { tools: [read] } });
	const call = JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "read", arguments: null, ...modernMeta() } });
	expect(session.host(call).server).toEqual([call]);
});
