import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { DEFAULT_READ_LIMITS, readLine, readStrictly } from "../../../src/core/protocol/message.ts";
import { readPlainAnswer } from "../../../src/core/protocol/plain-answer.ts";
import { hasAlikeResult, isComplete } from "../../../src/core/protocol/result-shape.ts";
import { KnownValues } from "../../../src/core/secrets/known-values.ts";
import { anyJson, type Random, random } from "./any-json.ts";
import { bytes, grant, line, Session, tool } from "./peers.ts";

/** The short cuts read a line as the strict reader does, or leave it to that one. Says how an answer was read: at once, or not. */
function compare(sent: Uint8Array): boolean {
	const strict = readStrictly(sent, DEFAULT_READ_LIMITS);
	const read = readLine(sent);
	if (!isDeepStrictEqual(read, strict)) throw new Error(`read in two ways: ${JSON.stringify(new TextDecoder("latin1").decode(sent))}`);
	const answer = readPlainAnswer(sent);
	if (answer === null) return false;
	if (strict?.kind !== "single" || strict.message.kind !== "result") throw new Error(`no answer: ${new TextDecoder().decode(sent)}`);
	const { id, result } = strict.message;
	const same = Object.is(answer.id, id) && answer.isError === (result.isError === true) && isComplete(result) && !hasAlikeResult(result);
	if (!same) throw new Error(`judged in two ways: ${new TextDecoder().decode(sent)}`);
	return true;
}

const IDS = [
	"1",
	"0",
	"7",
	"123456789012345",
	"1234567890123456",
	"-3",
	"-0",
	"1.0",
	"1e0",
	"01",
	"null",
	'"a"',
	'""',
	'"é"',
	'"a\\u0062"',
	"[]",
	"true",
];
const KEYS = [
	"jsonrpc",
	"id",
	"method",
	"params",
	"result",
	"error",
	"isError",
	"resultType",
	"content",
	"structuredContent",
	"_meta",
	"name",
];
const NASTY_KEYS = ["Result", "ISERROR", "resulttype", "re\\u0073ult", "taſks", "__proto__", "", "a\\\\", 'a\\"', "id ", "\u200bid"];
const NASTY_BYTES = [...'"\\{}[]:,.-+eE0 \t\r/u']
	.map((c) => c.charCodeAt(0))
	.concat([0, 8, 0x7f, 0x80, 0xa0, 0xbf, 0xc2, 0xe2, 0xed, 0xf0, 0xff, 0x1f]);

function members(r: Random): [string, string][] {
	const value = () => anyJson(r, r.below(4));
	if (r.below(2) === 0)
		return [
			["jsonrpc", '"2.0"'],
			["id", r.pick(["1", "-3", '"a"'])],
			["result", `{"content":${r.pick(['[{"type":"text","text":"x"}]', value()])},"isError":${r.pick(["true", "false"])}}`],
		];
	const result = () =>
		object(r, ["content", "structuredContent", "_meta", "isError", "resultType"], () => [
			["content", r.pick(['[{"type":"text","text":"x"}]', value()])],
			["isError", r.pick(["true", "false", "null", "1", '"true"', "truE"])],
			["resultType", r.pick(['"complete"', '"input_required"', '"complete" ', "null"])],
		]);
	return [
		["jsonrpc", r.pick(['"2.0"', '"2.0"', '"2.0"', '"2.0 "', "2.0", '"2\\u002e0"'])],
		["id", r.pick(IDS)],
		r.pick<[string, string]>([
			["result", result()],
			["result", result()],
			["method", r.pick(['"tools/call"', '"ping"', '"tools\\/call"'])],
			["error", '{"code":-1,"message":"x"}'],
		]),
		...(r.below(3) === 0
			? [["params", object(r, ["name", "arguments", "_meta"], () => [["arguments", value()]])] as [string, string]]
			: []),
		...(r.below(8) === 0 ? [[r.pick([...KEYS, ...NASTY_KEYS]), value()] as [string, string]] : []),
	];
}

function object(r: Random, keys: readonly string[], known: () => [string, string][]): string {
	const own = known().filter(() => r.below(2) === 0);
	const more = Array.from({ length: r.below(3) }, (): [string, string] => [r.pick([...keys, ...keys, ...NASTY_KEYS]), anyJson(r, 2)]);
	const space = () => r.pick(["", "", "", " ", "\t"]);
	return `{${space()}${[...own, ...more].map(([key, value]) => `"${key}"${space()}:${space()}${value}${space()}`).join(`,${space()}`)}}`;
}

function anyLine(r: Random): string {
	const all = members(r);
	for (let i = all.length - 1; i > 0; i--) {
		const j = r.below(i + 1);
		[all[i], all[j]] = [all[j] as [string, string], all[i] as [string, string]];
	}
	const text = `{${all.map(([key, value]) => `"${key}":${value}`).join(",")}}`;
	return r.pick([text, text, text, ` ${text}\t`, `[${text}]`, `${text}${text}`, `\ufeff${text}`, `${text}\r`]);
}

function mutated(r: Random, clean: Uint8Array): Uint8Array {
	const at = r.below(clean.length);
	const byte = r.pick(NASTY_BYTES);
	const middle = r.pick([[], [byte], [byte, clean[at] ?? 0], [clean[at] ?? 0, clean[at] ?? 0], [clean[at] ?? 0, byte]]);
	return Uint8Array.from([...clean.subarray(0, at), ...middle, ...clean.subarray(at + 1)]);
}

