import { expect, test } from "vitest";
import { call, grant, line, refused, Session, tool } from "./peers.ts";

const read = tool("read");
const write = tool("write");

/** One chunk of the host's whose records do not reach the log. */
function losing(session: Session, ...messages: readonly unknown[]) {
	return session.take(session.relay.recordsLost(session.relay.fromHost(messages.map(line))));
}

test("the relay's own list is asked for though the records of the step were lost, so what waits for it goes on", () => {
	const session = new Session(grant(read)).initialize();
	const lost = losing(session, call("no-such-tool", 1), call("read", 2));
	expect(lost.host).toEqual([refused(1)]);
	const own = JSON.parse(lost.server[0] ?? "");
	expect(own).toMatchObject({ method: "tools/list" });
	expect(session.server({ jsonrpc: "2.0", id: own.id, result: { tools: [read] } }).server.map((text) => JSON.parse(text).id)).toEqual([2]);
	expect(session.call("read", 3).server).toHaveLength(1);
});

test("a call that waited for the list and whose record is lost then is refused, and the next one goes through", () => {
	const session = new Session(grant(read)).initialize();
	const own = JSON.parse(session.call("read", 2).server[0] ?? "");
	const answer = { jsonrpc: "2.0", id: own.id, result: { tools: [read] } };
	const lost = session.take(session.relay.recordsLost(session.relay.fromServer([line(answer)])));
	expect(lost).toMatchObject({ host: [refused(2)], server: [] });
	expect(session.relay.isWaitedFor).toBe(false);
	expect(session.call("read", 3).server).toHaveLength(1);
});

test("what opens the session, and what the host answers, reaches the server with the records of the step lost", () => {
	const session = new Session(grant(read), {}, undefined, { asks: { roots: 10 } });
	const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "t", version: "1" } };
	const unknown = { jsonrpc: "2.0", id: 9, method: "no/such" };
	expect(losing(session, { jsonrpc: "2.0", id: 0, method: "initialize", params }, unknown).server).toHaveLength(1);
	const result = { protocolVersion: "2025-11-25", capabilities: { tools: {} }, serverInfo: { name: "s", version: "1" } };
	expect(session.server({ jsonrpc: "2.0", id: 0, result }).host).toHaveLength(1);
	expect(losing(session, { jsonrpc: "2.0", method: "notifications/initialized" }, { ...unknown, id: 10 }).server).toHaveLength(1);
	session.server({ jsonrpc: "2.0", id: "r", method: "roots/list" });
	expect(losing(session, { jsonrpc: "2.0", id: "r", result: { roots: [] } }, { ...unknown, id: 11 }).server).toHaveLength(1);
});

test("a call that was sent and recorded before keeps its answer, and the log says of each call what became of it", () => {
	const session = new Session(grant(read, write)).initialize();
	session.list([read, write]);
	expect(session.call("write", 1).server).toHaveLength(1);
	expect(losing(session, call("write", 2), call("read", 3))).toMatchObject({ host: [refused(2), refused(3)], server: [] });
	const answer = JSON.stringify({ jsonrpc: "2.0", id: 1, result: { content: [] } });
	expect(session.server(answer).host).toEqual([answer]);
	const ends = session.events.filter(({ direction }) => direction === "server-to-host");
	expect(ends).toMatchObject([
		{ request: 2, reason: "audit-failed", outcome: "withheld" },
		{ request: 3, reason: "audit-failed", outcome: "withheld" },
		{ request: 1, outcome: "answered" },
	]);
});

test("a step that is given up does not take the steps beside it along, whichever is done first", () => {
	const session = new Session(grant(read)).initialize();
	session.list([read]);
	const first = session.relay.fromHost([line(call("read", 1))]);
	const second = session.relay.fromHost([line(call("read", 2))]);
	expect(session.take(session.relay.recordsLost(second))).toMatchObject({ host: [refused(2)], server: [] });
	expect(session.take(first)).toMatchObject({ host: [], server: [JSON.stringify(call("read", 1))] });
	expect(session.server({ jsonrpc: "2.0", id: 1, result: { content: [] } }).host).toHaveLength(1);
});

test("what was given up once is not given up again", () => {
	const session = new Session(grant(read)).initialize();
	session.list([read]);
	const left = session.relay.recordsLost(session.relay.fromHost([line(call("read", 1))]));
	expect(session.take(session.relay.recordsLost(left)).host).toEqual([refused(1)]);
});
