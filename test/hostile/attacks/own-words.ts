import { INSTRUCTIONS, PROMPT } from "../../fixtures/servers/hostile-player.mjs";
import { type Attack, type Era, EVIL, isModern, type Json, notification, request, result, saysBefore } from "../attack.ts";

const INFO = "io.modelcontextprotocol/serverInfo";
const PLAIN = { name: "files", version: "1" };

/** A server that greets its host with this, whatever the era. */
function greeting(era: Era, info: Json, more: Json): ReturnType<Attack["play"]> {
	const said = isModern(era) ? { supportedVersions: [era], _meta: { [INFO]: info } } : { protocolVersion: era, serverInfo: info };
	const method = isModern(era) ? "server/discover" : "initialize";
	const answer = result(era, { capabilities: { tools: {} }, instructions: INSTRUCTIONS, ...said, ...more });
	return { server: { on: { [method]: [[answer]] } }, host: isModern(era) ? [request(era, method)] : [] };
}

const attack = (name: string, logged: Attack["logged"], play: Attack["play"]): Attack => ({
	name,
	by: "server",
	family: "tools",
	play,
	never: [EVIL],
	logged,
});
const GREETED = { capabilities: { tools: {} }, serverInfo: PLAIN, instructions: INSTRUCTIONS };
const again = (era: Era): string =>
	request(era, "initialize", { protocolVersion: era, capabilities: {}, clientInfo: { name: "host", version: "1" } }, "again");
const LISTS = {
	"tools/list": "tools",
	"prompts/list": "prompts",
	"resources/list": "resources",
	"resources/templates/list": "resourceTemplates",
};
/** What no answer of a kind with `key` in it has. */
const beside = (key: string): Json => ({
	...(key === "prompts" ? {} : { prompts: [{ name: "EVIL" }] }),
	instructions: "EVIL",
	note: "EVIL",
	"EVIL words": 1,
	_meta: { "example/note": "EVIL", [INFO]: { ...PLAIN, description: "EVIL" } },
});
const HELD = ["instructions-changed"] as const;
const ofItself = (what: string, info: Json): Attack =>
	attack(`says of itself ${what}`, HELD, (era) => greeting(era, { ...PLAIN, ...info }, {}));
const itCan = (what: string, capabilities: Json): Attack =>
	attack(`says that it can ${what}`, HELD, (era) => greeting(era, PLAIN, { capabilities: { tools: {}, ...capabilities } }));

