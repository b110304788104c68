import { isDeepStrictEqual } from "node:util";
import { visit } from "jsonc-parser";
import { ownWords } from "../../../src/core/protocol/own-words.ts";
import type { RelayPolicy } from "../../../src/core/protocol/relay.ts";
import { FORMS, INSTRUCTIONS, PROMPT } from "../../fixtures/servers/hostile-player.mjs";
import { APPROVED, FORBIDDEN, META, SECRET } from "./policies.ts";

/** A promise of the relay that was broken. */
export class Broken extends Error {}

export type Json = { readonly [key: string]: unknown };
export type Id = string | number;

const NOT_AVAILABLE = "Not available. A person can review this in Sallyport.";
export const PASSES =
	/^(?:initialize|server\/discover|ping|logging\/setLevel|tools\/(?:list|call)|prompts\/(?:list|get)|resources\/(?:list|read|subscribe|unsubscribe|templates\/list)|completion\/complete|subscriptions\/listen)$/;
const HOST_NOTIFIES = /^notifications\/(?:cancelled|progress|initialized|roots\/list_changed)$/;
const ASKS: Readonly<Record<string, "sampling" | "elicitation" | "roots">> = {
	"sampling/createMessage": "sampling",
	"elicitation/create": "elicitation",
	"roots/list": "roots",
};
/** Not all of them are promised: what a server computes is its own. */
const FORBIDDEN_FORMS = Object.entries(FORMS)
	.filter(([name]) => !/^(?:codes|half|rest|first|second|third|xor|json-in-json|base64(?:\+\d|url)?|escapes|ESCAPES)$/.test(name))
	.map(([, form]) => form(SECRET))
	// Of Base64, what is the same whatever stands before and after.
	.concat(
		["", "x", "xy"].map((before) =>
			btoa(before + SECRET).slice(before === "" ? 0 : before.length + 1, Math.floor(((before + SECRET).length * 8) / 6)),
		),
	);
/** Of the codes of its characters, the last one is another with one more digit. */
const CODES = new RegExp(`(?<![0-9])${FORMS.codes?.(SECRET) ?? ""}(?![0-9])`);
const NAMES = new Set(["name", "title", "version"]);
/** Characters of a label in which each one is written as its code, or is all redacted. */
const MOST_WRITTEN = 1100;
const UNSEEN = /[\u200b\u202e\u{e0041}]|[^\P{Cc}\n\t]/u;
/** What a host gives back letter for letter. */
const OPAQUE = new Set(["id", "nextCursor", "requestState", "progressToken", "requestId", "io.modelcontextprotocol/subscriptionId"]);

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads what came out of a relay with another parser, knows what went in, and says what must not be. */
export class Oracle {
	readonly #ownPrefix: string;
	#policy: RelayPolicy = { tools: new Map() };
	/** By id: how often the host may still get an answer for it. */
	readonly #mayAnswer = new Map<Id, number>();
	/** What the host sent with this id. */
	readonly #asked = new Map<Id, Json[]>();
	/** What waits for the server's answer, for whoever plays the server. */
	readonly #atServer = new Map<Id, Json>();
	/** What the server asked and the host has not answered. */
	readonly #atHost = new Map<Id, Json>();
	/** What the server's last line answers. */
	#answered: Json | undefined;
	/** How often everything that was listed became worthless; and when each list was asked for. */
	#generation = 0;
	readonly #askedIn = new Map<Id, number>();
	/** By name: the definition that was listed last. */
	readonly #listed = new Map<string, unknown>();

	/** The same of prompts: since when what was listed counts, when each list was asked for, and whether the approved one was listed since. */
	#promptsSince = 0;
	readonly #promptsAskedIn = new Map<Id, number>();
	#isPromptListed = false;

	constructor(ownPrefix: string) {
		this.#ownPrefix = ownPrefix;
	}

	get atServer(): ReadonlyMap<Id, Json> {
		return this.#atServer;
	}

	get atHost(): ReadonlyMap<Id, Json> {
		return this.#atHost;
	}

