import { type Attack, call, type Era, EVIL, type Json, notification, type Play, paramsOf, rawCall, request, type Step } from "../attack.ts";

const attack = (
	name: string,
	family: Attack["family"],
	logged: Attack["logged"],
	host: (era: Era) => readonly Step[],
	more: Partial<Attack> & { readonly server?: Play["server"]; readonly first?: boolean } = {},
): Attack => {
	const { server, first, ...rest } = more;
	return {
		name,
		by: "host",
		family,
		play: (era) => ({ host: host(era), ...(server === undefined ? {} : { server }), ...(first === undefined ? {} : { first }) }),
		never: [EVIL],
		logged,
		...rest,
	};
};

const calls = (what: string, params: Json, logged: Attack["logged"] = ["tool-not-granted"], never?: readonly RegExp[]): Attack =>
	attack(`calls ${what}`, "calls", logged, (era) => [call(era, params)], never === undefined ? {} : { never });
const named = (what: string, name: string): Attack => calls(what, { name, arguments: { x: "EVIL" } });
const raw = (what: string, params: string, logged: Attack["logged"]): Attack =>
	attack(`calls with ${what}`, "calls", logged, (era) => [rawCall(era, params)]);
const path = (what: string, value: unknown): Attack =>
	attack(`asks for ${what}`, "arguments", ["argument-not-allowed"], (era) => [call(era, { arguments: { path: value } })]);
const reach = (what: string, method: string, params: Json, logged: Attack["logged"] = ["kind-not-granted"], never = [EVIL]): Attack =>
	attack(what, "calls", logged, (era) => [request(era, method, params)], { never });
const line = (name: string, write: (era: Era) => Step, logged: Attack["logged"] = ["line-invalid"]): Attack =>
	attack(name, "envelopes", logged, (era) => [write(era)]);
const evil = (era: Era, more: Json = {}): string => call(era, { arguments: { path: "/docs/EVIL" }, ...more });
const quiet = (written: string): Step => ({ line: written, wait: false });
const question = {
	method: "elicitation/create",
	params: { message: "Which city?", requestedSchema: { type: "object", properties: { city: { type: "string" } } } },
};
const asked = `{"jsonrpc":"2.0","id":{{id}},"result":{"resultType":"input_required","inputRequests":{"a":${JSON.stringify(question)}},"requestState":"s1"}}`;
const done = '{"jsonrpc":"2.0","id":{{id}},"result":{"resultType":"complete","content":[]}}';
/** The server asks, and the host answers in this way. */
const retry = (what: string, params: Json, logged: Attack["logged"]): Attack =>
	attack(`answers a question ${what}`, "calls", logged, (era) => [call(era), call(era, params, "retry")], {
		eras: ["2026-07-28"],
		server: { on: { "tools/call": [[asked], [done]] } },
	});
const said = { a: { action: "accept", content: { city: "EVIL" } } };

