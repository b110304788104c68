import type { ChildProcess } from "node:child_process";
import { stripVTControlCharacters } from "node:util";
import { brief } from "../../core/plain-text.ts";
import { ASK_KINDS, type AskKind, type Asks } from "../../core/policy/asks.ts";
import { LineSplitter } from "../../core/protocol/frame.ts";
import { isObject, readLine } from "../../core/protocol/message.ts";
import { ownWords, ownWordsText } from "../../core/protocol/own-words.ts";
import { fail, ok, type Problem, type Result } from "../../core/result.ts";
import { type Pin, promptPinOf } from "../../core/tools/pin.ts";
import { listedTools } from "./listings.ts";

/** A tool as a server lists it. Everything in `definition` is the server's own word. */
export interface ListedTool {
	readonly name: string;
	/** Null: it cannot be pinned, and so not be granted (listed twice, or no canonical form). */
	readonly pin: Pin | null;
	readonly definition: Readonly<Record<string, unknown>>;
}

/** What a server says of itself when it is asked for its tools. All of it is its own word. */
export interface ListedServer {
	readonly tools: readonly ListedTool[];
	/** What it says for the model, and of itself beside that (`ownWordsText`). Null: nothing, or no text. */
	readonly instructions: string | null;
}

/** One thing that a server offers beside tools. All of it is the server's own word. */
export interface ListedOffer {
	/** Of a prompt its name, of a resource its URI, of a template the template. */
	readonly name: string;
	/** Empty: nothing. */
	readonly says: string;
}

/** A prompt as a server lists it. */
export interface ListedPrompt extends ListedOffer {
	/** Null: it cannot be pinned (listed twice, or no canonical form). */
	readonly pin: Pin | null;
	readonly definition: Readonly<Record<string, unknown>>;
}

export interface ListedOffers {
	readonly prompts: readonly ListedPrompt[];
	readonly resources: readonly ListedOffer[];
	readonly templates: readonly ListedOffer[];
	/** It can complete what a person types. */
	readonly completions: boolean;
	/** What it says for the model, and of itself beside that (`ownWordsText`). Null: nothing, or no text. */
	readonly instructions: string | null;
}

export interface ListOptions {
	/** Milliseconds until a silent server counts as not answering. */
	readonly timeoutMs: number;
	/** The newest revision of each era that is offered. */
	readonly legacyVersion?: string;
	readonly modernVersion?: string;
	/** What it may ask its host for: some servers list tools that ask only to a host that can be asked. Left out: nothing. */
	readonly asks?: Asks;
	/** Takes secrets out of what the server says on stderr before it is shown. */
	readonly redact: (text: string) => string;
}

