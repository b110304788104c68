import { anyJson, type Random, random } from "../core/protocol/any-json.ts";

export const ERAS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"] as const;
export type Era = (typeof ERAS)[number];

/** Granted, with everything else. */
export const TOOL_NAMES = ["one", "two-Three", "drei.vier", "日本"];

/** What one side says. `kind` null: it has to reach the other side byte for byte; else the name of what may become of it. */
export interface Said {
	readonly by: "host" | "server";
	readonly text: string;
	readonly kind: string | null;
}

type Members = readonly (readonly [key: string, value: string])[];
type Id = string | number;
interface Open {
	readonly id: Id;
	readonly method: string;
	readonly token: Id | null;
}

const CODES = [-32700, -32600, -32601, -32602, -32603, -32000, -32002, 0, 1, 404];
const LEVELS = ["debug", "info", "notice", "warning", "error"];
const LISTS = new Map([
	["tools/list", "tools"],
	["prompts/list", "prompts"],
	["resources/list", "resources"],
	["resources/templates/list", "resourceTemplates"],
]);
/** Requests that are answered by nothing. */
const EMPTY = new Set(["ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"]);
const KNOWN = ["nextCursor", "ttlMs", "cacheScope", "resultType", "_meta"];
const STATELESS =
	'{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"h","version":"1"},"io.modelcontextprotocol/clientCapabilities":{"sampling":{},"elicitation":{},"roots":{}}';

/** Says what a host and a server could, for as long as it is asked: the same for the same seed. */
export class Dialogue {
	readonly r: Random;
	readonly era: Era;
	readonly #open: Open[] = [];
	readonly #asked: Id[] = [];
	#ids = 0;

	/** `era`: left out, one is picked. */
	constructor(seed: number, era?: Era) {
		this.r = random(seed);
		this.era = era ?? this.r.pick(ERAS);
	}

	next(): Said {
		const { r } = this;
		const near = r.below(6) === 0;
		if (r.below(2) === 0) return near ? this.#hostNear() : this.#host();
		return near ? this.#serverNear() : this.#server();
	}

