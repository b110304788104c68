import assert from "node:assert/strict";
import { offersOf } from "../../src/core/policy/offers.ts";
import { ownWords, ownWordsText } from "../../src/core/protocol/own-words.ts";
import { instructionsPinOf } from "../../src/core/tools/pin.ts";
import { grant, type Json, modernMeta, RANDOM, refused, type Seen, Session } from "../core/protocol/peers.ts";
import { Dialogue, type Said, TOOL_NAMES, toolText } from "./dialogue.ts";

/** What is there to be passed on: what the other side has to get, byte for byte, and what is answered in its stead. */
interface Outcome {
	readonly onward: readonly string[];
	readonly back: readonly string[];
}

const NOTHING: Outcome = { onward: [], back: [] };

/**
 * All that may become of a message but to reach the other side byte for byte, although everything is granted. There is nothing else: a kind
 * that stands here and is never met fails the test, too. Each checks what came out and throws.
 */
export const DIFFERENCES: Readonly<Record<string, (said: Said, outcome: Outcome) => void>> = {
	// One definition of each tool is granted: another name gets the constant answer.
	"unknown tool": ({ text }, outcome) => assert.deepEqual(outcome, { onward: [], back: [refused(idOf(text), -32602)] }),
	// What the relay does not know it cannot judge.
	"unknown method": ({ text }, outcome) => assert.deepEqual(outcome, { onward: [], back: [refused(idOf(text), -32601)] }),
	"unknown notification": (_, outcome) => assert.deepEqual(outcome, NOTHING),
	// A host hears that its line was none; a server is told nothing, as hosts do.
	"no message": ({ by }, { onward, back }) => {
		assert.deepEqual(onward, []);
		assert.equal(back.length, by === "host" ? 1 : 0);
	},
	// Two programs could read it in two ways, so neither side gets it.
	"not read alike": (_, { onward, back }) => {
		assert.deepEqual(onward, []);
		assert.match(back.join("\n"), /^\{"jsonrpc":"2\.0","id":[^\n]*"code":-3260[02],/);
	},
	// A host that waits is told that it need not; what the server wrote it never gets.
	"answer not read alike": (_, { onward, back }) => {
		assert.deepEqual(back, []);
		assert.match(onward.join("\n"), /^\{"jsonrpc":"2\.0","id":[^\n]*"code":-32602,/);
	},
	"answer to nothing": (_, outcome) => assert.deepEqual(outcome, NOTHING),
	nothing: (_, outcome) => assert.deepEqual(outcome, NOTHING),
	// 2025-03-26 has arrays. Each message in one is judged by itself, and goes on as a line of its own.
	batch: ({ text }, { onward, back }) => {
		assert.deepEqual(back, []);
		assert.deepEqual(
			onward.map((each) => JSON.parse(each)),
			JSON.parse(text),
		);
	},
	"batch in another era": (_, outcome) => assert.deepEqual(outcome, { onward: [], back: [refused(null, -32600)] }),
	// A grant can change at any moment: a list is this host's own, and kept for a short time.
	"hints for caches": ({ text }, { onward: [got = ""], back }) => {
		assert.deepEqual(back, []);
		const { result, ...rest } = JSON.parse(text) as { result: Json };
		assert.deepEqual(JSON.parse(got), {
			...rest,
			result: { ...result, ttlMs: Math.min(Number(result.ttlMs), 5000), cacheScope: "private" },
		});
	},
	// Where a host expects none of a server's words, it gets none: of a list, of an answer that holds nothing and of a resource, what the protocol knows, in short.
	"members that nobody knows": ({ text }, { onward: [got = ""], back }) => {
		assert.deepEqual(back, []);
		const { result, ...rest } = JSON.parse(text) as { result: Json };
		const known = Object.entries(result).flatMap(([key, value]) =>
			key === "_meta"
				? [[key, {}] as const]
				: KNOWN.has(key)
					? [[key, key.startsWith("resource") ? (value as readonly Json[]).map(inShort) : value] as const]
					: [],
		);
		const hints = "ttlMs" in result ? { ttlMs: Math.min(Number(result.ttlMs), 5000), cacheScope: "private" } : {};
		assert.deepEqual(JSON.parse(got), { ...rest, result: { ...Object.fromEntries(known), ...hints } });
	},
	// Readers put one thing or another in its place, or refuse the message.
	"half a character": ({ text }, outcome) => assert.deepEqual(outcome, { onward: [text.replace("\\udc00", "\\\\u{dc00}")], back: [] }),
	// What nobody sees and what drives a terminal is shown as its code.
	"hidden characters": ({ text }, { onward: [got = ""] }) => {
		assert.equal(got.replaceAll("\\\\u{200b}", "\u200b").replaceAll("\\\\u{1b}", "\\u001b"), text.replaceAll("\\u200b", "\u200b"));
	},
};

const KNOWN = new Set(["tools", "prompts", "resources", "resourceTemplates", "nextCursor", "ttlMs", "cacheScope", "resultType"]);

/** A resource, or a template, of which nobody approved what is said: its title in short, and no member that nobody knows. */
function inShort({ x: _, title, ...rest }: Json): Json {
	const text = String(title);
	const isShort = text.length <= 100 && !text.includes("\n");
	return { ...rest, title: isShort ? text : `${(text.split("\n")[0] ?? "").slice(0, 99)}…` };
}

/** What was met, by kind; "" is what came through byte for byte. */
export type Met = Map<string, number>;

/** Lets both sides of one dialogue talk through a relay that is granted everything. Throws at the first thing that comes out as it may not. */
export function compare(seed: number, messages: number, met: Met): void {
	const dialogue = new Dialogue(seed);
	const greeting = greetingOf(dialogue);
	const session = ready(greeting);
	greet(session, dialogue, greeting);
	for (let n = 0; n < messages; n++) {
		const said = dialogue.next();
		const { host, server } = listed(session, session[said.by](said.text));
		const outcome = said.by === "host" ? { onward: server, back: host } : { onward: host, back: server };
		met.set(said.kind ?? "", (met.get(said.kind ?? "") ?? 0) + 1);
		try {
			if (said.kind === null) assert.deepEqual(outcome, { onward: [said.text], back: [] });
			else DIFFERENCES[said.kind]?.(said, outcome);
		} catch (error) {
			throw new Error(
				`seed ${seed}, ${dialogue.era}, message ${n} of the ${said.by} (${said.kind ?? "valid"}): ${said.text.slice(0, 2000)}`,
				{ cause: error },
			);
		}
	}
}

/** What the server says for the model, in as many scripts as it likes. */
const INSTRUCTIONS = 'Use "read" first.\n\tЗатем 書く 🙂';

/** @param greeting what the server says of itself, all of it approved */
function ready(greeting: Json): Session {
	let now = 0;
	// A second for each message: what is granted so many times a minute is not what is tried here.
	const clock = (): number => {
		now += 1000;
		return now;
	};
	const often = 100_000;
	const offers = offersOf({ prompts: ["*"], resources: ["**"], templates: ["*"], completions: true });
	const asks = { sampling: often, elicitation: often, roots: often };
	const tools = TOOL_NAMES.map((name) => JSON.parse(toolText(name)) as Json);
	const instructions = instructionsPinOf(ownWordsText(ownWords(greeting)) ?? "");
	return new Session(grant(...tools), {}, undefined, { offers, asks, clock, ...(instructions === null ? {} : { instructions }) });
}

/** The server's answer to the first request of the era. */
function greetingOf({ era, r }: Dialogue): Json {
	const changes = (): Json => r.pick([{}, { listChanged: true }, { listChanged: false }]);
	const more: Json = r.below(2) === 0 ? {} : { tasks: { list: {} }, experimental: { x: [1.5, "é"] }, logging: {}, "example/own": null };
	const capabilities = { tools: changes(), prompts: changes(), resources: { subscribe: true, ...changes() }, completions: {}, ...more };
	const info: Json = r.pick([{}, { title: "Server" }, { description: "Servert 書く", icons: [{ src: "https://example.org/i.png" }] }]);
	const serverInfo = { name: "s", version: "1", ...info };
	const said: Json = { ...r.pick([{}, { instructions: INSTRUCTIONS }, { instructions: "" }]), capabilities };
	return era === "2026-07-28"
		? { supportedVersions: [era], resultType: "complete", _meta: { "io.modelcontextprotocol/serverInfo": serverInfo }, ...said }
		: { protocolVersion: era, serverInfo, ...said };
}

/** The first exchange of the era. Its answer alone differs: lists that a grant can change announce it, and tasks are granted to nobody yet. */
function greet(session: Session, { era }: Dialogue, result: Json): void {
	const isStateless = era === "2026-07-28";
	const id = "first";
	const request = isStateless
		? { jsonrpc: "2.0", id, method: "server/discover", params: modernMeta({ roots: {} }) }
		: {
				jsonrpc: "2.0",
				id,
				method: "initialize",
				params: { protocolVersion: era, capabilities: { roots: {}, sampling: {}, elicitation: {} } },
			};
	assert.deepEqual(session.host(request).server, [JSON.stringify(request)]);
	const { host } = session.server({ jsonrpc: "2.0", id, result });
	const { tasks: _, ...kept } = result.capabilities as Json;
	const announced = Object.fromEntries(
		["tools", "prompts", "resources"].map((kind) => [kind, { ...(kept[kind] as Json), listChanged: true }]),
	);
	assert.deepEqual(
		host.map((each) => JSON.parse(each)),
		[{ jsonrpc: "2.0", id, result: { ...result, capabilities: { ...kept, ...announced } } }],
	);
	const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
	if (!isStateless) assert.deepEqual(session.host(initialized).server, [JSON.stringify(initialized)]);
}

/**
 * The one thing that a server hears and its host did not say: the relay asks for the tools by itself when a call comes before a list. It is
 * answered here, and what waited for it goes on.
 */
function listed(session: Session, { host, server, ...rest }: Seen): Seen {
	const own = server.find((each) => each.includes(`"id":"sallyport-${RANDOM}-`));
	if (own === undefined) return { host, server, ...rest };
	const tools = TOOL_NAMES.map((name) => JSON.parse(toolText(name)) as Json);
	const then = listed(session, session.server({ jsonrpc: "2.0", id: idOf(own), result: { tools } }));
	return { ...rest, host: [...host, ...then.host], server: [...server.filter((each) => each !== own), ...then.server] };
}

function idOf(text: string): string | number {
	return (JSON.parse(text) as { id: string | number }).id;
}