	/** What the host sent with this id. */
	askedBy(id: Id): readonly Json[] {
		return this.#asked.get(id) ?? [];
	}

	/** Forgets what is over, which it needs for its promises and nobody else does. */
	forget(): void {
		for (const kept of [this.#mayAnswer, this.#asked, this.#askedIn, this.#promptsAskedIn]) kept.clear();
	}

	policy(policy: RelayPolicy | undefined): void {
		this.#policy = policy ?? { tools: new Map() };
		// Nothing is verified until it has been listed again.
		this.#invalidate();
		this.#invalidatePrompts();
	}

	#invalidatePrompts(): void {
		this.#promptsSince++;
		this.#isPromptListed = false;
	}

	#invalidate(): void {
		this.#generation++;
		this.#listed.clear();
	}

	/** A line went in; null: it was too long. */
	sent(from: "host" | "server", line: Uint8Array | null): void {
		if (line === null) return;
		const single = wellFormed(line);
		const value = single ?? parsed(new TextDecoder("utf-8", { ignoreBOM: true }).decode(line));
		for (const message of Array.isArray(value) ? value : [value]) {
			if (!isObject(message)) continue;
			if (from === "host") this.#hostSent(message);
			else this.#serverSent(message, single !== null);
		}
	}

	#hostSent(message: Json): void {
		const { id } = message;
		if (!isId(id)) return;
		this.#mayAnswer.set(id, (this.#mayAnswer.get(id) ?? 0) + 1);
		if (typeof message.method === "string") this.#asked.set(id, [...(this.#asked.get(id) ?? []), message]);
		else this.#atHost.delete(id);
	}

	/** `isSingle`: everybody reads it alike, and it is no part of a list of messages. */
	#serverSent(message: Json, isSingle: boolean): void {
		const { id, method, result } = message;
		if (isSingle && id === undefined && method === "notifications/tools/list_changed") this.#invalidate();
		if (isSingle && id === undefined && method === "notifications/prompts/list_changed") this.#invalidatePrompts();
		// A server ends a subscription so.
		if (method === "notifications/cancelled" && isObject(message.params) && isId(message.params.requestId))
			this.#ended(message.params.requestId);
		if (!isId(id) || method !== undefined) return;
		const asked = this.#atServer.get(id);
		this.#answered = asked;
		// The relay may have given its own list up: then what it answers says nothing.
		const isOwn = typeof id === "string" && id.startsWith(this.#ownPrefix);
		// What it answers of a subscription may go no further: where it has none, the relay keeps it.
		if (isSingle && (isOwn || asked?.method === "subscriptions/listen")) this.#atServer.delete(id);
		if (asked?.method === "prompts/list" && isObject(result) && Array.isArray(result.prompts))
			this.#isPromptListed ||= this.#promptsAskedIn.get(id) === this.#promptsSince && result.prompts.some(isApprovedPrompt);
		if (asked?.method !== "tools/list" || !isObject(result) || !Array.isArray(result.tools) || this.#askedIn.get(id) !== this.#generation)
			return;
		// What is in the midst of a list counts for as long as the list that it is of.
		const hasAlike = Object.keys(result).some((key) => key !== "tools" && key.toLowerCase() === "tools");
		const isWhole = isSingle && !isOwn && !hasAlike && !(isObject(asked.params) && "cursor" in asked.params);
		for (const tool of result.tools)
			if (isObject(tool) && typeof tool.name === "string" && (isWhole || isApproved(tool))) this.#listed.set(tool.name, tool);
	}

	#ended(id: Id): void {
		if (this.#atServer.get(id)?.method === "subscriptions/listen") this.#atServer.delete(id);
		this.#atHost.delete(id);
	}

	warned(text: string): void {
		if (UNSEEN.test(text) || text.includes("\n")) throw new Broken("a person is told what drives a terminal");
	}

	/** A line came out: what it says. */
	came(to: "host" | "server", bytes: Uint8Array): Json {
		const message = read(bytes);
		if (to === "server") this.#toServer(message);
		else this.#toHost(message, bytes);
		return message;
	}

	#toServer(message: Json): void {
		const { id, method, params } = message;
		if (typeof method !== "string") {
			if (!isId(id)) throw new Broken("the server gets an answer without an id");
			return;
		}
		if (id === undefined) {
			if (!HOST_NOTIFIES.test(method)) throw new Broken("a notification reaches the server that must not");
			return;
		}
		if (!isId(id)) throw new Broken("the server gets a request whose id is none");
		const isOwn = typeof id === "string" && id.startsWith(this.#ownPrefix);
		if (isOwn && method !== "tools/list" && !(method === "prompts/list" && this.#policy.offers?.promptPins !== undefined))
			throw new Broken("the relay asks for something of its own");
		if (!PASSES.test(method)) throw new Broken("a method reaches the server that must not");
		if (this.#atServer.has(id)) throw new Broken("the server gets one id twice");
		this.#atServer.set(id, message);
		this.#askedIn.set(id, this.#generation);
		this.#promptsAskedIn.set(id, this.#promptsSince);
		if (isOwn) return;
		if (this.#asked.get(id)?.some((asked) => asked.method === method && isSameRequest(asked.params, params)) !== true)
			throw new Broken("the server gets what the host has not sent");
		if (isObject(params) && "task" in params && method === "tools/call") throw new Broken("a task reaches the server");
		this.#granted(method, isObject(params) ? params : {});
	}

	#granted(method: string, params: Json): void {
		const { offers } = this.#policy;
		if (method === "tools/call") {
			const { name, arguments: args } = params;
			if (typeof name !== "string" || !this.#policy.tools.has(name)) throw new Broken("an ungranted call reaches the server");
			if (!isApproved(this.#listed.get(name))) throw new Broken("a call reaches a server that does not list what was approved");
			if (this.#policy.mayCall !== undefined && isObject(args) && args.path === FORBIDDEN)
				throw new Broken("a call reaches the server with a forbidden argument");
		}
		if (method === "prompts/get" && !(offers?.prompts.includes(String(params.name)) || offers?.prompts.includes("*")))
			throw new Broken("an ungranted prompt is asked for");
		if (method === "prompts/get" && this.#isPinned(params.name) && !this.#isPromptListed)
			throw new Broken("a prompt is asked for that the server does not list as it was approved");
		if (/^resources\/(?:read|subscribe)$/.test(method)) {
			const uri = String(params.uri);
			const granted = offers?.resources.some((each) =>
				each.endsWith("**") ? uri.startsWith(each.slice(0, -2)) && !/(?:^|\/)\.\.?(?:\/|$)/.test(uri) : each === uri,
			);
			if (granted !== true) throw new Broken("an ungranted resource is asked for");
		}
		if (method === "completion/complete" && offers?.completions !== true) throw new Broken("an ungranted completion is asked for");
	}

	#toHost(message: Json, bytes: Uint8Array): void {
		const text = strict.decode(bytes);
		const { id, method, error } = message;
		if (typeof method === "string" && id !== undefined) this.#serverAsks(message);
		this.#isClean(message, text);
		if (method === "notifications/cancelled" && isObject(message.params) && isId(message.params.requestId))
			this.#atHost.delete(message.params.requestId);
		if (typeof method === "string") return;
		if (id === null) {
			if (!isRefusal(error)) throw new Broken("the host gets an answer that belongs to nothing");
			return;
		}
		if (!isId(id)) throw new Broken("the host gets an answer without an id");
		const left = this.#mayAnswer.get(id) ?? 0;
		if (left === 0) throw new Broken("the host gets an answer that it has not asked for");
		this.#mayAnswer.set(id, left - 1);
		if (isRefusal(error)) {
			if (text !== JSON.stringify({ jsonrpc: "2.0", id, error: { code: isObject(error) ? error.code : 0, message: NOT_AVAILABLE } }))
				throw new Broken("a refusal says more than it must");
		}
		this.#listsGranted(this.#atServer.get(id) ?? this.#answered, message.result);
		this.#atServer.delete(id);
	}

	#serverAsks({ id, method }: Json): void {
		if (!isId(id)) throw new Broken("the host gets a request whose id is none");
		if (this.#atHost.has(id)) throw new Broken("the host gets one id twice");
		if (method !== "ping") {
			const kind = ASKS[String(method)];
			if (kind === undefined || this.#policy.asks?.[kind] === undefined)
				throw new Broken("the server asks the host for what is not granted");
		}
		this.#atHost.set(id, { method });
	}

	#listsGranted(asked: Json | undefined, result: unknown): void {
		if (!isObject(result) || asked === undefined) return;
		if (asked.method === "tools/list" && Array.isArray(result.tools))
			for (const tool of result.tools)
				if (!isObject(tool) || !this.#policy.tools.has(String(tool.name)) || !isApproved(tool))
					throw new Broken("a tool is listed that was not approved");
				else this.#isBesideApproved(tool);
		if (asked.method === "initialize" || asked.method === "server/discover") {
			const said = Object.entries(result).find(([key]) => key.toLowerCase() === "instructions")?.[1];
			const isNothing = said === undefined || said === null || said === "";
			if (!isNothing && (this.#policy.instructions === undefined || said !== INSTRUCTIONS))
				throw new Broken("instructions reach the host that were not approved");
			// Of the rest nothing was ever approved.
			if (!isDeepStrictEqual(ownWords(withShortNames(result)).beside, {}))
				throw new Broken("more than labels reaches the host of what the server is");
		}
		if (asked.method === "prompts/list" && Array.isArray(result.prompts))
			for (const prompt of result.prompts) {
				const granted = this.#policy.offers?.prompts ?? [];
				if (!isObject(prompt) || !(granted.includes("*") || granted.includes(String(prompt.name))))
					throw new Broken("a prompt is listed that is not granted");
				if (this.#isPinned(prompt.name) && !isDeepStrictEqual(prompt, PROMPT)) throw new Broken("a prompt is listed that was not approved");
			}
	}

	#isPinned(name: unknown): boolean {
		return this.#policy.offers?.promptPins !== undefined && Object.hasOwn(this.#policy.offers.promptPins, String(name));
	}

	#isBesideApproved({ name, _meta: meta }: Json): void {
		if (meta !== undefined && !(this.#policy.toolMeta?.has(String(name)) === true && isDeepStrictEqual(meta, META)))
			throw new Broken("something stands beside a definition that was not approved");
	}

	/** No secret, whatever it is written as, and nothing that is not seen. The host's own id may hold anything. */
	#isClean(message: Json, text: string): void {
		if (typeof message.method === "string" && typeof message.id === "string" && hasSecret(message.id))
			throw new Broken("a secret reaches the host");
		const { id: _, ...said } = message;
		for (const each of textsIn(said, false)) if (hasSecret(each)) throw new Broken("a secret reaches the host");
		for (const each of textsIn(said, true)) if (UNSEEN.test(each)) throw new Broken("what nobody sees reaches the host");
		if (typeof message.id !== "string" && hasSecret(text)) throw new Broken("a secret reaches the host");
	}
}

/** Reads a line as the strictest parser would, and by another parser than the relay's. */
function read(bytes: Uint8Array): Json {
	let text: string;
	try {
		text = strict.decode(bytes);
	} catch {
		throw new Broken("what comes out is no text");
	}
	if (/[\r\n\ufeff]/.test(text.slice(0, 1)) || /[\r\n]/.test(text)) throw new Broken("one line comes out as two");
	const value = parsed(text);
	if (!isObject(value) || value.jsonrpc !== "2.0") throw new Broken("what comes out is no message");
	if (textsIn(value, false).some((each) => /\p{Surrogate}/u.test(each))) throw new Broken("half a character comes out");
	const open: Set<string>[] = [];
	visit(
		text,
		{
			onObjectBegin: () => void open.push(new Set()),
			onObjectEnd: () => void open.pop(),
			onObjectProperty: (name) => {
				const keys = open.at(-1);
				if (keys?.has(name)) throw new Broken("one key comes out twice");
				keys?.add(name);
			},
			onError: () => {
				throw new Broken("two parsers read differently what comes out");
			},
		},
		{ disallowComments: true, allowTrailingComma: false },
	);
	const members = Object.keys(value).toSorted().join(" ");
	if (!/^(?:id jsonrpc method(?: params)?|jsonrpc method(?: params)?|id jsonrpc result|error id jsonrpc|error jsonrpc)$/.test(members))
		throw new Broken("a message comes out with members that none has");
	return value;
}

/** What any reader would read in a line; null: not all of them would. */
function wellFormed(line: Uint8Array): Json | null {
	try {
		const message = read(line);
		if (!("id" in message)) return message;
		// An id whose own name is in escapes is too odd for the relay to look for, and so is a number that is written otherwise (`23.0`).
		const written = /"id"\s*:\s*(-?[\d.eE+-]+)?/.exec(strict.decode(line));
		return written === null || (typeof message.id === "number" && written[1] !== String(message.id)) ? null : message;
	} catch (error) {
		if (error instanceof Broken) return null;
		throw error;
	}
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** All of it but what is denied to the server. */
function isSameRequest(sent: unknown, got: unknown): boolean {
	return isDeepStrictEqual(withoutCapabilities(sent), withoutCapabilities(got));
}

function withoutCapabilities(params: unknown): unknown {
	if (!isObject(params)) return params;
	const { capabilities: _, notifications: __, _meta, ...rest } = params;
	if (!isObject(_meta)) return { ...rest, _meta };
	const { "io.modelcontextprotocol/clientCapabilities": ___, ...meta } = _meta;
	return { ...rest, _meta: meta };
}

function isApproved(tool: unknown): boolean {
	if (!isObject(tool)) return false;
	const { _meta: _, ...definition } = tool;
	return isDeepStrictEqual(definition, APPROVED.get(String(tool.name)));
}

/** As a server lists it: what is approved without a `_meta` is the same with one, which is left out. */
function isApprovedPrompt(prompt: unknown): boolean {
	if (!isObject(prompt)) return false;
	const { _meta: _, ...definition } = prompt;
	return isDeepStrictEqual(definition, PROMPT);
}

/** What was found in a label after it was cut, and is written out or left out there, makes it longer: that much may be in it. */
function withShortNames(result: Json): Json {
	const shorter = (info: unknown): unknown => {
		if (!isObject(info)) return info;
		const short = (text: unknown): unknown =>
			typeof text === "string"
				? text.replaceAll(/\[redacted\]|\\u\{[0-9a-f]+\}/g, "").slice(0, text.length <= MOST_WRITTEN ? 100 : undefined)
				: text;
		return Object.fromEntries(Object.entries(info).map(([key, value]) => [key, NAMES.has(key) ? short(value) : value]));
	};
	const { serverInfo, _meta: meta } = result;
	const key = "io.modelcontextprotocol/serverInfo";
	return { ...result, serverInfo: shorter(serverInfo), ...(isObject(meta) ? { _meta: { ...meta, [key]: shorter(meta[key]) } } : {}) };
}

export function isRefusal(error: unknown): boolean {
	return isObject(error) && error.message === NOT_AVAILABLE;
}

export function hasSecret(text: string): boolean {
	return FORBIDDEN_FORMS.some((form) => text.includes(form)) || CODES.test(text);
}

function textsIn(value: unknown, withoutOpaque: boolean): readonly string[] {
	if (typeof value === "string") return [value];
	if (typeof value !== "object" || value === null) return [];
	return Object.entries(value).flatMap(([key, member]) =>
		withoutOpaque && OPAQUE.has(key) ? [] : [key, ...textsIn(member, withoutOpaque)],
	);
}

export function isObject(value: unknown): value is Json {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isId(value: unknown): value is Id {
	return typeof value === "string" || typeof value === "number";
}