	get #isStateless(): boolean {
		return this.era === "2026-07-28";
	}

	// ---- what the host says

	#host(): Said {
		const { r } = this;
		const answered = r.below(3) === 0 ? this.#asked.shift() : undefined;
		if (answered !== undefined) return plain("host", this.#message([["id", json(answered)], this.#outcome()]));
		const cancelled = r.below(12) === 0 && this.#open.length > 0 ? r.pick(this.#open) : undefined;
		if (cancelled !== undefined)
			return plain(
				"host",
				this.#notification("notifications/cancelled", [
					["requestId", json(cancelled.id)],
					["reason", this.#text()],
				]),
			);
		if (r.below(10) === 0 && !this.#isStateless)
			return plain("host", r.below(2) === 0 ? this.#notification("notifications/roots/list_changed", []) : this.#progress(r.below(9)));
		return this.#request();
	}

	#request(): Said {
		const { r } = this;
		const id = this.#newId();
		const token = r.below(3) === 0 ? this.#newId() : null;
		const [method, params] = this.#asks();
		this.#open.push({ id, method, token });
		const meta = this.#meta(token);
		const more: Members = [...params, ...(meta === null ? [] : ([["_meta", meta]] as const)), ...(r.below(3) === 0 ? this.#junk() : [])];
		const withParams: Members =
			more.length === 0 && r.below(2) === 0 ? r.pick<Members>([[], [["params", "null"]]]) : [["params", this.#object(more)]];
		return plain("host", this.#message([["id", json(id)], ["method", this.#string(method)], ...withParams]));
	}

	/** A request and its parameters. */
	#asks(): readonly [method: string, params: Members] {
		const { r } = this;
		const name = ["name", this.#string(r.pick(TOOL_NAMES))] as const;
		const uri = ["uri", this.#string(r.pick(["file:///docs/a", "test://static/ok", "https://example.org/a?b=c#d", "urn:x:1"]))] as const;
		const page: Members = r.below(2) === 0 ? [] : [["cursor", r.pick([this.#text(), "null"])]];
		const argument = ["argument", `{"name":"topic","value":${this.#text()}}`] as const;
		const older: readonly (readonly [string, Members])[] = this.#isStateless
			? []
			: [
					["ping", []],
					["logging/setLevel", [["level", json(r.pick(LEVELS))]]],
					["resources/subscribe", [uri]],
					["resources/unsubscribe", [uri]],
				];
		return r.pick<readonly [string, Members]>([
			["tools/call", [name, ...(r.below(4) === 0 ? [] : [["arguments", r.pick([this.#junkObject(), "null"])] as const])]],
			["tools/call", [name, ["arguments", this.#junkObject()]]],
			...[...LISTS.keys()].map((method) => [method, page] as const),
			[
				"prompts/get",
				[
					["name", this.#text()],
					["arguments", `{"topic":${this.#text()}}`],
				],
			],
			["resources/read", [uri]],
			["completion/complete", [["ref", `{"type":"ref/prompt","name":${this.#text()}}`], argument]],
			["completion/complete", [["ref", '{"type":"ref/resource","uri":"test://{any}"}'], argument]],
			...older,
		]);
	}

	#meta(token: Id | null): string | null {
		const { r } = this;
		const more = `${token === null ? "" : `,"progressToken":${json(token)}`}${r.below(3) === 0 ? `,"example.org/x":${anyJson(r, 2)}` : ""}`;
		if (this.#isStateless) return `${STATELESS}${more}}`;
		return more === "" ? r.pick([null, null, "null"]) : `{${more.slice(1)}}`;
	}

	#hostNear(): Said {
		const { r } = this;
		const id = this.#newId();
		const call = (params: string): string =>
			this.#message([
				["id", json(id)],
				["method", '"tools/call"'],
				["params", params],
			]);
		const meta = this.#isStateless ? `,"_meta":${STATELESS}}` : "";
		return r.pick<() => Said>([
			() => ({ by: "host", kind: "unknown tool", text: call(`{"name":${this.#text()}${meta}}`) }),
			() => ({
				by: "host",
				kind: "unknown method",
				text: this.#message([
					["id", json(id)],
					["method", '"example/own"'],
					["params", `{"x":1${meta}}`],
				]),
			}),
			() => ({ by: "host", kind: "unknown notification", text: this.#notification("notifications/example", []) }),
			() => ({
				by: "host",
				kind: "no message",
				text: r.pick(["{", "null", '"a"', "7", '{"id":1}', "[]", "Listening on stdio", '{"jsonrpc":"1.0","id":1,"method":"ping"}']),
			}),
			() => ({ by: "host", kind: "not read alike", text: call(`{"name":"one","name":"two-Three"${meta}}`) }),
			() => ({
				by: "host",
				kind: "not read alike",
				text: `{"jsonrpc":"2.0","id":${r.pick(["1.0", "1e2", "-0", "12345678901234567890"])},"method":"ping"}`,
			}),
			() => ({ by: "host", kind: "not read alike", text: call(`{"name":"one","arguments":{"a":"\\ud800"}${meta}}`) }),
			() => ({ by: "host", kind: "not read alike", text: call(`{"name":"one","Arguments":{}${meta}}`) }),
			() => ({ by: "host", kind: "not read alike", text: call(`{"name":"one","arguments":${"[".repeat(200)}${"]".repeat(200)}${meta}}`) }),
			() => ({ by: "host", kind: "answer to nothing", text: this.#message([["id", json(`${id} nobody`)], this.#outcome()]) }),
			() => this.#batch(),
			() => ({ by: "host", kind: "nothing", text: r.pick(["", " ", "\t "]) }),
		])();
	}

	/** An array of messages. */
	#batch(): Said {
		const ids = [this.#newId(), this.#newId()];
		const parts = ids.map((id) =>
			this.#message([
				["id", json(id)],
				["method", '"ping"'],
			]),
		);
		if (this.era === "2025-03-26") for (const id of ids) this.#open.push({ id, method: "ping", token: null });
		return { by: "host", kind: this.era === "2025-03-26" ? "batch" : "batch in another era", text: `[ ${parts.join(" ,")}]` };
	}

	// ---- what the server says

	#server(): Said {
		const { r } = this;
		if (r.below(3) > 0 && this.#open.length > 0) return this.#answer();
		const tokens = this.#open.flatMap(({ token }) => (token === null ? [] : [token]));
		if (tokens.length > 0 && r.below(3) === 0) return plain("server", this.#progress(r.pick(tokens)));
		if (r.below(3) === 0 && !this.#isStateless) return this.#ask();
		if (this.#isStateless || r.below(2) === 0)
			return plain(
				"server",
				this.#notification("notifications/message", [["level", json(r.pick(LEVELS))], ["data", this.#seen(3)], ...this.#junk()]),
			);
		const notification = r.pick(["tools/list_changed", "prompts/list_changed", "resources/list_changed", "resources/updated"]);
		return plain(
			"server",
			this.#notification(`notifications/${notification}`, notification.endsWith("updated") ? [["uri", '"file:///docs/a"']] : []),
		);
	}

	#answer(): Said {
		const { r } = this;
		const [open] = this.#open.splice(r.below(this.#open.length), 1);
		if (open === undefined) throw new Error("nothing is open");
		const id = ["id", json(open.id)] as const;
		if (r.below(5) === 0) return plain("server", this.#message([id, this.#error()]));
		const key = LISTS.get(open.method);
		if (key === undefined) {
			const result = this.#result(this.#content(open.method));
			const isKnown = !EMPTY.has(open.method) || hasKnown(result, null);
			return { by: "server", kind: isKnown ? null : "members that nobody knows", text: this.#message([id, ["result", result]]) };
		}
		// All tools are on one page, or a call of another would be for one that the server does not have any more.
		const isTools = key === "tools";
		const elements = Array.from({ length: isTools ? TOOL_NAMES.length : r.below(4) }, (_, at) => this.#element(key, at));
		const more: Members = r.below(2) === 0 ? [] : [["nextCursor", isTools ? r.pick(['""', "null"]) : this.#text()]];
		const hints: Members = this.#isStateless
			? [
					["ttlMs", r.pick(["0", "1", "4999", "600000"])],
					["cacheScope", r.pick(['"private"', '"public"'])],
				]
			: [];
		const result = this.#result([[key, `[${elements.join(r.pick([",", " ,\t"]))}]`], ...more, ...hints]);
		const text = this.#message([id, ["result", result]]);
		if (!hasKnown(result, key) || !elements.every((each) => isBrief(key, each)))
			return { by: "server", kind: "members that nobody knows", text };
		const isAsIs = hints.length === 0 || (hints[0]?.[1] !== "600000" && hints[1]?.[1] === '"private"');
		return { by: "server", kind: isAsIs ? null : "hints for caches", text };
	}

	#content(method: string): Members {
		if (method === "tools/call")
			return [
				["content", `[{"type":"text","text":${this.#text()}},{"type":"x","y":${this.#seen(2)}}]`],
				["structuredContent", this.#junkObject()],
				["isError", this.r.pick(["true", "false"])],
			];
		if (method === "resources/read") return [["contents", `[{"uri":"file:///docs/a","text":${this.#text()}}]`]];
		return method === "prompts/get" ? [["messages", `[{"role":"user","content":{"type":"text","text":${this.#text()}}}]`]] : [];
	}

	#result(members: Members): string {
		const { r } = this;
		const era: Members = this.#isStateless ? [["resultType", '"complete"']] : [];
		return this.#object([
			...members,
			...era,
			...(r.below(3) === 0 ? [["_meta", `{"example.org/x":${this.#seen(2)}}`] as const] : []),
			...(r.below(3) === 0 ? this.#junk() : []),
		]);
	}

	/** One of a list. A tool is as it was granted; that is its place in the list of names. */
	#element(key: string, at: number): string {
		if (key === "tools") return toolText(TOOL_NAMES[at] ?? "one");
		const name =
			key === "resourceTemplates"
				? `"uriTemplate":"test://{a${at}}"`
				: key === "resources"
					? `"uri":"file:///docs/${at}"`
					: `"name":${this.#text()}`;
		const more = key === "prompts" || this.r.below(4) === 0 ? `,"x": ${this.#seen(2)}` : "";
		return `{${name},"title":${this.#text()}${more}}`;
	}

	/** What a server of the older era asks of its host. */
	#ask(): Said {
		const { r } = this;
		if (this.#asked.length > 8)
			return plain(
				"server",
				this.#notification("notifications/message", [
					["level", '"info"'],
					["data", "1"],
				]),
			);
		const id = this.#newId();
		this.#asked.push(id);
		const [method, params] = r.pick<readonly [string, Members]>([
			["ping", []],
			["roots/list", []],
			[
				"sampling/createMessage",
				[
					["messages", `[{"role":"user","content":{"type":"text","text":${this.#text()}}}]`],
					["maxTokens", "7"],
					["metadata", this.#junkObject()],
				],
			],
			[
				"elicitation/create",
				[
					["message", '"Which folder?"'],
					["requestedSchema", '{"type":"object","properties":{"folder":{"type":"string"}}}'],
				],
			],
		]);
		const withParams: Members = params.length === 0 ? [] : [["params", this.#object(params)]];
		return plain("server", this.#message([["id", json(id)], ["method", this.#string(method)], ...withParams]));
	}

	#serverNear(): Said {
		const { r } = this;
		const last = this.#open.length - 1;
		const open = this.#open[last];
		if (open === undefined || r.below(3) > 0) return this.#serverSaysMore();
		this.#open.splice(last, 1);
		if (r.below(5) === 0)
			return {
				by: "server",
				kind: "half a character",
				text: `{"jsonrpc":"2.0","id":${json(open.id)},"error":{"code":1,"message":"\\udc00"}}`,
			};
		const text = r.pick([
			`{"jsonrpc":"2.0","id":${json(open.id)},"result":{"a":1,"a":2}}`,
			this.#message([
				["id", json(open.id)],
				["result", r.pick(["null", "[]", '"text"', "7"])],
			]),
			this.#message([
				["id", json(open.id)],
				["error", '{"code":"E","message":"no"}'],
			]),
		]);
		return { by: "server", kind: "answer not read alike", text };
	}

	/** What answers no request of the host. */
	#serverSaysMore(): Said {
		const { r } = this;
		const nobody: Members = [
			["progressToken", '"nobody"'],
			["progress", "1"],
		];
		const hidden: Members = [
			["level", '"info"'],
			["data", '"a\u200bb\\u001b[2J"'],
		];
		const [kind, text] = r.pick([
			["answer to nothing", this.#message([["id", '"nobody"'], this.#outcome()])],
			["answer to nothing", this.#notification("notifications/progress", nobody)],
			["unknown notification", this.#notification("notifications/example", [])],
			[
				"unknown method",
				this.#message([
					["id", json(this.#newId())],
					["method", '"example/own"'],
				]),
			],
			["no message", r.pick(["Server started", "{}", "[1", "null"])],
			["hidden characters", this.#notification("notifications/message", hidden)],
			["nothing", r.pick(["", " "])],
		] as const);
		return { by: "server", kind, text };
	}

	// ---- how it is written

	#newId(): Id {
		const n = ++this.#ids;
		return this.r.pick<Id>([n, -n, `${n}`, `id ${n} é"\\`, 9_007_199_254_740_991 - n, `${n}${"x".repeat(100)}`]);
	}

	#outcome(): readonly [string, string] {
		return this.r.below(3) === 0 ? this.#error() : ["result", this.#junkObject()];
	}

	#error(): readonly [string, string] {
		const data = this.r.below(2) === 0 ? "" : `,"data":${this.#seen(3)}`;
		return ["error", `{"code":${this.r.pick(CODES)},"message":${this.#text()}${data}}`];
	}

	#progress(token: Id): string {
		return this.#notification("notifications/progress", [
			["progressToken", json(token)],
			["progress", this.r.pick(["1", "0.5", "1e2"])],
			["message", this.#text()],
		]);
	}

	#notification(method: string, params: Members): string {
		return this.#message([
			["method", this.#string(method)],
			...(params.length === 0 && this.r.below(2) === 0 ? [] : [["params", this.#object(params)] as const]),
		]);
	}

	#message(members: Members): string {
		return this.#object([["jsonrpc", '"2.0"'], ...members]);
	}

	/** In any order, with blanks where JSON has them. */
	#object(members: Members): string {
		const { r } = this;
		const space = (): string => r.pick(["", "", "", " ", "\t", "  "]);
		const rest = [...members];
		const parts: string[] = [];
		while (rest.length > 0) {
			const [[key, value] = ["", ""]] = rest.splice(r.below(rest.length), 1);
			parts.push(`${space()}${json(key)}${space()}:${space()}${value}${space()}`);
		}
		return `{${parts.join(",")}}`;
	}

	/** Members that no protocol knows. */
	#junk(): Members {
		return [[`x-${this.r.below(1000)}`, this.#seen(3)]];
	}

	#junkObject(): string {
		return `{"k":${this.#seen(4)}${this.r.below(3) === 0 ? `,"name":${this.#seen(2)},"NAME":1,"method":"tools/call","id":0` : ""}}`;
	}

	/** JSON in which everything is seen. */
	#seen(depth: number): string {
		return anyJson(this.r, depth).replaceAll("\u200b", "\u3000");
	}

	#text(): string {
		return json(
			this.r.pick(["", "plain", "Grüße, 世界 😀", 'a "quoted" \\ word', "a/b", "line\nbreak\ttab", "e\u0301", "𝔘𝔫𝔦", "x".repeat(500)]),
		);
	}

	/** As programs write it: some escape a slash, some all that is not ASCII. */
	#string(text: string): string {
		const written = json(text);
		const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
		return this.r.pick([
			written,
			written,
			written.replaceAll("/", "\\/"),
			written.replaceAll(/[^ -~]/g, escaped),
			written.replace("o", escaped("o")),
		]);
	}
}

/** The definition of a tool, as it is granted and as it is listed. */
export function toolText(name: string): string {
	return `{"name": ${json(name)},"description":"Does ${name}\\n\\u00e9","inputSchema":{"type":"object","properties":{"k":{"maximum":1e3}}},"annotations":{"title":"T"}}`;
}

/** @param key what it lists; null: nothing */
function hasKnown(result: string, key: string | null): boolean {
	const { _meta: meta = {}, ...rest } = JSON.parse(result) as { readonly _meta?: object };
	return Object.keys(meta).length === 0 && Object.keys(rest).every((each) => each === key || KNOWN.includes(each));
}

/** False for a resource or a template of which a host gets less: nobody approved what is said of it. */
function isBrief(key: string, element: string): boolean {
	if (!key.startsWith("resource")) return true;
	const { title, ...rest } = JSON.parse(element) as { readonly title: string };
	return !("x" in rest) && title.length <= 100 && !title.includes("\n");
}

function plain(by: Said["by"], text: string): Said {
	return { by, text, kind: null };
}

function json(value: unknown): string {
	return JSON.stringify(value);
}