describe("what is read in a shorter way is read as the strict reader reads it", () => {
	test("150,000 lines, of which most are odd in one place", () => {
		const r = random(20261123);
		let answers = 0;
		for (let n = 0; n < 50_000; n++) {
			const clean = bytes(anyLine(r));
			for (const sent of [clean, mutated(r, clean), mutated(r, mutated(r, clean))]) if (compare(sent)) answers++;
		}
		// The short way is one that is taken.
		expect(answers).toBeGreaterThan(2_000);
	});

	const answer = (result: string, id = "1") => `{"jsonrpc":"2.0","id":${id},"result":${result}}`;
	const text = '{"content":[{"type":"text","text":"x"}]}';
	const nested = (levels: number) => `{"content":${"[".repeat(levels)}${"]".repeat(levels)}}`;

	test.each([
		["as programs write it", answer(text), true],
		["with spaces", ` { "result" : ${text} , "id":\t"a" ,"jsonrpc": "2.0" } `, true],
		["an error of the tool", answer('{"content":[],"isError":true}'), true],
		["of the stateless era", answer('{"resultType":"complete","content":[],"structuredContent":{"a":1.5e-3},"_meta":{}}'), true],
		["with the short escapes", answer('{"content":"\\n\\t\\"\\\\"}'), true],
		["with one that drives a terminal", answer('{"content":"\\b\\f\\r"}'), false],
		["as deep as is plain", answer(nested(30)), true],
		["deeper", answer(nested(31)), false],
		["too deep for anyone", answer(nested(200)), false],
		["a code in a string", answer('{"content":"\\u0041"}'), false],
		["an escaped slash", answer('{"content":"a\\/b"}'), false],
		["an escape in a key", answer('{"conten\\t":1}'), false],
		["any script", answer('{"content":"é"}'), false],
		["a name that is not a call's", answer('{"content":[],"tools":[]}'), false],
		["a name that differs in case", answer('{"Content":[],"isError":false}'), false],
		["the same name twice", answer('{"content":[],"content":[]}'), false],
		["the same name twice, deep inside", answer('{"content":[{"a":[{"b":1,"c":2,"b":1}]}]}'), false],
		["the same name in two objects", answer('{"content":[{"a":{"a":1}},{"a":{}}]}'), true],
		["more names than are compared", answer(`{"_meta":{${Array.from({ length: 33 }, (_, n) => `"k${n}":0`).join(",")}}}`), false],
		["two ids", `{"id":2,${answer(text).slice(1)}`, false],
		["no id", '{"jsonrpc":"2.0","result":{}}', false],
		["null as id", answer(text, "null"), false],
		["an id with a fraction", answer(text, "1.0"), false],
		["minus zero as id", answer(text, "-0"), false],
		["an id with a zero before it", answer(text, "01"), false],
		["an id of sixteen digits", answer(text, "9007199254740993"), false],
		["a request for input", answer('{"resultType":"input_required"}'), false],
		["true that is none", answer('{"isError":truE}'), false],
		["a word after true", answer('{"isError":true1}'), false],
		["a number as isError", answer('{"isError":1}'), false],
		["no object as result", answer("[]"), false],
		["another version", '{"jsonrpc":"2.1","id":1,"result":{}}', false],
		["a raw return", answer('{"content":\r[]}'), false],
		["a raw control character", answer('{"content":"\u0001"}'), false],
		["delete", answer('{"content":"\u007f"}'), false],
		["something after it", `${answer(text)}x`, false],
		["cut in a string", answer(text).slice(0, 50), false],
		["a comma too many", answer('{"content":[1,]}'), false],
		["no comma", answer('{"content":[1 2]}'), false],
		["a number that is none", answer('{"content":[1.,.5,+1,-,1e,0x1]}'), false],
		["longer than is plain", answer(`{"content":"${"x".repeat(70_000)}"}`), false],
		["an array", `[${answer(text)}]`, false],
		["nothing", "", false],
	])("%s", (_, sent, atOnce) => {
		expect(compare(bytes(sent))).toBe(atOnce);
	});

	test("every number as JSON knows it, and no other", () => {
		const parts = ["", "-", "0", "1", "10", ".", ".5", "e", "E5", "e+", "e-7", "+", "e+07"];
		for (const a of parts)
			for (const b of parts) for (const c of parts) for (const d of parts) compare(bytes(answer(`{"content":[${a}${b}${c}${d}]}`)));
	});
});

test("a relay gives out the same by the short way and by the long one: same bytes, same records, same words", () => {
	const secret = 's3cr3t/with"quote-of-the-server';
	const read = tool("read");
	for (let seed = 1; seed <= 40; seed++) {
		const r = random(seed);
		const [short, long] = [DEFAULT_READ_LIMITS.depth, 31].map((depth) => {
			const session = new Session(grant(read), { read: { ...DEFAULT_READ_LIMITS, depth } }, new KnownValues([secret])).initialize();
			session.list([read], "list");
			return session;
		}) as [Session, Session];
		for (let n = 0; n < 150; n++) {
			const fromHost = r.below(2) === 0;
			const id = r.below(12);
			const plain = fromHost
				? `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"${r.pick(["read", "read", "erase"])}","arguments":{"a":${anyJson(r, 2)}}}}`
				: `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":${r.pick([JSON.stringify(secret), `"${secret.slice(0, 9)}"`, '"x"'])}}],"isError":${r.pick(["true", "false"])}}}`;
			const whole = r.below(4) === 0 ? bytes(anyLine(r)) : bytes(plain);
			const sent = r.below(6) === 0 ? mutated(r, whole) : whole;
			const [one, other] = [short, long].map(({ relay }) => (fromHost ? relay.fromHost([line(sent)]) : relay.fromServer([line(sent)])));
			expect(isDeepStrictEqual(one, other), new TextDecoder().decode(sent)).toBe(true);
		}
		expect(short.events).toEqual(long.events);
	}
});
