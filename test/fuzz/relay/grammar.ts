import type { Random } from "../../../bench/detection/random.ts";
import { FORMS, INSTRUCTIONS, PROMPT, TOOLS } from "../../fixtures/servers/hostile-player.mjs";
import { ERAS } from "../../hostile/attack.ts";
import { ATTACKS } from "../../hostile/attacks/index.ts";
import { playInClass } from "../../hostile/in-class.ts";
import type { Oracle } from "./oracle.ts";
import { FORBIDDEN, META, POLICIES, SECRET } from "./policies.ts";
import type { Event } from "./session.ts";

type Json = Record<string, unknown>;

const MODERN = {
	"io.modelcontextprotocol/protocolVersion": "2026-07-28",
	"io.modelcontextprotocol/clientInfo": { name: "host", version: "1" },
	"io.modelcontextprotocol/clientCapabilities": { elicitation: {}, sampling: {}, roots: {} },
};
const NAMES = ["read", "read", "café", "erase", "Read", "cafe\u0301", "re\u200bad", "__proto__", "summary", ""];
const URIS = ["file:///docs/a", "file:///docs/../b", "file:///docs/%2e%2e/b", "notes://today", "file:///c"];
const UNSEEN = ["\u200b", "\u202e", "\u{e0041}", "\u001b[2J", "\u009b2J", "\r", "\u2028", "\ufeff", "\u0000"];
const HOST_METHODS = [
	"tools/call",
	"tools/call",
	"tools/call",
	"tools/list",
	"prompts/list",
	"prompts/get",
	"resources/read",
	"resources/list",
	"resources/templates/list",
	"resources/subscribe",
	"completion/complete",
	"subscriptions/listen",
	"ping",
	"logging/setLevel",
	"server/discover",
	"initialize",
	"tasks/get",
	"Tools/Call",
	"sampling/createMessage",
];
const SERVER_METHODS = ["ping", "sampling/createMessage", "elicitation/create", "roots/list", "tools/call", "initialize"];
const HOST_NOTES = [
	"notifications/cancelled",
	"notifications/progress",
	"notifications/initialized",
	"notifications/roots/list_changed",
	"notifications/message",
];
const SERVER_NOTES = [
	"notifications/message",
	"notifications/progress",
	"notifications/cancelled",
	"notifications/tools/list_changed",
	"notifications/prompts/list_changed",
	"notifications/resources/updated",
	"notifications/subscriptions/acknowledged",
	"notifications/elicitation/complete",
	"notifications/tasks/status",
];

/** What sessions of the table of attacks consist of: each line by who wrote it. */
export interface Corpus {
	readonly host: readonly string[];
	readonly server: readonly string[];
}

export function recordedLines(): Corpus {
	const host = new Set<string>();
	const server = new Set<string>();
	for (const attack of ATTACKS)
		for (const era of attack.eras ?? ERAS) {
			const play = attack.play(era);
			// Megabytes teach nothing here.
			if ((play.host?.length ?? 0) > 200 || JSON.stringify(play).includes('"times"') || JSON.stringify(play).includes("{{many")) continue;
			const seen = playInClass(play, era, SECRET, "/docs", true);
			for (const line of seen.server.split("\n")) if (line !== "" && line.length < 4000) host.add(line);
			for (const line of seen.host.split("\n")) if (line !== "" && line.length < 4000) server.add(line);
		}
	return { host: [...host], server: [...server] };
}

/** Makes up what happens next, from what the relay did so far. */
export class Grammar {
	readonly #random: Random;
	readonly #corpus: Corpus;
	readonly #isModern: boolean;
	#ids = 0;
	/** States that the server gave with a question. */
	readonly #states: string[] = [];

	constructor(random: Random, corpus: Corpus) {
		this.#random = random;
		this.#corpus = corpus;
		this.#isModern = random.chance(0.5);
	}

