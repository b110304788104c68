import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { offersOf } from "../../../src/core/policy/offers.ts";
import type { RelayPolicy } from "../../../src/core/protocol/relay.ts";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";
import { Dice, githubToken } from "../secrets/samples.ts";
import { call, grant, type Json, line, modernMeta, refused, Session, tool } from "./peers.ts";

const read = tool("read");
const write = tool("write");
const token = githubToken(new Dice(Date.now() % 2 ** 31), "ghp");
const key = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const offers = offersOf({ prompts: ["*"], resources: ["*", `notes://${token}`], templates: ["*"], completions: true });

function ready(more: Partial<RelayPolicy> = {}, own: readonly string[] = []): Session {
	const asks = { sampling: 10, elicitation: 10, roots: 10 };
	const session = new Session(grant(read, write), {}, new KnownValues(own), { offers, asks, ...more }).initialize();
	session.list([read, write]);
	return session;
}

const request = (method: string, params: Json) => ({ jsonrpc: "2.0", id: 9, method, params });

describe("a key or token that the host sends to a server without a grant for it", () => {
	const messages: readonly (readonly [string, Json, string])[] = [
		["an argument", call("read", 9, { arguments: { path: `see ${token} there` } }), "params.arguments.path"],
		["deep in one", call("read", 9, { arguments: { a: [{ b: key }] } }), "params.arguments.a.0.b"],
		["the name of a member", call("read", 9, { arguments: { [token]: 1 } }), "params.arguments"],
		["beneath a member whose name tells it", call("read", 9, { arguments: { [`x ${token.slice(0, 9)}`]: token } }), "params.arguments.…"],
		["base64", call("read", 9, { arguments: { data: Buffer.from(`\n${key}`).toString("base64") } }), "params.arguments.data"],
		["`_meta`", call("read", 9, { _meta: { note: token } }), "params._meta.note"],
		["a prompt's argument", request("prompts/get", { name: "p", arguments: { topic: token } }), "params.arguments.topic"],
		[
			"a completion",
			request("completion/complete", { ref: { type: "ref/prompt", name: "p" }, argument: { name: "a", value: token } }),
			"params.argument.value",
		],
		["a resource's URI", request("resources/read", { uri: `notes://${token}` }), "params.uri"],
		["the name of a tool that is not granted", call(token, 9), "params.name"],
	];

	test.each(messages)("is stopped in %s, and the log says which kind and where, not what", (_, message, place) => {
		const session = ready();
		const seen = session.host(message);
		expect(seen).toMatchObject({ host: [refused(9)], server: [] });
		expect(session.events.at(-1)).toMatchObject({ decision: "refuse", reason: "host-secret", outcome: "withheld" });
		expect(session.events.at(-1)?.arguments).toEqual({
			kind: place.includes(".a.0") || place.includes("data") ? "private key" : "GitHub token",
			place,
		});
		expect(seen.warnings.join("")).toMatch(
			/host was about to send it a private key or a token that is not its own \(.*in params.*\)\. If it should/,
		);
		const { tool: named, ...event } = session.events.at(-1) ?? { tool: null };
		expect(`${JSON.stringify(event)}${place === "params.name" ? "" : named}`).not.toContain(token.slice(0, 12));
	});

	test("is stopped with every letter escaped", () => {
		const escaped = [...token].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
		const seen = ready().host(`{"jsonrpc":"2.0","id":9,"method":"tools/call","params":{"name":"read","arguments":{"a":"${escaped}"}}}`);
		expect(seen).toMatchObject({ host: [refused(9)], server: [] });
	});

	test("is stopped in the answer to what the server asks, which gets the answer of a refusal", () => {
		for (const method of ["sampling/createMessage", "roots/list"]) {
			const session = ready();
			session.server({ jsonrpc: "2.0", id: "q", method, params: {} });
			const answer = { jsonrpc: "2.0", id: "q", result: { content: { type: "text", text: token } } };
			expect(session.host(answer)).toMatchObject({ host: [], server: [refused("q", -32600)] });
			expect(session.reasons).toContain("host-secret");
			// It is answered: no second answer goes through.
			expect(session.host({ jsonrpc: "2.0", id: "q", result: {} }).server).toEqual([]);
		}
	});

	test("is stopped in `inputResponses` of the stateless era, and in a notification", () => {
		const session = new Session(grant(read), {}, undefined, { asks: { elicitation: 10 } });
		session.host({ jsonrpc: "2.0", id: 1, method: "tools/list", params: modernMeta() });
		session.server({ jsonrpc: "2.0", id: 1, result: { resultType: "complete", tools: [read] } });
		session.host(call("read", 2, modernMeta()));
		const question = { method: "elicitation/create", params: { message: "Which?", requestedSchema: { type: "object", properties: {} } } };
		session.server({ jsonrpc: "2.0", id: 2, result: { resultType: "input_required", inputRequests: { q: question }, requestState: "s" } });
		const answers = { inputResponses: { q: { action: "accept", content: { a: token } } }, requestState: "s" };
		expect(session.host(call("read", 3, { ...modernMeta(), ...answers }))).toMatchObject({ host: [refused(3)], server: [] });
		expect(session.events.at(-1)?.arguments).toEqual({ kind: "GitHub token", place: "params.inputResponses.q.content.a" });
		const notification = { jsonrpc: "2.0", method: "notifications/progress", params: { progressToken: 1, progress: 1, message: token } };
		expect(session.host(notification)).toMatchObject({ host: [], server: [] });
	});

	test("is stopped in one element of an array, and only there", () => {
		const session = new Session(grant(read)).initialize("2025-03-26");
		session.list([read]);
		const seen = session.host([call("read", 1), call("read", 2, { arguments: { a: token } })]);
		expect(seen.server).toHaveLength(1);
		expect(seen.host).toEqual([refused(2)]);
	});
});

