import { expect, test } from "vitest";
import { lookalikesOf, readLine } from "../../../src/core/protocol/message.ts";
import { bytes } from "./peers.ts";

function verdict(line: string | Uint8Array) {
	const read = readLine(typeof line === "string" ? bytes(line) : line);
	if (read === null) return "blank";
	if (read.kind === "invalid") return read.code;
	if (read.kind === "batch") return read.elements.map((element) => (element.kind === "invalid" ? element.code : element.message.kind));
	return read.message.kind;
}

test.each([
	['{"jsonrpc":"2.0","id":1,"method":"ping"}', "request"],
	['{"jsonrpc":"2.0","id":"1","method":"ping","params":{}}', "request"],
	['{"jsonrpc":"2.0","id":-7,"method":"ping"}', "request"],
	['{"jsonrpc":"2.0","id":0,"method":"ping"}', "request"],
	['{ "id" : 1 , "method" : "ping" , "jsonrpc" : "2.0" }', "request"],
	['{"jsonrpc":"2.0","method":"notifications/initialized"}', "notification"],
	['{"jsonrpc":"2.0","id":1,"result":{}}', "result"],
	['{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"x","data":[1]}}', "error"],
	['{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"x"}}', "error"],
	['[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"x"},3]', ["request", "notification", "not-json-rpc"]],
	["", "blank"],
	[" \t ", "blank"],
])("%s is a %s", (line, kind) => {
	expect(verdict(line)).toEqual(kind);
});

const call = (params: string) => `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${params}}`;

test.each([
	["text that is no JSON", "Server started on stdio", "not-json"],
	["two messages on a line", '{"jsonrpc":"2.0","method":"a"}{"jsonrpc":"2.0","method":"b"}', "not-json"],
	["a comment", '{"jsonrpc":"2.0",/**/"method":"a"}', "not-json"],
	["a trailing comma", '{"jsonrpc":"2.0","method":"a",}', "not-json"],
	["NaN", call('{"x":NaN}'), "not-json"],
	["a raw control character", call('{"x":"\u0000"}'), "not-json"],
	["a byte order mark", '\uFEFF{"jsonrpc":"2.0","method":"a"}', "byte-order-mark"],
	[
		"a return between tokens, where some readers end the line",
		call('\r{"jsonrpc":"2.0","id":9,"method":"tools/call"}\r'),
		"carriage-return",
	],
	["a duplicate method", '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', "duplicate-key"],
	["a duplicate in parameters", call('{"name":"a","name":"b"}'), "duplicate-key"],
	["a duplicate that differs by escape", call('{"name":"a","n\\u0061me":"b"}'), "duplicate-key"],
	["a duplicate deep in an array", call('{"a":[1,{"b":{"c":1,"d":2,"c":1}}]}'), "duplicate-key"],
	["a duplicate __proto__", call('{"__proto__":1,"__proto__":2}'), "duplicate-key"],
	["a duplicate whose loser is an object", call('{"a":{"x":1,"y":2},"a":{}}'), "duplicate-key"],
	["a lone surrogate", call('{"a":"\\ud800"}'), "lone-surrogate"],
	["a lone surrogate in a key", call('{"\\uDC00":1}'), "lone-surrogate"],
	["a lone surrogate in the method", '{"jsonrpc":"2.0","method":"\\udfff"}', "lone-surrogate"],
	["too many levels", call(`{"a":${"[".repeat(200)}${"]".repeat(200)}}`), "too-deep"],
	["levels without number", "[".repeat(100_000) + "]".repeat(100_000), "too-deep"],
	["an id beyond safe integers", '{"jsonrpc":"2.0","id":9007199254740993,"method":"a"}', "bad-id"],
	["a fraction as id", '{"jsonrpc":"2.0","id":1.5,"method":"a"}', "bad-id"],
	["1.0 as id", '{"jsonrpc":"2.0","id":1.0,"method":"a"}', "bad-id"],
	["1e0 as id", '{"jsonrpc":"2.0","id":1e0,"method":"a"}', "bad-id"],
	["minus zero as id", '{"jsonrpc":"2.0","id":-0,"method":"a"}', "bad-id"],
	["an id under an escaped key", '{"jsonrpc":"2.0","\\u0069d":1,"method":"a"}', "bad-id"],
	["true as id", '{"jsonrpc":"2.0","id":true,"method":"a"}', "bad-id"],
	["an object as id", '{"jsonrpc":"2.0","id":{},"method":"a"}', "bad-id"],
	["an endless id", `{"jsonrpc":"2.0","id":"${"x".repeat(600)}","method":"a"}`, "bad-id"],
	["null as the id of a request", '{"jsonrpc":"2.0","id":null,"method":"a"}', "not-json-rpc"],
	["no version", '{"id":1,"method":"a"}', "not-json-rpc"],
	["another version", '{"jsonrpc":"1.0","id":1,"method":"a"}', "not-json-rpc"],
	["result and error", '{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}', "not-json-rpc"],
	["result and method", '{"jsonrpc":"2.0","id":1,"result":{},"method":"a"}', "not-json-rpc"],
	["a result that is no object", '{"jsonrpc":"2.0","id":1,"result":null}', "not-json-rpc"],
	["parameters in an array", '{"jsonrpc":"2.0","id":1,"method":"a","params":[]}', "not-json-rpc"],
	["a member that differs in case", '{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}', "not-json-rpc"],
	["an error without a code", '{"jsonrpc":"2.0","id":1,"error":{"message":"x"}}', "not-json-rpc"],
	["a number", "7", "not-json-rpc"],
	["an empty array", "[]", "bad-batch"],
	["an array of endless length", JSON.stringify(Array(300).fill({ jsonrpc: "2.0", method: "a" })), "bad-batch"],
])("refused: %s", (_, line, code) => {
	expect(verdict(line)).toBe(code);
});

test("an array in an array is no message", () => {
	expect(verdict('[[{"jsonrpc":"2.0","method":"a"}]]')).toEqual(["bad-batch"]);
});

test.each([
	["a lone continuation byte", [0x22, 0x80, 0x22]],
	["an overlong form", [0x22, 0xc0, 0xaf, 0x22]],
	["a surrogate in UTF-8", [0x22, 0xed, 0xa0, 0x80, 0x22]],
	["a cut character", [0x22, 0xe2, 0x82]],
])("refused: invalid UTF-8, %s, and the next line is read as if nothing had been", (_, line) => {
	expect(verdict(Uint8Array.from(line))).toBe("invalid-utf8");
	expect(verdict('{"jsonrpc":"2.0","method":"é"}')).toBe("notification");
});

test.each([
	'{"a":"\\"b\\":"}',
	'{"a\\\\":1,"a":2}',
	'{"a":"\\\\","b":{"a":"{[:,"}}',
	'{"a":"😀\\ud83d\\ude00\u2028"}',
	'{"":{"":{"":0}},"a":[{"b":1},{"b":2}]}',
])("not mistaken for something else: %s", (params) => {
	expect(verdict(call(params))).toBe("request");
});

test("names that some parsers fold into one are told apart from those that are merely others", () => {
	const isAlike = lookalikesOf(["tasks", "name"]);
	expect(isAlike({ name: 1, other: 2 })).toBe(false);
	for (const key of ["Name", "NAME", "taſks", "tas\u212As"]) expect(isAlike({ [key]: 1 })).toBe(true);
});