/** A host that can all that there is of a kind. */
const ABLE: Readonly<Record<AskKind, unknown>> = { sampling: {}, elicitation: { form: {}, url: {} }, roots: { listChanged: true } };
const MOST_PAGES = 100;
const MOST_TOOLS = 10_000;
const CLIENT = { name: "sallyport", version: "0.1.0" };
/** Before it is approved, a server has none of these. */
const MAY_NEED = "It may need a path, a host or a secret that it was not allowed.";
/** Characters of stderr: an error may stand in front of a page that explains how the server is started. */
const KEPT_WORDS = 16_384;
/** A line that tells why, among the stack, the version and the usage that runtimes print after it. */
const AN_ERROR = /^(?:\[?[A-Za-z]{0,40}(?:Error|Exception)\b|(?:error|fatal|panic)\b)/i;

/**
 * Asks a server that has just been started for its tools, in the era that it speaks: `initialize` first, and where
 * that is an unknown method, `server/discover`. The server is told that the host can what it may ask for, and nothing else, so it lists
 * what it would list behind the relay. What it really asks is declined. Leaves the process running.
 */
export async function listTools(child: ChildProcess, options: ListOptions): Promise<Result<ListedServer>> {
	const peer = new Peer(child, options);
	try {
		const greeted = await greet(peer, options);
		if (!greeted.ok) return greeted;
		const tools = await allPages(peer, greeted.value.meta, "tools/list", "tools");
		const { instructions } = greeted.value;
		return tools.ok ? ok({ tools: listedTools(tools.value), instructions }) : tools;
	} finally {
		peer.close();
	}
}

function capabilitiesFor(asks: Asks): Readonly<Record<string, unknown>> {
	return Object.fromEntries(ASK_KINDS.flatMap((kind) => (asks[kind] === undefined ? [] : [[kind, ABLE[kind]]])));
}

/** Asks a server that has just been started for what it offers beside tools. What it does not say that it has, it is not asked for. */
export async function listOffers(child: ChildProcess, options: ListOptions): Promise<Result<ListedOffers>> {
	const peer = new Peer(child, options);
	try {
		const greeted = await greet(peer, options);
		if (!greeted.ok) return greeted;
		const { meta, capabilities } = greeted.value;
		const has = (kind: string): boolean => isObject(capabilities) && isObject(capabilities[kind]);
		const list = (kind: string, method: keyof typeof WHAT, key: string) =>
			has(kind) ? allPages(peer, meta, method, key) : Promise.resolve(ok<readonly unknown[]>([]));
		const prompts = await list("prompts", "prompts/list", "prompts");
		if (!prompts.ok) return prompts;
		const resources = await list("resources", "resources/list", "resources");
		if (!resources.ok) return resources;
		const templates = await list("resources", "resources/templates/list", "resourceTemplates");
		return ok({
			prompts: promptsIn(prompts.value),
			resources: offersIn(resources.value, "uri"),
			// Many servers know no templates, and say so by an error.
			templates: templates.ok ? offersIn(templates.value, "uriTemplate") : [],
			completions: has("completions"),
			instructions: greeted.value.instructions,
		});
	} finally {
		peer.close();
	}
}

interface Greeted {
	/** What each request has to carry. */
	readonly meta: Record<string, unknown>;
	readonly capabilities: unknown;
	/** What it says for the model, and of itself beside that (`ownWordsText`). Null: nothing, or no text. */
	readonly instructions: string | null;
}

async function greet(peer: Peer, options: ListOptions): Promise<Result<Greeted>> {
	const legacy = options.legacyVersion ?? "2025-11-25";
	const capabilities = capabilitiesFor(options.asks ?? {});
	const initialized = await peer.request("initialize", { protocolVersion: legacy, capabilities, clientInfo: CLIENT });
	if (initialized.ok) {
		peer.notify("notifications/initialized");
		return ok({ meta: {}, ...greetedBy(initialized.value) });
	}
	if (initialized.problem.code !== "server-error") return initialized;
	const prefix = "io.modelcontextprotocol/";
	const meta = {
		_meta: {
			[`${prefix}protocolVersion`]: options.modernVersion ?? "2026-07-28",
			[`${prefix}clientInfo`]: CLIENT,
			[`${prefix}clientCapabilities`]: capabilities,
		},
	};
	const discovered = await peer.request("server/discover", meta);
	return discovered.ok ? ok({ meta, ...greetedBy(discovered.value) }) : discovered;
}

function greetedBy(result: Readonly<Record<string, unknown>>): Omit<Greeted, "meta"> {
	return { capabilities: result.capabilities, instructions: ownWordsText(ownWords(result)) };
}

function promptsIn(listed: readonly unknown[]): readonly ListedPrompt[] {
	const known = new Map(listedTools(listed).map((prompt) => [prompt.name, prompt]));
	return offersIn(listed, "name").flatMap((offer) => {
		const prompt = known.get(offer.name);
		// With its `_meta`; no pin, where it is listed twice.
		const pin = prompt?.pin == null ? null : promptPinOf(prompt.definition);
		return prompt === undefined ? [] : [{ ...offer, pin, definition: prompt.definition }];
	});
}

/** Of two with one name the first. What has no name is left out. */
function offersIn(listed: readonly unknown[], key: "name" | "uri" | "uriTemplate"): readonly ListedOffer[] {
	const offers = new Map<string, ListedOffer>();
	for (const each of listed) {
		const name = isObject(each) ? each[key] : undefined;
		if (!isObject(each) || typeof name !== "string" || offers.has(name)) continue;
		const [says = ""] = [each.description, each.title, each.name].filter((text) => typeof text === "string" && text !== name);
		offers.set(name, { name, says: typeof says === "string" ? says : "" });
	}
	return [...offers.values()];
}

async function allPages(
	peer: Peer,
	meta: Record<string, unknown>,
	method: keyof typeof WHAT,
	key: string,
): Promise<Result<readonly unknown[]>> {
	const tools: unknown[] = [];
	const cursors = new Set<string>();
	let cursor: string | null = null;
	do {
		const page: Result<Readonly<Record<string, unknown>>> = await peer.request(method, cursor === null ? meta : { ...meta, cursor });
		if (!page.ok) return page;
		const listed = page.value[key];
		if (!Array.isArray(listed))
			return fail("tools-unreadable", `The server's list of ${WHAT[method]} is not a list.`, "Ask the server's makers.");
		for (const tool of listed.slice(0, MOST_TOOLS + 1)) tools.push(tool);
		const next = page.value.nextCursor;
		cursor = typeof next === "string" ? next : null;
		if (tools.length > MOST_TOOLS || (cursor !== null && (cursors.has(cursor) || cursors.size >= MOST_PAGES)))
			return fail("tools-endless", `The server's list of ${WHAT[method]} does not end.`, "Ask the server's makers.");
		if (cursor !== null) cursors.add(cursor);
	} while (cursor !== null);
	return ok(tools);
}

/** What a method lists. */
const WHAT = {
	"tools/list": "tools",
	"prompts/list": "prompts",
	"resources/list": "resources",
	"resources/templates/list": "resource templates",
} as const;

/** The client's side of the protocol, as far as listing needs it. What the server asks is declined. */
class Peer {
	readonly #child: ChildProcess;
	readonly #timeoutMs: number;
	readonly #redact: (text: string) => string;
	readonly #pending = new Map<number, (answer: Result<Readonly<Record<string, unknown>>>) => void>();
	readonly #splitter = new LineSplitter();
	#words = "";
	#gone: Problem | null = null;
	#next = 1;

	constructor(child: ChildProcess, { timeoutMs, redact }: ListOptions) {
		this.#child = child;
		this.#timeoutMs = timeoutMs;
		this.#redact = redact;
		child.stdout?.on("data", this.#data);
		child.stderr?.on("data", this.#stderr);
		child.on("close", this.#closed);
		child.stdin?.on("error", this.#ignore);
		if (child.exitCode !== null || child.signalCode !== null) this.#closed(child.exitCode, child.signalCode);
	}

	request(method: string, params: Readonly<Record<string, unknown>>): Promise<Result<Readonly<Record<string, unknown>>>> {
		if (this.#gone !== null) return Promise.resolve({ ok: false, problem: this.#gone });
		const id = this.#next++;
		return new Promise((resolve) => {
			const timer = setTimeout(() => {
				this.#settle(
					id,
					fail(
						"server-silent",
						`The server did not answer ${method}.${this.#lastWords()}`,
						"Check that the command is an MCP server on stdio.",
					),
				);
			}, this.#timeoutMs);
			this.#pending.set(id, (answer) => {
				clearTimeout(timer);
				resolve(answer);
			});
			this.#send({ jsonrpc: "2.0", id, method, params });
		});
	}

	notify(method: string): void {
		this.#send({ jsonrpc: "2.0", method });
	}

	close(): void {
		this.#child.stdout?.off("data", this.#data);
		this.#child.stderr?.off("data", this.#stderr);
		this.#child.off("close", this.#closed);
		this.#child.stdout?.resume();
		this.#child.stderr?.resume();
	}

	#send(message: unknown): void {
		this.#child.stdin?.write(`${JSON.stringify(message)}\n`);
	}

	#settle(id: number, answer: Result<Readonly<Record<string, unknown>>>): void {
		const waiting = this.#pending.get(id);
		this.#pending.delete(id);
		waiting?.(answer);
	}

	readonly #ignore = (): void => {};

	readonly #data = (chunk: Buffer): void => {
		for (const event of this.#splitter.push(chunk)) {
			const read = event.kind === "line" ? readLine(event.line) : null;
			if (read?.kind !== "single") continue;
			const { message } = read;
			if (message.kind === "request")
				this.#send({
					jsonrpc: "2.0",
					id: message.id,
					...(message.method === "ping" ? { result: {} } : { error: { code: -32601, message: "Not available." } }),
				});
			else if (message.kind === "result" && typeof message.id === "number") this.#settle(message.id, ok(message.result));
			else if (message.kind === "error" && typeof message.id === "number")
				this.#settle(
					message.id,
					fail("server-error", `The server answered with error ${message.error.code}${this.#said(message.error.message)}.`, MAY_NEED),
				);
		}
	};

	readonly #stderr = (chunk: Buffer): void => {
		this.#words = (this.#words + chunk.toString("utf8")).slice(-KEPT_WORDS);
	};

	readonly #closed = (code: number | null, signal: NodeJS.Signals | null): void => {
		const how = signal === null ? `with code ${code ?? 0}` : `by ${signal}`;
		this.#gone = {
			code: "server-exited",
			message: `The server ended ${how} before it listed its tools.${this.#lastWords()}`,
			remedy: MAY_NEED,
		};
		for (const id of [...this.#pending.keys()]) this.#settle(id, { ok: false, problem: this.#gone });
	};

	/** The message of an error, for the person only. */
	#said(message: unknown): string {
		return typeof message === "string" && message !== "" ? `: ${brief(this.#redact(message), 200)}` : "";
	}

	/** What the server said on stderr before it ended, for the person only: the last error, else the last line. */
	#lastWords(): string {
		const lines = stripVTControlCharacters(this.#redact(this.#words))
			.split("\n")
			.map((line) => line.trim())
			.filter((line) => line !== "");
		const last = lines.findLast((line) => AN_ERROR.test(line)) ?? lines.at(-1);
		return last === undefined ? "" : ` Its last words: ${brief(last, 200)}`;
	}
}