/** What a server says where nobody asked it for words: a host may hand any of it to the model. */
export const OWN_WORDS_ATTACKS: readonly Attack[] = [
	ofItself("in its description what the model is to do", { description: "EVIL" }),
	ofItself("an address that a host may open", { websiteUrl: "https://example.com/EVIL" }),
	ofItself("by an icon that a host may fetch", { icons: [{ src: "https://example.com/EVIL" }] }),
	ofItself("more under a name of its own", { "example/note": "EVIL" }),
	ofItself("more than a name in its name", { name: `files\n${"more ".repeat(40)}EVIL` }),
	ofItself("more than a version in its version", { version: `1 ${"more ".repeat(40)}EVIL` }),
	ofItself("more than a title in its title", { title: `Files\nEVIL` }),
	itCan("what nobody knows", { "example/own": { note: "EVIL" } }),
	itCan("what is experimental, in so many words", { experimental: { example: { note: "EVIL" } } }),
	itCan("what an extension adds, in so many words", { extensions: { "example/ui": { note: "EVIL" } } }),
	itCan("what everybody knows, with words beside it", { tools: { note: "EVIL" }, logging: { note: "EVIL" } }),
	attack("greets its host with more than the protocol knows", null, (era) =>
		greeting(era, PLAIN, { systemPrompt: "EVIL", more: ["EVIL"] }),
	),
	attack("writes beside its greeting, in its `_meta`", null, (era) =>
		greeting(era, PLAIN, { _meta: { "example/note": "EVIL", ...(isModern(era) ? { [INFO]: PLAIN } : {}) } }),
	),
	attack("says what versions it speaks in words", ["result-unreadable"], (era) =>
		isModern(era)
			? greeting(era, PLAIN, { supportedVersions: [era, "EVIL words"] })
			: {
					...greeting(era, PLAIN, {}),
					server: {
						on: {
							initialize: [
								[result(era, { ...GREETED, protocolVersion: era })],
								[result(era, { ...GREETED, protocolVersion: "EVIL words" })],
							],
						},
					},
					host: [again(era)],
				},
	),
	attack("calls itself by a text in its `_meta`", null, (era) => greeting(era, PLAIN, { serverInfo: PLAIN, _meta: { [INFO]: "EVIL" } })),
	...Object.entries(LISTS).map(([method, key]) =>
		attack(`writes beside its list of ${key}`, null, (era) => ({
			server: { on: { [method]: [[result(era, { [key]: [] })], [result(era, { [key]: [], ...beside(key) })]] } },
			host: [request(era, method), request(era, method, {}, "again")],
		})),
	),
	...["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"].map((method) => ({
		...attack(`says more than nothing in its answer to ${method}`, null, (era) => ({
			server: { on: { [method]: [[result(era, { tools: [{ name: "EVIL" }], instructions: "EVIL", ...beside("content") })]] } },
			host: [request(era, method, { level: "info", uri: "file:///docs/a" })],
		})),
		...(method.startsWith("resources/") ? { eras: ["2025-11-25"] as const } : {}),
	})),
	...["tools", "prompts", "resources"].map((kind) =>
		attack(`tells more than that its ${kind} changed`, null, (era) =>
			saysBefore(era, notification(`notifications/${kind}/list_changed`, { ...beside("x"), [kind]: ["EVIL"] })),
		),
	),
	attack("tells more than that a resource changed", null, (era) =>
		saysBefore(era, notification("notifications/resources/updated", { uri: "file:///docs/a", title: "EVIL", _meta: { note: "EVIL" } })),
	),
	attack("asks whether its host is there, in many words", null, (era) =>
		saysBefore(era, '{"jsonrpc":"2.0","id":"p","method":"ping","params":{"text":"EVIL","_meta":{"x":"EVIL"}}}'),
	),
	attack("asks for the folders in many words", null, (era) => ({
		...saysBefore(era, '{"jsonrpc":"2.0","id":"r","method":"roots/list","params":{"text":"EVIL","_meta":{"x":"EVIL"}}}'),
	})),
	...(["resources", "resourceTemplates"] as const).flatMap((key) =>
		Object.entries({
			"writes at length of": { description: `${"more ".repeat(100)}EVIL` },
			"writes beside": { _meta: { "example/note": "EVIL" } },
			"gives more than a name to": { name: "a\nEVIL", title: `${"more ".repeat(40)}EVIL` },
			"adds what nobody knows to": { "example/note": "EVIL", icons: [{ src: "https://example.com/EVIL" }] },
			"writes in the annotations of": { annotations: { audience: ["EVIL"], note: "EVIL" } },
		}).map(([what, more]) =>
			attack(`${what} ${key === "resources" ? "a resource that is granted" : "a template"}`, null, (era) => {
				const method = key === "resources" ? "resources/list" : "resources/templates/list";
				const offer = key === "resources" ? { uri: "file:///docs/a", name: "a" } : { uriTemplate: "file:///docs/{path}", name: "a" };
				return {
					server: { on: { [method]: [[result(era, { [key]: [{ ...offer, ...more }], ttlMs: 0, cacheScope: "private" })]] } },
					host: [request(era, method)],
				};
			}),
		),
	),
	attack("writes beside an approved prompt, in its `_meta`", ["prompt-changed", "prompt-meta-not-granted"], (era) => ({
		server: {
			on: {
				"prompts/list": [
					[result(era, { prompts: [PROMPT] })],
					[result(era, { prompts: [{ ...PROMPT, _meta: { "example/note": "EVIL" } }] })],
				],
			},
		},
		host: [request(era, "prompts/list"), request(era, "prompts/list", {}, "again")],
	})),
];
