import { createHash, randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";
import { call, grant, Session, tool } from "./peers.ts";

const secret = `${randomBytes(18).toString("base64")}"/é`;
const read = tool("read");

function session(): Session {
	const made = new Session(grant(read), {}, new KnownValues([secret])).initialize();
	made.list([read]);
	return made;
}

/** The server's answer to one call as the host gets it. */
function answered(member: string): string {
	const made = session();
	made.host(call("read", 7));
	const [line] = made.server(`{"jsonrpc":"2.0","id":7,${member}}`).host;
	return line ?? "";
}

const ascii = [...secret].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

describe("a secret that the server was given never reaches the host", () => {
	const written: readonly (readonly [how: string, text: string])[] = [
		["as it is", JSON.stringify(secret).slice(1, -1)],
		["with every character escaped", ascii],
		[
			"with one character escaped",
			JSON.stringify(`\u0000${secret.slice(1)}`)
				.slice(1, -1)
				.replace("\\u0000", ascii.slice(0, 6)),
		],
		["with its slashes escaped", JSON.stringify(secret).slice(1, -1).replaceAll("/", "\\/")],
		["inside JSON inside a string", JSON.stringify(JSON.stringify({ token: secret })).slice(1, -1)],
		["in a URL", encodeURIComponent(secret)],
		["in hexadecimal digits", Buffer.from(secret).toString("hex")],
		...["", "x", "xy"].map((before): readonly [string, string] => [
			`in base64 after ${before.length} bytes`,
			Buffer.from(`${before}${secret} and more`).toString("base64"),
		]),
		["in base64url", Buffer.from(`user:${secret}`).toString("base64url")],
	];

	test.each(written)("%s: results, errors, keys and notifications", (_, text) => {
		const members = [
			`"result":{"content":[{"type":"text","text":"before ${text} after"}]}`,
			`"result":{"content":[],"structuredContent":{"k":1.50,"${text}":true}}`,
			`"error":{"code":-1,"message":"no ${text}","data":{"at":["${text}"]}}`,
		];
		for (const member of members) {
			const line = answered(member);
			expect(line).toContain("[redacted]");
			expect(line).not.toContain(text);
			expect(JSON.stringify(JSON.parse(line))).not.toContain(secret.slice(4, 20));
		}
		const made = session();
		const [note] = made.server(`{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"${text}"}}`).host;
		expect(note).toContain("[redacted]");
	});

	test("and the log and the person are told, once", () => {
		const made = session();
		for (const id of [1, 2]) {
			made.host(call("read", id));
			const seen = made.server({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text: secret }] } });
			expect(seen.warnings).toHaveLength(id === 1 ? 1 : 0);
		}
		expect(made.reasons.filter((reason) => reason === "secret-redacted")).toHaveLength(1);
	});
});

describe("everything else stays as the server wrote it", () => {
	test("byte for byte where there is no secret", () => {
		const member = `"result":{"content":[ ],"n":1.0,"big":12345678901234567890,"s":"\\u00e9 \\/ \\"","e":1e2}`;
		expect(answered(member)).toBe(`{"jsonrpc":"2.0","id":7,${member}}`);
	});

	test("and around one: numbers keep their digits, strings their escapes", () => {
		const text = JSON.stringify(secret);
		expect(answered(`"result":{ "n":1.0,"a":${text},"b":"\\u00e9","big":12345678901234567890}`)).toBe(
			`{"jsonrpc":"2.0","id":7,"result":{ "n":1.0,"a":"[redacted]","b":"\\u00e9","big":12345678901234567890}}`,
		);
	});

	test("two keys that hold a secret stay two", () => {
		const text = JSON.stringify(secret).slice(1, -1);
		const { result } = JSON.parse(answered(`"result":{"x":{"a ${text}":1,"a ${text}${text}":2,"a ${text} ":3}}`));
		expect(Object.values(result.x).sort()).toEqual([1, 2, 3]);
	});

	test("a secret of digits is taken out of numbers, and out of no id", () => {
		const digits = "90417735";
		const made = new Session(grant(read), {}, new KnownValues([digits])).initialize();
		made.list([read]);
		made.host(call("read", Number(digits)));
		expect(made.server(`{"jsonrpc":"2.0","id":${digits},"result":{"content":[],"n":[${digits},1${digits}.5]}}`).host).toEqual([
			`{"jsonrpc":"2.0","id":${digits},"result":{"content":[],"n":["[redacted]","[redacted]"]}}`,
		]);
	});

	test("names of the protocol stay, whatever somebody took for a password", () => {
		const made = new Session(grant(read), {}, new KnownValues(["result", "content", "notifications/message"])).initialize();
		made.list([read]);
		made.host(call("read", 1));
		const answer = `{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"hello"}]}}`;
		expect(made.server(answer).host).toEqual([answer]);
		const note = `{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}`;
		expect(made.server(note).host).toEqual([note]);
	});
});

test("a secret that is words is taken out of keys, too; names that messages are made of stay, whatever is a secret", () => {
	const words = "correcthorsebatterystaple";
	const made = new Session(grant(read), {}, new KnownValues([words, "structured", "content", "status"])).initialize();
	made.list([read]);
	made.host(call("read", 7));
	const [line = ""] = made.server(
		`{"jsonrpc":"2.0","id":7,"result":{"content":[],"structuredContent":{"${words}":1,"${[...words].reverse().join("")}":2,"status":"ok"}}}`,
	).host;
	expect(line).not.toContain(words);
	expect(line).not.toContain([...words].reverse().join(""));
	const { structuredContent } = JSON.parse(line).result;
	expect(Object.keys(structuredContent)).toEqual([expect.stringContaining("[redacted]"), expect.stringContaining("[redacted]"), "status"]);
	expect(structuredContent.status).toBe("ok");
});

test("a secret in the id of a question, which has to stay as it is, keeps the question from the host", () => {
	const digits = "904177352211";
	// The same each time: of all that are random, one in some hundreds has a half that looks like a word.
	const token = `ghp_${createHash("sha256").update("id").digest("hex").slice(0, 36)}`;
	for (const [id, secret] of [
		[Number(digits), digits],
		[`q-${digits}`, digits],
		[token.slice(0, 20), token],
		[token.slice(20), token],
		[Buffer.from(token).toString("base64"), token],
	] as const) {
		const made = new Session(grant(read), {}, new KnownValues([secret])).initialize();
		expect(made.server({ jsonrpc: "2.0", id, method: "ping" }).host).toEqual([]);
		expect(made.reasons).toContain("secret-redacted");
	}
	const made = new Session(grant(read), {}, new KnownValues([token])).initialize();
	for (const id of [1, "ping-1", digits]) expect(made.server({ jsonrpc: "2.0", id, method: "ping" }).host).toHaveLength(1);
});