	/** How a session begins, when it begins well. */
	beginning(): readonly Event[] {
		if (this.#isModern || this.#random.chance(0.1)) return [];
		const protocolVersion = this.#random.pick(["2024-11-05", "2025-03-26", "2025-03-26", "2025-06-18", "2025-11-25"]);
		const capabilities = { sampling: {}, elicitation: {}, roots: { listChanged: true } };
		return [
			this.#line(
				"host",
				JSON.stringify({
					jsonrpc: "2.0",
					id: "i",
					method: "initialize",
					params: { protocolVersion, capabilities, clientInfo: { name: "host", version: "1" } },
				}),
			),
			this.#line(
				"server",
				JSON.stringify({
					jsonrpc: "2.0",
					id: "i",
					result: {
						protocolVersion,
						capabilities: { tools: {}, prompts: {}, resources: {}, completions: {} },
						serverInfo: { name: "files", version: "1" },
					},
				}),
			),
			this.#line("host", '{"jsonrpc":"2.0","method":"notifications/initialized"}'),
		];
	}

	next(oracle: Oracle): Event {
		const r = this.#random;
		const kind = r.below(100);
		if (kind < 3) return { policy: r.below(POLICIES.length) };
		if (kind < 4) return { log: r.chance(0.5) };
		if (kind < 5) return { lost: true };
		if (kind < 6 && r.chance(0.2)) return { closed: r.pick(["host", "server"] as const) };
		if (kind < 7 && r.chance(0.4)) return this.#flood(oracle);
		const from = r.pick(["host", "server"] as const);
		let text = r.chance(0.15) ? r.pick(this.#corpus[from]) : this.#message(from, oracle);
		if (r.chance(0.08)) text = `[${text}${r.chance(0.7) ? `,${this.#message(from, oracle)}` : ""}]`;
		// Of two lines that come together.
		if (r.chance(0.1)) text = `${text}\n${this.#message(from, oracle)}`;
		return this.#line(from, r.chance(0.3) ? this.#mutated(text) : text);
	}

	#line(from: "host" | "server", text: string): Event {
		const r = this.#random;
		const bytes = Buffer.from(`${text}${r.chance(0.02) ? "" : r.chance(0.05) ? "\r\n" : "\n"}`, "utf8").toString("latin1");
		const cuts = r.chance(0.8) ? [] : Array.from({ length: r.between(1, 6) }, () => r.below(bytes.length + 1));
		return { from, bytes: r.chance(0.04) ? this.#brokenBytes(bytes) : bytes, cuts };
	}

	#message(from: "host" | "server", oracle: Oracle): string {
		return JSON.stringify(from === "host" ? this.#hostMessage(oracle) : this.#serverMessage(oracle));
	}

	#id(): unknown {
		const r = this.#random;
		return r
			.weighted([
				{ weight: 12, make: () => ++this.#ids },
				{ weight: 6, make: () => `h${++this.#ids}` },
				{ weight: 2, make: () => r.below(this.#ids + 1) },
				{ weight: 1, make: () => r.pick(["sallyport-r4nd0m-1", "sallyport-r4nd0m-2", null, -1, 1.5, "", "x".repeat(600), {}]) },
			])
			.make();
	}

	/** The same of the host, again and again: more often than it is recorded one by one. */
	#flood(oracle: Oracle): Event {
		const message = this.#hostMessage(oracle);
		const times = this.#random.between(15, 130);
		const lines = Array.from({ length: times }, () => JSON.stringify("id" in message ? { ...message, id: ++this.#ids } : message));
		return this.#line("host", lines.join("\n"));
	}

	#hostMessage(oracle: Oracle): Json {
		const r = this.#random;
		const [asked] = oracle.atHost.keys();
		if (asked !== undefined && r.chance(0.3))
			return { jsonrpc: "2.0", id: asked, result: r.pick<Json>([{ action: "accept", content: { a: "b" } }, { roots: [] }, {}]) };
		if (r.chance(0.2))
			return {
				jsonrpc: "2.0",
				method: r.pick(HOST_NOTES),
				params: { requestId: this.#known(oracle.atServer), progressToken: "p", progress: 1 },
			};
		const method = r.pick(HOST_METHODS);
		return {
			jsonrpc: "2.0",
			id: this.#id(),
			method,
			params: {
				...this.#params(method),
				...(this.#isModern ? { _meta: { ...MODERN, ...(r.chance(0.3) ? { progressToken: "p" } : {}) } } : {}),
			},
		};
	}

	#params(method: string): Json {
		const r = this.#random;
		switch (method) {
			case "tools/call": {
				const retry =
					this.#isModern && r.chance(0.3)
						? {
								inputResponses: { a: { action: "accept", content: { a: 1 } } },
								...(r.chance(0.8) ? { requestState: r.pick([...this.#states, "s0"]) } : {}),
							}
						: {};
				const args = r.pick<unknown>([{}, {}, { path: "/docs/a" }, { path: FORBIDDEN }, { path: [FORBIDDEN] }, [], "x"]);
				return {
					name: r.pick(NAMES),
					...(r.chance(0.9) ? { arguments: args } : {}),
					...retry,
					...(r.chance(0.03) ? { task: { ttl: 1 } } : {}),
				};
			}
			case "tools/list":
			case "prompts/list":
				return r.chance(0.3) ? { cursor: r.pick(["c1", "c2", ""]) } : {};
			case "prompts/get":
				return { name: r.pick(NAMES), arguments: {} };
			case "resources/read":
			case "resources/subscribe":
				return { uri: r.pick(URIS) };
			case "completion/complete":
				return {
					ref: r.pick<Json>([
						{ type: "ref/prompt", name: r.pick(NAMES) },
						{ type: "ref/resource", uri: r.pick(URIS) },
					]),
					argument: { name: "a", value: "b" },
				};
			case "subscriptions/listen":
				return {
					notifications: {
						toolsListChanged: r.chance(0.7),
						promptsListChanged: r.chance(0.5),
						resourceSubscriptions: [r.pick(URIS), r.pick(URIS)],
					},
				};
			case "initialize":
				return { protocolVersion: "2025-11-25", capabilities: { elicitation: {} }, clientInfo: { name: "host", version: "1" } };
			default:
				return {};
		}
	}

	#serverMessage(oracle: Oracle): Json {
		const r = this.#random;
		const kind = r.below(100);
		if (kind < 15) return { jsonrpc: "2.0", method: r.pick(SERVER_NOTES), params: this.#noteParams(oracle) };
		if (kind < 25)
			return {
				jsonrpc: "2.0",
				id: r.pick<unknown>([r.below(20), `s${r.below(20)}`, this.#text()]),
				method: r.pick(SERVER_METHODS),
				params: this.#question(),
			};
		const pending = [...oracle.atServer];
		// Of what waits, mostly; and what nobody asked, now and then.
		const [id, asked] = pending.length > 0 && r.chance(0.92) ? r.pick(pending) : [r.pick<unknown>([1, "1", null, "never"]), undefined];
		if (r.chance(0.08))
			return {
				jsonrpc: "2.0",
				id,
				error: {
					code: r.pick([-32601, -32042, -32000, 1]),
					message: this.#text(),
					data: r.pick<unknown>([null, { elicitations: [{ mode: "url", url: "https://example.com", message: this.#text() }] }]),
				},
			};
		return {
			jsonrpc: "2.0",
			id,
			result: { ...(this.#isModern && r.chance(0.8) ? { resultType: "complete" } : {}), ...this.#result(String(asked?.method ?? "")) },
		};
	}

	#result(method: string): Json {
		const r = this.#random;
		const listed = () => Array.from({ length: r.between(0, 4) }, () => this.#tool());
		switch (r.chance(0.95) ? method : r.pick(HOST_METHODS)) {
			case "tools/list":
				return {
					tools: r.chance(0.5) ? TOOLS : listed(),
					...(r.chance(0.25) ? { nextCursor: r.pick(["c1", "c2", "", this.#text()]) } : {}),
					...(r.chance(0.05) ? { Tools: listed() } : {}),
				};
			case "prompts/list":
				return {
					prompts: [r.chance(0.6) ? PROMPT : { ...PROMPT, [r.pick(["title", "_meta"])]: { a: this.#text() } }, { name: r.pick(NAMES) }],
					...(r.chance(0.2) ? { nextCursor: r.pick(["c1", ""]) } : {}),
				};
			case "resources/list":
				return { resources: URIS.map((uri) => ({ uri, name: this.#text() })) };
			case "resources/templates/list":
				return {
					resourceTemplates: [
						{ uriTemplate: "file:///docs/{path}", name: this.#text() },
						{ uriTemplate: "x://{y}", name: "y" },
					],
				};
			case "initialize":
				return {
					protocolVersion: r.pick(["2025-11-25", "2025-03-26"]),
					capabilities: { tools: {}, prompts: {} },
					serverInfo: { name: this.#text(), version: "1", ...this.#beside() },
					...(r.chance(0.1) ? { tools: TOOLS } : {}),
					...this.#instructions(),
				};
			case "server/discover":
				return {
					supportedVersions: ["2026-07-28"],
					capabilities: { tools: {}, ...(r.chance(0.2) ? { experimental: { [this.#text()]: { say: this.#text() } } } : {}) },
					...(r.chance(0.2) ? { [this.#text()]: this.#text() } : {}),
					...(r.chance(0.3)
						? { _meta: { "io.modelcontextprotocol/serverInfo": { name: "s", version: this.#text(), ...this.#beside() } } }
						: {}),
					...this.#instructions(),
				};
			case "tools/call":
			case "prompts/get":
			case "resources/read":
				if (r.chance(0.25)) {
					const state = `s${r.below(4)}`;
					this.#states.push(state);
					return {
						resultType: "input_required",
						inputRequests: r.chance(0.8) ? { a: { method: r.pick(SERVER_METHODS), params: this.#question() } } : {},
						requestState: state,
					};
				}
				return r.pick<() => Json>([
					() => ({ content: [{ type: "text", text: this.#text() }] }),
					() => ({ content: [], structuredContent: { [this.#text()]: this.#text(), n: 1 } }),
					() => ({ content: [{ type: "text", text: this.#text().repeat(80) }], isError: r.chance(0.5) }),
				])();
			default:
				return { x: this.#text() };
		}
	}

	#tool(): Json {
		const r = this.#random;
		const tool: Json = { ...r.pick(TOOLS) };
		if (r.chance(0.3)) tool.description = this.#text();
		if (r.chance(0.2)) tool.name = r.pick(NAMES);
		if (r.chance(0.2)) tool._meta = r.chance(0.5) ? META : { a: this.#text() };
		return tool;
	}

	#beside(): Json {
		return this.#random.chance(0.3)
			? { [this.#random.pick(["title", "description", "icons", "x"])]: this.#random.pick([[this.#text()], this.#text()]) }
			: {};
	}

	#instructions(): Json {
		const r = this.#random;
		if (r.chance(0.3)) return {};
		return { [r.chance(0.95) ? "instructions" : "Instructions"]: r.pick([INSTRUCTIONS, INSTRUCTIONS, this.#text(), [this.#text()], ""]) };
	}

	#question(): Json {
		const r = this.#random;
		return {
			message: r.pick(["Which city?", "Your password?", this.#text()]),
			requestedSchema: { type: "object", properties: { city: { type: "string" } } },
			messages: [],
			...(r.chance(0.1) ? { mode: "url", url: "https://example.com" } : {}),
		};
	}

	#noteParams(oracle: Oracle): Json {
		const r = this.#random;
		const subscription = r.chance(0.3) ? { _meta: { "io.modelcontextprotocol/subscriptionId": this.#known(oracle.atServer) } } : {};
		return {
			level: "info",
			data: this.#text(),
			progressToken: r.pick(["p", "q"]),
			progress: 1,
			message: this.#text(),
			uri: r.pick(URIS),
			requestId: this.#known(oracle.atServer),
			notifications: { toolsListChanged: true, resourceSubscriptions: URIS },
			...subscription,
		};
	}

	#known(ids: ReadonlyMap<unknown, unknown>): unknown {
		const all = [...ids.keys()];
		return all.length > 0 && this.#random.chance(0.8) ? this.#random.pick(all) : 1;
	}

	/** What a server says: words, its secret in some form, what nobody sees. */
	#text(): string {
		const r = this.#random;
		const form = r.pick(
			Object.keys(FORMS).filter((name) => !/^(?:half|rest|first|second|third|xor|json-in-json|escapes|ESCAPES)$/.test(name)),
		);
		return r.pick<() => string>([
			() => "text",
			() => "größe 😀 日本\n\t",
			() => `x ${FORMS[form]?.(SECRET) ?? ""} y`,
			() => `a${r.pick(UNSEEN)}b`,
			() => `${r.pick(UNSEEN)}${SECRET}`,
			() => JSON.stringify({ token: SECRET }),
		])();
	}

	/** Text that is nearly JSON, or JSON that is nearly the same. */
	#mutated(text: string): string {
		const r = this.#random;
		const at = r.below(text.length + 1);
		return r.pick<() => string>([
			() => text.slice(0, at) + text.slice(at + 1),
			() => text.slice(0, at) + r.pick([...UNSEEN, '"', "\\", "{", "}", "[", ",", ":", "1", "\\ud800", "é"]) + text.slice(at),
			// A member doubled, in other letters, or in escapes.
			() =>
				text.replace(
					/"(id|method|name|params|result|jsonrpc|arguments|tools|resultType)":/,
					(key, name: string) =>
						`${key}${r.pick(["1", '"read"', "{}"])},${r.pick([key, key.toUpperCase(), `"\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}":`])}`,
				),
			() => text.replace(/[a-z](?=[a-z]*")/g, (letter) => (r.chance(0.1) ? `\\u00${letter.charCodeAt(0).toString(16)}` : letter)),
			() => text.replaceAll(SECRET, Array.from(SECRET, (c) => (r.chance(0.5) ? `\\u00${c.charCodeAt(0).toString(16)}` : c)).join("")),
			() =>
				text.replace(
					/:(\d+)/,
					(_, digits: string) =>
						`:${r.pick([`${digits}.0`, `${digits}e0`, `-${digits}`, `0${digits}`, "1e999", "NaN", `${digits}00000000000000000000`])}`,
				),
			() => text.replace(/"([a-z]{3,})"/, (_, word: string) => `"${word.toUpperCase()}"`),
			() => text.replace("{", `{"__proto__":${r.pick(["{}", '{"name":"erase"}', "null"])},`),
			() => text.replaceAll(",", " ,\t"),
			() => `${text.slice(0, at)}${"[".repeat(r.pick([10, 140, 3000]))}${text.slice(at)}`,
			() => text + r.pick(["x", "{}", "\u2028", "\u0000", " ".repeat(20_000)]),
			() => `${r.pick(["\ufeff", " ", "\u00a0", "\u0000"])}${text}`,
		])();
	}

	#brokenBytes(bytes: string): string {
		const at = this.#random.below(bytes.length);
		return bytes.slice(0, at) + this.#random.pick(["\xff", "\xc0\xaf", "\xed\xa0\x80", "\xe2\x80", "\xf4\x90\x80\x80"]) + bytes.slice(at);
	}
}
