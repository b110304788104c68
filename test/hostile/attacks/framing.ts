import { type Attack, answersCalls, call, type Era, EVIL, type Play, rawResult, result } from "../attack.ts";

const attack = (name: string, logged: Attack["logged"], play: (era: Era) => Play, never: readonly RegExp[] = [EVIL]): Attack => ({
	name,
	by: "server",
	family: "framing",
	play,
	never,
	logged,
});
const line = (name: string, written: string, logged: Attack["logged"] = ["line-invalid"]): Attack =>
	attack(name, logged, () => answersCalls(written));
const deep = (levels: number) => `${"[".repeat(levels)}"EVIL"${"]".repeat(levels)}`;
/** Bytes that no text has. */
const bytes = (text: string, ...more: readonly number[]) => btoa(text + String.fromCharCode(...more));

export const FRAMING_ATTACKS: readonly Attack[] = [
	attack("never ends a line", ["line-too-long"], () => answersCalls({ repeat: "EVIL", times: 4_500_000 }, "")),
	attack("sends more than is allowed", ["result-too-large"], (era) =>
		answersCalls({ raw: `${result(era, { content: [{ type: "text", text: "{{many:x:1100000}}EVIL" }] })}\n` }),
	),
	line("answers with one key twice", rawResult('{"content":[]},"result":{"content":["EVIL"]}')),
	line("answers with one key twice inside the result", rawResult('{"content":[],"content":["EVIL"]}')),
	line("answers with one key twice, once in escapes", rawResult('{"content":[],"c\\u006fntent":["EVIL"]}')),
	line("answers with two ids", '{"jsonrpc":"2.0","id":"other","id":{{id}},"result":{"content":["EVIL"]}}'),
	// It is shown as its code, so that a cut emoji costs no answer.
	attack(
		"answers with half a character",
		["text-made-visible"],
		() => answersCalls(rawResult('{"content":[{"type":"text","text":"EVIL \\ud800"}]}')),
		[/(?<!\\)\\ud800/],
	),
	line("answers with a number that is none", rawResult('{"content":["EVIL"],"n":NaN}')),
	line("answers with a number without end", rawResult('{"content":["EVIL"],"n":Infinity}')),
	line("answers with a comment", rawResult('{"content":["EVIL"]/* */}')),
	line("answers with single quotes", "{'jsonrpc':'2.0','id':{{id}},'result':{'content':['EVIL']}}"),
	line("answers with a comma too many", rawResult('{"content":["EVIL"],}')),
	line("answers behind a byte order mark", `\ufeff${rawResult('{"content":["EVIL"]}')}`),
	line("answers with a hundred thousand levels", rawResult(`{"content":${deep(100_000)}}`)),
	line("answers with a thousand levels", rawResult(`{"content":${deep(1000)}}`)),
	line("answers with a result that is a list", '{"jsonrpc":"2.0","id":{{id}},"result":["EVIL"]}'),
	line(
		"answers with a result and an error",
		'{"jsonrpc":"2.0","id":{{id}},"result":{"content":["EVIL"]},"error":{"code":1,"message":"EVIL"}}',
	),
	line("answers with a result and a method", '{"jsonrpc":"2.0","id":{{id}},"method":"EVIL","result":{"content":["EVIL"]}}'),
	line("answers with a member that no message has", '{"jsonrpc":"2.0","id":{{id}},"result":{"content":["EVIL"]},"Result":{}}'),
	line("answers in another version", '{"jsonrpc":"1.0","id":{{id}},"result":{"content":["EVIL"]}}'),
	line("answers without a version", '{"id":{{id}},"result":{"content":["EVIL"]}}'),
	line("prints what is no message", "EVIL is no message"),
	line("hides a message behind a carriage return", '{"jsonrpc":"2.0","method":"notifications/message","params":{}}\r{"EVIL":1}'),
	line("answers behind a null character", `\u0000${rawResult('{"content":["EVIL"]}')}`),
	line("answers behind a blank of Unicode", `\u00a0${rawResult('{"content":["EVIL"]}')}`),
	line("sends two messages in one line", `${rawResult('{"content":[]}')}${rawResult('{"content":["EVIL"]}')}`),
	attack("answers with bytes that are no text", ["line-invalid"], () =>
		answersCalls({
			base64: bytes('{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"EVIL', 0xff, 0xfe, 0x22, 0x7d, 0x7d, 0x0a),
		}),
	),
	attack("writes a character in two bytes too many", ["line-invalid"], () =>
		answersCalls({
			base64: bytes('{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"EVIL', 0xc0, 0xaf, 0x22, 0x7d, 0x7d, 0x0a),
		}),
	),
	line("sends a list of messages where there is none", `[${rawResult('{"content":["EVIL"]}')}]`, ["batch-not-negotiated"]),
	line("sends an empty list of messages with a text behind", '[]"EVIL"'),
	attack("answers with the key __proto__", ["line-invalid", "result-unreadable"], () =>
		answersCalls('{"jsonrpc":"2.0","id":{{id}},"__proto__":{"result":{}},"result":{"content":["EVIL"]}}'),
	),
	attack("answers with an id that is nearly the same", ["line-invalid", "response-unexpected"], (era) => ({
		...answersCalls('{"jsonrpc":"2.0","id":7.0,"result":{"content":["EVIL"]}}'),
		host: [{ line: call(era, {}, 7), wait: false }],
	})),
	attack("answers with the id as a text", ["response-unexpected"], (era) => ({
		...answersCalls('{"jsonrpc":"2.0","id":"7","result":{"content":["EVIL"]}}'),
		host: [{ line: call(era, {}, 7), wait: false }],
	})),
];
