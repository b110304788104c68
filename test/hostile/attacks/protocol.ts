import {
	type Attack,
	answersCalls,
	call,
	type Era,
	EVIL,
	notification,
	type Play,
	rawResult,
	request,
	result,
	saysBefore,
} from "../attack.ts";

const attack = (name: string, logged: Attack["logged"], play: (era: Era) => Play, more: Partial<Attack> = {}): Attack => ({
	name,
	by: "server",
	family: "protocol",
	play,
	never: [EVIL],
	logged,
	...more,
});
const evil = (id: string) => `{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"EVIL"}]}}`;
const says = (name: string, message: string, logged: Attack["logged"] = ["notification-not-granted"]): Attack =>
	attack(name, logged, (era) => saysBefore(era, message));

export const PROTOCOL_ATTACKS: readonly Attack[] = [
	attack("answers twice", ["response-unexpected"], (era) => answersCalls(result(era, { content: [] }), rawResult('{"content":["EVIL"]}'))),
	says("answers what nobody asked", evil('"never"'), ["response-unexpected"]),
	says("answers no request at all", evil("null"), ["line-invalid", "response-unexpected"]),
	says("answers with an error that belongs to none", '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"EVIL"}}', [
		"response-unexpected",
	]),
	attack("answers a request that comes next", ["response-unexpected"], (era) => ({
		...answersCalls({ raw: `${result(era, { content: [] })}\n${evil('"next"')}\n` }),
		host: [call(era), { line: call(era, { arguments: { honest: true } }, "next"), wait: false }],
	})),
	attack("answers before it is asked anything", ["response-unexpected"], () => ({
		server: { start: [evil('"i"'), evil('"l"'), evil('"call"')] },
	})),
	attack("speaks before it is asked anything", ["server-request-not-granted"], () => ({
		server: { start: ['{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"EVIL"}}'] },
	})),
	attack("answers a call that was called off, and again", ["response-unexpected"], (era) => ({
		server: { on: { "tools/call": [[]], "notifications/cancelled": [[evil('"slow"').replace("EVIL", "late"), evil('"slow"')]] } },
		host: [{ line: call(era, {}, "slow"), wait: false }, notification("notifications/cancelled", { requestId: "slow" })],
	})),
	attack("calls the host's own request off", ["notification-not-granted"], (era) =>
		saysBefore(era, notification("notifications/cancelled", { requestId: "call", reason: "EVIL" })),
	),
	says(
		"tells of progress for a token of nobody",
		notification("notifications/progress", { progressToken: "x", progress: 1, message: "EVIL" }),
	),
	attack("tells of progress after its answer", ["notification-not-granted"], (era) => ({
		...answersCalls(
			result(era, { content: [] }),
			notification("notifications/progress", { progressToken: "p", progress: 1, message: "EVIL" }),
		),
		host: [call(era, { _meta: { progressToken: "p" } })],
	})),
	says("tells of a resource that is not granted", notification("notifications/resources/updated", { uri: "file:///EVIL" })),
	says(
		"tells of a resource that only seems to be granted",
		notification("notifications/resources/updated", { uri: "file:///docs/../EVIL" }),
	),
	says("sends a notification that nobody knows", notification("notifications/EVIL", { a: 1 })),
	says("sends a notification of the host's", notification("notifications/initialized", { a: "EVIL" })),
	says(
		"acknowledges a subscription of nobody",
		notification("notifications/subscriptions/acknowledged", {
			notifications: {},
			_meta: { "io.modelcontextprotocol/subscriptionId": "EVIL" },
		}),
	),
	says(
		"speaks on a subscription of nobody",
		notification("notifications/message", { data: "EVIL", _meta: { "io.modelcontextprotocol/subscriptionId": "nobody" } }),
	),
	says("says that a question was answered that it has not put", notification("notifications/tasks/status", { taskId: "EVIL" })),
	says("calls a tool of the host's", '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"EVIL"}}', [
		"server-request-not-granted",
	]),
	says("begins a session of its own", '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"x":"EVIL"}}', [
		"server-request-not-granted",
	]),
	says("asks for a method that nobody knows", '{"jsonrpc":"2.0","id":1,"method":"EVIL"}', ["server-request-not-granted"]),
	attack("asks twice with one id", ["id-reused"], (era) =>
		saysBefore(
			era,
			'{"jsonrpc":"2.0","id":"p","method":"ping"}',
			'{"jsonrpc":"2.0","id":"p","method":"sampling/createMessage","params":{"messages":["EVIL"]}}',
		),
	),
	attack("floods the host with pings", ["server-request-not-granted"], (era) =>
		saysBefore(era, ...Array.from({ length: 400 }, (_, i) => `{"jsonrpc":"2.0","id":"${i < 16 ? "p" : "EVIL"}${i}","method":"ping"}`)),
	),
	attack("lists prompts that are not granted", null, (era) => ({
		server: { on: { "prompts/list": [[result(era, { prompts: [{ name: "summary" }, { name: "EVIL" }] })]] } },
		host: [request(era, "prompts/list")],
	})),
	attack("lists a prompt that looks like a granted one", null, (era) => ({
		server: {
			on: {
				"prompts/list": [
					[
						result(era, {
							prompts: [
								{ name: "summаry", title: "EVIL" },
								{ name: "Summary", title: "EVIL" },
								{ name: "summary", Name: "EVIL" },
							],
						}),
					],
				],
			},
		},
		host: [request(era, "prompts/list")],
	})),
	attack("lists resources that are not granted", null, (era) => ({
		server: {
			on: {
				"resources/list": [
					[
						result(era, {
							resources: [
								{ uri: "file:///docs/a", name: "a" },
								{ uri: "file:///docs/%2e%2e/EVIL", name: "b" },
								{ uri: "FILE:///docs/EVIL", name: "c" },
							],
						}),
					],
				],
			},
		},
		host: [request(era, "resources/list")],
	})),
	attack("lists templates that are not granted", null, (era) => ({
		server: { on: { "resources/templates/list": [[result(era, { resourceTemplates: [{ uriTemplate: "file:///{EVIL}", name: "t" }] })]] } },
		host: [request(era, "resources/templates/list")],
	})),
	attack("answers a list of prompts with two lists", ["result-unreadable"], (era) => ({
		server: { on: { "prompts/list": [[result(era, { prompts: [], Prompts: [{ name: "EVIL" }] })]] } },
		host: [request(era, "prompts/list")],
	})),
	attack(
		"acknowledges more than was asked for",
		null,
		(era) => ({
			server: {
				on: {
					"subscriptions/listen": [
						[
							`{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"notifications":{"toolsListChanged":true,"resourceSubscriptions":["file:///EVIL"]},"_meta":{"io.modelcontextprotocol/subscriptionId":{{id}}}}}`,
						],
					],
				},
			},
			host: [
				{
					line: request(era, "subscriptions/listen", {
						notifications: { toolsListChanged: true, resourceSubscriptions: ["file:///docs/a"] },
					}),
					wait: false,
				},
			],
		}),
		{ eras: ["2026-07-28"] },
	),
	attack(
		"speaks on a subscription before it acknowledged it",
		["notification-not-granted"],
		(era) => ({
			server: {
				on: {
					"subscriptions/listen": [
						[
							'{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"EVIL","_meta":{"io.modelcontextprotocol/subscriptionId":{{id}}}}}',
						],
					],
				},
			},
			host: [{ line: request(era, "subscriptions/listen", { notifications: { toolsListChanged: true } }), wait: false }],
		}),
		{ eras: ["2026-07-28"] },
	),
];