describe("it goes through", () => {
	const message = (name: string) => call(name, 9, { arguments: { a: `x ${token}` } });

	test("where a policy grants it: in calls of one tool, or in everything; and no more once it is taken back", () => {
		expect(ready({ hostSecrets: ["write"] }).host(message("write")).server).toEqual([JSON.stringify(message("write"))]);
		expect(ready({ hostSecrets: ["write"] }).host(message("read")).server).toEqual([]);
		const session = ready({ hostSecrets: ["*"] });
		expect(session.host(message("read")).server).toHaveLength(1);
		expect(session.host({ ...request("prompts/get", { name: "p", arguments: { a: token } }), id: 11 }).server).toHaveLength(1);
		session.take(session.relay.setPolicy({ tools: grant(read, write) }));
		expect(session.host({ ...message("read"), id: 10 }).host).toEqual([refused(10)]);
	});

	test("where it is the server's own, plain or in base64, and not what stands beside it", () => {
		const other = githubToken(new Dice(99), "ghp");
		const session = ready({}, [token, key]);
		const send = (id: number, text: string) => session.host(call("read", id, { arguments: { a: text } })).server.length;
		expect([send(1, `x ${token}`), send(2, key), send(3, Buffer.from(key).toString("base64"))]).toEqual([1, 1, 1]);
		expect(send(4, `${token} ${other}`)).toBe(0);
	});

	test("where nobody can be certain: hashes, identifiers, base64, placeholders", () => {
		const session = ready();
		const texts = [
			`ghp_${"0".repeat(36)}`,
			"3e9c1f0a-7b1d-4f55-9d35-2f6f1f4f8f10",
			"-----BEGIN PRIVATE KEY-----",
			`sha256-${"a1B2".repeat(11)}=`,
		];
		for (const [id, text] of texts.entries()) {
			const sent = call("read", id, { arguments: { a: text } });
			expect(session.take(session.relay.fromHost([line(sent)])).server).toEqual([JSON.stringify(sent)]);
		}
	});
});