export const HOST_ATTACKS: readonly Attack[] = [
	named("a tool that is not granted", "erase"),
	named("a tool that is not there", "nothing"),
	named("a tool in another case", "Read"),
	named("a Cyrillic twin of a tool", "rеad"),
	named("a tool with a blank that nobody sees", "read\u200b"),
	named("a tool with a blank at its end", "read "),
	named("a tool with a null character", "read\u0000"),
	named("a tool in another normalisation", "cafe\u0301"),
	named("a tool by the prototype's name", "__proto__"),
	named("a tool by the name of a method", "constructor"),
	named("a tool without a name", ""),
	calls("a tool that is a number", { name: 1, arguments: { x: "EVIL" } }, ["bad-params"]),
	calls("two tools at once", { name: ["read", "erase"], arguments: { x: "EVIL" } }, ["bad-params"]),
	calls("a tool under two names", { Name: "EVIL" }, ["bad-params"]),
	calls("with arguments that are a list", { arguments: ["EVIL"] }, ["bad-params"]),
	calls("with arguments that are a text", { arguments: "EVIL" }, ["bad-params"]),
	calls("with arguments under two names", { arguments: {}, Arguments: { path: "EVIL" } }, ["bad-params"]),
	calls("a tool as a task", { task: { ttl: "EVIL" } }, ["task-not-granted"]),
	calls("a tool with answers that nobody asked for", { inputResponses: { a: { content: "EVIL" } } }, ["input-not-granted"]),
	calls("a tool with a state that nobody gave", { requestState: "EVIL" }, ["input-not-granted"]),
	raw("one name twice", '"name":"read","name":"EVIL"', ["line-invalid"]),
	raw("one name twice, once in escapes", '"name":"read","n\\u0061me":"EVIL"', ["line-invalid"]),
	raw("an argument twice", '"name":"read","arguments":{"path":"/docs/a","path":"/EVIL"}', ["line-invalid"]),
	raw("half a character", '"name":"read","arguments":{"path":"/docs/EVIL\\udc00"}', ["line-invalid"]),
	raw("a parameter twice in another case", '"name":"read","NAME":"EVIL"', ["bad-params"]),
	raw("a long s for an s", '"name":"read","argumentſ":{"path":"/EVIL"}', ["bad-params"]),
	raw("the key __proto__", '"name":"read","arguments":{"__proto__":{"path":"/EVIL"}}', ["argument-not-allowed"]),
	attack(
		"calls more often than is allowed",
		"calls",
		["too-many-calls"],
		(era) => Array.from({ length: 1000 }, (_, n) => quiet(call(era, { arguments: { path: "/docs/EVIL" } }, `c${n}`))),
		// A hundred are allowed, and some more while it lasts.
		{ never: [/(?:EVIL[^E]*(?:E(?!VIL)[^E]*)*){300}/] },
	),
	attack(
		"leaves ten thousand requests open",
		"calls",
		["too-many-requests"],
		(era) => Array.from({ length: 10_000 }, (_, n) => quiet(request(era, "prompts/list", n < 1024 ? {} : { cursor: "EVIL" }, `c${n}`))),
		{ server: { on: { "prompts/list": [[]] } } },
	),

	path("a folder above", "/docs/../EVIL"),
	path("another folder", "/EVIL"),
	path("a folder that only begins alike", "/docs-EVIL"),
	path("a folder above in percent signs", "/docs/%2e%2e/EVIL"),
	path("a folder above in percent signs of percent signs", "/docs/%252e%252e/EVIL"),
	path("a folder above with backslashes", "/docs\\..\\EVIL"),
	path("a folder above in full-width letters", "/docs/．．/EVIL"),
	path("a path with a null character", "/docs/a\u0000/../EVIL"),
	path("a path with a line break", "/docs/a\n/EVIL"),
	path("a relative path", "../EVIL"),
	path("the home of the person", "~/EVIL"),
	path("a path in a variable", "$HOME/EVIL"),
	path("a path as an address", "file:///EVIL"),
	path("several paths, one of them elsewhere", ["/docs/a", "/EVIL"]),
	path("a path in an object", { path: "/EVIL" }),
	path("a folder beyond a link", "/docs/link/EVIL"),
	attack("asks for a path under another case", "arguments", ["argument-not-allowed"], (era) => [
		call(era, { arguments: { path: "/docs/a", Path: "/EVIL" } }),
	]),
	attack("asks for a path under a name with a blank that nobody sees", "arguments", ["argument-not-allowed"], (era) => [
		call(era, { arguments: { path: "/docs/a", "path\u200b": "/EVIL" } }),
	]),

	reach("gets a prompt that is not granted", "prompts/get", { name: "EVIL" }),
	reach("gets a twin of a prompt", "prompts/get", { name: "summаry", arguments: { x: "EVIL" } }),
	...["../EVIL", "%2e%2e/EVIL", "..%2fEVIL", "%252e%252e/EVIL", "..\\EVIL", "x/..;/EVIL", "．．/EVIL", "a%00EVIL"].map((place) =>
		reach(`reads file:///docs/${place}`, "resources/read", { uri: `file:///docs/${place}` }),
	),
	reach("reads an address in another case", "resources/read", { uri: "FILE:///docs/EVIL" }),
	reach("reads an address with a person before the host", "resources/read", { uri: "file://EVIL@/docs/a" }),
	reach("subscribes to what is not granted", "resources/subscribe", { uri: "file:///EVIL" }),
	reach("completes for a prompt that is not granted", "completion/complete", {
		ref: { type: "ref/prompt", name: "EVIL" },
		argument: { name: "a", value: "b" },
	}),
	reach("completes for two things at once", "completion/complete", {
		ref: { type: "ref/prompt", name: "summary", uri: "file:///EVIL" },
		argument: { name: "a", value: "b" },
	}),
	reach("calls a method that is none", "tools/EVIL", {}, ["unknown-method"]),
	reach("calls a method in another case", "Tools/Call", { name: "erase", arguments: { x: "EVIL" } }, ["unknown-method"]),
	reach("asks for a task's result", "tasks/result", { taskId: "EVIL" }, ["task-not-granted"]),
	reach("asks what only a server asks", "sampling/createMessage", { messages: ["EVIL"] }, ["unknown-method"]),
	reach("listens under two names", "subscriptions/listen", { notifications: { toolsListChanged: true, ToolsListChanged: "EVIL" } }, [
		"bad-params",
	]),

	retry("with the state of nobody", { inputResponses: said, requestState: "s2" }, ["input-not-granted"]),
	retry("under a key that was not asked for", { inputResponses: { ...said, b: said.a }, requestState: "s1" }, ["input-not-granted"]),
	retry("without the state", { inputResponses: said }, ["input-not-granted"]),
	retry("for another tool", { name: "café", inputResponses: said, requestState: "s1" }, ["input-not-granted"]),
	retry("with another path", { arguments: { path: "/EVIL" }, inputResponses: { a: { action: "decline" } }, requestState: "s1" }, [
		"argument-not-allowed",
	]),
	retry("with a text", { inputResponses: { a: "EVIL" }, requestState: "s1" }, ["input-not-granted"]),
	attack(
		"answers a question twice",
		"calls",
		["input-not-granted"],
		(era) => [
			call(era),
			call(era, { inputResponses: { a: { action: "decline" } }, requestState: "s1" }, "once"),
			call(era, { inputResponses: said, requestState: "s1" }, "twice"),
		],
		{ eras: ["2026-07-28"], server: { on: { "tools/call": [[asked], [done]] } } },
	),
	attack("answers what nobody asked", "envelopes", ["response-unexpected"], () => [
		'{"jsonrpc":"2.0","id":"q","result":{"content":"EVIL"}}',
	]),
	attack(
		"answers a question that was refused",
		"envelopes",
		["response-unexpected"],
		(era) => [call(era), '{"jsonrpc":"2.0","id":"q","result":{"action":"accept","content":{"x":"EVIL"}}}'],
		{
			eras: ["2025-11-25"],
			server: {
				on: {
					"tools/call": [
						[
							'{"jsonrpc":"2.0","id":"q","method":"elicitation/create","params":{"message":"Your password?"}}',
							'{"jsonrpc":"2.0","id":{{id}},"result":{"content":[]}}',
						],
					],
				},
			},
		},
	),
	attack(
		"uses an id twice",
		"envelopes",
		["id-reused"],
		(era) => [quiet(call(era, { arguments: { path: "/docs/a" } }, "twice")), call(era, { arguments: { path: "/docs/EVIL" } }, "twice")],
		{
			server: { on: { "tools/call": [[]] } },
		},
	),
	attack("calls before the session has begun", "envelopes", ["not-initialized"], (era) => [evil(era)], {
		first: true,
		eras: ["2025-11-25"],
	}),
	line("calls without an id", (era) => notification("tools/call", paramsOf(era, { name: "read", arguments: { path: "EVIL" } })), [
		"notification-not-granted",
	]),
	line("calls with an id that is null", (era) => rawCall(era, '"name":"read","arguments":{"path":"/docs/EVIL"}', "null")),
	line("calls with an id that is a fraction", (era) => rawCall(era, '"name":"read","arguments":{"path":"/docs/EVIL"}', "1.5")),
	line("calls with an id that two programs read differently", (era) =>
		rawCall(era, '"name":"read","arguments":{"path":"/docs/EVIL"}', "1.0"),
	),
	line("calls with an id that no program can hold", (era) =>
		rawCall(era, '"name":"read","arguments":{"path":"/docs/EVIL"}', "12345678901234567890"),
	),
	line("calls with an id of a thousand letters", (era) =>
		rawCall(era, '"name":"read","arguments":{"path":"/docs/EVIL"}', `"${"x".repeat(1000)}"`),
	),
	line("calls with an id that is an object", (era) => rawCall(era, '"name":"read","arguments":{"path":"/docs/EVIL"}', '{"EVIL":1}')),
	line("calls in a list of messages", (era) => `[${evil(era)}]`, ["batch-not-negotiated"]),
	line("calls in a list in a list", (era) => `[[${evil(era)}]]`, ["batch-not-negotiated", "line-invalid"]),
	line("calls behind a byte order mark", (era) => `\ufeff${evil(era)}`),
	line("calls behind a carriage return", (era) => `{"jsonrpc":"2.0","id":"x","method":"ping"}\r${evil(era)}`),
	line("calls behind a line separator", (era) => `{"jsonrpc":"2.0","id":"x","method":"ping"}\u2028${evil(era)}`),
	line("calls behind a vertical tab", (era) => `{"jsonrpc":"2.0","id":"x","method":"ping"}\u000b${evil(era)}`),
	line("calls behind a null character", (era) => `\u0000${evil(era)}`),
	line("calls in another version", (era) => evil(era).replace('"2.0"', '"1.0"')),
	line("calls with a member that no request has", (era) => evil(era).replace("{", '{"Method":"x",')),
	line("calls with one method twice", (era) => evil(era).replace("{", '{"method":"ping",')),
	line("calls with a comment", (era) => evil(era).replace("{", "{/**/")),
	line("calls with a thousand levels", (era) =>
		rawCall(era, `"name":"read","arguments":{"path":"/docs/EVIL","x":${"[".repeat(1000)}${"]".repeat(1000)}}`),
	),
	line("calls with seventeen million letters", (era) => ({ raw: `${evil(era).replace("EVIL", "EVIL{{many:x:17000000}}")}\n` }), [
		"line-too-long",
	]),
	line("calls off what it has not asked", () => notification("notifications/cancelled", { requestId: "EVIL" }), null),
	line("sends a notification of the server's", () => notification("notifications/message", { data: "EVIL" }), ["notification-not-granted"]),
	line("says that folders changed which nobody may see", () => notification("notifications/EVIL/list_changed"), [
		"notification-not-granted",
	]),
];
