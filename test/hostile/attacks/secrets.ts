import { FORMS } from "../../fixtures/servers/hostile-player.mjs";
import {
	type Attack,
	answers,
	answersCalls,
	call,
	type Era,
	error,
	isModern,
	notification,
	type Play,
	request,
	result,
	saysBefore,
	textResult,
} from "../attack.ts";

/** The secret is another one in each run: these stand for it in a form, and the run puts the form in. */
export function formsOf(never: RegExp, secret: string): RegExp {
	const [, form] = /^\{\{secret:(.+)\}\}$/.exec(never.source.replaceAll("\\", "")) ?? [];
	if (form === undefined) return never;
	const said = FORMS[form]?.(secret);
	if (said === undefined) throw new Error(`There is no form ${form}.`);
	// Beside the secret stands what the padding and the letters around it make of it: a piece of the middle is enough.
	const piece = said.slice(Math.floor(said.length / 4), Math.floor((said.length * 3) / 4));
	return new RegExp(piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
}

const sealed = (form: string): RegExp => new RegExp(`{{secret:${form}}}`.replace("+", "\\+"));

const FORM_NAMES: Readonly<Record<string, string>> = {
	plain: "as it is",
	base64: "in Base64",
	"base64+1": "in Base64, one byte later",
	"base64+2": "in Base64, two bytes later",
	base64url: "in Base64 for URLs",
	hex: "in hexadecimal digits",
	HEX: "in large hexadecimal digits",
	percent: "in percent signs",
	"percent-lower": "in percent signs with small letters",
	escapes: "in escapes",
	ESCAPES: "in escapes with large letters",
	"escapes-twice": "in escapes inside a text",
	"json-in-json": "in JSON inside JSON",
	"html-decimal": "in numbers for HTML",
	"html-hex": "in hexadecimal numbers for HTML",
	reversed: "backwards",
	"base64-reversed": "in Base64, backwards",
	"reversed-base64": "in Base64 of what is backwards",
	"base64-twice": "in Base64 of Base64",
	"base64-thrice": "in Base64 of Base64 of Base64",
	"base64-of-json": "in Base64 of Base64 of JSON",
	"base64-of-hex": "in Base64 of hexadecimal digits",
	"hex-of-base64": "in hexadecimal digits of Base64",
	"percent-of-base64": "in percent signs of Base64",
	base32: "in Base32",
	"gzip-base64": "compressed and in Base64",
	"zlib-hex": "compressed by zlib and in hexadecimal digits",
	spaced: "letter by letter",
	dashed: "letter by letter with dashes",
	lines: "letter by letter in lines",
	"no-width": "letter by letter with what has no width",
	"characters-in-text": "as a list of characters inside a text",
	codes: "as the codes of its characters inside a text",
	"hex-pairs": "in pairs of hexadecimal digits",
	shifted: "with each letter as the next one",
	rot13: "with each letter as the thirteenth after it",
};

const NOT_PROMISED: Readonly<Record<string, string>> = {
	xor: "with each byte changed by another one, in hexadecimal digits",
};

/** What stands in a list, and not in a text. */
const LIST_NAMES: Readonly<Record<string, string>> = {
	characters: "a list of characters",
	codes: "a list of the codes of its characters",
};

/** A message in which `{{secret:plain}}` stands somewhere. */
const at = (where: string, play: (era: Era) => Play): Attack => ({
	name: `sends its secret back in ${where}`,
	by: "server",
	family: "secrets",
	play,
	never: [sealed("plain")],
	logged: ["secret-redacted"],
});

const SECRET = "{{secret:plain}}";

export const SECRET_ATTACKS: readonly Attack[] = [
	...Object.entries(FORM_NAMES).map(
		([form, words]): Attack => ({
			name: `sends its secret back ${words}`,
			by: "server",
			family: "secrets",
			play: (era) => answersCalls(textResult(era, `x {{secret:${form}}} y`)),
			// Who reads it undoes the escapes.
			never: [sealed(form), ...(form.startsWith("escapes") || form === "ESCAPES" ? [sealed("plain")] : [])],
			logged: ["secret-redacted"],
		}),
	),
	...Object.entries(LIST_NAMES).map(
		([form, words]): Attack => ({
			name: `sends its secret back as ${words}`,
			by: "server",
			family: "secrets",
			play: (era) =>
				answersCalls(
					`{"jsonrpc":"2.0","id":{{id}},"result":{${isModern(era) ? '"resultType":"complete",' : ""}"content":[],"structuredContent":{"a":[{{secret:${form}}}]}}}`,
				),
			never: [sealed(form)],
			logged: ["secret-redacted"],
		}),
	),
	at("the message of an error", () => answersCalls(error({ message: `no ${SECRET}` }))),
	at("the data of an error", () => answersCalls(error({ data: { of: [SECRET] } }))),
	at("a key", (era) => answersCalls(result(era, { content: [], structuredContent: { [`${SECRET}`]: 1 } }))),
	at("a structured result", (era) => answersCalls(result(era, { content: [], structuredContent: { a: [{ b: SECRET }] } }))),
	at("what describes a result", (era) => answersCalls(result(era, { content: [], _meta: { a: SECRET } }))),
	at("a log message", (era) => saysBefore(era, notification("notifications/message", { level: "info", data: SECRET }))),
	at("a progress message", (era) => ({
		...saysBefore(era, notification("notifications/progress", { progressToken: "p", progress: 1, message: SECRET })),
		host: [call(era, { _meta: { progressToken: "p" } })],
	})),
	at("a resource", (era) =>
		answers(era, "resources/read", { uri: "file:///docs/a" }, result(era, { contents: [{ uri: "file:///docs/a", text: SECRET }] })),
	),
	at("a prompt", (era) =>
		answers(
			era,
			"prompts/get",
			{ name: "summary" },
			result(era, { messages: [{ role: "user", content: { type: "text", text: SECRET } }] }),
		),
	),
	at("its name", (era) => {
		const said = { capabilities: { tools: {} }, serverInfo: { name: SECRET, version: "1" } };
		return era === "2026-07-28"
			? {
					server: { on: { "server/discover": [[result(era, { ...said, supportedVersions: [era] })]] } },
					host: [request(era, "server/discover")],
				}
			: { server: { on: { initialize: [[result(era, { ...said, protocolVersion: era })]] } }, host: [] };
	}),
	at("a question", (era) =>
		era === "2026-07-28"
			? answersCalls(
					`{"jsonrpc":"2.0","id":{{id}},"result":{"resultType":"input_required","inputRequests":{"a":{"method":"elicitation/create","params":{"message":"${SECRET}","requestedSchema":{"type":"object","properties":{"city":{"type":"string"}}}}}}}}`,
				)
			: saysBefore(
					era,
					`{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"${SECRET}","requestedSchema":{"type":"object","properties":{"city":{"type":"string"}}}}}`,
				),
	),
	at("the id of a request of its own", (era) => saysBefore(era, `{"jsonrpc":"2.0","id":"${SECRET}","method":"ping"}`)),
	{
		name: "sends its secret back as the name of a method",
		by: "server",
		family: "secrets",
		play: (era) => saysBefore(era, notification(SECRET)),
		never: [sealed("plain")],
		logged: ["notification-not-granted"],
	},
	{
		name: "sends its secret back byte by byte",
		by: "server",
		family: "secrets",
		play: (era) => answersCalls({ raw: `${textResult(era, SECRET)}\n`, chunk: 1 }),
		never: [sealed("plain")],
		logged: ["secret-redacted"],
	},
	{
		name: "sends its secret back in the middle of a megabyte",
		by: "server",
		family: "secrets",
		play: (era) => answersCalls({ raw: `${textResult(era, `{{many:x:300000}}${SECRET}{{many:y:300000}}`)}\n` }),
		never: [sealed("plain")],
		logged: ["secret-redacted"],
	},
	{
		name: "writes its secret to its standard error",
		by: "server",
		family: "secrets",
		play: (era) => ({ server: { start: [{ stderr: `token ${SECRET}` }], on: { "tools/call": [[result(era, { content: [] })]] } } }),
		never: [sealed("plain")],
		at: "stderr",
		logged: null,
	},
	...Object.entries(NOT_PROMISED).map(
		([form, words]): Attack => ({
			name: `sends its secret back ${words}`,
			by: "server",
			family: "secrets",
			play: (era) => answersCalls(textResult(era, `x {{secret:${form}}} y`)),
			never: [sealed(form)],
			logged: [],
			notPromised: "what a server computes from its secret can be anything",
		}),
	),
	{
		name: "sends its secret back in two halves of one result",
		by: "server",
		family: "secrets",
		play: (era) =>
			answersCalls(
				result(era, {
					content: [
						{ type: "text", text: "{{secret:half}}" },
						{ type: "text", text: "{{secret:rest}}" },
					],
				}),
			),
		never: [sealed("half")],
		logged: ["secret-redacted"],
	},
	{
		name: "sends its secret back in two halves of two messages",
		by: "server",
		family: "secrets",
		play: (era) =>
			saysBefore(
				era,
				notification("notifications/message", { level: "info", data: "{{secret:half}}" }),
				notification("notifications/message", { level: "info", data: "{{secret:rest}}" }),
			),
		never: [sealed("half")],
		logged: ["secret-redacted"],
	},
	{
		name: "sends its secret back in three parts of three messages",
		by: "server",
		family: "secrets",
		play: (era) =>
			saysBefore(
				era,
				...["first", "second", "third"].map((part) => notification("notifications/message", { level: "info", data: `{{secret:${part}}}` })),
			),
		never: [sealed("first")],
		logged: [],
		notPromised: "a small part is no secret, and no message says what another one said",
	},
];
